import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port';
import { type RunningProcess, startAndWait } from './running-process';

export interface DemoStack {
  consoleUrl: string;
  labUrl: string;
  console: RunningProcess;
  lab: RunningProcess;
  stop: () => Promise<void>;
}

const ROOT = join(import.meta.dirname, '..');

/** Sources of the lab as the console's configuration has them. */
export const labSources = (labUrl: string): string =>
  [
    'sources:',
    '  prometheus:',
    `    - { name: Prometheus, url: ${labUrl}/prometheus, scrapeInterval: 30s }`,
    '  loki:',
    `    - { name: Loki, url: ${labUrl}/loki }`,
    '  tempo:',
    `    - { name: Tempo, url: ${labUrl}/tempo }`,
    '',
  ].join('\n');

/** Starts the lab alone. */
export async function startLab(args: readonly string[] = []): Promise<{ url: string; process: RunningProcess }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const process_ = await startAndWait({
    command: process.execPath,
    args: ['--import', 'tsx', join(ROOT, 'lab/main.ts'), '--port', String(port), ...args],
    url: `${url}/healthz`,
  });
  return { url, process: process_ };
}

/** Starts the built console (`next build` has run) with this configuration text, on a database of its own. */
export async function startConsole(
  configText: string,
  env: Record<string, string> = {},
): Promise<{ url: string; process: RunningProcess; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'windsock-console-'));
  const configPath = join(folder, 'windsock.yaml');
  await writeFile(configPath, configText);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const running = await startAndWait({
    command: process.execPath,
    args: [join(ROOT, 'node_modules/next/dist/bin/next'), 'start', ROOT, '-H', '127.0.0.1', '-p', String(port)],
    env: {
      ...env,
      WINDSOCK_CONFIG: configPath,
      DATABASE_URL: `file:${join(folder, 'windsock.db')}`,
      PORT: String(port),
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
    },
    url: `${url}/api/health`,
  });
  return { url, process: running, folder };
}

/** The lab's fleet and the built console over it: what `npm run demo` gives, on free ports. */
export async function startDemoStack(): Promise<DemoStack> {
  const lab = await startLab();
  try {
    const config = await readFile(join(ROOT, 'windsock.demo.yaml'), 'utf8');
    const console_ = await startConsole(config, { LAB_PORT: new URL(lab.url).port });
    return {
      consoleUrl: console_.url,
      labUrl: lab.url,
      console: console_.process,
      lab: lab.process,
      stop: async () => {
        await Promise.all([console_.process.stop(), lab.process.stop()]);
        await rm(console_.folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await lab.process.stop();
    throw error;
  }
}
