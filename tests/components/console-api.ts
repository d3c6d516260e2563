import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach } from 'vitest';

/** One request that a component sent. */
export interface Asked {
  method: string;
  path: string;
  body: unknown;
}

/** What the console's API answers: a body, or a status with one. Keyed by "GET /api/incidents/1". */
export type Answers = Record<
  string,
  { status: number; body: unknown } | ((asked: Asked) => { status: number; body: unknown })
>;

export interface ConsoleApi {
  url: string;
  asked: Asked[];
  answers: Answers;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? null : JSON.parse(text);
}

/** An API over real HTTP, whose answers a test sets; what it does not know is 404. */
async function startConsoleApi(api: ConsoleApi): Promise<() => Promise<void>> {
  const server: Server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://console');
    const asked = { method: request.method ?? 'GET', path: pathname, body: await bodyOf(request) };
    api.asked.push(asked);
    const answer = api.answers[`${asked.method} ${pathname}`];
    const { status, body } =
      answer === undefined
        ? { status: 404, body: { error: { code: 'not_found', message: 'There is no such thing.' } } }
        : typeof answer === 'function'
          ? answer(asked)
          : answer;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  api.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
}

declare const happyDOM: { setURL: (url: string) => void };

/** The API for the tests of this file. Before each it has no answer and was asked nothing, and the window is at `path` of it. */
export function consoleApiAt(path: string): ConsoleApi {
  const api: ConsoleApi = { url: '', asked: [], answers: {} };
  let close = async (): Promise<void> => undefined;
  beforeAll(async () => {
    close = await startConsoleApi(api);
  });
  afterAll(() => close());
  beforeEach(() => {
    api.asked = [];
    api.answers = {};
    happyDOM.setURL(api.url + path);
  });
  return api;
}

/** An answer of 200. */
export const ok = (body: unknown) => ({ status: 200, body });
