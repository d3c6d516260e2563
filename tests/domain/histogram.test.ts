import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addBuckets,
  type Buckets,
  bucketWidth,
  histogramQuantile,
  isResolved,
  quantileDifference,
  toBuckets,
  totalOf,
  woodruffInterval,
} from '@/lib/domain/histogram';
import { numbers, references } from './reference-values';

const INF = Number.POSITIVE_INFINITY;
const of = (bounds: unknown, cumulative: unknown): Buckets => ({
  upperBounds: numbers(bounds),
  cumulative: numbers(cumulative),
});

const anyBuckets = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 1000 })), { minLength: 2, maxLength: 12 })
  .map((steps) => {
    let bound = 0;
    let count = 0;
    const points = steps.map(([width, inside]) => {
      bound += width;
      count += inside;
      return { upperBound: bound, count };
    });
    return { points, buckets: toBuckets([...points, { upperBound: INF, count: count + 1 }])?.buckets as Buckets };
  });

describe('histogram quantiles against reference values', () => {
  it.each(references('histogram quantile').map((entry) => [JSON.stringify(entry.inputs).slice(-60), entry] as const))(
    'SciPy: %s',
    (_, { inputs, expected, tolerance }) => {
      const { value } = histogramQuantile(of(inputs.upperBounds, inputs.cumulative), Number(inputs.quantile));
      expect(Math.abs((value ?? Number.NaN) - Number(expected))).toBeLessThanOrEqual(tolerance);
    },
  );

  it.each(
    [...references('histogram_quantile classic'), ...references('quantile of cumulative buckets')].map(
      (entry) => [entry.id, entry] as const,
    ),
  )('published: %s', (_, { inputs, expected, tolerance }) => {
    const { value } = histogramQuantile(of(inputs.le, inputs.cumulative), Number(inputs.q));
    expect(Math.abs((value ?? Number.NaN) - Number(expected))).toBeLessThanOrEqual(tolerance);
  });

  it.each(references('woodruff interval').map((entry) => [JSON.stringify(entry.inputs).slice(-60), entry] as const))(
    'Woodruff: %s',
    (_, { inputs, expected, tolerance }) => {
      const interval = woodruffInterval(of(inputs.upperBounds, inputs.cumulative), Number(inputs.quantile));
      const [low = Number.NaN, high = Number.NaN] = numbers(expected);
      expect(Math.abs((interval?.low ?? Number.NaN) - low)).toBeLessThanOrEqual(tolerance);
      expect(Math.abs((interval?.high ?? Number.NaN) - high)).toBeLessThanOrEqual(tolerance);
    },
  );

  it.each(references('MOVER interval').map((entry) => [JSON.stringify(entry.inputs).slice(-60), entry] as const))(
    'MOVER: %s',
    (_, { inputs, expected, tolerance }) => {
      const difference = quantileDifference(
        of(inputs.upperBounds, inputs.champion),
        of(inputs.upperBounds, inputs.challenger),
        Number(inputs.quantile),
      );
      const [low = Number.NaN, high = Number.NaN] = numbers(expected);
      expect(Math.abs((difference?.interval.low ?? Number.NaN) - low)).toBeLessThanOrEqual(tolerance);
      expect(Math.abs((difference?.interval.high ?? Number.NaN) - high)).toBeLessThanOrEqual(tolerance);
    },
  );
});

