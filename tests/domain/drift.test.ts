import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chiSquareTwoSample,
  deviationOfBins,
  hellingerDistance,
  jensenShannonDistance,
  klDivergence,
  ksOnBins,
  largestShareChange,
  psi,
  psiNoiseLimit,
  totalVariation,
  wasserstein,
} from '@/lib/domain/drift';
import { MIN_EXPECTED, mergeSparse, occupied, pairBuckets, pairCategories, sumOf } from '@/lib/domain/drift-bins';
import { references } from './reference-values';

const bins = fc.integer({ min: 1, max: 12 });
const countsOf = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: length, maxLength: length }).map((counts) => {
    const held = [...counts];
    held[0] = (held[0] ?? 0) + 1;
    return held;
  });
const twoSides = bins.chain((length) => fc.tuple(countsOf(length), countsOf(length)));
const upTo = (length: number) => Array.from({ length }, (_, i) => (i + 1) * 10);

const DISTANCES = {
  psi,
  jensenShannonDistance,
  hellingerDistance,
  totalVariation,
  ksOnBins,
  largestShareChange,
  klDivergence,
} as const;
const SYMMETRIC = [psi, jensenShannonDistance, hellingerDistance, totalVariation, ksOnBins, largestShareChange];
const WITHIN_ONE = [jensenShannonDistance, hellingerDistance, totalVariation, ksOnBins, largestShareChange];
/** Those that know nothing of the order of bins; KS and Wasserstein do. */
const ORDERLESS = [psi, jensenShannonDistance, hellingerDistance, totalVariation, largestShareChange, klDivergence];

