import 'server-only';
import { type Attributes, toAttributes } from './attributes';
import type { RawSearchHit } from './schema';
import { nsToFloatMs } from './spans';

/** A span that the query matched: only what the query named or selected is known of it. */
export interface MatchedSpan {
  spanId: string;
  /** Empty unless queried or selected. */
  name: string;
  startMs: number;
  durationMs: number;
  /** Names without their scope, as Tempo sends them: `span.x` and `resource.x` cannot be told apart. */
  attributes: Attributes;
}

/** One trace of a search. */
export interface TraceHit {
  /** 32 hex digits; Tempo strips leading zeros. */
  traceId: string;
  /** Null while the root span has not arrived. */
  rootServiceName: string | null;
  rootName: string | null;
  startMs: number;
  durationMs: number;
  spans: MatchedSpan[];
  /** Matching spans in the trace, of which only some are listed. */
  matched: number;
  services: { name: string; spanCount: number; errorCount: number }[];
}

const ROOT_MISSING = '<root span not yet received>';

/**
 * One trace of a search, times in fractional milliseconds, ids with their leading zeros. Attributes of a set hold for
 * each of its spans.
 */
export function toTraceHit(hit: RawSearchHit): TraceHit {
  // spanSet repeats the first of spanSets; versions before 2.2 have it alone.
  const sets = hit.spanSets ?? (hit.spanSet ? [hit.spanSet] : []);
  return {
    traceId: hit.traceID.toLowerCase().padStart(32, '0'),
    rootServiceName: hit.rootServiceName === '' || hit.rootServiceName === ROOT_MISSING ? null : hit.rootServiceName,
    rootName: hit.rootTraceName === '' ? null : hit.rootTraceName,
    startMs: nsToFloatMs(BigInt(hit.startTimeUnixNano)),
    durationMs: hit.durationMs,
    spans: sets.flatMap((set) =>
      set.spans.map((span) => ({
        spanId: span.spanID.toLowerCase().padStart(16, '0'),
        name: span.name,
        startMs: nsToFloatMs(BigInt(span.startTimeUnixNano)),
        durationMs: nsToFloatMs(BigInt(span.durationNanos)),
        attributes: { ...toAttributes(set.attributes), ...toAttributes(span.attributes) },
      })),
    ),
    matched: sets.reduce((sum, set) => sum + (set.matched ?? set.spans.length), 0),
    services: Object.entries(hit.serviceStats ?? {}).map(([name, stats]) => ({
      name,
      spanCount: stats.spanCount ?? 0,
      errorCount: stats.errorCount ?? 0,
    })),
  };
}
