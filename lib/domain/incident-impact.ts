import type { Impact, ImpactAgainst, ImpactCount, ImpactExcess, ImpactRow } from '@/lib/contracts/impact';
import type { IncidentInstants } from '@/lib/contracts/incident';
import { newcombeDifference } from './comparison';
import { type Buckets, histogramQuantile, totalOf } from './histogram';
import { effective } from './overdispersion';
import { DAY_MS, MINUTE_MS } from './time';

/** A stretch before is at least this long, so that a short outage is not set against a handful of requests. */
const LEAST_BEFORE_MS = 15 * MINUTE_MS;
/** And at most this long: what was weeks before is no measure of what was to be expected. */
const MOST_BEFORE_MS = DAY_MS;
/** Rows of one answer at most. */
const MAX_IMPACT_ROWS = 200;

/** The stretch that an incident hurt in, and what its ends are taken from. */
export interface ImpactStretch {
  startMs: number;
  endMs: number;
  /** "since it was noticed": what the start is where the start of the trouble is not on record; null where it is. */
  startIs: string | null;
  /** Whether it still goes on: the end is now. */
  goesOn: boolean;
}

/**
 * From the start of the trouble (else from when it was noticed, else declared) to its mitigation (else resolution, else
 * now). Null where the two lie the wrong way round: a clock was wrong, and there is nothing to measure between them.
 */
export function impactStretch(
  { instants, declaredAtMs }: { instants: IncidentInstants; declaredAtMs: number },
  nowMs: number,
): ImpactStretch | null {
  const { startedAtMs, detectedAtMs, mitigatedAtMs, resolvedAtMs } = instants;
  const startMs = startedAtMs ?? detectedAtMs ?? declaredAtMs;
  const ended = mitigatedAtMs ?? resolvedAtMs;
  const endMs = ended ?? nowMs;
  if (!(endMs > startMs)) return null;
  const startIs = startedAtMs !== null ? null : detectedAtMs !== null ? 'when it was noticed' : 'when it was declared';
  return { startMs, endMs, startIs, goesOn: ended === null };
}

/** The stretch that a stretch of trouble is set against: of the same length, 15 minutes at least and a day at most. */
export function stretchBefore(
  { startMs, endMs }: { startMs: number; endMs: number },
  against: ImpactAgainst,
): { startMs: number; endMs: number } {
  if (against === 'before') {
    const lengthMs = Math.min(Math.max(endMs - startMs, LEAST_BEFORE_MS), MOST_BEFORE_MS);
    return { startMs: startMs - lengthMs, endMs: startMs };
  }
  const agoMs = against === 'day' ? DAY_MS : 7 * DAY_MS;
  return { startMs: startMs - agoMs, endMs: endMs - agoMs };
}

/** Counters of one version over a stretch. Null: not measured. Bounds of the buckets in milliseconds. */
export interface ImpactCounts {
  requests: number | null;
  errors: number | null;
  buckets: Buckets | null;
}

export interface MeasuredImpact {
  model: string;
  version: string;
  during: ImpactCounts | null;
  before: ImpactCounts | null;
  /** Bound of the model's latency objective; null: it has none. */
  boundMs: number | null;
  /** How much more minutes vary than independent requests would, from the time before; at least 1. */
  varianceFactor: number;
}

const NOT_COUNTED: ImpactCount = { count: null, ratio: null, beforeRatio: null, expected: null, excess: null };

interface Share {
  bad: number;
  all: number;
}

const ratioOf = ({ bad, all }: Share): number | null => (all > 0 ? Math.min(1, Math.max(0, bad / all)) : null);

/**
 * Bad predictions beyond what was to be expected, n and b being those asked for during and before:
 *   expected = n · p_before,   excess = n · (p_during − p_before)
 * with n times Newcombe's 95 % interval of the difference of the shares, both sides counted as n ÷ φ and b ÷ φ independent
 * requests. Null where a side is not measured or has no requests: no measure of "before" is no measure of "more".
 */
