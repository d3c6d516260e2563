import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '@/lab/fleet/random';
import { fairnessVerdict, LEAST_RECALL_RATIO } from '@/lib/domain/fairness';
import { labelMaturity, labelState } from '@/lib/domain/label-maturity';
import {
  addOutcomes,
  type Outcomes,
  QUALITY_MEASURES,
  qualityDifference,
  qualityEstimate,
  qualityVerdict,
  windowQualityState,
} from '@/lib/domain/quality';
import { references } from './reference-values';

const HOUR = 3_600_000;
const outcomes = fc.record({
  tp: fc.integer({ min: 0, max: 2_000 }),
  fp: fc.integer({ min: 0, max: 2_000 }),
  tn: fc.integer({ min: 0, max: 2_000 }),
  fn: fc.integer({ min: 0, max: 2_000 }),
});

describe('quality of a window', () => {
  it('is the four measures of the confusion matrix', () => {
    const of: Outcomes = { tp: 60, fp: 20, tn: 100, fn: 40 };
    const value = (measure: (typeof QUALITY_MEASURES)[number]) => qualityEstimate(of, measure)?.value;
    expect(value('accuracy')).toBeCloseTo(160 / 220, 12);
    expect(value('precision')).toBeCloseTo(0.75, 12);
    expect(value('recall')).toBeCloseTo(0.6, 12);
    expect(value('f1')).toBeCloseTo(120 / 180, 12);
  });

  it('lies in its interval, within 0 and 1, for any counts', () => {
    fc.assert(
      fc.property(outcomes, (of) => {
        for (const measure of QUALITY_MEASURES) {
          const estimate = qualityEstimate(of, measure);
          if (estimate === null) continue;
          const { value, interval } = estimate;
          expect(interval.low).toBeLessThanOrEqual(value + 1e-9);
          expect(interval.high).toBeGreaterThanOrEqual(value - 1e-9);
          expect(interval.low).toBeGreaterThanOrEqual(0);
          expect(interval.high).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('has the reference values of Wilson for recall', () => {
    for (const { inputs, expected, tolerance } of references('wilson interval 95%')) {
      const { successes, total } = inputs as { successes: number; total: number };
      const interval = qualityEstimate({ tp: successes, fn: total - successes, fp: 0, tn: 0 }, 'recall')?.interval;
      const [low, high] = expected as [number, number];
      expect(Math.abs((interval?.low ?? -1) - low)).toBeLessThanOrEqual(tolerance);
      expect(Math.abs((interval?.high ?? -1) - high)).toBeLessThanOrEqual(tolerance);
    }
  });

  it('covers the true F1 in about 95 of 100 draws', () => {
    const random = new Random(11);
    let covered = 0;
    const draws = 2_000;
    // Shares of TP, FP, TN, FN; the true F1 is 2·0.2 ÷ (2·0.2 + 0.05 + 0.1).
    const truth = 0.4 / 0.55;
    for (let draw = 0; draw < draws; draw += 1) {
      const of = { tp: 0, fp: 0, tn: 0, fn: 0 };
      for (let i = 0; i < 150; i += 1) {
        const u = random.next();
        of[u < 0.2 ? 'tp' : u < 0.25 ? 'fp' : u < 0.9 ? 'tn' : 'fn'] += 1;
      }
      const interval = qualityEstimate(of, 'f1')?.interval;
      if (interval !== undefined && interval.low <= truth && truth <= interval.high) covered += 1;
    }
    expect(covered / draws).toBeGreaterThan(0.935);
    expect(covered / draws).toBeLessThan(0.968);
  });

  it('is null without anything to divide by, never 0', () => {
    const none = { tp: 0, fp: 0, tn: 9, fn: 0 };
    expect(qualityEstimate(none, 'recall')).toBeNull();
    expect(qualityEstimate(none, 'precision')).toBeNull();
    expect(qualityEstimate(none, 'f1')).toBeNull();
    expect(qualityEstimate(none, 'accuracy')?.value).toBe(1);
    expect(windowQualityState(none, { level: 0.8 }, 'recall')).toBe('not-measured');
  });

  it('differs from a counted reference by Newcombe, the reference values', () => {
    for (const { inputs, expected, tolerance } of references('newcombe interval')) {
      const of = inputs as Record<string, number>;
      const side = (name: string): Outcomes => {
        const hits = of[`${name}Errors`] ?? 0;
        return { tp: hits, fn: (of[`${name}Total`] ?? 0) - hits, fp: 0, tn: 0 };
      };
      const interval = qualityDifference(side('challenger'), { outcomes: side('champion') }, 'recall')?.interval;
      const [low, high] = expected as [number, number];
      expect(Math.abs((interval?.low ?? -9) - low)).toBeLessThanOrEqual(tolerance);
      expect(Math.abs((interval?.high ?? -9) - high)).toBeLessThanOrEqual(tolerance);
    }
  });
});

describe('concept drift', () => {
  const of = (recall: number, positives = 1_000): Outcomes => ({
    tp: Math.round(recall * positives),
    fn: Math.round((1 - recall) * positives),
    fp: 40,
    tn: 900,
  });
  const row = (...list: (Outcomes | null)[]) =>
    list.map((one, i) => ({ startMs: i * HOUR, endMs: (i + 1) * HOUR, outcomes: one }));
  const reference = { outcomes: of(0.85, 20_000) };
  const verdict = (...list: (Outcomes | null)[]) => qualityVerdict(row(...list), reference, 'recall');

  it('is called where two windows in a row left the level, since the first of them', () => {
    expect(verdict(of(0.85), of(0.84), of(0.7), of(0.69))).toEqual({ state: 'fallen', sinceMs: 2 * HOUR });
  });

  it('is not called by one window, nor by a fall inside the interval', () => {
    expect(verdict(of(0.85), of(0.85), of(0.7)).state).toBe('holds');
    expect(verdict(of(0.85), of(0.83), of(0.83)).state).toBe('holds');
    expect(verdict(of(0.85, 60), of(0.8, 60), of(0.8, 60)).state).toBe('holds');
  });

  it('passes over windows whose labels are not there yet', () => {
    expect(verdict(of(0.7), null, of(0.69), null, null)).toEqual({ state: 'fallen', sinceMs: 0 });
  });

  it('says what is missing: labels, enough of them, a level', () => {
    expect(verdict(null, null).state).toBe('not-measured');
    expect(verdict(of(0.5, 20)).state).toBe('not-enough-data');
    expect(qualityVerdict(row(of(0.7), of(0.7)), null, 'recall').state).toBe('no-reference');
    expect(verdict().state).toBe('not-measured');
  });

  it('holds against a level that somebody set', () => {
    expect(qualityVerdict(row(of(0.7), of(0.7)), { level: 0.8 }, 'recall').state).toBe('fallen');
    expect(qualityVerdict(row(of(0.8), of(0.81)), { level: 0.8 }, 'recall').state).toBe('holds');
  });

  it('is called in few of the rows in which nothing changed', () => {
    const random = new Random(5);
    let called = 0;
    const rows = 400;
    for (let r = 0; r < rows; r += 1) {
      const windows = Array.from({ length: 6 }, () => {
        let tp = 0;
        for (let i = 0; i < 300; i += 1) if (random.next() < 0.85) tp += 1;
        return { tp, fn: 300 - tp, fp: 0, tn: 0 };
      });
      if (qualityVerdict(row(...windows), { level: 0.85 }, 'recall').state !== 'holds') called += 1;
    }
    expect(called / rows).toBeLessThanOrEqual(0.01);
  });
});

describe('labels', () => {
  const row = (...coverages: (number | null)[]) =>
    coverages.map((coverage, i) => ({
      startMs: i * HOUR,
      endMs: (i + 1) * HOUR,
      predictions: 1_000,
      labelled: coverage === null ? null : coverage * 1_000,
    }));

  it('have matured up to the last window at nine tenths of its final coverage', () => {
    expect(labelMaturity(row(0.3, 0.31, 0.29, 0.3, 0.28, 0.2, 0.05))).toEqual({
      matureUntilMs: 5 * HOUR,
      finalCoverage: 0.3,
    });
  });

  it('mature with the newest window where they come at once', () => {
    expect(labelMaturity(row(0.3, 0.3, 0.3, 0.3)).matureUntilMs).toBe(4 * HOUR);
  });

  it('cannot be dated with too few windows or none with labels', () => {
    expect(labelMaturity(row(0.3, 0.3))).toEqual({ matureUntilMs: null, finalCoverage: null });
    expect(labelMaturity(row(0, 0, 0, 0))).toEqual({ matureUntilMs: null, finalCoverage: null });
    expect(labelMaturity(row(null, null, null))).toEqual({ matureUntilMs: null, finalCoverage: null });
  });

  it('are stale once the newest is older than allowed', () => {
    expect(labelState(0, 24 * HOUR + 1, 24 * HOUR)).toBe('stale');
    expect(labelState(0, 24 * HOUR, 24 * HOUR)).toBe('fresh');
    expect(labelState(null, 24 * HOUR, 24 * HOUR)).toBe('not-measured');
  });
});

describe('fairness', () => {
  const of = (tp: number, fn: number): Outcomes => ({ tp, fn, fp: 10, tn: 100 });
  const verdict = (cohort: Outcomes, rest: Outcomes) => fairnessVerdict(cohort, addOutcomes([cohort, rest]));

  it('flags a cohort below 0.9 whose interval lies below 1, with fifty positives', () => {
    expect(verdict(of(62, 38), of(420, 80))).toMatchObject({ state: 'below', positives: 100 });
    expect(verdict(of(62, 38), of(420, 80)).ratio).toBeLessThan(LEAST_RECALL_RATIO);
  });

  it('says nothing of fewer than fifty positives, however bad', () => {
    expect(verdict(of(10, 39), of(420, 80)).state).toBe('not-enough-data');
  });

  it('does not flag a ratio whose interval reaches 1, nor one above 0.9', () => {
    expect(verdict(of(42, 18), of(84, 16)).state).toBe('not-below');
    expect(verdict(of(780, 220), of(4_200, 800)).state).toBe('not-below');
  });

  it('is 1 with no width for the cohort that is everybody', () => {
    const all = of(80, 20);
    const { ratio, interval } = fairnessVerdict(all, all);
    expect(ratio).toBeCloseTo(1, 12);
    expect(interval?.low).toBeCloseTo(1, 6);
    expect(interval?.high).toBeCloseTo(1, 6);
  });

  it('flags a cohort of which nobody was found, which has no logarithm', () => {
    expect(verdict(of(0, 60), of(420, 80))).toMatchObject({ state: 'below', ratio: 0, interval: null });
  });

  it('is not measured without positives', () => {
    expect(fairnessVerdict(null, of(1, 1)).state).toBe('not-measured');
    expect(verdict(of(0, 0), of(420, 80))).toMatchObject({ state: 'not-measured', ratio: null });
  });

  it('covers the true ratio in about 95 of 100 draws, the cohort being part of all', () => {
    const random = new Random(3);
    const draws = 2_000;
    let covered = 0;
    const hits = (n: number, p: number) => Array.from({ length: n }, () => random.next() < p).filter(Boolean).length;
    const truth = 0.62 / ((100 * 0.62 + 400 * 0.85) / 500);
    for (let draw = 0; draw < draws; draw += 1) {
      const [own, rest] = [hits(100, 0.62), hits(400, 0.85)];
      const { interval } = verdict(of(own, 100 - own), of(rest, 400 - rest));
      if (interval !== null && interval.low <= truth && truth <= interval.high) covered += 1;
    }
    expect(covered / draws).toBeGreaterThan(0.93);
    expect(covered / draws).toBeLessThan(0.97);
  });
});
