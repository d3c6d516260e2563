import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { type FieldKind, LATER_PAGE_LINES, MAX_HELD_LINES, PAGE_LINES } from '@/lib/contracts/log-filter';
import type {
  Direction,
  LogContext,
  LogFilterInput,
  LogNames,
  LogPage,
  LogPatternsAnswer,
  LogSummary,
  LogTailEvent,
  LogValues,
} from '@/lib/contracts/logs';
import { type ApiError, apiAddress, apiAsk, apiQuery, apiText, shouldRetry } from './api';

export type LogRange = { startMs: number; endMs: number };
export type LogQuestion = LogFilterInput & LogRange;

/** Lines in pages, held up to a bound; each page begins where the one before says. */
export const logPagesQuery = (params: LogQuestion & { direction: Direction }) =>
  infiniteQueryOptions<LogPage, ApiError, { pages: LogPage[] }, readonly [string, object], string | null>({
    queryKey: ['logs', params],
    queryFn: ({ signal, pageParam }) =>
      apiAsk<LogPage>(
        'logs',
        { ...params, limit: pageParam === null ? PAGE_LINES : LATER_PAGE_LINES, cursor: pageParam ?? undefined },
        signal,
      ),
    initialPageParam: null,
    getNextPageParam: (last, pages) =>
      pages.reduce((sum, { rows }) => sum + rows.length, 0) >= MAX_HELD_LINES ? null : last.next,
    retry: shouldRetry,
    // A list of thousands is compared line by line otherwise, with every page.
    structuralSharing: false,
    // What was read stays as it was read: asking again would move what the reader looks at.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

/** Lines by level over time, all that match and not those on the page alone; none: why. */
export const logSummaryQuery = (params: LogQuestion) => apiQuery<LogSummary>('logs/summary', { ...params });

/**
 * Shapes of lines as Loki keeps them; null where it keeps none for this filter, and then the page finds them in its
 * lines.
 */
export const logPatternsQuery = (params: LogQuestion) => apiQuery<LogPatternsAnswer>('logs/patterns', { ...params });

/** Names to filter by: index labels, and fields found in a sample of lines, so a rare one may be missing. */
export const logNamesQuery = (params: LogQuestion) => apiQuery<LogNames>('logs/names', { ...params });

/** Values of one of those names; `kind` says whether it is a label, metadata or a field in the line. */
export const logValuesQuery = (params: LogQuestion & { name: string; kind: FieldKind }) =>
  apiQuery<LogValues>('logs/values', { ...params });

/** Lines around a line; asking for more keeps what is there until the answer comes. */
export const logContextQuery = (params: { id: string; labels: string; before: number; after: number }) =>
  queryOptions<LogContext, ApiError, LogContext, readonly [string, object]>({
    queryKey: ['logs/context', params],
    queryFn: ({ signal }) => apiAsk<LogContext>('logs/context', params, signal),
    retry: shouldRetry,
    staleTime: 60_000,
    placeholderData: (previous, query) => {
      const [, asked] = query?.queryKey ?? [];
      return asked !== undefined && 'id' in asked && asked.id === params.id ? previous : undefined;
    },
  });

/** A line whole, however long. */
export const wholeLineQuery = (params: { id: string; labels: string }) =>
  queryOptions<string, ApiError, string, readonly [string, object]>({
    queryKey: ['logs/line', params],
    queryFn: ({ signal }) => apiText('logs/line', params, signal),
    retry: shouldRetry,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 10_000,
  });

/** Where an export is downloaded from. */
export const logExportAddress = (
  params: LogQuestion & { direction: Direction; format: 'csv' | 'ndjson'; columns: string },
): string => apiAddress('logs/export', { ...params });

/**
 * Follows lines as they arrive until the returned function is called. The browser opens a broken connection to the
 * console again by itself; `onLost` tells that it is doing so.
 */
export function followLogs(
  params: LogFilterInput,
  handlers: { onEvent: (event: LogTailEvent) => void; onLost: () => void },
): () => void {
  const source = new EventSource(apiAddress('logs/tail', { ...params }));
  source.onmessage = ({ data }) => {
    const event = parseEvent(data);
    if (event === null) return;
    // The server has nothing more to say: opening it again would only end again.
    if (event.type === 'state' && event.state === 'ended') source.close();
    handlers.onEvent(event);
  };
  source.onerror = () => handlers.onLost();
  return () => source.close();
}

function parseEvent(text: unknown): LogTailEvent | null {
  try {
    const event: unknown = JSON.parse(String(text));
    const type = typeof event === 'object' && event !== null && 'type' in event ? event.type : null;
    // Of our own server: its shape is the contract's, as that of every other answer.
    return type === 'lines' || type === 'state' ? (event as LogTailEvent) : null;
  } catch {
    return null;
  }
}
