import type { CompareResult, Measure } from '@/lib/contracts/compare';
import { formatChange, formatMs, formatPoints } from './format';

/** How much better P95 must be for the claim a release owner makes. */
const CLAIMED_P95_FALL = 0.1;

/** What the queries of the latency histogram are told to be for; the finer one wins where both ran. */
const LATENCY_PURPOSE = 'latency buckets by version';
export const NATIVE_PURPOSE = 'native latency histograms by version';

/** The query that a comparison's quantiles come from. */
export const latencyQueries = <Q extends { purpose: string }>(why: readonly Q[]): Q[] => {
  const native = why.filter(({ purpose }) => purpose === NATIVE_PURPOSE);
  return native.length > 0 ? native : why.filter(({ purpose }) => purpose === LATENCY_PURPOSE);
};

/** Proven: the whole interval says so. Refuted: the whole interval says the opposite. Open: neither. */
export type ClaimState = 'proven' | 'refuted' | 'open';

export interface ClaimPart {
  state: ClaimState;
  text: string;
}

/** "P95 better by 10 % and errors no worse", held against a comparison. */
export interface Claim {
  words: string;
  state: ClaimState;
  /** Why nothing can be claimed at all; null when the comparison is sound. */
  unsound: string | null;
  p95: ClaimPart;
  errors: ClaimPart;
}

/**
 * Whether a comparison proves that the challenger's P95 is at least a tenth lower and its errors are no worse. P95: the
 * always-valid interval of the difference lies wholly below −10 % of the champion's value. Errors: their interval lies
 * wholly within the policy's limit and is not wholly above zero, since that nothing is worse at all cannot be proven of
 * equals. An interval that stays open, a comparison in doubt and one without enough data prove nothing.
 */
export function claimOf({ measures, verdict, policy }: CompareResult): Claim {
  const of = (id: string): Measure | undefined => measures.find((one) => one.id === id);
  const p95 = p95Part(of('p95'));
  const errors = errorsPart(of('errors'), policy.maxErrorIncrease);
  const isUnsound = verdict.kind === 'in-doubt' || verdict.kind === 'not-enough-data';
  const unsound = isUnsound
    ? (verdict.reasons.find(({ decides }) => decides)?.text ?? 'The comparison is in doubt.')
    : null;
  const state =
    unsound !== null
      ? 'open'
      : p95.state === 'refuted' || errors.state === 'refuted'
        ? 'refuted'
        : p95.state === 'proven' && errors.state === 'proven'
          ? 'proven'
          : 'open';
  return { words: 'P95 better by 10 % and errors no worse', state, unsound, p95, errors };
}

/** "proven", "not proven", "not proven: the opposite is certain". */
export const claimWord = ({ state }: Pick<Claim, 'state'>): string =>
  state === 'proven' ? 'proven' : state === 'refuted' ? 'not proven, the opposite is certain' : 'not proven';

const absent = (name: string, measure: Measure | undefined): ClaimPart => ({
  state: 'open',
  text: `${name}: ${measure?.word ?? 'not measured'}.`,
});

function p95Part(measure: Measure | undefined): ClaimPart {
  if (measure === undefined || measure.interval === null || measure.champion === null || !(measure.champion > 0)) {
    return absent('P95', measure);
  }
  const { champion, challenger, interval, difference } = measure;
  const share = (ms: number | null): string => formatChange(ms === null ? null : ms / champion);
  const range = `${share(interval.low)} to ${share(interval.high)}`;
  const values = `P95 ${formatMs(challenger)} against ${formatMs(champion)}, ${share(difference)} (interval ${range})`;
  const edge = -CLAIMED_P95_FALL * champion;
  if (interval.high <= edge) return { state: 'proven', text: `${values}: at least 10 % better.` };
  if (interval.low > edge) return { state: 'refuted', text: `${values}: less than 10 % better for certain.` };
  return { state: 'open', text: `${values}: 10 % better is possible, not certain.` };
}

function errorsPart(measure: Measure | undefined, limit: number): ClaimPart {
  if (measure === undefined || measure.interval === null) return absent('Errors', measure);
  const { interval, difference } = measure;
  const range = `${formatPoints(interval.low).replace(/ points?$/, '')} to ${formatPoints(interval.high)}`;
  const values = `errors ${formatPoints(difference)} (interval ${range})`;
  const allowed = `the allowed ${formatPoints(limit)}`;
  if (interval.low > 0) return { state: 'refuted', text: `Worse: ${values}, above zero for certain.` };
  if (interval.high < limit) return { state: 'proven', text: `No worse: ${values}, wholly within ${allowed}.` };
  return { state: 'open', text: `Not certain: ${values}, which crosses ${allowed}.` };
}
