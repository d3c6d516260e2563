import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { SourceKind } from '@/lib/contracts/error';
import type { SourceConfig } from '@/lib/server/config';

/** What a fake upstream got. */
export interface SeenRequest {
  method: string;
  path: string;
  /** Address parameters and form fields together. */
  params: URLSearchParams;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** How it answers one request. */
export type Behaviour = (request: SeenRequest, response: ServerResponse, socket: Socket) => void | Promise<void>;

export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Behaviour =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };

export const text =
  (body: string, status = 200, headers: Record<string, string> = {}): Behaviour =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers });
    response.end(body);
  };

export const noContent =
  (status = 204): Behaviour =>
  (_request, response) => {
    response.writeHead(status);
    response.end();
  };

export const html = (status = 200): Behaviour =>
  text('<!DOCTYPE html><html><body>Log in</body></html>', status, { 'content-type': 'text/html' });

/** JSON that ends in the middle, though the answer itself is whole. */
export const malformed = (): Behaviour =>
  text('{"status":"success","data":{', 200, { 'content-type': 'application/json' });

/** The connection breaks in the middle of the body. */
export const truncated = (): Behaviour => (_request, response, socket) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"status":"succ');
  setTimeout(() => socket.destroy(), 20);
};

/** Accepts the request and never answers. */
export const halfOpen = (): Behaviour => () => {};

export const slow =
  (delayMs: number, then: Behaviour): Behaviour =>
  (request, response, socket) => {
    const timer = setTimeout(() => void then(request, response, socket), delayMs);
    response.on('close', () => clearTimeout(timer));
  };

/** Headers at once, then one byte now and then for ever. */
export const dripFeed =
  (everyMs: number): Behaviour =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write(' '), everyMs);
    response.on('close', () => clearInterval(timer));
  };

/** Closes the connection without an answer, for the first `times` requests. */
export const resetting = (times: number, then: Behaviour): Behaviour => {
  let left = times;
  return (request, response, socket) => {
    if (left > 0) {
      left -= 1;
      socket.destroy();
      return;
    }
    return then(request, response, socket);
  };
};

export const redirect =
  (location: string, status = 302): Behaviour =>
  (_request, response) => {
    response.writeHead(status, { location });
    response.end();
  };

/** `totalBytes` of JSON text, as fast as the reader takes it. */
export const flood =
  (totalBytes: number): Behaviour =>
  (_request, response) => {
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    let sent = 0;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('"');
    const push = () => {
      while (sent < totalBytes && !response.destroyed) {
        sent += chunk.byteLength;
        if (!response.write(chunk)) {
          response.once('drain', push);
          return;
        }
      }
      if (!response.destroyed) response.end('"');
    };
    push();
  };

/** The signal of a reader who does not leave. */
export const never = (): AbortSignal => new AbortController().signal;

interface Rule {
  path: string | RegExp;
  behaviour: Behaviour;
}

/** A real HTTP server with scripted answers, which counts what reached it and who left early. */
export class FakeUpstream {
  readonly seen: SeenRequest[] = [];
  /** Requests whose reader went away before the answer was whole. */
  aborted = 0;
  readonly server: Server;
  readonly #rules: Rule[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.server = createServer((request, response) => void this.#answer(request, response));
    this.server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(): Promise<FakeUpstream> {
    const fake = new FakeUpstream();
    await fake.#listen();
    return fake;
  }

  /** One for the tests of this file or block: it forgets after each of them. */
  static forTests(): FakeUpstream {
    const fake = new FakeUpstream();
    beforeAll(() => fake.#listen());
    afterEach(() => fake.reset());
    afterAll(() => fake.close());
    return fake;
  }

  #listen(): Promise<void> {
    return new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get last(): SeenRequest {
    const last = this.seen.at(-1);
    if (last === undefined) throw new Error('nothing was asked');
    return last;
  }

  /** The newest rule that fits a path answers it. */
  on(path: string | RegExp, behaviour: Behaviour): this {
    this.#rules.unshift({ path, behaviour });
    return this;
  }

  /** Forgets rules and counters. */
  reset(): void {
    this.#rules.length = 0;
    this.seen.length = 0;
    this.aborted = 0;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const url = new URL(request.url ?? '/', 'http://fake');
    const params = new URLSearchParams(url.search);
    if (request.headers['content-type'] === 'application/x-www-form-urlencoded') {
      for (const [name, value] of new URLSearchParams(body)) params.append(name, value);
    }
    const seen = { method: request.method ?? '', path: url.pathname, params, headers: request.headers, body };
    this.seen.push(seen);
    response.on('close', () => {
      if (!response.writableFinished) this.aborted += 1;
    });
    const rule = this.#rules.find(({ path }) =>
      typeof path === 'string' ? path === url.pathname : path.test(url.pathname),
    );
    await (rule?.behaviour ?? text('404 page not found\n', 404))(seen, response, request.socket);
  }
}

/** A source at an address, small bounds for tests. */
export const fakeSource = (kind: SourceKind, url: string, overrides: Partial<SourceConfig> = {}): SourceConfig => ({
  name: `${kind[0]?.toUpperCase()}${kind.slice(1)}`,
  kind,
  url,
  headers: {},
  timeoutMs: 5_000,
  maxConcurrent: 8,
  maxAnswerBytes: 20_000_000,
  explore: null,
  ...overrides,
});

/** One recorded answer of a real server. */
export interface Recording {
  name: string;
  system: SourceKind;
  version: string;
  request: {
    method: string;
    path: string;
    query: Record<string, string | number | readonly string[]>;
    headers: Record<string, string>;
  };
  response: { status: number; contentType: string; body: unknown };
}

const RECORDINGS = fileURLToPath(new URL('./fixtures/recordings/', import.meta.url));

export const recordingFolders = (): string[] => readdirSync(RECORDINGS).sort();

export const recordingNames = (folder: string): string[] =>
  readdirSync(`${RECORDINGS}${folder}`)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();

export const recording = (folder: string, name: string): Recording =>
  JSON.parse(readFileSync(`${RECORDINGS}${folder}/${name}.json`, 'utf8')) as Recording;

/** Answers as the recorded server did: status, content type, body. */
export const replay =
  ({ response: recorded }: Recording): Behaviour =>
  (_request, response) => {
    response.writeHead(recorded.status, recorded.contentType === '' ? {} : { 'content-type': recorded.contentType });
    response.end(typeof recorded.body === 'string' ? recorded.body : JSON.stringify(recorded.body ?? ''));
  };
