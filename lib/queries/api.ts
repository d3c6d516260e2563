import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { type ErrorCode, readErrorBody, type WireError } from '@/lib/contracts/error-body';

/** Key of a GET: the path below /api, and its parameters. */
type Question = readonly [string, ApiParams];

/** What a request failed with, in the server's words; `message` may be shown. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  /** Configured name of the source to blame, where one is. */
  readonly source: string | null;
  /** What each bad field expected, by its dotted path. */
  readonly fields: Readonly<Record<string, string>>;
  /** The question that failed, for finding its last good answer; null for a write. */
  question: Question | null = null;
  /** Where in a query the source found the fault, 1-based; null when it did not say. */
  readonly position: { line: number; column: number } | null;

  constructor(body: WireError, cause?: unknown) {
    super(body.message, { cause });
    this.name = 'ApiError';
    this.code = body.code;
    this.source = body.source ?? null;
    this.fields = body.fields ?? {};
    this.position = body.position ?? null;
  }
}

/** Whatever a query threw, as an ApiError: what is not one is a fault of the console itself. */
export const toApiError = (error: unknown): ApiError =>
  error instanceof ApiError
    ? error
    : new ApiError(
        { code: 'internal', message: 'The console failed to read this answer. Its log has the rest.' },
        error,
      );

/** Only these may pass by themselves; asking again for the rest would only ask twice. */
const RETRIED: ReadonlySet<ErrorCode> = new Set(['upstream_unreachable', 'upstream_timeout']);

const MAX_RETRIES = 2;

/**
 * Whether a question is asked once more after so many failures: twice, and only where the source may answer next
 * time.
 */
export const shouldRetry = (failures: number, error: Error): boolean =>
  failures < MAX_RETRIES && error instanceof ApiError && RETRIED.has(error.code);

/** Flat parameters, as a URL carries them. Undefined and empty ones are left out; a list is one comma-separated value. */
export type ApiParams = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

function toSearch(params: ApiParams): string {
  const search = new URLSearchParams();
  for (const key of Object.keys(params).sort()) {
    const value = params[key];
    const text = Array.isArray(value) ? value.join(',') : value === undefined ? '' : String(value);
    if (text !== '') search.set(key, text);
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

async function failureOf(response: Response): Promise<ApiError> {
  const said = readErrorBody(await response.json().catch(() => null));
  if (said !== null) return new ApiError(said);
  return new ApiError({
    code: 'internal',
    message: `The console answered ${response.status} without saying why. A proxy between may have answered instead.`,
  });
}

async function request<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers: { accept: 'application/json', ...init.headers } });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    const message = 'The console itself cannot be reached. Check your connection; it asks again by itself.';
    throw new ApiError({ code: 'upstream_unreachable', message, source: 'console' }, cause);
  }
  if (!response.ok) throw await failureOf(response);
  const body: unknown = response.status === 204 ? undefined : await response.json();
  // The one cast of the browser: route tests parse every answer with its schema, so it is not parsed again here.
  return body as T;
}

const RANGE_KEYS: ReadonlySet<string> = new Set(['startMs', 'endMs', 'stepMs', 'splitMs']);

/** Whether two questions differ in their time only: then the earlier answer may stand in, marked stale. */
function differsInTimeOnly(a: unknown, b: ApiParams): boolean {
  if (typeof a !== 'object' || a === null) return false;
  const withoutTime = (params: object) =>
    JSON.stringify(
      Object.entries(params)
        .filter(([key, value]) => !RANGE_KEYS.has(key) && value !== undefined)
        .sort(([x], [y]) => (x < y ? -1 : 1)),
    );
  return withoutTime(a) === withoutTime(b);
}

/**
 * One GET as TanStack Query options: `useQuery(apiQuery<Fleet>('fleet', params))`. The key is the path below /api and
 * its parameters, so that the address bar and the cache never disagree. While a later range loads, the answer to the
 * same question about the earlier range stands in (`isPlaceholderData`), never that of another model.
 */
export const apiQuery = <T>(path: string, params: ApiParams = {}) =>
  queryOptions<T, ApiError, T, Question>({
    queryKey: [path, params],
    queryFn: async ({ signal, queryKey }) => {
      try {
        return await request<T>(`/api/${path}${toSearch(params)}`, { signal });
      } catch (error) {
        if (error instanceof ApiError) error.question = queryKey;
        throw error;
      }
    },
    retry: shouldRetry,
    retryDelay: (failures) => 500 * 2 ** failures,
    staleTime: 10_000,
    // An outage is outlived by the last good answer, which is shown with its age meanwhile.
    gcTime: 15 * 60_000,
    refetchOnWindowFocus: false,
    placeholderData: (previous, query) => {
      const [previousPath, previousParams] = query?.queryKey ?? [];
      return previousPath === path && differsInTimeOnly(previousParams, params) ? previous : undefined;
    },
  });

/** Longest address that every proxy lets through; what is longer is asked as a body. */
const MAX_ADDRESS = 4_000;

/** One question outside `apiQuery`: a page of a list that goes on. Routes asked with long parameters answer POST too. */
export function apiAsk<T>(path: string, params: ApiParams, signal: AbortSignal): Promise<T> {
  const search = toSearch(params);
  if (search.length <= MAX_ADDRESS) return request<T>(`/api/${path}${search}`, { signal });
  return request<T>(`/api/${path}`, {
    method: 'POST',
    body: JSON.stringify(params),
    headers: { 'content-type': 'application/json' },
    signal,
  });
}

/** The address of an answer that is not JSON: a download, a stream of events, a text. */
export const apiAddress = (path: string, params: ApiParams): string => `/api/${path}${toSearch(params)}`;

/** An answer that is plain text. */
export async function apiText(path: string, params: ApiParams, signal: AbortSignal): Promise<string> {
  const response = await fetch(apiAddress(path, params), { signal });
  if (!response.ok) throw await failureOf(response);
  return response.text();
}

/** One write as JSON: `apiSend<Note>('POST', 'notes', note)`. What the server returns, undefined for an empty answer. */
export const apiSend = <T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<T> =>
  request<T>(`/api/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });

/** A file as it is: `apiUpload<Baseline>(apiAddress('drift/baselines', params), file)`. */
export const apiUpload = <T>(address: string, file: Blob): Promise<T> =>
  request<T>(address, {
    method: 'POST',
    body: file,
    // What a browser calls a file depends on the system; the server reads what is in it.
    headers: { 'content-type': file.type || 'application/octet-stream' },
  });

/**
 * The newest good answer to the same question about an earlier time, for showing while the newest cannot be had;
 * undefined where there is none. Never that of another model: only the times may differ.
 */
export function lastGoodAnswer<T>(client: QueryClient, error: ApiError): T | undefined {
  if (error.question === null) return undefined;
  const [path, params] = error.question;
  const answers = client
    .getQueryCache()
    .findAll({ queryKey: [path] })
    .filter(({ queryKey, state }) => state.data !== undefined && differsInTimeOnly(queryKey[1], params));
  const newest = answers.toSorted((a, b) => b.state.dataUpdatedAt - a.state.dataUpdatedAt)[0];
  // One path answers one contract, so what it answered earlier has the type of what it answers now.
  return newest?.state.data as T | undefined;
}