function counted(during: Share | null, before: Share | null, varianceFactor: number): ImpactCount {
  if (during === null) return { ...NOT_COUNTED, beforeRatio: before === null ? null : ratioOf(before) };
  const ratio = ratioOf(during);
  const beforeRatio = before === null ? null : ratioOf(before);
  const own = { count: during.bad, ratio, beforeRatio };
  if (ratio === null || beforeRatio === null || before === null) return { ...own, expected: null, excess: null };
  const side = ({ bad, all }: Share) => effective({ successes: bad, total: all }, varianceFactor);
  const difference = newcombeDifference(side(before), side(during));
  const excess =
    difference === null
      ? null
      : {
          count: during.all * difference.difference,
          low: during.all * difference.interval.low,
          high: during.all * difference.interval.high,
        };
  return { ...own, expected: during.all * beforeRatio, excess };
}

const failedOf = (counts: ImpactCounts | null): Share | null =>
  counts === null || counts.requests === null || counts.errors === null
    ? null
    : { bad: counts.errors, all: counts.requests };

/** Predictions over a bound that is one of the buckets' bounds; null where it is none, since between them nothing is known. */
function slowOf(counts: ImpactCounts | null, boundMs: number | null): Share | null {
  if (counts === null || counts.buckets === null || boundMs === null) return null;
  const at = counts.buckets.upperBounds.indexOf(boundMs);
  const within = counts.buckets.cumulative[at];
  const all = totalOf(counts.buckets);
  return within === undefined ? null : { bad: Math.max(0, all - within), all };
}

const p95Of = (counts: ImpactCounts | null): number | null =>
  counts === null || counts.buckets === null ? null : histogramQuantile(counts.buckets, 0.95).value;

/** What a stretch of trouble did to one version. `lengthRatio`: length of the stretch over that of the one before. */
export function impactRow(measured: MeasuredImpact, lengthRatio: number): ImpactRow {
  const { model, version, during, before, boundMs, varianceFactor } = measured;
  const failed = counted(failedOf(during), failedOf(before), varianceFactor);
  const slow = counted(slowOf(during, boundMs), slowOf(before, boundMs), varianceFactor);
  const requests = during?.requests ?? null;
  const wasThere = (before?.requests ?? 0) > 0;
  const isThere = (requests ?? 0) > 0;
  const states: ImpactRow['states'] = [];
  if (failed.excess !== null && failed.excess.low > 0) states.push('failed');
  if (slow.excess !== null && slow.excess.low > 0) states.push('slow');
  if (wasThere && !isThere) states.push('gone');
  if (isThere && before !== null && before.requests !== null && !wasThere) states.push('new');
  return {
    model,
    version,
    requests,
    expectedRequests: before === null || before.requests === null ? null : before.requests * lengthRatio,
    failed,
    slow,
    boundMs,
    p95Ms: p95Of(during),
    beforeP95Ms: p95Of(before),
    states,
  };
}

/**
 * The sum of several excesses; the halves of their intervals add up as of independent sums, by squares. Null of none.
 */
export function sumExcess(excesses: readonly ImpactExcess[]): ImpactExcess | null {
  if (excesses.length === 0) return null;
  const count = excesses.reduce((sum, one) => sum + one.count, 0);
  const below = Math.hypot(...excesses.map((one) => one.count - one.low));
  const above = Math.hypot(...excesses.map((one) => one.high - one.count));
  return { count, low: count - below, high: count + above };
}

/** Everything measured as rows, the worst first, with the sums over those that were certainly hurt. */
export function impactOf(
  measured: readonly MeasuredImpact[],
  lengthRatio: number,
): Pick<Impact, 'rows' | 'more' | 'failed' | 'slow'> {
  const certain = (row: ImpactRow, kind: 'failed' | 'slow') =>
    row.states.includes(kind) && row[kind].excess !== null ? [row[kind].excess] : [];
  const rows = measured
    .map((one) => impactRow(one, lengthRatio))
    .sort((a, b) => {
      const failed = (certain(b, 'failed')[0]?.count ?? 0) - (certain(a, 'failed')[0]?.count ?? 0);
      const slow = (certain(b, 'slow')[0]?.count ?? 0) - (certain(a, 'slow')[0]?.count ?? 0);
      return failed || slow || (b.requests ?? 0) - (a.requests ?? 0) || a.model.localeCompare(b.model, 'en');
    });
  return {
    rows: rows.slice(0, MAX_IMPACT_ROWS),
    more: Math.max(0, rows.length - MAX_IMPACT_ROWS),
    failed: sumExcess(rows.flatMap((row) => certain(row, 'failed'))),
    slow: sumExcess(rows.flatMap((row) => certain(row, 'slow'))),
  };
}