describe('laws of histogram quantiles', () => {
  it('a higher quantile is never lower', () => {
    fc.assert(
      fc.property(
        anyBuckets,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ buckets }, a, b) => {
          const low = histogramQuantile(buckets, Math.min(a, b)).value ?? Number.NaN;
          const high = histogramQuantile(buckets, Math.max(a, b)).value ?? Number.NaN;
          expect(high).toBeGreaterThanOrEqual(low - 1e-9);
        },
      ),
    );
  });

  it('the interval holds the estimate, and shrinks as the sample grows', () => {
    fc.assert(
      fc.property(anyBuckets, fc.double({ min: 0.01, max: 0.99, noNaN: true }), ({ buckets }, q) => {
        const { value } = histogramQuantile(buckets, q);
        const interval = woodruffInterval(buckets, q);
        const larger = woodruffInterval({ ...buckets, cumulative: buckets.cumulative.map((n) => n * 100) }, q);
        if (value === null || interval === null || larger === null) throw new Error('not measured');
        expect(interval.low).toBeLessThanOrEqual(value + 1e-9);
        expect(interval.high).toBeGreaterThanOrEqual(value - 1e-9);
        expect(larger.high - larger.low).toBeLessThanOrEqual(interval.high - interval.low + 1e-6);
      }),
    );
  });

  it('a histogram differs from itself by nothing, and cannot be told from itself', () => {
    fc.assert(
      fc.property(anyBuckets, fc.double({ min: 0, max: 1, noNaN: true }), ({ buckets }, q) => {
        expect(quantileDifference(buckets, buckets, q)?.difference).toBe(0);
        expect(isResolved(buckets, buckets, q)).toBe(false);
      }),
    );
  });

  it('order of the buckets does not matter', () => {
    fc.assert(
      fc.property(anyBuckets, ({ points }) => {
        const whole = [...points, { upperBound: INF, count: (points.at(-1)?.count ?? 0) + 1 }];
        expect(toBuckets([...whole].reverse())).toEqual(toBuckets(whole));
      }),
    );
  });

  it('the sum of two histograms holds the observations of both', () => {
    fc.assert(
      fc.property(anyBuckets, ({ buckets }) => {
        const sum = addBuckets([buckets, buckets]);
        expect(sum === null ? null : totalOf(sum)).toBe(2 * totalOf(buckets));
      }),
    );
  });
});

describe('histograms as they come', () => {
  it('raises a bucket that is lower than the one before it, and says so', () => {
    const read = toBuckets([
      { upperBound: 1, count: 5 },
      { upperBound: 2, count: 4 },
      { upperBound: INF, count: 9 },
    ]);
    expect(read).toEqual({ buckets: { upperBounds: [1, 2, INF], cumulative: [5, 5, 9] }, repaired: 1 });
  });

  it('does not count rounding of increase() as a repair', () => {
    const read = toBuckets([
      { upperBound: 1, count: 5.000000001 },
      { upperBound: 2, count: 5 },
      { upperBound: INF, count: 5 },
    ]);
    expect(read?.repaired).toBe(0);
  });

  it('adds up one bound that was written in two ways', () => {
    const read = toBuckets([
      { upperBound: 1, count: 5 },
      { upperBound: 1, count: 3 },
      { upperBound: INF, count: 8 },
    ]);
    expect(read?.buckets).toEqual({ upperBounds: [1, INF], cumulative: [8, 8] });
  });

  it('has no quantile without the +Inf bucket: the total is unknown', () => {
    expect(toBuckets([{ upperBound: 1, count: 5 }])).toBeNull();
    expect(toBuckets([{ upperBound: INF, count: 5 }])).toBeNull();
  });

  it('has no quantile without observations', () => {
    const empty = { upperBounds: [1, INF], cumulative: [0, 0] };
    expect(histogramQuantile(empty, 0.5)).toEqual({ value: null, atLeast: false });
    expect(woodruffInterval(empty, 0.5)).toBeNull();
    expect(quantileDifference(empty, empty, 0.5)).toBeNull();
  });

  it('in the open last bucket is at least the last finite bound', () => {
    const slow = { upperBounds: [1, 2, INF], cumulative: [1, 2, 100] };
    expect(histogramQuantile(slow, 0.95)).toEqual({ value: 2, atLeast: true });
    expect(woodruffInterval(slow, 0.95)?.openEnd).toBe(true);
    expect(bucketWidth(slow, 0.95)).toBe(INF);
  });

  it('two quantiles in one bucket, or closer than a bucket is wide, are not resolved', () => {
    const bounds = [100, 250, 500, INF];
    const a = { upperBounds: bounds, cumulative: [10, 96, 100, 100] };
    const sameBucket = { upperBounds: bounds, cumulative: [10, 99, 100, 100] };
    const nextBucket = { upperBounds: bounds, cumulative: [10, 94, 100, 100] };
    const far = { upperBounds: [...bounds.slice(0, 3), 1000, INF], cumulative: [10, 20, 30, 100, 100] };
    expect(isResolved(a, sameBucket, 0.95)).toBe(false);
    expect(isResolved(a, nextBucket, 0.95)).toBe(false);
    expect(isResolved(a, far, 0.95)).toBe(true);
  });
});
