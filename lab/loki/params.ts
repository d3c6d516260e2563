import { formatGoDuration } from '../go/durations';
import { parseDurationMs } from '../prometheus/durations';
import { LokiError } from './errors';

const NS_PER_S = 1_000_000_000n;
/** max_query_length of Loki's defaults. */
const MAX_QUERY_NS = 721n * 3600n * NS_PER_S;
/** max_entries_limit_per_query of Loki's defaults. */
export const MAX_ENTRIES = 5000;
const MAX_POINTS = 11_000;

/**
 * Nanoseconds of a time parameter as Loki reads it: integers of up to 10 digits are seconds, longer ones nanoseconds
 * (13 digits too, which puts a Date.now() into 1970), a point makes it seconds, else RFC 3339.
 */
export function parseTime(text: string): bigint {
  if (/^-?\d+\.\d*$/.test(text)) {
    const [whole, fraction] = text.split('.');
    const ns = BigInt(whole ?? '0') * NS_PER_S;
    const part = BigInt((fraction ?? '').padEnd(9, '0').slice(0, 9));
    return text.startsWith('-') ? ns - part : ns + part;
  }
  if (/^-?\d+$/.test(text)) return text.length <= 10 ? BigInt(text) * NS_PER_S : BigInt(text);
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  const ms = match ? Date.parse(`${match[1]}${match[3]}`) : Number.NaN;
  if (!match || Number.isNaN(ms)) {
    throw new LokiError(
      400,
      `parsing time ${JSON.stringify(text)} as "2006-01-02T15:04:05.999999999Z07:00": cannot parse ${JSON.stringify(text)} as "2006"`,
    );
  }
  return BigInt(ms) * 1_000_000n + BigInt((match[2] ?? '').padEnd(9, '0'));
}

export interface TimeRange {
  startNs: bigint;
  endNs: bigint;
}

/** `start` and `end` with Loki's defaults: now, and an hour (or `since`) before the end. */
export function rangeOf(params: URLSearchParams, nowMs: number): TimeRange {
  const end = params.get('end');
  const start = params.get('start');
  const since = params.get('since');
  const nowNs = BigInt(Math.floor(nowMs)) * 1_000_000n;
  const endNs = end ? parseTime(end) : nowNs;
  const sinceMs = since ? parseDurationMs(since) : 3_600_000;
  if (sinceMs === null)
    throw new LokiError(
      400,
      `could not parse 'since' parameter: not a valid duration string: ${JSON.stringify(since)}`,
    );
  const anchor = endNs < nowNs ? endNs : nowNs;
  return { startNs: start ? parseTime(start) : anchor - BigInt(sinceMs) * 1_000_000n, endNs };
}

/** Refuses a range that ends before it starts or is longer than Loki's limit. */
export function checkRange({ startNs, endNs }: TimeRange): void {
  if (endNs < startNs) throw new LokiError(400, 'end timestamp must not be before or equal to start time');
  if (endNs - startNs > MAX_QUERY_NS) {
    const length = formatGoDuration(Number(endNs - startNs));
    throw new LokiError(400, `the query time range exceeds the limit (query length: ${length}, limit: 30d1h)`);
  }
}

/** Nanoseconds of `step` or `interval`: float seconds or a Prometheus duration; null when absent. */
export function durationParam(params: URLSearchParams, name: string): number | null {
  const text = params.get(name);
  if (!text) return null;
  const seconds = Number(text);
  if (!Number.isNaN(seconds)) return Math.round(seconds * 1e9);
  const ms = parseDurationMs(text);
  if (ms === null) throw new LokiError(400, `cannot parse ${JSON.stringify(text)} to a valid duration`);
  return ms * 1e6;
}

/** The step in nanoseconds: as given, else a 250th of the range and a second at least. Refuses more than 11,000 points. */
export function stepOf(params: URLSearchParams, { startNs, endNs }: TimeRange): number {
  const seconds = Number(endNs - startNs) / 1e9;
  const given = durationParam(params, 'step');
  if (given !== null && given <= 0) {
    throw new LokiError(400, 'zero or negative query resolution step widths are not accepted. Try a positive integer');
  }
  const stepNs = given ?? Math.max(1, Math.floor(seconds / 250)) * 1e9;
  if ((seconds * 1e9) / stepNs > MAX_POINTS) {
    throw new LokiError(
      400,
      'exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step parameter',
    );
  }
  return stepNs;
}

/** A whole number parameter; throws Go's text for one that is none. */
export function integerParam(params: URLSearchParams, name: string, fallback: number): number {
  const text = params.get(name);
  if (!text) return fallback;
  if (!/^[+-]?\d+$/.test(text))
    throw new LokiError(400, `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

/** The limit of log lines: 100 unless given, positive. */
export function limitOf(params: URLSearchParams): number {
  const limit = integerParam(params, 'limit', 100);
  if (limit <= 0) throw new LokiError(400, 'limit must be a positive value');
  return limit;
}

/** Refuses more lines than max_entries_limit_per_query. */
export function checkEntries(limit: number): void {
  if (limit > MAX_ENTRIES) {
    throw new LokiError(
      400,
      `max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > ${MAX_ENTRIES})`,
    );
  }
}

/** Whether the newest lines come first. */
export function isBackward(params: URLSearchParams): boolean {
  const direction = params.get('direction');
  if (!direction) return true;
  const upper = direction.toUpperCase();
  if (upper !== 'BACKWARD' && upper !== 'FORWARD') throw new LokiError(400, `invalid direction '${direction}'`);
  return upper === 'BACKWARD';
}
