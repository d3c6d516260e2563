import type { ReadinessResult, ReadinessState } from '@/lib/contracts/readiness';
import { formatMs, formatRatioPercent } from './format';
import { countEvidence, judgeShare, MIN_SAMPLE, type Share, shareEvidence, worstState } from './readiness';
import { propagation, requestIds, tailSampling } from './readiness-snippets';

/** Least share of failed and of slow requests that must have a trace. */
const COVERAGE_BOUND = 0.9;
/** Share of requests whose trace begins anew that is still a stray call. */
const STRAY_SHARE = 0.05;

/** Requests of one kind as sampled from the logs, and how many of them have a trace. */
export interface Coverage {
  sampled: number;
  /** Lines without a trace id, which nothing can look up. */
  withoutId: number;
  traced: number;
}

export interface CoverageOf {
  model: string;
  failed: Coverage | null;
  slow: Coverage | null;
  /** What counts as slow, milliseconds; null: nothing says. */
  slowMs: number | null;
}

const shareOf = ({ sampled, withoutId, traced }: Coverage): Share => ({ good: traced, n: sampled - withoutId });

/** trace-coverage: whether what goes wrong in a model can be looked at. A kind that never happened fails nobody. */
export function judgeCoverage({ model, failed, slow, slowMs }: CoverageOf): ReadinessResult {
  const kinds = [
    { name: 'failed requests', coverage: failed },
    { name: slowMs === null ? 'slow requests' : `requests over ${formatMs(slowMs)}`, coverage: slow },
  ].flatMap(({ name, coverage }) =>
    coverage === null ? [] : [{ name, coverage, share: shareOf(coverage), state: stateOf(coverage) }],
  );
  const seen = kinds.filter(({ coverage }) => coverage.sampled > 0);
  const pooled = seen.reduce((sum, { share }) => ({ good: sum.good + share.good, n: sum.n + share.n }), {
    good: 0,
    n: 0,
  });
  const sure = seen.flatMap((kind) => (kind.state === 'fail' || kind.state === 'watch' ? [kind.state] : []));
  // A kind that hardly ever happens is judged together with the other, unless it fails by itself.
  const state = sure.length > 0 ? worstState(sure) : judgeShare(pooled, COVERAGE_BOUND);
  const isBlind = seen.some(({ coverage }) => coverage.withoutId > 0 && coverage.withoutId === coverage.sampled);
  const said = seen.map(({ name, coverage, share }) =>
    share.n === 0
      ? `none of ${coverage.sampled} sampled ${name} carries a trace id`
      : `${formatRatioPercent(share.good / share.n)} of ${share.n} sampled ${name} have a trace${coverage.withoutId === 0 ? '' : ` (${coverage.withoutId} more carry no trace id)`}`,
  );
  return {
    model,
    subject: null,
    state,
    cause:
      seen.length === 0
        ? `No failed or slow request of ${model} is in the logs of the range, so nothing tells whether it would have a trace.`
        : `Of ${model}, ${said.join('; ')}${state === 'unknown' && !isBlind ? `; under ${MIN_SAMPLE} requests say nothing for certain` : ''}.`,
    evidence: seen.map(({ name, share }) => shareEvidence(`${name} with a trace`, share)),
    remedy: state === 'pass' || seen.length === 0 ? null : isBlind ? requestIds() : tailSampling(slowMs),
  };
}

/** A handful that all have one is no proof, and no alarm either. */
const stateOf = (coverage: Coverage): ReadinessState => judgeShare(shareOf(coverage), COVERAGE_BOUND);

/** Where the spans stand with which a service takes requests. */
export interface ServicePropagation {
  service: string;
  /** Traces that it begins, and traces of others that it goes on with, among those sampled. */
  asRoot: number;
  asChild: number;
  /** Of `asked` requests that it begins a trace for, those that another service began a trace for before. */
  asked: number;
  elsewhere: number;
  /** A service that begins those other traces; null where none was found. */
  caller: string | null;
  /** Whether it logs requests; then it must have spans. */
  logsRequests: boolean;
  model: string | null;
}

/** trace-propagation: whether a service goes on with the trace it is called with. */
export function judgePropagation(found: ServicePropagation): ReadinessResult {
  const { service, asRoot, asChild, asked, elsewhere, caller, model } = found;
  const all = asRoot + asChild;
  const evidence = [
    countEvidence('sampled traces it goes on with', asChild),
    countEvidence('sampled traces it begins', asRoot),
    ...(asked === 0 ? [] : [shareEvidence('requests it begins a second trace for', { good: elsewhere, n: asked })]),
  ];
  const result = (state: ReadinessState, cause: string): ReadinessResult => ({
    model,
    subject: service,
    state,
    cause,
    evidence,
    remedy: state === 'pass' ? null : propagation(),
  });
  if (all === 0) {
    return found.logsRequests
      ? result('fail', `${service} logs requests, but no trace of the range has a span of it that takes one.`)
      : result('unknown', `No span of ${service} that takes a request was found.`);
  }
  if (asRoot === 0) {
    return result('pass', `${service} goes on with the trace of its caller in all of ${asChild} sampled traces.`);
  }
  if (elsewhere > 0) {
    const share = asRoot / all;
    const by = caller === null ? 'another service' : caller;
    return result(
      share > STRAY_SHARE ? 'fail' : 'watch',
      `${service} begins a trace of its own in ${formatRatioPercent(share)} of ${all} sampled traces; ${elsewhere} of ${asked} of those requests have a trace of ${by} already, which ends at the call.`,
    );
  }
  if (asked === 0) {
    return result(
      asChild === 0 ? 'unknown' : 'watch',
      `${service} begins ${asRoot} of ${all} sampled traces, and their spans carry no request id: whether it is called by another service cannot be told.`,
    );
  }
  return result(
    'pass',
    `${service} begins its traces where requests enter: none of ${asked} looked up has an earlier one.`,
  );
}
