import { parseGoDuration } from '../go/durations';
import type { Intervals } from './intervals';
import { defaultStepNs, instantInterval, rangeIntervals } from './intervals';
import { END_CUTOFF_MS, intParam, RequestError } from './params';

const MAX_RANGE_NS = 24n * 3600n * 1_000_000_000n;
const MAX_INTERVALS = 10_000n;
const DEFAULT_SINCE_NS = 3600n * 1_000_000_000n;
/** The server's cap; an absent or zero parameter means this many, not none. */
export const MAX_EXEMPLARS = 100;

export interface MetricsRequest {
  query: string;
  /** Null where the half minute that is never seen leaves nothing of the range. */
  intervals: Intervals | null;
  maxExemplars: number;
  /** 0: no bound. */
  maxSeries: number;
}

/** The parameters of `/api/metrics/query_range`, or of the instant `/api/metrics/query`. */
export function parseMetricsRequest(params: URLSearchParams, nowMs: number, instant: boolean): MetricsRequest {
  const query = params.get('q') ?? params.get('query') ?? '';
  const { startNs, endNs } = parseBounds(params, BigInt(Math.trunc(nowMs)) * 1_000_000n);
  if (startNs >= endNs) {
    throw new RequestError(400, `http parameter start must be before end. received start=${startNs} end=${endNs}`);
  }
  const cutoffNs = BigInt(Math.trunc(nowMs) - END_CUTOFF_MS) * 1_000_000n;
  const seenEndNs = endNs < cutoffNs ? endNs : cutoffNs;
  if (seenEndNs - startNs > MAX_RANGE_NS) {
    throw new RequestError(400, 'metrics query time range exceeds the maximum allowed duration of 24h0m0s');
  }
  const stepNs = instant ? endNs - startNs : parseStep(params, startNs, endNs);
  if (!instant && (endNs - startNs) / stepNs > MAX_INTERVALS) throw stepTooSmall(params, endNs - startNs);
  const requested = intParam(params, 'exemplars') ?? 0;
  return {
    query,
    intervals:
      seenEndNs <= startNs
        ? null
        : instant
          ? instantInterval(startNs, seenEndNs)
          : rangeIntervals(startNs, seenEndNs, stepNs),
    maxExemplars: requested <= 0 ? MAX_EXEMPLARS : Math.min(requested, MAX_EXEMPLARS),
    maxSeries: intParam(params, 'maxSeries') ?? 0,
  };
}

function stepTooSmall(params: URLSearchParams, rangeNs: bigint): RequestError {
  const least = rangeNs / MAX_INTERVALS / 1_000_000_000n + 1n;
  return new RequestError(
    400,
    `step of ${params.get('step') ?? 'default'} is too small, minimum step for given range is ${least}s`,
  );
}

function parseBounds(params: URLSearchParams, nowNs: bigint): { startNs: bigint; endNs: bigint } {
  const start = params.get('start');
  const end = params.get('end');
  const since = params.get('since');
  const sinceNs = since === null ? DEFAULT_SINCE_NS : parseSince(since);
  const endNs = end === null || end === '' ? nowNs : parseTimeNs(end, 'end');
  return { startNs: start === null || start === '' ? endNs - sinceNs : parseTimeNs(start, 'start'), endNs };
}

/** Up to ten digits are seconds, more are nanoseconds (milliseconds would be 1970); also float seconds and RFC 3339. */
function parseTimeNs(text: string, name: string): bigint {
  if (/^\d+$/.test(text)) return text.length <= 10 ? BigInt(text) * 1_000_000_000n : BigInt(text);
  if (/^\d+\.\d+$/.test(text)) return BigInt(Math.round(Number(text) * 1e3)) * 1_000_000n;
  const ms = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new RequestError(400, `invalid ${name}: could not parse ${JSON.stringify(text)} as time`);
  return BigInt(ms) * 1_000_000n;
}

/** A Prometheus duration, which unlike Go's knows days and weeks. */
function parseSince(text: string): bigint {
  const days = /^(\d+)([dw])$/.exec(text);
  const ns = days === null ? parseGoDuration(text) : Number(days[1]) * (days[2] === 'w' ? 7 : 1) * 24 * 3600 * 1e9;
  if (ns === null || ns <= 0)
    throw new RequestError(400, `invalid since: not a valid duration string: ${JSON.stringify(text)}`);
  return BigInt(ns);
}

/** Float seconds or a Go duration (`1d` is none); absent: the server's default for the range. */
function parseStep(params: URLSearchParams, startNs: bigint, endNs: bigint): bigint {
  const text = params.get('step');
  if (text === null || text === '') return defaultStepNs(startNs, endNs);
  const ns = /^\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * 1e9) : parseGoDuration(text);
  if (ns === null)
    throw new RequestError(400, `invalid step: cannot parse ${JSON.stringify(text)} to a valid duration`);
  if (ns <= 0) throw new RequestError(400, 'invalid step: must be greater than 0');
  return BigInt(ns);
}
