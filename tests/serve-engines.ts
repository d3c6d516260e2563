import type { AddressInfo } from 'node:net';
import type { LabEngine } from '@/lab/http';
import { createLabServer } from '@/lab/server';

/** Engines of the lab over HTTP, each below its name; nobody can listen to a live tail. */
export async function serveEngines(
  engines: Readonly<Record<string, LabEngine>>,
  now: () => number,
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createLabServer({
    engines,
    tail: { refuse: () => null, attach: (socket) => socket.close() },
    frontPage: () => 'lab',
    now,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A listening TCP server has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
