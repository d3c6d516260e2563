import type {
  Trace,
  TraceFlame,
  TraceLogs,
  TraceParams,
  TraceRows,
  TraceRowsParams,
  TraceSpan,
  TraceSpanParams,
} from '@/lib/contracts/trace';
import type { TraceDiffParams, TraceDiffReport } from '@/lib/contracts/trace-diff';
import { type ApiParams, apiQuery } from './api';

/** A trace hardly changes once it is written; a reader who waits for late spans asks again by hand. */
const STALE_MS = 5 * 60_000;

const tracePart = <T>(traceId: string, part: string, params: ApiParams) => ({
  ...apiQuery<T>(`traces/${encodeURIComponent(traceId)}${part}`, params),
  staleTime: STALE_MS,
});

/** Header, stages, faults and statistics of a trace. While the other clock is asked for, the answer before stands in. */
export const traceQuery = ({ traceId, ...params }: TraceParams) => ({
  ...tracePart<Trace>(traceId, '', params),
  placeholderData: (before: Trace | undefined) => (before?.traceId === traceId ? before : undefined),
});

/** A window of its rows. */
export const traceRowsQuery = ({ traceId, ...params }: TraceRowsParams) =>
  tracePart<TraceRows>(traceId, '/rows', params);

/** The whole trace by self time; spans too narrow to be drawn are counted in the answer. */
export const traceFlameQuery = ({ traceId, ...params }: TraceParams) =>
  tracePart<TraceFlame>(traceId, '/flame', params);

/**
 * One span in full: `span` is its id, "id~index" where the id is not its alone, or the index. Long values are cut
 * unless asked for whole.
 */
export const traceSpanQuery = ({ traceId, span, ...params }: TraceSpanParams) =>
  tracePart<TraceSpan>(traceId, `/spans/${encodeURIComponent(span)}`, params);

/** Log lines that name the trace, with a sentence on where they were looked for. */
export const traceLogsQuery = (traceId: string) => tracePart<TraceLogs>(traceId, '/logs', {});

/** This trace against another, or against the typical one of a version. */
export const traceDiffQuery = ({ traceId, ...params }: TraceDiffParams) =>
  tracePart<TraceDiffReport>(traceId, '/diff', params);

/** Address of a trace's JSON, for saving. */
export const rawTracePath = (traceId: string): string => `/api/traces/${encodeURIComponent(traceId)}/raw`;
