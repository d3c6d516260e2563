import 'server-only';
import { setTimeout as wait } from 'node:timers/promises';
import type { z } from 'zod';
import type { SourceConfig } from './config';
import { countUpstream } from './console/metrics';
import { AppError } from './errors';
import { processWide } from './process-wide';
import { readBounded, TooLargeError } from './upstream/body';
import { type Explanation, HTML_ANSWER, looksLikeHtml, malformed, type Refusal, refusalError } from './upstream/error';
import { Limiter } from './upstream/limiter';
import { isUnreachable, NOT_HTTP, speaksOtherProtocol, unreachableError } from './upstream/network';
import { type UpstreamParams, upstreamUrl } from './upstream/url';

const RETRY_WAITS_MS = [100, 300] as const;
const MAX_ERROR_BYTES = 64 * 1024;
/** Large answers of a source that are read at once: each may grow to the source's bound. */
const MAX_LARGE_READS = 2;

export interface UpstreamRequest<S extends z.ZodType> {
  source: SourceConfig;
  /** API path below the source's base address, parts already percent-encoded. */
  path: string;
  params?: UpstreamParams;
  /** 'FORM' sends the parameters as a POST form, for queries longer than an address may be. */
  method?: 'GET' | 'FORM' | 'POST' | 'DELETE';
  /** JSON body of a POST. */
  body?: unknown;
  /** Headers of the API itself; those of the source's configuration win. */
  headers?: Readonly<Record<string, string>>;
  accept?: 'json' | 'text';
  schema: S;
  signal: AbortSignal;
  timeoutMs?: number;
  /** False for a write: an attempt whose outcome is unknown is not repeated. */
  retry?: boolean;
  /** What an answer without content means, where that is a legal success. */
  whenEmpty?: z.input<S>;
  /** 'cut': of an answer beyond the bound, or broken off, the beginning is taken, and `cut` says so; for text only. */
  beyond?: 'refuse' | 'cut';
  /** The source's own form of errors. */
  explain?: (refusal: Refusal) => Explanation;
}

export interface UpstreamAnswer<T> {
  value: T;
  headers: Headers;
  status: number;
  bytes: number;
  elapsedMs: number;
  /** The request as anybody can repeat it, without credentials. */
  requestUrl: string;
  /** Whether this is the beginning of a larger answer. */
  cut: boolean;
}

const limiters = processWide('upstream-limiters', () => new Map<string, Limiter>());

/** The concurrency limit of a source: one per address in this process. */
export const limiterOf = (source: SourceConfig): Limiter => limiterFor(source, 'queries', source.maxConcurrent);

function limiterFor(source: SourceConfig, what: 'queries' | 'large reads', max: number): Limiter {
  const key = `${what} ${source.kind} ${source.name} ${source.url}`;
  let limiter = limiters.get(key);
  if (limiter === undefined || limiter.max !== Math.max(1, max)) {
    limiter = new Limiter(max);
    limiters.set(key, limiter);
  }
  return limiter;
}

/**
 * The only upstream fetch: waits for one of the source's places, asks, reads at most `source.maxAnswerBytes`, parses.
 * Throws an AppError that names the source, or the signal's own reason when the reader left. Only a source that could
 * not be reached is asked again, twice; a redirect is never followed.
 */
export async function fetchUpstream<S extends z.ZodType>(
  request: UpstreamRequest<S>,
): Promise<UpstreamAnswer<z.output<S>>> {
  const { source, signal } = request;
  const timeoutMs = request.timeoutMs ?? source.timeoutMs;
  const startedMs = performance.now();
  const deadline = AbortSignal.timeout(timeoutMs);
  const either = AbortSignal.any([signal, deadline]);
  let waiting = true;
  const count = (outcome: string) => countUpstream(source, outcome, performance.now() - startedMs);
  try {
    const release = await limiterOf(source).acquire(either);
    waiting = false;
    try {
      for (let attempt = 0; ; attempt += 1) {
        try {
          const answer = await ask(request, either, startedMs);
          count('ok');
          return answer;
        } catch (error) {
          const pause = RETRY_WAITS_MS[attempt];
          if (either.aborted || !isUnreachable(error)) throw error;
          if (speaksOtherProtocol(error)) throw malformed(source, NOT_HTTP, error);
          if (pause === undefined || request.retry === false) throw unreachableError(source, error);
          await wait(pause, undefined, { signal: either });
        }
      }
    } finally {
      release();
    }
  } catch (error) {
    if (signal.aborted) {
      count('left');
      throw signal.reason;
    }
    const failure = deadline.aborted ? timeoutError(source, timeoutMs, waiting, error) : error;
    count(failure instanceof AppError ? failure.code : 'internal');
    throw failure;
  }
}

