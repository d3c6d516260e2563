import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type WebSocket, WebSocketServer } from 'ws';
import type { LabAnswer, LabEngine, LabRequest } from './http';
import { textAnswer } from './http';

/** Largest body that is read, before and after decompression. */
const MAX_BODY_BYTES = 20 * 1024 * 1024;
/** Shorter answers are not worth compressing. */
const MIN_GZIP_BYTES = 1024;
const TAIL_PATH = '/loki/loki/api/v1/tail';

export interface LabServerParts {
  /** Engine of each base address, by the first part of the path: `prometheus`, `loki`, `tempo`, `alertmanager`. */
  engines: Readonly<Record<string, LabEngine>>;
  tail: {
    /** The answer to a tail that cannot be, before the upgrade; null where it can. */
    refuse: (params: URLSearchParams) => LabAnswer | null;
    /** Serves a live tail of logs on an open socket, until it closes. */
    attach: (socket: WebSocket, params: URLSearchParams, headers: LabRequest['headers']) => void;
  };
  /** Plain text for `GET /`. */
  frontPage: () => string;
  now: () => number;
}

class BodyTooLarge extends Error {}
class BadBody extends Error {}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    sizeBytes += bytes.length;
    if (sizeBytes > MAX_BODY_BYTES) throw new BodyTooLarge();
    chunks.push(bytes);
  }
  const body = Buffer.concat(chunks);
  if (request.headers['content-encoding'] !== 'gzip') return body;
  try {
    return await promisify(gunzip)(body, { maxOutputLength: MAX_BODY_BYTES });
  } catch (error) {
    if (error instanceof RangeError) throw new BodyTooLarge();
    throw new BadBody('the body is not gzip', { cause: error });
  }
}

/** The address of a request, or null where it is none. */
function toUrl(request: IncomingMessage): URL | null {
  return URL.parse(request.url ?? '/', 'http://lab');
}

/** Which engine answers a path, and what the path is below that engine's base address. */
function routeOf(path: string): { engine: string; path: string } | null {
  // Collectors post OTLP to /otlp/v1/traces; that is Tempo's receiver under its other name.
  if (path === '/otlp/v1/traces') return { engine: 'tempo', path: '/v1/traces' };
  const [, engine, rest] = /^\/([a-z]+)(\/.*)?$/.exec(path) ?? [];
  return engine === undefined ? null : { engine, path: rest ?? '/' };
}

/** The parameters of the query string and, for a form post, of the body. */
function paramsOf(url: URL, request: IncomingMessage, body: Buffer): URLSearchParams {
  const params = new URLSearchParams(url.search);
  if (!(request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) return params;
  for (const [name, value] of new URLSearchParams(body.toString('utf8'))) params.append(name, value);
  return params;
}

function headersOf(request: IncomingMessage): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  // The body has been unpacked: an engine that looked here would unpack it again.
  delete headers['content-encoding'];
  return headers;
}

async function answerOf(parts: LabServerParts, request: IncomingMessage): Promise<LabAnswer> {
  const url = toUrl(request);
  if (url === null) return textAnswer(400, 'the address cannot be read\n');
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (url.pathname === '/' && isRead) return textAnswer(200, parts.frontPage());
  if (url.pathname === '/healthz' && isRead) return textAnswer(200, 'ok\n');
  const route = routeOf(url.pathname);
  const engine =
    route === null || !Object.hasOwn(parts.engines, route.engine) ? undefined : parts.engines[route.engine];
  if (route === null || engine === undefined) {
    return textAnswer(
      404,
      'The lab answers below /prometheus, /loki, /tempo and /alertmanager only; see / for what it holds.\n',
    );
  }
  try {
    const body = await readBody(request);
    return await engine({
      method: request.method ?? 'GET',
      path: route.path,
      params: paramsOf(url, request, body),
      headers: headersOf(request),
      body,
      nowMs: parts.now(),
    });
  } catch (error) {
    if (error instanceof BodyTooLarge)
      return textAnswer(413, `the lab reads bodies of ${MAX_BODY_BYTES} bytes at most\n`);
    if (error instanceof BadBody) return textAnswer(400, `${error.message}\n`);
    throw error;
  }
}

async function send(request: IncomingMessage, response: ServerResponse, answer: LabAnswer): Promise<void> {
  const plain = Buffer.from(answer.body, 'utf8');
  const isPacked = plain.length >= MIN_GZIP_BYTES && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  // Level 1: on one machine the time to compress costs more than the bytes saved.
  const body = isPacked ? await promisify(gzip)(plain, { level: 1 }) : plain;
  response.writeHead(answer.status, {
    ...answer.headers,
    vary: 'Accept-Encoding',
    ...(isPacked ? { 'content-encoding': 'gzip' } : {}),
    // Without a body, as 204 and 304 are, there is no length to tell.
    ...(plain.length === 0 && (answer.status === 204 || answer.status === 304)
      ? {}
      : { 'content-length': body.length }),
    // Whatever is left of a refused body is not read: the connection cannot be used again.
    ...(answer.status === 413 ? { connection: 'close' } : {}),
  });
  response.end(body);
}

/** An answer as bytes on a socket: an upgrade that is refused has no response object. */
function rawAnswer({ status, headers, body }: LabAnswer): string {
  const all = { ...headers, connection: 'close', 'content-length': String(Buffer.byteLength(body)) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`;
}

/** The lab's HTTP server, not yet listening. */
export function createLabServer(parts: LabServerParts): Server {
  const server = createServer((request, response) => {
    answerOf(parts, request)
      .catch((error: unknown) => {
        console.error('lab:', error);
        return textAnswer(500, 'the lab failed; its output has the reason\n');
      })
      .then((answer) => send(request, response, answer))
      .catch(() => response.destroy());
  });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const url = toUrl(request);
    const refusal =
      url?.pathname === TAIL_PATH
        ? parts.tail.refuse(url.searchParams)
        : textAnswer(404, 'no WebSocket is served here\n');
    if (url === null || refusal !== null) {
      socket.end(rawAnswer(refusal ?? textAnswer(400, 'the address cannot be read\n')));
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => client.terminate());
      parts.tail.attach(client, url.searchParams, headersOf(request));
    });
  });
  server.on('close', () => {
    for (const client of sockets.clients) client.terminate();
  });
  return server;
}
