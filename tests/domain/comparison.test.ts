import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { erfc, newcombeDifference, pooledZTest, wilsonInterval } from '@/lib/domain/comparison';
import { numbers, references } from './reference-values';

const side = (inputs: Record<string, unknown>, name: 'champion' | 'challenger') => ({
  successes: Number(inputs[`${name}Errors`]),
  total: Number(inputs[`${name}Total`]),
});
const close = (got: number | null | undefined, expected: unknown, tolerance: number) =>
  expect(Math.abs((got ?? Number.NaN) - Number(expected))).toBeLessThanOrEqual(tolerance);

const proportion = fc
  .tuple(fc.integer({ min: 1, max: 100_000 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([total, share]) => ({ successes: Math.floor(total * share), total }));

describe('proportions against reference values', () => {
  it.each(references('wilson interval').map((entry) => [JSON.stringify(entry.inputs), entry] as const))(
    'Wilson %s',
    (_, { inputs, expected, tolerance }) => {
      const got = wilsonInterval({ successes: Number(inputs.successes), total: Number(inputs.total) });
      const [low, high] = numbers(expected);
      close(got?.low, low, tolerance);
      close(got?.high, high, tolerance);
    },
  );

  it.each(references('newcombe interval').map((entry) => [JSON.stringify(entry.inputs), entry] as const))(
    'Newcombe %s',
    (_, { inputs, expected, tolerance }) => {
      const got = newcombeDifference(side(inputs, 'champion'), side(inputs, 'challenger'));
      const [low, high] = numbers(expected);
      close(got?.interval.low, low, tolerance);
      close(got?.interval.high, high, tolerance);
    },
  );

  it.each(references('two-proportion z test').map((entry) => [JSON.stringify(entry.inputs), entry] as const))(
    'pooled z %s',
    (_, { inputs, expected, tolerance }) => {
      close(pooledZTest(side(inputs, 'champion'), side(inputs, 'challenger')), expected, tolerance);
    },
  );

  it.each([
    [0, 1],
    [0.5, 0.4795001221869535],
    [1, 0.15729920705028513],
    [2.5, 4.069520174449589e-4],
    [5, 1.5374597944280349e-12],
  ])('erfc(%d)', (x, expected) => {
    expect(Math.abs(erfc(x) / expected - 1)).toBeLessThan(1e-12);
  });
});

describe('laws of proportions', () => {
  it('an interval holds its proportion and stays within 0 and 1', () => {
    fc.assert(
      fc.property(proportion, (one) => {
        const interval = wilsonInterval(one);
        const ratio = one.successes / one.total;
        expect(interval?.low).toBeGreaterThanOrEqual(0);
        expect(interval?.high).toBeLessThanOrEqual(1);
        expect(interval?.low).toBeLessThanOrEqual(ratio + 1e-12);
        expect(interval?.high).toBeGreaterThanOrEqual(ratio - 1e-12);
      }),
    );
  });

  it('swapping the sides turns the difference around', () => {
    fc.assert(
      fc.property(proportion, proportion, (a, b) => {
        const there = newcombeDifference(a, b);
        const back = newcombeDifference(b, a);
        expect(there?.difference).toBeCloseTo(-(back?.difference ?? Number.NaN), 12);
        expect(there?.interval.low).toBeCloseTo(-(back?.interval.high ?? Number.NaN), 12);
        expect(pooledZTest(a, b)).toBeCloseTo(pooledZTest(b, a) ?? Number.NaN, 12);
      }),
    );
  });

  it('without requests there is no interval, difference or p', () => {
    const none = { successes: 0, total: 0 };
    const some = { successes: 1, total: 10 };
    expect(wilsonInterval(none)).toBeNull();
    expect(newcombeDifference(none, some)).toBeNull();
    expect(pooledZTest(some, none)).toBeNull();
  });

  it('nothing failed on both sides: nothing speaks for a difference', () => {
    expect(pooledZTest({ successes: 0, total: 10 }, { successes: 0, total: 20 })).toBe(1);
  });

  it('an extrapolated count of more errors than requests stays a ratio', () => {
    expect(wilsonInterval({ successes: 10.2, total: 10 })?.high).toBe(1);
  });
});