function timeoutError(source: SourceConfig, timeoutMs: number, waiting: boolean, cause: unknown): AppError {
  const seconds = `${Math.round(timeoutMs / 100) / 10} s`;
  const message = waiting
    ? `${source.name} was busy with ${source.maxConcurrent} other queries of this console for ${seconds}: try again, or a shorter range.`
    : `${source.name} did not answer within ${seconds}: try a shorter range or a simpler query.`;
  return new AppError('upstream_timeout', message, { source: source.name, cause });
}

async function ask<S extends z.ZodType>(
  request: UpstreamRequest<S>,
  signal: AbortSignal,
  startedMs: number,
): Promise<UpstreamAnswer<z.output<S>>> {
  const { source, path, method = 'GET', accept = 'json' } = request;
  const url = upstreamUrl(source, path, request.params ?? {});
  const form = method === 'FORM';
  const response = await fetch(form ? url.bare : url.full, {
    method: form ? 'POST' : method,
    headers: {
      accept: accept === 'json' ? 'application/json' : 'text/plain',
      ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      ...request.headers,
      ...url.authorization,
      ...source.headers,
    },
    body: form ? url.search : method === 'POST' ? JSON.stringify(request.body ?? {}) : null,
    redirect: 'manual',
    cache: 'no-store',
    signal,
  });
  const contentType = response.headers.get('content-type') ?? '';
  if (!response.ok) {
    // An opaque redirect has status 0: the platform hides the 3xx from scripts.
    const status = response.status === 0 ? 302 : response.status;
    const text = (await readBounded(response, MAX_ERROR_BYTES, 'cut')).text;
    const refusal: Refusal = { status, contentType, text, headers: response.headers };
    throw refusalError(source, path, refusal, request.explain?.(refusal) ?? {});
  }
  const { text, bytes, cut } = await readAnswer(request, response, signal);
  // What broke off because the reader left, or time ran out, is no answer.
  if (cut) signal.throwIfAborted();
  return {
    value: parseAnswer(request, response.status, text, contentType),
    headers: response.headers,
    status: response.status,
    bytes,
    elapsedMs: Math.round(performance.now() - startedMs),
    requestUrl: url.shown,
    cut,
  };
}

async function readAnswer<S extends z.ZodType>(
  { source, beyond = 'refuse' }: UpstreamRequest<S>,
  response: Response,
  signal: AbortSignal,
) {
  const place = () => limiterFor(source, 'large reads', MAX_LARGE_READS).acquire(signal);
  try {
    return await readBounded(response, source.maxAnswerBytes, beyond, place);
  } catch (cause) {
    if (cause instanceof TooLargeError) {
      const megabytes = Math.round(source.maxAnswerBytes / 100_000) / 10;
      throw new AppError(
        'upstream_rejected',
        `The answer of ${source.name} is larger than ${megabytes} MB and was not read on: try a shorter range, a longer step or fewer series.`,
        { source: source.name, cause },
      );
    }
    throw malformed(source, 'broke off in the middle of its answer: try again; a proxy in between may cut it.', cause);
  }
}

function parseAnswer<S extends z.ZodType>(
  request: UpstreamRequest<S>,
  status: number,
  text: string,
  contentType: string,
): z.output<S> {
  const { source, schema, accept = 'json' } = request;
  let raw: unknown = text;
  if (looksLikeHtml({ contentType, text })) throw malformed(source, HTML_ANSWER);
  if (accept === 'json') {
    if (text === '') {
      if (request.whenEmpty === undefined) throw malformed(source, `answered without content (${status}).`);
      raw = request.whenEmpty;
    } else {
      try {
        raw = JSON.parse(text);
      } catch (cause) {
        throw malformed(
          source,
          'answered with something that is not whole JSON: check its address and try again.',
          cause,
        );
      }
    }
  }
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue && issue.path.length > 0 ? ` at ${issue.path.slice(0, 6).join('.')}` : '';
  throw malformed(
    source,
    `answered in a form this console does not know${where}: check that its address is that of a ${source.kind} API.`,
    parsed.error,
  );
}
