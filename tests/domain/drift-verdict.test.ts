import { describe, expect, it } from 'vitest';
import type { DriftState } from '@/lib/contracts/drift-state';
import { type DriftWindow, driftOnset } from '@/lib/domain/drift-onset';
import { type BinScore, rowOrder, scoreShift } from '@/lib/domain/drift-rank';
import { type DriftSides, driftStatus, driftVerdicts, driftWord, measureDrift } from '@/lib/domain/drift-verdict';
import { missingVerdicts } from '@/lib/domain/missing-values';

const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);
const sides = (reference: number[], current: number[], isOrdered = true): DriftSides => ({
  paired: { reference, current },
  isOrdered,
  referenceCount: sum(reference),
  currentCount: sum(current),
});
const EVEN = [2_500, 2_500, 2_500, 2_500];
const state = (one: DriftSides): DriftState | undefined => driftVerdicts([one])[0]?.state;

describe('the state of a feature', () => {
  it('is drifted above 0.25, shifting above 0.1, stable below where certain, and noise otherwise', () => {
    expect(state(sides(EVEN, [4_500, 2_500, 2_000, 1_000]))).toBe('drifted');
    expect(state(sides(EVEN, [3_600, 2_600, 2_200, 1_600]))).toBe('stable');
    expect(state(sides(EVEN, [3_900, 2_800, 2_000, 1_300]))).toBe('watch');
    expect(state(sides(EVEN, [2_510, 2_490, 2_505, 2_495]))).toBe('within-noise');
  });

  it('is noise at a PSI over 0.1 that so small a sample gives by itself', () => {
    const spread = Array.from({ length: 60 }, () => 10);
    const uneven = spread.map((_, i) => (i % 2 === 0 ? 12 : 8));
    const [verdict] = driftVerdicts([sides(spread, uneven)]);
    expect(verdict?.psi).toBeGreaterThan(0.03);
    expect(verdict?.state).toBe('within-noise');
  });

  it.each([
    ['not-enough-data', sides(EVEN, [100, 100, 100, 199])],
    ['not-enough-data', sides([100, 100, 100, 199], EVEN)],
    ['new', { paired: null, isOrdered: true, referenceCount: null, currentCount: 900 }],
    ['not-enough-data', { paired: null, isOrdered: true, referenceCount: null, currentCount: 90 }],
    ['vanished', { paired: null, isOrdered: true, referenceCount: 900, currentCount: null }],
    ['not-comparable', { paired: null, isOrdered: true, referenceCount: 900, currentCount: 900 }],
    ['not-measured', { paired: null, isOrdered: true, referenceCount: null, currentCount: null }],
    ['not-measured', { paired: null, isOrdered: true, referenceCount: 0, currentCount: 0 }],
  ] satisfies [DriftState, DriftSides][])('is %s', (expected, one) => {
    expect(state(one)).toBe(expected);
  });

  it('says of how many values there are too few', () => {
    expect(driftWord('not-enough-data', { referenceCount: 50_000, currentCount: 312 })).toMatch(
      /this window has 312 of 500 values/,
    );
    expect(driftWord('not-enough-data', { referenceCount: 12, currentCount: 312 })).toMatch(/the reference has 12/);
  });

  it('never draws what could not be judged as well', () => {
    for (const one of ['not-enough-data', 'not-comparable', 'not-measured'] as const)
      expect(driftStatus(one)).toBe('unknown');
    expect(driftStatus('within-noise')).toBe('ok');
  });

  it('of one feature is the same beside others that moved or not, but for the correction for many', () => {
    const quiet = Array.from({ length: 200 }, () => sides(EVEN, EVEN));
    const verdicts = driftVerdicts([sides(EVEN, [4_500, 2_500, 2_000, 1_000]), ...quiet]);
    expect(verdicts[0]?.state).toBe('drifted');
    expect(verdicts.filter(({ state: one }) => one === 'drifted')).toHaveLength(1);
    expect(verdicts[0]?.qValue).toBeGreaterThan(0);
  });

  it('needs two bins: one that holds everything has no distance', () => {
    expect(measureDrift({ paired: { reference: [0, 900], current: [0, 900] }, isOrdered: true })).toMatchObject({
      psi: 0,
      noiseLimit: 0,
      pValue: 1,
      bins: 1,
    });
    expect(state(sides([0, 900], [0, 900]))).toBe('within-noise');
  });

  it('does not change when empty bins are added on both sides', () => {
    const [plain] = driftVerdicts([sides(EVEN, [2_900, 2_700, 2_300, 2_100])]);
    const [padded] = driftVerdicts([sides([...EVEN, 0, 0], [2_900, 2_700, 2_300, 2_100, 0, 0])]);
    expect(padded).toEqual(plain);
  });
});

