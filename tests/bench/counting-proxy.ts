import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CountingProxy {
  url: string;
  /** Requests forwarded since the last reset. */
  count: () => number;
  reset: () => void;
  stop: () => Promise<void>;
}

/**
 * Stands between the console and the lab and counts what passes. `ownAnswer` may answer a path in the lab's stead with
 * JSON: what the lab, as a Tempo of default limits, would cut.
 */
export async function startCountingProxy(
  targetUrl: string,
  ownAnswer: (path: string) => Buffer | null = () => null,
): Promise<CountingProxy> {
  const target = new URL(targetUrl);
  let forwarded = 0;
  const server = createServer((incoming, outgoing) => {
    forwarded += 1;
    const own = ownAnswer(incoming.url ?? '');
    if (own !== null) {
      outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': own.byteLength });
      outgoing.end(own);
      return;
    }
    const upstream = httpRequest(
      {
        host: target.hostname,
        port: target.port,
        path: incoming.url,
        method: incoming.method,
        headers: incoming.headers,
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    upstream.on('error', () => outgoing.destroy());
    incoming.pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    count: () => forwarded,
    reset: () => {
      forwarded = 0;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
