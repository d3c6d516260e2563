import type { CompareResult, Measure } from '@/lib/contracts/compare';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import type { ComparePolicy } from '@/lib/contracts/compare-params';
import { alwaysValidZ, watchedDifference } from './always-valid';
import { absentMeasure, stateAgainstLimit, stateAgainstZero, toMeasure } from './compare-state';
import { newcombeDifference, type Proportion } from './comparison';
import { accumulateEvidence, type Evidence, type EvidenceWindow } from './evidence';
import { formatCount, formatNumber } from './format';
import { dispersionOf, effective, pairedDispersion, varianceFactor } from './overdispersion';
import { hasErrorsForSequence } from './sequential';
import { type MixAdjusted, mixAdjustedDifference, poolSegments } from './traffic-mix';

/** Errors of two sides: crude, adjusted for the traffic mix, over time. */

/** Requests a side from which a row says anything at all. */
export const MIN_FOR_ROW = 100;
/** Points of the chart that shows whether the difference is stable. */
const STABILITY_POINTS = 240;

/** Failures among requests of a side; null where either is not measured or there were none. */
export function errorsOf(side: CompareInputs['champion']): Proportion | null {
  if (side === null || side.requests === null || side.errors === null || !(side.requests > 0)) return null;
  if (!Number.isFinite(side.requests) || !Number.isFinite(side.errors)) return null;
  return { successes: side.errors, total: side.requests };
}

type Cells = NonNullable<CompareInputs['cells']>;

/** Cells as windows of the e-process; a cell in which either side is not measured is left out. */
function windowsOf(cells: Cells): (EvidenceWindow | null)[] {
  const { champion, challenger } = cells;
  return champion.requests.map((requests, i) => {
    const other = challenger.requests[i] ?? null;
    if (requests === null && other === null) return null;
    return {
      championRequests: requests ?? 0,
      challengerRequests: other ?? 0,
      championErrors: Math.min(champion.errors[i] ?? 0, requests ?? 0),
      challengerErrors: Math.min(challenger.errors[i] ?? 0, other ?? 0),
    };
  });
}

/** A side's cells as proportions on the grid; an unmeasured cell has no requests. */
const proportions = (part: readonly (number | null)[], whole: readonly (number | null)[]): Proportion[] =>
  whole.map((total, i) => {
    const successes = part[i] ?? null;
    return total === null || successes === null || !(total > 0)
      ? NOTHING
      : { successes: Math.min(successes, total), total };
  });

const NOTHING: Proportion = { successes: 0, total: 0 };

/** φ for failures, or for requests slower than the cells' bound: of each side, and of their difference. */
export function dispersions(cells: CompareInputs['cells'], of: 'errors' | 'above'): CompareResult['phi'] {
  if (cells === null) return { champion: null, challenger: null, paired: null };
  const a = proportions(cells.champion[of], cells.champion.requests);
  const b = proportions(cells.challenger[of], cells.challenger.requests);
  return { champion: dispersionOf(a), challenger: dispersionOf(b), paired: pairedDispersion(a, b) };
}

/** What each side's variance is multiplied by: by φ of the difference where both share the clock, else by its own. */
export const factorsOf = (phi: CompareResult['phi'], mode: CompareInputs['mode']): Factors =>
  mode === 'versions' && phi.paired !== null
    ? { champion: varianceFactor(phi.paired), challenger: varianceFactor(phi.paired) }
    : { champion: varianceFactor(phi.champion), challenger: varianceFactor(phi.challenger) };

export interface Factors {
  champion: number;
  challenger: number;
}

export interface ErrorFindings {
  measures: Measure[];
  phi: CompareResult['phi'];
  evidence: Evidence | null;
  mix: MixAdjusted | null;
}

/** Rows of the errors, with what they rest on. */
export function errorMeasures(inputs: CompareInputs, policy: ComparePolicy): ErrorFindings {
  const phi = dispersions(inputs.cells, 'errors');
  const factors = factorsOf(phi, inputs.mode);
  const windows = inputs.cells === null ? [] : windowsOf(inputs.cells).filter((one) => one !== null);
  const isTold = inputs.champion?.errors !== null && inputs.challenger?.errors !== null;
  const evidence = windows.length === 0 || !isTold ? null : accumulateEvidence(windows);
  const mix = inputs.segments === null || !isTold ? null : mixAdjustedDifference(inputs.segments, factors);
  return {
    measures: [crudeErrors(inputs, policy, { factors, evidence }), ...adjustedErrors(mix, policy)],
    phi,
    evidence,
    mix,
  };
}

