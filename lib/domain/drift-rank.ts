import type { Consequence, FeatureDrift } from '@/lib/contracts/drift';
import type { DriftState } from '@/lib/contracts/drift-state';
import { type Paired, sumOf } from './drift-bins';
import { isCalled } from './drift-verdict';
import { type Interval, Z_95 } from './histogram';

/** Score of the model among the requests whose value lay in one bin of a feature. */
export interface BinScore {
  readonly count: number;
  /** Mean score; null where no request of the sample lay in the bin. */
  readonly mean: number | null;
  /** Standard deviation of the scores in the bin; null below two. */
  readonly deviation: number | null;
}

/** By how much the mean score moves because a feature moved, in the score's unit. */
export interface ScoreShift {
  readonly shift: number;
  readonly interval: Interval;
  /** Share of the moved mass that lies in bins whose score is known, 0 to 1. */
  readonly known: number;
}

/** Moved mass that must lie in bins of a known score for the shift to be said. */
const LEAST_KNOWN = 0.9;

/**
 * What a moved feature does to the score, if the score depended on it as it does now:
 *   shift = Σ (cᵢ − rᵢ) · s̄ᵢ,   standard error √Σ (cᵢ − rᵢ)²·σᵢ²/nᵢ
 * with s̄ᵢ the mean score of the requests in bin i. An association, not a cause: what moves along is counted in. Null
 * where less than nine tenths of the moved mass lies in bins whose score is known.
 */
export function scoreShift({ reference, current }: Paired, scores: readonly BinScore[]): ScoreShift | null {
  const n = sumOf(reference);
  const m = sumOf(current);
  if (!(n > 0) || !(m > 0)) return null;
  let shift = 0;
  let variance = 0;
  let moved = 0;
  let known = 0;
  for (const [i, r] of reference.entries()) {
    const change = (current[i] ?? 0) / m - r / n;
    moved += Math.abs(change);
    const score = scores[i];
    if (score === undefined || score.mean === null || !(score.count > 0)) continue;
    known += Math.abs(change);
    shift += change * score.mean;
    variance += change ** 2 * ((score.deviation ?? 0) ** 2 / score.count);
  }
  const share = moved > 0 ? known / moved : 1;
  if (share < LEAST_KNOWN) return null;
  const half = Z_95 * Math.sqrt(variance);
  return { shift, interval: { low: shift - half, high: shift + half }, known: share };
}

const ORDER: Readonly<Record<DriftState, number>> = {
  drifted: 0,
  watch: 1,
  vanished: 2,
  new: 3,
  'not-comparable': 4,
  'not-enough-data': 5,
  'not-measured': 6,
  stable: 7,
  'within-noise': 8,
};

/** What of a feature its rank needs. */
type Ranked = Pick<FeatureDrift, 'feature' | 'state' | 'psi'>;

/** What a consequence is certainly worth: the end of its interval nearest to none; 0 while it crosses none. */
function certainShift(consequence: Consequence | undefined): number {
  if (consequence === undefined) return 0;
  const { value, interval } = consequence;
  if (interval === null) return Math.abs(value);
  if (interval.low * interval.high <= 0) return 0;
  return Math.min(Math.abs(interval.low), Math.abs(interval.high));
}

/**
 * Order by consequence: what is called first, among it what moves the score most for certain, then the larger PSI, then
 * by name. What is not called keeps the order of its PSI whatever it does to the score: it did not move.
 */
export const rowOrder =
  (consequences?: ReadonlyMap<string, Consequence>) =>
  (a: Ranked, b: Ranked): number =>
    ORDER[a.state] - ORDER[b.state] ||
    (isCalled(a.state) ? certainShift(consequences?.get(b.feature)) - certainShift(consequences?.get(a.feature)) : 0) ||
    (b.psi ?? -1) - (a.psi ?? -1) ||
    (a.feature < b.feature ? -1 : a.feature > b.feature ? 1 : 0);
