import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { assembleLab, fleetStores, type LabStores } from './assemble';
import { BadDirectory, openDirectory } from './directory';
import { Fleet } from './fleet/fleet';

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

/** The simulated fleet around the present. */
function liveFleet(): LabStores {
  const fleet = new Fleet({ seed: SEED, historyMs: HISTORY_MS, startMs: Date.now(), now: Date.now });
  // Scrapes are made on time even when nobody asks, so that no question waits for many at once.
  setInterval(() => fleet.metrics.advance(), 5000).unref();
  return fleetStores(fleet);
}

function directoryStores(directory: string): LabStores {
  try {
    return { ...openDirectory(directory), describe: () => `It holds what was in ${directory} when it started.\n` };
  } catch (error) {
    if (error instanceof BadDirectory) refuse(error.message);
    throw error;
  }
}

const { port, host, directory } = options();
const held = directory === null ? liveFleet() : directoryStores(directory);
const server = assembleLab(held);
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
