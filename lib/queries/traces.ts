import { type QueryClient, queryOptions, skipToken } from '@tanstack/react-query';
import { readErrorCode } from '@/lib/contracts/error-body';
import type {
  ExplainLine,
  ExplainParams,
  Explanation,
  TraceFilter,
  TraceQuery,
  TraceSearch,
  TraceTags,
  TraceTagsParams,
  TraceValues,
  TraceValuesParams,
} from '@/lib/contracts/traces';
import { ApiError, apiQuery } from './api';
import { apiLines } from './api-lines';

export type TraceSearchAsked = { startMs: number; endMs: number; order: string; limit: number } & TraceFilter;

/**
 * Newest or slowest first, `limit` at most. Which of them are found depends on what the source scanned, which the
 * answer tells.
 */
export const traceSearchQuery = (params: TraceSearchAsked) => apiQuery<TraceSearch>('traces', { ...params });

/** The TraceQL that fields stand for. No source is asked, so that it can follow the typing. */
export const traceQueryQuery = (filter: TraceFilter) => apiQuery<TraceQuery>('traces/query', { ...filter });

/** Names change slowly: asked again only after a while. */
const NAMES_STALE_MS = 5 * 60_000;

/** Attributes that spans of the range have; asked again after five minutes. */
export const traceTagsQuery = (range: TraceTagsParams) => ({
  ...apiQuery<TraceTags>('traces/tags', { ...range }),
  staleTime: NAMES_STALE_MS,
});

/** Values of one attribute in the range; asked again after five minutes. */
export const traceValuesQuery = (params: TraceValuesParams) => ({
  ...apiQuery<TraceValues>('traces/tags/values', { ...params }),
  staleTime: NAMES_STALE_MS,
});

export type ExplainProgress = Omit<Extract<ExplainLine, { type: 'progress' }>, 'type'>;

const explainProgressKey = (id: string) => ['traces/explain/progress', id] as const;

/** How far a comparison is; null before its first line. */
export const explainProgressQuery = (id: string) =>
  queryOptions<ExplainProgress | null>({
    queryKey: explainProgressKey(id),
    queryFn: () => null,
    enabled: false,
    initialData: null,
  });

/**
 * What is different in the selected traces. The answer is streamed: progress goes under explainProgressKey(id), and
 * cancelling the query ends the work on the server. `id` stands for the population, which is too long for a key.
 */
export const explainQuery = (id: string, params: ExplainParams) =>
  queryOptions<Explanation, ApiError>({
    queryKey: ['traces/explain', id],
    queryFn: ({ signal, client }) => explain(id, params, client, signal),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 10 * 60_000,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

/** The finished comparison, where there is one, without asking for it. */
export const explainedQuery = (id: string) =>
  queryOptions<Explanation, ApiError>({ queryKey: ['traces/explain', id], queryFn: skipToken });

async function explain(
  id: string,
  params: ExplainParams,
  client: QueryClient,
  signal: AbortSignal,
): Promise<Explanation> {
  for await (const event of apiLines<ExplainLine>('traces/explain', params, signal)) {
    if (event.type === 'result') return event.explanation;
    if (event.type === 'error') {
      const { code, message, source } = event;
      throw new ApiError({
        code: readErrorCode(code) ?? 'internal',
        message,
        ...(source === undefined ? {} : { source }),
      });
    }
    const { type: _, ...progress } = event;
    client.setQueryData(explainProgressKey(id), progress);
  }
  throw new ApiError({ code: 'internal', message: 'The comparison broke off before its end. Compare again.' });
}