describe('laws of the distances', () => {
  it.each(Object.entries(DISTANCES))('%s of a side and itself is 0', (_, distance) => {
    fc.assert(
      fc.property(bins.chain(countsOf), (x) => {
        expect(distance(x, x)).toBeCloseTo(0, 7);
      }),
    );
  });

  it('and none changes when a side is counted ten times over', () => {
    fc.assert(
      fc.property(twoSides, ([r, c]) => {
        const tenfold = c.map((count) => count * 10);
        for (const distance of Object.values(DISTANCES)) {
          const [once, again] = [distance(r, c) ?? -1, distance(r, tenfold) ?? -1];
          if (Number.isFinite(once)) expect(again).toBeCloseTo(once, 9);
        }
      }),
    );
  });

  it('symmetric ones are symmetric, and chi-square too', () => {
    fc.assert(
      fc.property(twoSides, ([r, c]) => {
        for (const distance of SYMMETRIC) expect(distance(r, c)).toBeCloseTo(distance(c, r) ?? -1, 9);
        const [there, back] = [chiSquareTwoSample(r, c), chiSquareTwoSample(c, r)];
        expect(there?.statistic ?? 0).toBeCloseTo(back?.statistic ?? 0, 6);
        expect(wasserstein(upTo(r.length), r, c)).toBeCloseTo(wasserstein(upTo(r.length), c, r) ?? -1, 9);
      }),
    );
  });

  it('bounded ones keep within 0 and 1, the others at or above 0', () => {
    fc.assert(
      fc.property(twoSides, ([r, c]) => {
        for (const distance of WITHIN_ONE) {
          const value = distance(r, c) ?? -1;
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1 + 1e-12);
        }
        expect(psi(r, c)).toBeGreaterThanOrEqual(0);
        expect(klDivergence(r, c)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('distances between apart sides reach 1', () => {
    for (const distance of WITHIN_ONE) expect(distance([5, 0], [0, 9])).toBeCloseTo(1, 12);
    expect(klDivergence([5, 0], [0, 9])).toBe(Number.POSITIVE_INFINITY);
  });

  it('coarsening never raises the two KL terms of PSI, nor the other f-divergences, nor KS', () => {
    const cut = twoSides.chain(([r, c]) =>
      fc.tuple(fc.constant(r), fc.constant(c), fc.nat({ max: Math.max(0, r.length - 2) })),
    );
    const merge = (counts: readonly number[], at: number) => [
      ...counts.slice(0, at),
      (counts[at] ?? 0) + (counts[at + 1] ?? 0),
      ...counts.slice(at + 2),
    ];
    fc.assert(
      fc.property(cut, ([r, c, at]) => {
        const [mr, mc] = [merge(r, at), merge(c, at)];
        for (const distance of [klDivergence, jensenShannonDistance, hellingerDistance, totalVariation, ksOnBins]) {
          expect(distance(mr, mc) ?? 0).toBeLessThanOrEqual((distance(r, c) ?? 0) + 1e-9);
          expect(distance(mc, mr) ?? 0).toBeLessThanOrEqual((distance(c, r) ?? 0) + 1e-9);
        }
      }),
    );
  });

  it('PSI is the sum of both KL terms where no share is raised', () => {
    const full = bins.chain((length) => {
      const held = fc.array(fc.integer({ min: 100, max: 5_000 }), { minLength: length, maxLength: length });
      return fc.tuple(held, held);
    });
    fc.assert(
      fc.property(full, ([r, c]) => {
        expect(psi(r, c)).toBeCloseTo((klDivergence(r, c) ?? 0) + (klDivergence(c, r) ?? 0), 9);
      }),
    );
  });

  it('permuting the bins changes nothing where order means nothing', () => {
    const shuffled = twoSides.chain(([r, c]) =>
      fc.tuple(
        fc.constant(r),
        fc.constant(c),
        fc.shuffledSubarray([...r.keys()], { minLength: r.length, maxLength: r.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([r, c, order]) => {
        const [sr, sc] = [order.map((i) => r[i] ?? 0), order.map((i) => c[i] ?? 0)];
        for (const distance of ORDERLESS) {
          const before = distance(r, c) ?? -1;
          if (Number.isFinite(before)) expect(distance(sr, sc)).toBeCloseTo(before, 9);
          else expect(distance(sr, sc)).toBe(before);
        }
        expect(chiSquareTwoSample(sr, sc)?.statistic ?? 0).toBeCloseTo(chiSquareTwoSample(r, c)?.statistic ?? 0, 6);
      }),
    );
  });

  it('KS and Wasserstein see the order: a move to the next bin is smaller than one to the last', () => {
    const reference = [100, 0, 0, 0];
    const near = wasserstein(upTo(4), reference, [0, 100, 0, 0]) ?? 0;
    expect(wasserstein(upTo(4), reference, [0, 0, 0, 100])).toBeCloseTo(3 * near, 9);
  });

  it('is null when a side is empty, which is not "no drift"', () => {
    for (const distance of Object.values(DISTANCES)) {
      expect(distance([0, 0], [1, 2])).toBeNull();
      expect(distance([1, 2], [0, 0])).toBeNull();
      expect(distance([1, 2], [1, 2, 3])).toBeNull();
    }
    expect(psiNoiseLimit([0, 0], [1, 2])).toBeNull();
    expect(deviationOfBins([1, 2], [0, 0])).toBeNull();
  });
});

describe('published: all measures of one example', () => {
  const [entry] = references('All metrics on one 6-bin example');
  const { reference_counts, current_counts } = (entry?.inputs ?? {}) as {
    reference_counts: number[];
    current_counts: number[];
  };
  const expected = (entry?.expected ?? {}) as Record<string, number>;
  // Bounds whose bins have the example's values 1 to 6 as midpoints.
  const bounds = [2, 2, 4, 4, 6, 6];

  it.each([
    ['psi', psi(reference_counts, current_counts)],
    ['js_distance_base2', jensenShannonDistance(reference_counts, current_counts)],
    ['js_divergence_base2', (jensenShannonDistance(reference_counts, current_counts) ?? 0) ** 2],
    ['kl_ref_cur', klDivergence(reference_counts, current_counts)],
    ['tvd', totalVariation(reference_counts, current_counts)],
    ['linf', largestShareChange(reference_counts, current_counts)],
    ['ks_D', ksOnBins(reference_counts, current_counts)],
    ['wasserstein', wasserstein(bounds, reference_counts, current_counts)],
    [
      'wasserstein_over_refstd',
      (wasserstein(bounds, reference_counts, current_counts) ?? 0) / (deviationOfBins(bounds, reference_counts) ?? 1),
    ],
    ['chi2_homogeneity_p', chiSquareTwoSample(reference_counts, current_counts)?.pValue ?? null],
  ])('%s', (name, got) => {
    expect(got).toBeCloseTo(expected[name] ?? Number.NaN, 9);
  });
});

describe('bins of two sides', () => {
  const INF = Number.POSITIVE_INFINITY;

  it('are the bounds both have; what lies between is merged, never interpolated', () => {
    const paired = pairBuckets(
      { upperBounds: [1, 2, 5, INF], cumulative: [10, 30, 60, 100] },
      { upperBounds: [2, 3, 5, INF], cumulative: [5, 6, 9, 9] },
    );
    expect(paired).toEqual({ upperBounds: [2, 5, INF], reference: [30, 30, 40], current: [5, 4, 0], dropped: 2 });
  });

  it('cannot be paired without a common finite bound', () => {
    expect(
      pairBuckets({ upperBounds: [1, INF], cumulative: [1, 2] }, { upperBounds: [2, INF], cumulative: [1, 2] }),
    ).toBeNull();
    expect(pairBuckets({ upperBounds: [INF], cumulative: [2] }, { upperBounds: [INF], cumulative: [2] })).toBeNull();
  });

  it('take negative bounds and all mass in the open bucket', () => {
    const paired = pairBuckets(
      { upperBounds: [-5, 0, INF], cumulative: [1, 2, 3] },
      { upperBounds: [-5, 0, INF], cumulative: [0, 0, 9] },
    );
    expect(paired?.current).toEqual([0, 0, 9]);
    expect(psi(paired?.reference ?? [], paired?.current ?? [])).toBeGreaterThan(0);
  });

  it('of categories are the union, hostile names included', () => {
    const paired = pairCategories(
      new Map([
        ['b', 2],
        ['a', 1],
      ]),
      new Map([
        ['__proto__', 4],
        ['a', 3],
      ]),
    );
    expect(paired).toEqual({ categories: ['a', 'b', '__proto__'], reference: [1, 2, 0], current: [3, 0, 4] });
  });

  it('empty on both sides are left out, and change no distance', () => {
    fc.assert(
      fc.property(twoSides, ([r, c]) => {
        const held = occupied({ reference: [...r, 0], current: [...c, 0] });
        expect(jensenShannonDistance(held.reference, held.current)).toBeCloseTo(jensenShannonDistance(r, c) ?? -1, 9);
      }),
    );
  });

  it.each([true, false])(
    'merged for the test keep their sums and hold enough on both sides (ordered: %s)',
    (isOrdered) => {
      fc.assert(
        fc.property(twoSides, ([reference, current]) => {
          const merged = mergeSparse({ reference, current }, isOrdered);
          const [n, m] = [sumOf(reference), sumOf(current)];
          expect(sumOf(merged.reference)).toBe(n);
          expect(sumOf(merged.current)).toBe(m);
          const rare = merged.reference.filter(
            (r, i) => ((r + (merged.current[i] ?? 0)) * Math.min(n, m)) / (n + m) < MIN_EXPECTED,
          );
          // What is left over of categories stands alone, and so does everything where there is too little of all.
          expect(rare.length).toBeLessThanOrEqual(isOrdered && merged.reference.length > 1 ? 0 : 1);
        }),
      );
    },
  );
});
