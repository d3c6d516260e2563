import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byVerdict, featureRow, judgeCategory, judgeNumber, placeOf, toDistribution } from '@/lib/domain/feature-place';
import type { Buckets } from '@/lib/domain/histogram';

const INF = Number.POSITIVE_INFINITY;
const buckets = (...pairs: [number, number][]): Buckets => ({
  upperBounds: pairs.map(([bound]) => bound),
  cumulative: pairs.map(([, count]) => count),
});
/** amount as the lab's training has it, of 50,000. */
const AMOUNT = buckets(
  [5, 994],
  [10, 3847],
  [20, 10653],
  [40, 21709],
  [80, 33941],
  [160, 43157],
  [320, 47885],
  [640, 49537],
  [1280, 49930],
  [INF, 50_000],
);

describe('where a value lies among buckets', () => {
  it.each([
    ['in the middle', 60, 'usual', 21_709 / 50_000, 0.679],
    ['in the last finite bucket', 767, 'unusual', 0.991, 0.9986],
    ['beyond every bound', 9_999, 'unusual', 0.9986, 1],
    ['in a first bucket that holds 2 %', 1, 'unsure', 0, 0.0199],
    ['on a bound, which belongs to the bucket below it', 5, 'unsure', 0, 0.0199],
    ['in a bucket that is mostly not tail', 400, 'unsure', 0.9577, 0.9907],
  ])('%s', (_name, value, verdict, low, high) => {
    const judged = judgeNumber(value, AMOUNT, 'training');
    expect(judged.verdict).toBe(verdict);
    expect(judged.place?.low).toBeCloseTo(low, 3);
    expect(judged.place?.high).toBeCloseTo(high, 3);
  });

  it('says that a bucket is too wide rather than that a value is unusual', () => {
    expect(judgeNumber(400, AMOUNT, 'training').words).toContain('too wide to say more');
    expect(judgeNumber(9_999, AMOUNT, 'training').words).toBe(
      'above at least 99.86\u202f% of training, beyond the last bound (1280)',
    );
  });

  it('cannot tell how far out a value in the open last bucket lies, however much that holds', () => {
    const ages = buckets([730, 800], [1460, 930], [INF, 1_000]);
    expect(judgeNumber(4_949, ages, 'training')).toMatchObject({ verdict: 'unsure', place: { low: 0.93, high: 1 } });
  });

  it('does not judge by fewer than a hundred values, nor by none', () => {
    expect(judgeNumber(1, buckets([1, 10], [INF, 99]), 'training')).toMatchObject({ verdict: 'unknown' });
    expect(judgeNumber(1, buckets([1, 0], [INF, 0]), 'training')).toMatchObject({ verdict: 'unknown', place: null });
  });

  it('knows a category that was never seen from one that is rare', () => {
    const counts = new Map([
      ['DE', 99_950],
      ['IN', 50],
    ]);
    expect(judgeCategory('DE', counts, 'it').verdict).toBe('usual');
    expect(judgeCategory('IN', counts, 'it').verdict).toBe('unusual');
    expect(judgeCategory('XX', counts, 'it')).toMatchObject({ verdict: 'unseen' });
    expect(judgeCategory('DE', new Map([['DE', 5]]), 'it').verdict).toBe('unknown');
  });

  it('says what it cannot compare: null, a text among numbers, no reference', () => {
    const reference = { of: 'training', buckets: AMOUNT, categories: null };
    expect(featureRow('amount', null, reference).verdict).toBe('missing');
    expect(featureRow('amount', '60', reference).verdict).toBe('unknown');
    expect(featureRow('amount', 60, null)).toMatchObject({ verdict: 'unknown', against: null });
    expect(
      byVerdict([featureRow('a', 60, reference), featureRow('b', 9_999, reference)]).map(({ name }) => name),
    ).toEqual(['b', 'a']);
  });

  const histogram = fc
    .tuple(
      fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 12 }),
      fc.array(fc.nat(500), { minLength: 13, maxLength: 13 }),
    )
    .map(([bounds, counts]): Buckets => {
      const upperBounds = [...bounds.sort((a, b) => a - b), INF];
      let sum = 0;
      return { upperBounds, cumulative: upperBounds.map((_, i) => (sum += counts[i] ?? 0)) };
    });

  it('law: 0 ≤ low ≤ high ≤ 1, and a greater value never lies lower', () => {
    fc.assert(
      fc.property(histogram, fc.integer({ min: -1100, max: 1100 }), fc.nat(500), (held, value, more) => {
        const a = placeOf(held, value);
        const b = placeOf(held, value + more);
        fc.pre(a !== null && b !== null);
        expect(a.low).toBeGreaterThanOrEqual(0);
        expect(a.low).toBeLessThanOrEqual(a.high);
        expect(a.high).toBeLessThanOrEqual(1);
        expect(b.low).toBeGreaterThanOrEqual(a.low);
      }),
    );
  });

  it('law: the shares of the bars sum to 1, and the value is in the bar that is marked', () => {
    fc.assert(
      fc.property(histogram, fc.integer({ min: -1100, max: 1100 }), (held, value) => {
        fc.pre((held.cumulative.at(-1) ?? 0) > 0);
        const bars = toDistribution(held, value);
        expect(bars.share.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 9);
        expect(value).toBeLessThanOrEqual(bars.upper[bars.at] ?? INF);
        expect(value).toBeGreaterThan(bars.lower[bars.at] ?? -INF);
      }),
    );
  });
});
