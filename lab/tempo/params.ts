import { parseGoDuration } from '../go/durations';

/** A refused request: the status and the plain text that the real server answers. */
export class RequestError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The server's default `query_end_cutoff`: what is younger is not searched. */
export const END_CUTOFF_MS = 30_000;
const DEFAULT_SEARCH_MS = 15 * 60_000;
const MAX_SEARCH_SECONDS = 168 * 3600;
const MAX_UINT32 = 0xffff_ffff;

export interface RangeMs {
  startMs: number;
  /** Exclusive. */
  endMs: number;
}

/** A whole number of a parameter, or null where it is absent. Text that is no such number is a 400. */
export function intParam(params: URLSearchParams, name: string, max = Number.MAX_SAFE_INTEGER): number | null {
  const text = params.get(name);
  if (text === null || text === '') return null;
  if (!/^[+-]?\d+$/.test(text)) {
    throw new RequestError(400, `invalid ${name}: strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  const value = Number(text);
  if (Math.abs(value) > max) {
    throw new RequestError(
      400,
      `invalid ${name}: strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`,
    );
  }
  return value;
}

/**
 * `start` and `end` in unix seconds, both or none; without them the quarter hour before the cutoff. The last
 * half minute before `nowMs` is cut off as the server does.
 */
export function searchRange(
  params: URLSearchParams,
  nowMs: number,
  maxSeconds: number | null = MAX_SEARCH_SECONDS,
): RangeMs {
  const start = intParam(params, 'start', MAX_UINT32);
  const end = intParam(params, 'end', MAX_UINT32);
  const cutoffMs = nowMs - END_CUTOFF_MS;
  if (start === null && end === null) return { startMs: cutoffMs - DEFAULT_SEARCH_MS, endMs: cutoffMs };
  if (start === null || end === null) throw new RequestError(400, 'only one of start and end provided');
  if (start >= end) {
    throw new RequestError(400, `http parameter start must be before end. received start=${start} end=${end}`);
  }
  const cutEnd = Math.min(end, Math.floor(cutoffMs / 1000));
  if (maxSeconds !== null && cutEnd - start > maxSeconds) {
    throw new RequestError(
      400,
      `range specified by start and end exceeds 168h0m0s. received start=${start} end=${cutEnd}`,
    );
  }
  return { startMs: start * 1000, endMs: cutEnd * 1000 };
}

/** A Go duration parameter in nanoseconds, or null where it is absent. */
export function durationParam(params: URLSearchParams, name: string): number | null {
  const text = params.get(name);
  if (text === null || text === '') return null;
  const value = parseGoDuration(text);
  if (value === null) throw new RequestError(400, `invalid ${name}: time: invalid duration ${JSON.stringify(text)}`);
  return value;
}
