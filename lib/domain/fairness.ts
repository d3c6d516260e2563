import type { FairnessState } from '@/lib/contracts/drift-state';
import { type Interval, Z_95 } from './histogram';
import type { Outcomes } from './quality';

/** Recall of a cohort beside that of all. */

/** A cohort's recall under this share of that of all is flagged. */
export const LEAST_RECALL_RATIO = 0.9;
/** Positives of a cohort under which nothing is said of it. */
export const MIN_POSITIVES = 50;

export interface FairnessVerdict {
  readonly state: FairnessState;
  /** Labelled positives of the cohort (TP + FN). */
  readonly positives: number;
  /** Recall of the cohort ÷ recall of all, 0 and up; null where either cannot be said. */
  readonly ratio: number | null;
  readonly interval: Interval | null;
}

/**
 * Ratio of a cohort's recall to that of all, the cohort among them, with its 95 % interval by the delta method on the
 * logarithm. With A positives of the cohort, B of all, p and o their recalls, r the recall of the rest:
 *   Var(ln p/o) = V(p)/p² + V(o)/o² − 2·(A/B)·V(p)/(p·o),   V(p) = p(1−p)/A,
 *   V(o) = (A/B)²·V(p) + (1 − A/B)²·V(r)
 * The cohort is part of all, hence the covariance. Below only with MIN_POSITIVES positives, a ratio under
 * LEAST_RECALL_RATIO and an interval wholly under 1.
 */
export function fairnessVerdict(cohort: Outcomes | null, all: Outcomes | null): FairnessVerdict {
  if (cohort === null || all === null) return { state: 'not-measured', positives: 0, ratio: null, interval: null };
  const own = cohort.tp + cohort.fn;
  const every = all.tp + all.fn;
  const rest = every - own;
  if (!(own > 0) || !(every > 0) || !(all.tp > 0)) {
    return { state: own > 0 ? 'not-enough-data' : 'not-measured', positives: own, ratio: null, interval: null };
  }
  const p = cohort.tp / own;
  const o = all.tp / every;
  const ratio = p / o;
  const interval = p > 0 ? ratioInterval({ p, o, ratio, own, every, rest, restTp: all.tp - cohort.tp }) : null;
  const few = own < MIN_POSITIVES;
  // A cohort of which nobody was found has no logarithm; with fifty positives it is below beyond doubt.
  const isBelow = ratio < LEAST_RECALL_RATIO && (interval === null ? p === 0 : interval.high < 1);
  return { state: few ? 'not-enough-data' : isBelow ? 'below' : 'not-below', positives: own, ratio, interval };
}

function ratioInterval(side: {
  p: number;
  o: number;
  ratio: number;
  own: number;
  every: number;
  rest: number;
  restTp: number;
}): Interval {
  const { p, o, ratio, own, every, rest, restTp } = side;
  const share = own / every;
  const r = rest > 0 ? Math.min(1, Math.max(0, restTp / rest)) : 0;
  const vp = (p * (1 - p)) / own;
  const vr = rest > 0 ? (r * (1 - r)) / rest : 0;
  const vo = share ** 2 * vp + (1 - share) ** 2 * vr;
  const variance = vp / p ** 2 + vo / o ** 2 - (2 * share * vp) / (p * o);
  const half = Z_95 * Math.sqrt(Math.max(0, variance));
  return { low: ratio * Math.exp(-half), high: ratio * Math.exp(half) };
}
