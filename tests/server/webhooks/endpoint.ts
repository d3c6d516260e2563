import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebhookEndpoint } from '@/lib/server/config/webhooks';
import { keyOf } from '@/lib/server/webhooks/signature';

/** The secret that the specification's own examples use. */
export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface RealEndpoint {
  url: string;
  received: Received[];
  /** What the next calls are answered with. */
  answer: (response: ServerResponse, call: number) => void;
  /** Resolves when there were `count` calls. */
  calls(count: number): Promise<void>;
  close(): Promise<void>;
}

/** A real HTTP endpoint on a free port that remembers what it was sent; answers 204 unless told otherwise. */
export async function startEndpoint(): Promise<RealEndpoint> {
  const received: Received[] = [];
  const waiting: { count: number; done: () => void }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => {
      body += piece.toString();
    });
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body });
      endpoint.answer(response, received.length);
      for (const { count, done } of waiting) if (received.length >= count) done();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  // A listening TCP server has an address of this kind.
  const { port } = server.address() as AddressInfo;
  const endpoint: RealEndpoint = {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answer: (response) => response.writeHead(204).end(),
    calls: (count) =>
      received.length >= count ? Promise.resolve() : new Promise((done) => waiting.push({ count, done })),
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  return endpoint;
}

/** An endpoint as configured. */
export function configured(url: string, part: Partial<WebhookEndpoint> = {}): WebhookEndpoint {
  const key = keyOf(SECRET);
  if (key === null) throw new Error('the secret of the specification is no secret');
  return { name: 'tool', url, keys: [key], events: ['*'], timeoutMs: 1_000, allowLinkLocal: false, ...part };
}