function crudeErrors(
  inputs: CompareInputs,
  policy: ComparePolicy,
  { factors, evidence }: { factors: Factors; evidence: Evidence | null },
): Measure {
  const head = {
    id: 'errors',
    name: 'Errors',
    unit: 'ratio',
    group: 'errors',
    limit: policy.maxErrorIncrease,
    worse: 'up',
  } as const;
  const champion = errorsOf(inputs.champion);
  const challenger = errorsOf(inputs.challenger);
  const definition = `failed ÷ all requests; confidence sequence, valid however often it is read, ${inflation(factors)}`;
  if (champion === null || challenger === null) return absentMeasure({ ...head, definition });
  const samples = `${formatCount(champion.total)} · ${formatCount(challenger.total)}`;
  if (Math.min(champion.total, challenger.total) < MIN_FOR_ROW) {
    return absentMeasure({ ...head, definition }, 'not-enough-data', samples);
  }
  const compared = watchedDifference(champion, challenger, factors);
  if (compared === null) return absentMeasure({ ...head, definition }, 'not-enough-data', samples);
  const few = !hasErrorsForSequence(champion, challenger);
  let state = stateAgainstLimit(compared.interval, policy.maxErrorIncrease, 'up');
  // Under ten failures a side the sequence's asymptotics are not to be believed: the exact e-process must agree.
  if (few && state === 'beyond' && !(evidence !== null && evidence.pValue <= 0.05 && evidence.isAgainstChallenger)) {
    state = 'undecided';
  }
  return toMeasure({
    ...head,
    definition: few
      ? `failed ÷ all requests; under 10 failures a side, so Newcombe’s interval with the multiplier of a confidence sequence (${formatNumber(alwaysValidZ(Math.min(champion.total, challenger.total)), 3)}), and red only if the e-process of the counts agrees`
      : definition,
    champion: Math.min(1, champion.successes / champion.total),
    challenger: Math.min(1, challenger.successes / challenger.total),
    difference: compared.difference,
    interval: compared.interval,
    intervalKind: 'always-valid',
    samples,
    state,
  });
}

/** "variances × 1.3 (overdispersion)" of both sides. */
export const inflation = ({ champion, challenger }: Factors): string =>
  champion === challenger
    ? `variances × ${formatNumber(champion, 2)} for overdispersion`
    : `variances × ${formatNumber(champion, 2)} and × ${formatNumber(challenger, 2)} for overdispersion`;

function adjustedErrors(mix: MixAdjusted | null, policy: ComparePolicy): Measure[] {
  if (mix === null) return [];
  const least = mix.segments.reduce((few, one) => Math.min(few, one.champion.total, one.challenger.total), Infinity);
  const lacking =
    mix.uncovered > 0
      ? `; ${formatNumber(mix.uncovered * 100, 2)} % of requests left out, one side has none of theirs`
      : '';
  return [
    toMeasure({
      id: 'errors-mix',
      name: 'Errors, mix-adjusted',
      unit: 'ratio',
      group: 'errors',
      limit: policy.maxErrorIncrease,
      worse: 'up',
      champion: mix.champion,
      challenger: mix.challenger,
      difference: mix.difference,
      interval: mix.interval,
      intervalKind: 'always-valid',
      samples: `${mix.segments.length} ${mix.segments.length === 1 ? 'segment' : 'segments'}`,
      state: least > 0 ? stateAgainstLimit(mix.interval, policy.maxErrorIncrease, 'up') : 'not-enough-data',
      definition: `difference within each segment, weighted by the segments’ share of all requests${lacking}${mix.changesSign ? '; the crude difference has the other sign' : ''}`,
    }),
  ];
}

/** Errors by segment, small ones pooled; ordinary 95 % intervals with the sides' overdispersion. */
export function segmentRows(inputs: CompareInputs, phi: CompareResult['phi']): CompareResult['segments'] {
  const factors = factorsOf(phi, inputs.mode);
  return poolSegments(inputs.segments ?? []).map(({ segment, champion, challenger }) => {
    const compared = newcombeDifference(
      effective(champion, factors.champion),
      effective(challenger, factors.challenger),
    );
    return {
      segment,
      championRequests: champion.total,
      challengerRequests: challenger.total,
      champion: champion.total > 0 ? champion.successes / champion.total : null,
      challenger: challenger.total > 0 ? challenger.successes / challenger.total : null,
      difference: compared?.difference ?? null,
      interval: compared?.interval ?? null,
      state: compared === null ? 'not-measured' : stateAgainstZero(compared.interval, 'up'),
    };
  });
}

/** Difference of errors from the window's start up to each cell, with the band that stays valid while it grows. */
export function stabilityOf(inputs: CompareInputs, policy: ComparePolicy): CompareResult['stability'] {
  const { cells, champion, challenger } = inputs;
  if (cells === null || champion?.errors === null || challenger?.errors === null || inputs.mode === 'instant') {
    return null;
  }
  const a = proportions(cells.champion.errors, cells.champion.requests);
  const b = proportions(cells.challenger.errors, cells.challenger.requests);
  const every = Math.max(1, Math.ceil(a.length / STABILITY_POINTS));
  // Counted from the end, so that the last point is the present.
  const first = Math.max(0, a.length - 1) % every;
  const sum = (list: readonly Proportion[]): Proportion =>
    list.reduce((all, one) => ({ successes: all.successes + one.successes, total: all.total + one.total }), NOTHING);
  const points = Array.from({ length: Math.ceil((a.length - first) / every) }, (_, index) => {
    const until = first + index * every + 1;
    const [own, other] = [a.slice(0, until), b.slice(0, until)];
    const [champions, challengers] = [sum(own), sum(other)];
    if (Math.min(champions.total, challengers.total) < MIN_FOR_ROW) return null;
    const phi = pairedDispersion(own, other);
    const factor = varianceFactor(phi);
    return watchedDifference(champions, challengers, { champion: factor, challenger: factor });
  });
  const beyond = points.map((point) => point !== null && point.interval.low > policy.maxErrorIncrease);
  const lastWithin = beyond.lastIndexOf(false);
  const since = lastWithin + 1 < beyond.length ? lastWithin + 1 : null;
  const startMs = cells.startMs + first * cells.stepMs;
  const stepMs = cells.stepMs * every;
  return {
    startMs,
    stepMs,
    difference: points.map((point) => point?.difference ?? null),
    low: points.map((point) => point?.interval.low ?? null),
    high: points.map((point) => point?.interval.high ?? null),
    beyondSinceMs: since === null ? null : startMs + since * stepMs,
  };
}
