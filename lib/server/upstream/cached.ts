import 'server-only';
import type { z } from 'zod';
import { keepMsOf, type QueryCache, queryCache } from '../cache';
import { fetchUpstream, type UpstreamAnswer, type UpstreamRequest } from '../upstream';

/** What a client may be given instead of the process's own: for tests. */
export interface ClientOptions {
  cache?: QueryCache;
  nowMs?: () => number;
}

/** The newest instant an answer speaks of, and its step; null for state that changes at any time (rules, targets). */
export type AnswerSpan = { endMs: number; stepMs: number | null } | null;

/** How long state without a time of its own is shared. */
const STATE_MS = 5_000;

export interface CachedAnswer<T> extends UpstreamAnswer<T> {
  cached: boolean;
}

/** Asks one source through the cache; who made it has told the source and how its errors read. */
export type SourceApi = <S extends z.ZodType>(
  ask: Pick<UpstreamRequest<S>, 'path' | 'params' | 'headers' | 'accept' | 'schema' | 'signal'> & { span: AnswerSpan },
) => Promise<CachedAnswer<z.output<S>>>;

/** Everything that decides an answer. Configured headers belong to the source and are the same for every reader. */
export const requestKey = (request: UpstreamRequest<z.ZodType>): string =>
  JSON.stringify([
    request.source.kind,
    request.source.name,
    request.source.url,
    request.path,
    request.params ?? {},
    request.headers ?? {},
    request.accept ?? 'json',
  ]);

/** fetchUpstream through the cache: shared in flight, kept as long as its span allows. `whole` false keeps nothing. */
export async function fetchCached<S extends z.ZodType>(
  request: UpstreamRequest<S>,
  span: AnswerSpan,
  options: ClientOptions,
  whole: (value: z.output<S>) => boolean = () => true,
): Promise<CachedAnswer<z.output<S>>> {
  const cache = options.cache ?? queryCache();
  const nowMs = (options.nowMs ?? Date.now)();
  const { value, cached } = await cache.get<UpstreamAnswer<z.output<S>>>({
    key: requestKey(request),
    signal: request.signal,
    load: (signal) => fetchUpstream({ ...request, signal }),
    keepMs: (answer) => (whole(answer.value) ? (span === null ? STATE_MS : keepMsOf(span, nowMs)) : 0),
    // Read into objects, an answer takes about three times its text.
    sizeBytes: (answer) => answer.bytes * 3,
  });
  return { ...value, cached };
}
