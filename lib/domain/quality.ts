import type { QualityState } from '@/lib/contracts/drift-state';
import { type Proportion, wilsonInterval } from './comparison';
import { type Interval, moverDifference } from './histogram';

/** Quality from labels as they arrive: counts of outcomes of a window, and what may be said of them. */

/** Predictions whose label came, by what they turned out to be. */
export interface Outcomes {
  readonly tp: number;
  readonly fp: number;
  readonly tn: number;
  readonly fn: number;
}

/** No label of any kind. */
export const NO_OUTCOMES: Outcomes = { tp: 0, fp: 0, tn: 0, fn: 0 };

export const QUALITY_MEASURES = ['accuracy', 'precision', 'recall', 'f1'] as const;
export type QualityMeasure = (typeof QUALITY_MEASURES)[number];

/** What each measure is, as a line under a chart. */
export const QUALITY_DEFINITION: Readonly<Record<QualityMeasure, string>> = {
  accuracy: '(TP + TN) ÷ all labelled, Wilson interval',
  precision: 'TP ÷ (TP + FP), Wilson interval',
  recall: 'TP ÷ (TP + FN), Wilson interval',
  f1: '2TP ÷ (2TP + FP + FN), Wilson interval of TP ÷ (TP + FP + FN), transformed',
};

/** Trials under which a measure is "not enough data". */
export const MIN_TRIALS = 50;
/** Windows in a row that must leave the reference level for it to be called. */
const CONSECUTIVE_FALLS = 2;

export interface Estimate {
  /** 0 to 1. */
  readonly value: number;
  readonly interval: Interval;
  /** Labelled predictions the measure is a share of. */
  readonly trials: number;
}

/** The proportion a measure is, or for F1 is a function of. */
function proportionOf({ tp, fp, tn, fn }: Outcomes, measure: QualityMeasure): Proportion {
  switch (measure) {
    case 'accuracy':
      return { successes: tp + tn, total: tp + fp + tn + fn };
    case 'precision':
      return { successes: tp, total: tp + fp };
    case 'recall':
      return { successes: tp, total: tp + fn };
    default:
      return { successes: tp, total: tp + fp + fn };
  }
}

/** F1 of F* (TP ÷ all but TN), a proportion, with which it rises: 2·F ÷ (1 + F). */
const toF1 = (fStar: number): number => (2 * fStar) / (1 + fStar);

/**
 * A measure with its 95 % interval: Wilson's for proportions; for F1 that of F* = TP ÷ (TP + FP + FN), transformed ("Wilson
 * indirect", Lam, Gopal & Qian 2023, arXiv 2309.14621; F*: Hand, Christen & Kirielle 2021). Null without trials.
 */
export function qualityEstimate(outcomes: Outcomes, measure: QualityMeasure): Estimate | null {
  const proportion = proportionOf(outcomes, measure);
  const interval = wilsonInterval(proportion);
  if (interval === null) return null;
  const value = Math.min(1, Math.max(0, proportion.successes / proportion.total));
  const { total: trials } = proportion;
  if (measure !== 'f1') return { value, interval, trials };
  return { value: toF1(value), interval: { low: toF1(interval.low), high: toF1(interval.high) }, trials };
}

/** Outcomes of several windows or cohorts together. */
export const addOutcomes = (list: readonly Outcomes[]): Outcomes =>
  list.reduce((sum, { tp, fp, tn, fn }) => ({ tp: sum.tp + tp, fp: sum.fp + fp, tn: sum.tn + tn, fn: sum.fn + fn }), {
    tp: 0,
    fp: 0,
    tn: 0,
    fn: 0,
  });

/** A reference level: counted (then it has an interval of its own), or a number somebody set. */
export type QualityReference = { readonly outcomes: Outcomes } | { readonly level: number };

/** Difference of an estimate from the reference, with its interval. */
export interface QualityDifference {
  readonly difference: number;
  readonly interval: Interval;
}

/**
 * Now less the reference, with its 95 % interval: by MOVER of both intervals where the reference was counted (Newcombe's
 * for the proportions), else the estimate's own interval about the level. Null where either side has no trials.
 */
export function qualityDifference(
  outcomes: Outcomes,
  reference: QualityReference,
  measure: QualityMeasure,
): QualityDifference | null {
  const now = qualityEstimate(outcomes, measure);
  if (now === null) return null;
  if ('level' in reference) {
    const { level } = reference;
    return {
      difference: now.value - level,
      interval: { low: now.interval.low - level, high: now.interval.high - level },
    };
  }
  const then = qualityEstimate(reference.outcomes, measure);
  return then === null ? null : moverDifference(then, now);
}

/** What one window says: fallen or risen only where the interval of the difference leaves 0 wholly. */
export function windowQualityState(
  outcomes: Outcomes | null,
  reference: QualityReference | null,
  measure: QualityMeasure,
): QualityState {
  const now = outcomes === null ? null : qualityEstimate(outcomes, measure);
  if (outcomes === null || now === null) return 'not-measured';
  if (now.trials < MIN_TRIALS) return 'not-enough-data';
  const compared = reference === null ? null : qualityDifference(outcomes, reference, measure);
  if (compared === null) return 'no-reference';
  if (compared.interval.high < 0) return 'fallen';
  return compared.interval.low > 0 ? 'risen' : 'holds';
}

/** A window of outcomes, oldest first in a row. */
export interface QualityWindow {
  readonly startMs: number;
  readonly endMs: number;
  /** Null: no label arrived for it, or labels still arrive. */
  readonly outcomes: Outcomes | null;
}

/** What a row of windows says of one measure now. */
export interface QualityVerdict {
  readonly state: QualityState;
  /** Start of the first window of the run of falls or rises; null for other states. */
  readonly sinceMs: number | null;
}

/**
 * Concept drift of one measure: called where the last two windows that can be judged both left the reference level to
 * the same side. One window at 95 % leaves it by chance in one of forty; two in a row in one of 1,600.
 */
export function qualityVerdict(
  windows: readonly QualityWindow[],
  reference: QualityReference | null,
  measure: QualityMeasure,
): QualityVerdict {
  const judged = windows.map(({ startMs, outcomes }) => ({
    startMs,
    state: windowQualityState(outcomes, reference, measure),
  }));
  const known = judged.filter(({ state }) => state !== 'not-measured' && state !== 'not-enough-data');
  const last = known.at(-1);
  if (last === undefined) {
    const isShort = judged.some(({ state }) => state === 'not-enough-data');
    return { state: isShort ? 'not-enough-data' : 'not-measured', sinceMs: null };
  }
  if (last.state !== 'fallen' && last.state !== 'risen') return { state: last.state, sinceMs: null };
  let run = 0;
  while (run < known.length && known[known.length - 1 - run]?.state === last.state) run += 1;
  if (run < CONSECUTIVE_FALLS) return { state: 'holds', sinceMs: null };
  return { state: last.state, sinceMs: known[known.length - run]?.startMs ?? null };
}
