import { type QueryClient, queryOptions, skipToken } from '@tanstack/react-query';
import { readErrorBody, readErrorCode } from '@/lib/contracts/error-body';
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

export type TraceSearchAsked = { startMs: number; endMs: number; order: string; limit: number } & TraceFilter;

export const traceSearchQuery = (params: TraceSearchAsked) => apiQuery<TraceSearch>('traces', { ...params });

export const traceQueryQuery = (filter: TraceFilter) => apiQuery<TraceQuery>('traces/query', { ...filter });

/** Names change slowly: asked again only after a while. */
const NAMES_STALE_MS = 5 * 60_000;

export const traceTagsQuery = (range: TraceTagsParams) => ({
  ...apiQuery<TraceTags>('traces/tags', { ...range }),
  staleTime: NAMES_STALE_MS,
});

export const traceValuesQuery = (params: TraceValuesParams) => ({
  ...apiQuery<TraceValues>('traces/tags/values', { ...params }),
  staleTime: NAMES_STALE_MS,
});

export type ExplainProgress = Omit<Extract<ExplainLine, { type: 'progress' }>, 'type'>;

export const explainProgressKey = (id: string) => ['traces/explain/progress', id] as const;

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
  let response: Response;
  try {
    response = await fetch('/api/traces/explain', {
      method: 'POST',
      body: JSON.stringify(params),
      headers: { 'content-type': 'application/json', accept: 'application/x-ndjson' },
      signal,
    });
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new ApiError({ code: 'upstream_unreachable', message: UNREACHABLE, source: 'console' }, cause);
  }
  if (!response.ok) {
    throw new ApiError(
      readErrorBody(await response.json().catch(() => null)) ?? {
        code: 'internal',
        message: `The console answered ${response.status}.`,
      },
    );
  }
  for await (const line of linesOf(response)) {
    // Of our own server: its shape is the contract's, as that of every other answer.
    const event = JSON.parse(line) as ExplainLine;
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

const UNREACHABLE = 'The console itself cannot be reached. Check your connection and compare again.';

async function* linesOf(response: Response): AsyncGenerator<string> {
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    const lines = (rest + (value ?? '')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield line;
    if (done) {
      if (rest.trim() !== '') yield rest;
      return;
    }
  }
}
