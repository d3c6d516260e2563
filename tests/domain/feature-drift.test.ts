import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distributionsOf } from '@/lib/domain/feature-distributions';
import { type FeaturePair, judgeFeatures } from '@/lib/domain/feature-drift';
import {
  categorySide,
  type FeatureSide,
  foldCategories,
  histogramSide,
  MAX_CATEGORIES,
  OTHER,
} from '@/lib/domain/feature-side';
import { shapeBoth } from '@/lib/domain/held-side';
import { kolmogorovTail, ksAtMost } from '@/lib/domain/kolmogorov';
import { rankCorrelation } from '@/lib/domain/rank-correlation';
import { ScoreByBin } from '@/lib/domain/score-by-bin';

const histogram = (bounds: readonly number[], counts: readonly number[]): FeatureSide => {
  let sum = 0;
  return histogramSide(
    [...bounds, Number.POSITIVE_INFINITY].map((upperBound, i) => {
      sum += counts[i] ?? 0;
      return { upperBound, count: sum };
    }),
  );
};
const pair = (reference: FeatureSide | null, current: FeatureSide | null): FeaturePair => ({
  feature: 'f',
  reference,
  current,
  source: 'metrics',
  referenceOwn: null,
  score: null,
});
const judge = (reference: FeatureSide | null, current: FeatureSide | null, hasTraffic = true) => {
  const [row] = judgeFeatures([pair(reference, current)], hasTraffic);
  if (row === undefined) throw new Error('nothing was judged');
  return row;
};
const counts = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 4, maxLength: 4 });

describe('a judged feature', () => {
  it('has every distance 0 and p 1 against itself, whatever it is', () => {
    fc.assert(
      fc.property(counts, (own) => {
        fc.pre(own.reduce((sum, count) => sum + count, 0) >= 500);
        const row = judge(histogram([1, 2, 3], own), histogram([1, 2, 3], own));
        for (const value of [row.psi, row.jensenShannon, row.hellinger, row.totalVariation, row.ks?.statistic]) {
          expect(value).toBeCloseTo(0, 9);
        }
        expect(row.ks?.pValue).toBe(1);
        expect(['within-noise']).toContain(row.state);
      }),
    );
  });

  it('has bounded distances within their bounds', () => {
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const row = judge(histogram([1, 2, 3], a), histogram([1, 2, 3], b));
        for (const value of [row.jensenShannon, row.hellinger, row.totalVariation, row.ks?.statistic, row.ks?.pValue]) {
          if (value === null || value === undefined) continue;
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1 + 1e-9);
        }
        if (row.ks !== null) expect(row.ks.atMost).toBeGreaterThanOrEqual(row.ks.statistic);
      }),
    );
  });

  it('is never called more by counting fewer bounds', () => {
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const fine = judge(histogram([1, 2, 3], a), histogram([1, 2, 3], b));
        const coarse = judge(
          histogram([1, 2, 3], a),
          histogram([2], [(b[0] ?? 0) + (b[1] ?? 0), (b[2] ?? 0) + (b[3] ?? 0)]),
        );
        if (fine.totalVariation !== null && coarse.totalVariation !== null) {
          expect(coarse.totalVariation).toBeLessThanOrEqual(fine.totalVariation + 1e-9);
          expect(coarse.hellinger ?? 0).toBeLessThanOrEqual((fine.hellinger ?? 0) + 1e-9);
          expect(coarse.jensenShannon ?? 0).toBeLessThanOrEqual((fine.jensenShannon ?? 0) + 1e-9);
        }
      }),
    );
  });

  it('names categories of one side, the most frequent first', () => {
    const row = judge(
      categorySide(
        new Map([
          ['a', 600],
          ['gone', 400],
        ]),
      ),
      categorySide(
        new Map([
          ['a', 600],
          ['new', 300],
          ['newer', 100],
        ]),
      ),
    );
    expect(row.unseen.map(({ name, share }) => [name, share])).toEqual([
      ['new', 0.3],
      ['newer', 0.1],
    ]);
    expect(row.gone.map(({ name }) => name)).toEqual(['gone']);
    expect(row.state).toBe('drifted');
  });

  it('names twenty of many unseen categories, and counts them all', () => {
    const many = categorySide(new Map(Array.from({ length: 90 }, (_, i): [string, number] => [`c${i}`, 10])));
    const row = judge(categorySide(new Map([['a', 900]])), many);
    expect(row.unseen).toHaveLength(20);
    expect(row.unseenMore).toBe(70);
  });

  it('keeps numbers and texts apart, and says so', () => {
    const row = judge(histogram([1], [1_000, 0]), categorySide(new Map([['a', 1_000]])));
    expect(row).toMatchObject({
      state: 'not-comparable',
      notes: ['One side has numbers and the other has categories.'],
    });
  });

  it('is not measured where nothing at all was observed, and has vanished where others were', () => {
    expect(judge(histogram([1], [500, 500]), null, false).state).toBe('not-measured');
    expect(judge(histogram([1], [500, 500]), null, true).state).toBe('vanished');
    expect(judge(null, histogram([1], [500, 500]), true).state).toBe('new');
  });

  it('draws shares of both sides that add up to 1', () => {
    const drawn = distributionsOf(pair(histogram([1, 2], [5, 3, 2]), histogram([1, 2], [1, 1, 2])));
    expect(drawn?.bins.map(({ upper }) => upper)).toEqual([1, 2, null]);
    for (const side of ['reference', 'current'] as const) {
      expect(drawn?.bins.reduce((sum, bin) => sum + (bin[side] ?? 0), 0)).toBeCloseTo(1, 12);
    }
  });
});

