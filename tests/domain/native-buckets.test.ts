import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonBuckets } from '@/lib/domain/compare-latency';
import { histogramQuantile, totalOf } from '@/lib/domain/histogram';
import { nativeBuckets, type SparseHistogram } from '@/lib/domain/native-buckets';

/** A native histogram of these values: bounds are powers of 2^(1/8), and only what holds something is there. */
function native(values: readonly number[], resolution = 8): SparseHistogram {
  const counts = new Map<number, number>();
  for (const value of values) {
    const index = Math.ceil(Math.log2(value) * resolution - 1e-9);
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  const bound = (index: number) => 2 ** (index / resolution);
  return {
    buckets: [...counts].map(([index, count]) => ({ lower: bound(index - 1), upper: bound(index), count })),
  };
}

describe('native histograms', () => {
  it('become cumulative buckets that end with all of them', () => {
    const [found] = nativeBuckets([native([0.1, 0.1, 0.2, 0.9])], 1_000);
    expect(found?.cumulative.at(-1)).toBe(4);
    expect(found?.upperBounds.at(-1)).toBe(Number.POSITIVE_INFINITY);
  });

  it('share their bounds, although each tells only the buckets that hold something', () => {
    const [a, b] = nativeBuckets([native([0.1, 0.12, 0.3]), native([0.5, 0.9])], 1_000);
    if (a == null || b == null) throw new Error('both hold something');
    const common = commonBuckets(a, b);
    expect(common?.dropped).toBe(0);
    expect(a.upperBounds.length).toBeGreaterThan(8);
  });

  it('of another resolution share only bounds that split no bucket', () => {
    const [fine, coarse] = nativeBuckets([native([0.1, 0.2, 0.3, 0.31]), native([0.1, 0.2, 0.3, 0.31], 2)]);
    if (fine == null || coarse == null) throw new Error('both hold something');
    expect(coarse.upperBounds.length).toBeLessThan(fine.upperBounds.length);
    expect(totalOf(coarse)).toBe(4);
  });

  it('that hold nothing, or a count below nothing, are not measured', () => {
    expect(nativeBuckets([{ buckets: [] }])).toEqual([null]);
    expect(nativeBuckets([{ buckets: [{ lower: 0.1, upper: 0.2, count: -1 }] }])).toEqual([null]);
    expect(nativeBuckets([{ buckets: [{ lower: 0.1, upper: 0.2, count: Number.NaN }] }])).toEqual([null]);
  });

  it('keep a zero bucket and an open one', () => {
    const [found] = nativeBuckets([
      {
        buckets: [
          { lower: -0.001, upper: 0.001, count: 2 },
          { lower: 0.001, upper: 0.1, count: 3 },
          { lower: 0.1, upper: null, count: 1 },
        ],
      },
    ]);
    expect(found).toEqual({ upperBounds: [0.001, 0.1, Number.POSITIVE_INFINITY], cumulative: [2, 5, 6] });
  });

  it('give quantiles within a bucket’s width of the values, whatever other versions hold', () => {
    const values = fc.array(fc.double({ min: 0.002, max: 5, noNaN: true }), { minLength: 5, maxLength: 200 });
    fc.assert(
      fc.property(values, values, fc.constantFrom(0.5, 0.95, 0.99), (own, other, q) => {
        const [found] = nativeBuckets([native(own), native(other)]);
        if (found == null) throw new Error('it holds something');
        const estimate = histogramQuantile(found, q).value ?? Number.NaN;
        const exact = own.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(q * own.length) - 1)] ?? Number.NaN;
        expect(estimate / exact).toBeGreaterThan(2 ** (-1 / 8) - 1e-6);
        expect(estimate / exact).toBeLessThan(2 ** (1 / 8) + 1e-6);
      }),
    );
  });
});
