import type { AddressInfo } from 'node:net';
import { assembleLab } from '@/lab/assemble';
import { logStoreFromPushBody, type MemoryLogStore } from '@/lab/memory-logs';
import { MemoryTraceStore } from '@/lab/memory-traces';
import { metricStoreFromOpenMetrics } from '@/lab/open-metrics';

export type PushedStream = { stream: Record<string, string>; values: [string, string, Record<string, string>?][] };

/** A real lab over these log streams, on a free port. */
export async function logLab(
  streams: readonly PushedStream[],
): Promise<{ url: string; store: MemoryLogStore; close: () => Promise<void> }> {
  const store = logStoreFromPushBody({ streams });
  const server = assembleLab({
    logs: store,
    metrics: metricStoreFromOpenMetrics('# EOF\n'),
    traces: new MemoryTraceStore(),
    describe: () => '',
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    store,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
