import 'server-only';
import type { z } from 'zod';
import type { Permission } from '@/lib/contracts/permission';
import { refuseForeignHost } from './auth/host';
import { type Identity, identify, isForTokens, lacksToken } from './auth/identity';
import { refuseForeignOrigin } from './auth/origin';
import { countRoute, routeName } from './console/metrics';
import { AppError } from './errors';
import { log } from './log';

/** Bytes of a request body that are read at most. */
const MAX_BODY_BYTES = 1024 * 1024;

export interface RouteContext {
  /** Aborts when the reader leaves; pass it to every upstream. */
  signal: AbortSignal;
  identity: Identity;
  nowMs: number;
}

type NextContext = { params: Promise<Record<string, string | string[] | undefined>> };

/** A route handler that remembers what it was made of, for the OpenAPI document and its test. */
export interface RouteHandler {
  (request: Request, context?: NextContext): Promise<Response>;
  permission: Permission;
  schema: z.ZodType;
}

/**
 * The one wrapper of every route: checks origin and permission, merges path, query and (for writes) JSON body, parses
 * them with `schema`, and turns whatever is thrown into the one error body. What `read` returns is sent as JSON, unless
 * it is a Response already (streams, files).
 */
export const route = <S extends z.ZodType>(
  permission: Permission,
  schema: S,
  read: (params: z.infer<S>, context: RouteContext) => Promise<unknown> | unknown,
): RouteHandler => wrapped(permission, schema, inputOf, read);

/** A route that takes a file: parameters come from path and query, and `read` gets the request with its body unread. */
export const fileRoute = <S extends z.ZodType>(
  permission: Permission,
  schema: S,
  read: (params: z.infer<S>, context: RouteContext, request: Request) => Promise<unknown> | unknown,
): RouteHandler => wrapped(permission, schema, addressOf, read);

function wrapped<S extends z.ZodType>(
  permission: Permission,
  schema: S,
  readInput: (request: Request, context: NextContext | undefined) => Promise<unknown>,
  read: (params: z.infer<S>, context: RouteContext, request: Request) => Promise<unknown> | unknown,
): RouteHandler {
  const handler = async (request: Request, context?: NextContext): Promise<Response> => {
    const startedMs = performance.now();
    const response = await answer(request, context);
    const route = routeName(new URL(request.url).pathname, (await context?.params) ?? {});
    countRoute({ method: request.method, route, status: response.status }, performance.now() - startedMs);
    return response;
  };
  const answer = async (request: Request, context?: NextContext): Promise<Response> => {
    try {
      refuseForeignHost(request);
      refuseForeignOrigin(request);
      const identity = identify(request);
      if (!identity.permissions.has(permission)) {
        if (isForTokens(permission) && identity.kind !== 'token') throw lacksToken(permission);
        throw new AppError('forbidden', `${identity.name} may not do this: it needs the permission ${permission}.`);
      }
      const parsed = schema.safeParse(await readInput(request, context));
      if (!parsed.success) throw badInput(parsed.error);
      const result = await read(parsed.data, { signal: request.signal, identity, nowMs: Date.now() }, request);
      if (result instanceof Response) return result;
      if (result === undefined) return new Response(null, { status: 204 });
      return Response.json(result, { headers: { 'cache-control': 'no-store' } });
    } catch (error) {
      return failure(error, request);
    }
  };
  return Object.assign(handler, { permission, schema });
}

async function addressOf(request: Request, context: NextContext | undefined): Promise<object> {
  return { ...Object.fromEntries(new URL(request.url).searchParams), ...(await context?.params) };
}

async function inputOf(request: Request, context: NextContext | undefined): Promise<unknown> {
  const address = await addressOf(request, context);
  if (request.method === 'GET' || request.method === 'HEAD' || request.method === 'DELETE') return address;
  const body = await readJson(request);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new AppError('bad_request', 'The body must be a JSON object.');
  }
  return { ...Object.fromEntries(new URL(request.url).searchParams), ...body, ...(await context?.params) };
}

async function readJson(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\b/i.test(type)) {
    throw new AppError('bad_request', 'The body must be sent as application/json.');
  }
  const text = await readText(request, MAX_BODY_BYTES);
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch (cause) {
    throw new AppError('bad_request', 'The body is not valid JSON.', { cause });
  }
}

/** Reads a request's body as text and stops at the bound: a body may lie about its length. */
const readText = async (request: Request, maxBytes: number): Promise<string> =>
  new TextDecoder().decode(await readBytes(request, maxBytes));

/** Reads a request's body and stops at the bound; a length beyond it is refused before anything is read. */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => new AppError('too_large', `The body is larger than ${maxBytes} bytes.`);
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge();
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

function badInput(error: z.ZodError): AppError {
  const fields = Object.fromEntries(error.issues.map((issue) => [issue.path.join('.') || 'request', issue.message]));
  const first = Object.entries(fields)[0];
  return new AppError('bad_request', first ? `${first[0]}: ${first[1]}.` : 'The request is not valid.', { fields });
}

function failure(error: unknown, request: Request): Response {
  const { pathname } = new URL(request.url);
  if (request.signal.aborted) return new Response(null, { status: 499 });
  const known = error instanceof AppError ? error : null;
  const answer =
    known ?? new AppError('internal', 'The console failed on this request. Its log has the reason.', { cause: error });
  const line = { code: answer.code, source: answer.details.source, path: pathname, err: answer.details.cause ?? error };
  if (answer.status >= 500) log.error(line, answer.message);
  else log.info({ ...line, err: undefined }, answer.message);
  // Bearer, not Basic: a browser would ask its reader for a password that nobody has.
  const challenge: Record<string, string> = answer.code === 'unauthorized' ? { 'www-authenticate': 'Bearer' } : {};
  return Response.json(answer.toBody(), {
    status: answer.status,
    headers: { 'cache-control': 'no-store', ...challenge },
  });
}