describe('missing values', () => {
  const of = (reference: [number, number] | null, current: [number, number] | null) => {
    const side = (one: [number, number] | null) => (one === null ? null : { successes: one[0], total: one[1] });
    return missingVerdicts([{ reference: side(reference), current: side(current) }])[0];
  };

  it('have risen only where the interval leaves 0, by a point and by half', () => {
    expect(of([100, 10_000], [400, 10_000])?.state).toBe('risen');
    expect(of([100, 10_000], [150, 10_000])?.state).toBe('steady');
    expect(of([3_000, 10_000], [3_400, 10_000])?.state).toBe('steady');
    expect(of([400, 10_000], [100, 10_000])?.state).toBe('fallen');
  });

  it('show the rate without a reference, and claim nothing', () => {
    const alone = of(null, [50, 1_000]);
    expect(alone).toMatchObject({ state: 'no-reference', rate: 0.05, referenceRate: null, difference: null });
    expect(alone?.interval?.low).toBeCloseTo(0.0381, 4);
  });

  it('are not measured where nothing was observed, which is not a rate of 0', () => {
    expect(of([1, 1_000], null)).toMatchObject({ state: 'not-measured', rate: null, interval: null });
    expect(of([1, 1_000], [0, 0])).toMatchObject({ state: 'not-measured', rate: null });
    expect(of([1, 1_000], [3, 100])?.state).toBe('not-enough-data');
  });
});

describe('since when', () => {
  const HOUR = 3_600_000;
  const window = (psi: number | null, i: number): DriftWindow => ({
    startMs: i * HOUR,
    endMs: (i + 1) * HOUR,
    psi,
    noiseLimit: psi === null ? null : 0.0065,
    noiseMean: psi === null ? null : 0.0027,
    bins: 10,
    state:
      psi === null
        ? 'not-enough-data'
        : psi > 0.25
          ? 'drifted'
          : psi > 0.1
            ? 'watch'
            : psi > 0.0065
              ? 'stable'
              : 'within-noise',
  });
  const row = (...values: (number | null)[]) => values.map(window);

  it('is the first trace of a slow drift, not where it crosses the limit', () => {
    expect(driftOnset(row(0.003, 0.002, 0.004, 0.003, 0.02, 0.09, 0.2, 0.3, 0.31))).toEqual({
      sinceMs: 4 * HOUR,
      isAtLeast: false,
    });
  });

  it('is "or earlier" where the first window measured had moved already', () => {
    expect(driftOnset(row(0.3, 0.31, 0.29))).toEqual({ sinceMs: 0, isAtLeast: true });
    expect(driftOnset(row(null, 0.3, 0.31))).toEqual({ sinceMs: HOUR, isAtLeast: true });
  });

  it('stands apart from a difference to training that is always there', () => {
    expect(driftOnset(row(0.05, 0.052, 0.049, 0.051, 0.05, 0.3, 0.32))?.sinceMs).toBe(5 * HOUR);
  });

  it('passes over windows without an answer', () => {
    expect(driftOnset(row(0.003, 0.002, 0.3, null, null, 0.32))?.sinceMs).toBe(2 * HOUR);
  });

  it('is nothing where the drift is over, or never was', () => {
    expect(driftOnset(row(0.003, 0.3, 0.31, 0.004, 0.002))).toBeNull();
    expect(driftOnset(row(0.003, 0.002))).toBeNull();
    expect(driftOnset([])).toBeNull();
  });
});

describe('consequence', () => {
  const score = (mean: number | null): BinScore => ({ count: 400, mean, deviation: 0.1 });

  it('is how far the mean score moves where the mass moved', () => {
    const moved = scoreShift({ reference: [50, 50], current: [20, 80] }, [score(0.2), score(0.6)]);
    expect(moved?.shift).toBeCloseTo(0.12, 12);
    expect(moved?.interval.low).toBeLessThan(0.12);
  });

  it('is 0 where nothing moved, and null where the score of the moved mass is not known', () => {
    expect(scoreShift({ reference: [50, 50], current: [50, 50] }, [score(0.2), score(0.6)])?.shift).toBeCloseTo(0, 12);
    expect(scoreShift({ reference: [50, 50], current: [20, 80] }, [score(0.2), score(null)])).toBeNull();
    expect(scoreShift({ reference: [0, 0], current: [20, 80] }, [])).toBeNull();
  });

  it('ranks called features by what they certainly do, then by PSI', () => {
    const of = (feature: string, state: DriftState, psi: number) => ({ feature, state, psi });
    const rows = [of('far', 'drifted', 0.9), of('weighs', 'drifted', 0.3), of('quiet', 'within-noise', 0.01)];
    const weight = (value: number, low: number, high: number) =>
      ({ how: 'logs', value, interval: { low, high }, n: 900 }) as const;
    const consequences = new Map([
      ['far', weight(0.1, -0.05, 0.25)],
      ['weighs', weight(-0.05, -0.06, -0.04)],
    ]);
    expect(rows.toSorted(rowOrder(consequences)).map(({ feature }) => feature)).toEqual(['weighs', 'far', 'quiet']);
    expect(rows.toSorted(rowOrder()).map(({ feature }) => feature)).toEqual(['far', 'weighs', 'quiet']);
  });
});
