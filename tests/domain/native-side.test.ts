import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { psi } from '@/lib/domain/drift';
import { pairBuckets } from '@/lib/domain/drift-bins';
import { driftVerdicts } from '@/lib/domain/drift-verdict';
import { type FeatureSide, NO_SIDE, nativeSide } from '@/lib/domain/feature-side';
import { shapeBoth } from '@/lib/domain/held-side';
import type { Buckets } from '@/lib/domain/histogram';
import type { SparseHistogram } from '@/lib/domain/native-buckets';
import { equalBins, nativeOverBounds, resolveNative, tautString } from '@/lib/domain/native-side';

/** A native histogram of these values, whatever their sign: buckets 9 % wide at resolution 8. */
function native(values: readonly number[], resolution = 8): SparseHistogram {
  const counts = new Map<number, number>();
  let zeros = 0;
  for (const value of values) {
    if (value === 0) zeros += 1;
    else {
      const index = Math.ceil(Math.log2(Math.abs(value)) * resolution - 1e-9) + 1_000;
      const key = value < 0 ? -index : index;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const bound = (index: number) => 2 ** ((index - 1_000) / resolution);
  return {
    buckets: [
      ...[...counts].map(([key, count]) =>
        key > 0
          ? { lower: bound(key - 1), upper: bound(key), count }
          : { lower: -bound(-key), upper: -bound(-key - 1), count },
      ),
      ...(zeros > 0 ? [{ lower: -1e-6, upper: 1e-6, count: zeros }] : []),
    ],
  };
}

const BOUNDS = [5, 10, 20, 50, 100, Number.POSITIVE_INFINITY];
const classic = (values: readonly number[], upperBounds: readonly number[] = BOUNDS): Buckets => ({
  upperBounds,
  cumulative: upperBounds.map((bound) => values.filter((value) => value <= bound).length),
});
const classicSide = (buckets: Buckets): FeatureSide => ({ ...NO_SIDE, buckets, total: buckets.cumulative.at(-1) ?? 0 });
const spread = (scale: number, n = 2_000) => Array.from({ length: n }, (_, i) => scale * Math.exp(3 * ((i + 0.5) / n)));

const stateOf = (reference: FeatureSide, current: FeatureSide) => {
  const both = resolveNative(reference, current);
  const [r, c] = [both.reference?.buckets ?? null, both.current?.buckets ?? null];
  const paired = r === null || c === null ? null : pairBuckets(r, c);
  const [verdict] = driftVerdicts([
    { paired, isOrdered: true, referenceCount: reference.total, currentCount: current.total },
  ]);
  return { both, verdict };
};

describe('a native histogram beside the bounds of a reference', () => {
  it('of the same values is no drift, although its buckets end elsewhere', () => {
    const { verdict, both } = stateOf(classicSide(classic(spread(4))), nativeSide(native(spread(4))));
    expect(verdict).toMatchObject({ state: 'within-noise' });
    expect(verdict?.psi).toBeLessThan(1e-6);
    expect(both.current?.notes.join()).toMatch(/4 of the 5 bounds .* inside buckets .* \(up to 9 % wide\).* least/);
  });

  it('of whole numbers that lie on a bound is no drift: nothing is interpolated', () => {
    const values = Array.from({ length: 1_000 }, (_, i) => (i % 2 === 0 ? 10 : 40));
    expect(stateOf(classicSide(classic(values)), nativeSide(native(values))).verdict?.psi).toBe(0);
  });

  it('finds values that moved by more than a bucket', () => {
    const { verdict } = stateOf(classicSide(classic(spread(4))), nativeSide(native(spread(9))));
    expect(verdict?.state).toBe('drifted');
  });

  it('works the other way about: a native reference and classic buckets now', () => {
    expect(stateOf(nativeSide(native(spread(4))), classicSide(classic(spread(4)))).verdict?.state).toBe('within-noise');
    expect(stateOf(nativeSide(native(spread(4))), classicSide(classic(spread(9)))).verdict?.state).toBe('drifted');
  });

  it('counts kept values into its own edges, exactly', () => {
    const values = spread(4);
    const kept = {
      name: 'a',
      histogram: null,
      values: { count: 2_000, kept: values },
      categories: null,
      missing: null,
    };
    const both = shapeBoth({ kept }, { shaped: nativeSide(native(values)) });
    expect(both.reference?.buckets).toEqual(both.current?.buckets);
    expect(both.current?.buckets?.upperBounds.length).toBeGreaterThan(10);
    expect(both.current?.notes).toEqual([]);
  });

  it('is measured at the least that it allows, never above what the values themselves give', () => {
    const values = fc.array(fc.double({ min: 0.5, max: 200, noNaN: true }), { minLength: 20, maxLength: 300 });
    fc.assert(
      fc.property(values, values, fc.constantFrom(1, 4, 8), (then, now, resolution) => {
        const reference = classic(then);
        const exact = pairBuckets(reference, classic(now));
        const found = nativeOverBounds(native(now, resolution), reference);
        const least = found === null ? null : pairBuckets(reference, found.buckets);
        if (exact === null || least === null) throw new Error('both have the bounds');
        // The floor under empty shares is no part of the law: it is compared where no bin of the reference is empty.
        fc.pre(exact.reference.every((count) => count > 0));
        const [a, b] = [psi(least.reference, least.current) ?? 0, psi(exact.reference, exact.current) ?? 0];
        expect(a).toBeLessThanOrEqual(b + 0.02);
        expect(found?.buckets.cumulative.at(-1)).toBeCloseTo(now.length, 9);
      }),
      { numRuns: 200, seed: 5 },
    );
  });
});

describe('two native histograms', () => {
  it('share bins that are equally frequent on the reference, of values of any sign', () => {
    const values = Array.from({ length: 4_000 }, (_, i) => (i % 400) - 200);
    const { both, verdict } = stateOf(nativeSide(native(values)), nativeSide(native(values.toReversed())));
    expect(verdict).toMatchObject({ state: 'within-noise', psi: 0 });
    expect(both.reference?.buckets?.upperBounds.length).toBeLessThanOrEqual(21);
    expect(both.reference?.buckets?.upperBounds.filter((bound) => bound < 0).length).toBeGreaterThan(3);
  });

  it('of another resolution are compared over the edges that split no bucket', () => {
    const { verdict } = stateOf(nativeSide(native(spread(4))), nativeSide(native(spread(4), 2)));
    expect(verdict?.psi).toBeCloseTo(0, 9);
    expect(verdict?.bins).toBeGreaterThan(4);
  });

  it('of which one holds nothing leave the other over its own bins', () => {
    const both = resolveNative(nativeSide(native(spread(4))), nativeSide({ buckets: [] }));
    expect(both.reference?.buckets).not.toBeNull();
    expect(both.current?.buckets).toBeNull();
  });

  it('that count below nothing could not be read', () => {
    const side = nativeSide({ buckets: [{ lower: 1, upper: 2, count: -4 }] });
    expect(side).toMatchObject({ isUnread: true, native: null });
    expect(side.notes.join()).toMatch(/negative or no number/);
  });
});

describe('bins of equal frequency', () => {
  it('are as many as the values allow, and end with +Inf', () => {
    expect(equalBins({ upperBounds: [1, 2, Number.POSITIVE_INFINITY], cumulative: [99, 100, 100] })).toEqual([
      1,
      2,
      Number.POSITIVE_INFINITY,
    ]);
    expect(equalBins(classic(spread(4, 20)), 2).length).toBeLessThanOrEqual(3);
  });
});

describe('the shortest path through a tube', () => {
  const tube = fc
    .array(fc.record({ x: fc.nat(20), low: fc.nat(20), gap: fc.nat(20) }), { minLength: 1, maxLength: 12 })
    .map((steps) => {
      const sum = (of: (one: (typeof steps)[number]) => number) => steps.reduce((all, one) => all + of(one), 0) || 1;
      const [allX, allLow] = [sum(({ x }) => x), sum(({ low, gap }) => low + gap)];
      let [x, low, high] = [0, 0, 0];
      const points = steps.map((one) => {
        x += one.x / allX;
        high = Math.max(high, low + (one.low + one.gap) / allLow);
        low += one.low / allLow;
        return { x: Math.min(1, x), low: Math.min(1, low), high: Math.min(1, Math.max(low, high)) };
      });
      return [...points, { x: 1, low: 1, high: 1 }];
    });

  it('rises, stays within the walls and ends at the whole', () => {
    fc.assert(
      fc.property(tube, (points) => {
        const path = tautString(points);
        for (const [i, y] of path.entries()) {
          expect(y).toBeGreaterThanOrEqual((points[i]?.low ?? 0) - 1e-12);
          expect(y).toBeLessThanOrEqual((points[i]?.high ?? 1) + 1e-12);
          expect(y).toBeGreaterThanOrEqual(path[i - 1] ?? 0);
        }
        expect(path.at(-1)).toBe(1);
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it('is nowhere longer than another one', () => {
    const lengthOf = (points: readonly { x: number }[], path: readonly number[]) =>
      path.reduce(
        (sum, y, i) => sum + Math.hypot((points[i]?.x ?? 0) - (points[i - 1]?.x ?? 0), y - (path[i - 1] ?? 0)),
        0,
      );
    fc.assert(
      fc.property(
        tube,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 13, maxLength: 13 }),
        (points, at) => {
          let highest = 0;
          const other = points.map(({ low, high }, i) => {
            highest = Math.max(highest, low + (high - low) * (at[i] ?? 0));
            return Math.min(highest, high);
          });
          expect(lengthOf(points, tautString(points))).toBeLessThanOrEqual(lengthOf(points, other) + 1e-9);
        },
      ),
      { numRuns: 300, seed: 5 },
    );
  });

  it('is the diagonal where the walls let it pass', () => {
    expect(
      tautString([
        { x: 0.25, low: 0, high: 1 },
        { x: 0.5, low: 0.1, high: 0.9 },
        { x: 1, low: 1, high: 1 },
      ]),
    ).toEqual([0.25, 0.5, 1]);
  });
});