describe('folding categories', () => {
  it('loses no value, whatever the categories', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer({ min: 0, max: 50 }), { maxKeys: 600 }), (own) => {
        const side = new Map(Object.entries(own));
        const { reference } = foldCategories(side, new Map());
        const sum = (map: ReadonlyMap<string, number>) => [...map.values()].reduce((all, count) => all + count, 0);
        expect(sum(reference)).toBe(sum(side));
        expect(reference.size).toBeLessThanOrEqual(MAX_CATEGORIES + 1);
        if (side.size <= MAX_CATEGORIES) expect(reference.has(OTHER)).toBe(side.has(OTHER));
      }),
      { numRuns: 50 },
    );
  });
});

describe('values against values', () => {
  it('are compared over bins of the reference, equally filled', () => {
    const kept = (least: number) => ({
      kept: {
        name: 'f',
        histogram: null,
        values: { count: 1_000, kept: Array.from({ length: 1_000 }, (_, i) => least + i) },
        categories: null,
        missing: null,
      },
    });
    const same = shapeBoth(kept(0), kept(0));
    expect(same.reference?.buckets?.upperBounds).toHaveLength(20);
    expect(judge(same.reference, same.current).psi).toBe(0);
    const moved = shapeBoth(kept(0), kept(300));
    expect(judge(moved.reference, moved.current).state).toBe('drifted');
  });
});

describe('statistics of the answers', () => {
  it('give Kolmogorov’s tail as SciPy does', () => {
    // scipy.stats.kstwobign.sf(1.0), .sf(1.358), .sf(0.5)
    const at = (lambda: number) => kolmogorovTail(lambda / Math.sqrt(500), 1_000, 1_000);
    expect(at(1)).toBeCloseTo(0.26999967167735456, 10);
    expect(at(1.358)).toBeCloseTo(0.0500051, 4);
    expect(at(0.5)).toBeCloseTo(0.9639452436648751, 10);
    expect(at(0)).toBe(1);
  });

  it('bound D between the bounds by the heaviest bin', () => {
    expect(ksAtMost(0.1, [50, 50], [60, 40])).toBeCloseTo(0.7, 12);
    expect(ksAtMost(0.1, [], [1])).toBeNull();
  });

  it('give Spearman’s correlation as SciPy does, and none of too few', () => {
    const x = [1, 2, 3, 4, 5, 6, 7, 8];
    // scipy.stats.spearmanr(x, [2, 1, 4, 3, 7, 8, 6, 5]); with ties: [1, 1, 2, 2, 3, 3, 4, 4]
    expect(rankCorrelation(x.map((value, i) => [value, [2, 1, 4, 3, 7, 8, 6, 5][i] ?? 0]))?.value).toBeCloseTo(
      0.738095238,
      8,
    );
    expect(rankCorrelation(x.map((value, i) => [value, [1, 1, 2, 2, 3, 3, 4, 4][i] ?? 0]))?.value).toBeCloseTo(
      0.9759000729,
      8,
    );
    expect(rankCorrelation(x.map((value) => [value, 5]))).toBeNull();
    expect(rankCorrelation(x.slice(1).map((value) => [value, value]))).toBeNull();
    expect(
      rankCorrelation([...x.map((value) => [value, null] as const), ...x.map((value) => [value, value] as const)])?.n,
    ).toBe(8);
  });

  it('gather scores by bin with their mean and deviation', () => {
    const gathered = new ScoreByBin(2);
    for (const score of [0.2, 0.4, 0.6]) gathered.add(0, score);
    gathered.add(5, 1);
    gathered.add(-1, 1);
    const [first, second] = gathered.scores();
    expect(first?.mean).toBeCloseTo(0.4, 12);
    expect(first?.deviation).toBeCloseTo(0.2, 12);
    expect(second).toEqual({ count: 0, mean: null, deviation: null });
    expect(gathered.total).toBe(3);
  });
});
