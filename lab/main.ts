import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BadDirectory, openDirectory } from './directory';
import { Fleet } from './fleet/fleet';
import { storyOf } from './fleet/scenario';
import { LayeredLogStore } from './layered-logs';
import { LayeredTraceStore } from './layered-traces';
import { lokiEngine } from './loki/engine';
import { attachTail } from './loki/tail';
import { logStoreFromPushBody } from './memory-logs';
import { MemoryTraceStore } from './memory-traces';
import { prometheusEngine } from './prometheus/engine';
import { createLabServer } from './server';
import type { LogStore, MetricStore, TraceStore } from './stores';
import { tempoEngine } from './tempo/engine';

const HISTORY_MS = 3 * 86_400_000;
const DEFAULT_PORT = 9400;
const SEED = 20_260;

/** Says why the lab cannot start, in one sentence, and ends it. */
function refuse(sentence: string): never {
  console.error(`lab: ${sentence}`);
  process.exit(1);
}

function options(): { port: number; host: string; directory: string | null } {
  let values: { port?: string; data?: string };
  try {
    ({ values } = parseArgs({ options: { port: { type: 'string' }, data: { type: 'string' } } }));
  } catch (error) {
    refuse(`${error instanceof Error ? error.message : String(error)} (options are --port N and --data DIR)`);
  }
  const port = values.port ?? process.env.LAB_PORT ?? String(DEFAULT_PORT);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    refuse(`the port must be a whole number from 0 to 65535, not "${port}".`);
  if (values.data !== undefined && !existsSync(values.data)) refuse(`there is no directory ${values.data}.`);
  return { port: Number(port), host: process.env.HOST ?? '127.0.0.1', directory: values.data ?? null };
}

interface Held {
  metrics: MetricStore;
  logs: LogStore;
  traces: TraceStore;
  describe: () => string;
}

/** The simulated fleet, with room above it for what is pushed. */
function fleetStores(): Held {
  const fleet = new Fleet({ seed: SEED, historyMs: HISTORY_MS, startMs: Date.now(), now: Date.now });
  // Scrapes are made on time even when nobody asks, so that no question waits for many at once.
  setInterval(() => fleet.metrics.advance(), 5000).unref();
  const story = storyOf(fleet.scenario).map(({ atMs, text }) => `  ${new Date(atMs).toISOString()}  ${text}`);
  return {
    metrics: fleet.metrics,
    logs: new LayeredLogStore(fleet.logs, logStoreFromPushBody({ streams: [] })),
    traces: new LayeredTraceStore(fleet.traces, new MemoryTraceStore()),
    describe: () =>
      `It holds a simulated fleet with three days of history and live traffic. What happens in it:\n\n${story.join('\n')}\n`,
  };
}

function directoryStores(directory: string): Held {
  try {
    return { ...openDirectory(directory), describe: () => `It holds what was in ${directory} when it started.\n` };
  } catch (error) {
    if (error instanceof BadDirectory) refuse(error.message);
    throw error;
  }
}

const { port, host, directory } = options();
const held = directory === null ? fleetStores() : directoryStores(directory);
const server = createLabServer({
  engines: { prometheus: prometheusEngine(held.metrics), loki: lokiEngine(held.logs), tempo: tempoEngine(held.traces) },
  attachTail: (socket, params) => attachTail(socket, params, held.logs),
  frontPage: () =>
    `This is the Windsock lab: the read APIs of Prometheus (/prometheus), Loki (/loki) and Tempo (/tempo), and the push APIs of Loki and OTLP.\n${held.describe()}`,
  now: Date.now,
});
server.on('error', (error: NodeJS.ErrnoException) => {
  refuse(
    error.code === 'EADDRINUSE' ? `port ${port} is taken; choose another with LAB_PORT or --port.` : error.message,
  );
});
server.listen(port, host, () => {
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const name = host.includes(':') ? `[${host}]` : host;
  console.log(`lab: ready on http://${name}:${bound} after ${(performance.now() / 1000).toFixed(1)} s`);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
