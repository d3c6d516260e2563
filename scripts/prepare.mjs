import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * What must be there before anything can start, each made only when it is missing or out of date. Plain JavaScript over
 * Node's own modules: these run on a fresh clone, before anything is installed.
 */

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
// Not `npm ci`: it refuses a lock file that lacks the optional packages of platforms which the registry it was written
// against did not have. `--no-save` installs what the lock file says and leaves it as it is.
const INSTALL = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
const NEXT = join(ROOT, 'node_modules/next/dist/bin/next');

export const say = (text) => console.log(`windsock: ${text}`);

/** Says why nothing can start, in one sentence, and ends. */
export function refuse(sentence) {
  console.error(`windsock: ${sentence}`);
  process.exit(1);
}

export function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    refuse(`Node ${process.versions.node} is too old; install Node 20.19 or newer.`);
  }
}

/** Runs a program with its output shown; returns its exit code. */
export function run(command, args, env = {}, stdio = 'inherit') {
  const { status, error } = spawnSync(command, args, {
    cwd: ROOT,
    stdio,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', CHECKPOINT_DISABLE: '1', ...env },
    // npm is a script of the shell on Windows.
    shell: process.platform === 'win32' && command === 'npm',
  });
  if (error) console.error(error.message);
  return status ?? 1;
}

export const runNode = (args, env, stdio) => run(process.execPath, args, env, stdio);

/** Getting ready talks on standard error, so that standard output stays for what was asked (the JSON of `npm run bench`). */
const PREPARING = ['inherit', process.stderr, 'inherit'];

/** Hash of the contents of files and folders, their names included. */
function hashOf(paths) {
  const hash = createHash('sha256');
  const add = (path) => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) add(join(path, name));
      return;
    }
    hash
      .update(`${path.slice(ROOT.length)}\0`)
      .update(readFileSync(path))
      .update('\0');
  };
  for (const path of paths) add(join(ROOT, path));
  return hash.digest('hex');
}

/** Does `work` unless the stamp says that it was done for these very contents. */
function onceFor({ stamp, contents, present, work }) {
  const file = join(ROOT, stamp);
  const wanted = hashOf(contents);
  if (present && existsSync(file) && readFileSync(file, 'utf8') === wanted) return false;
  work();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, wanted);
  return true;
}

/** Installs the packages of the lock file. */
export function ensureInstalled() {
  onceFor({
    stamp: 'node_modules/.windsock-installed',
    contents: ['package-lock.json'],
    present: existsSync(NEXT),
    work: () => {
      const installed = join(ROOT, 'node_modules/.package-lock.json');
      const lock = join(ROOT, 'package-lock.json');
      // Whoever installed by hand after the lock file changed need not wait again.
      if (existsSync(NEXT) && existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
      say('installing packages (once) …');
      const code = run('npm', INSTALL);
      if (code !== 0) refuse('the packages could not be installed; npm said why above.');
    },
  });
}

/** Makes the database clients from the schemas, offline. */
export function ensureGenerated() {
  onceFor({
    stamp: 'generated/.stamp',
    contents: ['prisma/schema.prisma', 'prisma/postgresql/schema.prisma', 'node_modules/prisma/package.json'],
    present: existsSync(join(ROOT, 'generated/sqlite')) && existsSync(join(ROOT, 'generated/postgresql')),
    work: () => {
      say('generating the database clients …');
      for (const schema of ['prisma/schema.prisma', 'prisma/postgresql/schema.prisma']) {
        // Any existing file will do: Prisma then downloads no engine, and to generate it needs none.
        const env = { PRISMA_SCHEMA_ENGINE_BINARY: join(ROOT, 'package.json'), PRISMA_HIDE_UPDATE_MESSAGE: '1' };
        const made = spawnSync(
          process.execPath,
          ['node_modules/prisma/build/index.js', 'generate', '--schema', schema],
          {
            cwd: ROOT,
            env: { ...process.env, CHECKPOINT_DISABLE: '1', ...env },
            encoding: 'utf8',
          },
        );
        if (made.status !== 0)
          refuse(`the database client of ${schema} could not be made:\n${made.stdout}${made.stderr}`);
      }
    },
  });
}

/** Builds the console when its sources changed since the last build. Returns false when the build failed. */
export function ensureBuilt() {
  let built = true;
  const sources = ['app', 'components', 'lib', 'public', 'prisma', 'instrumentation.ts', 'next.config.ts'];
  try {
    onceFor({
      stamp: '.next/windsock-built',
      contents: [...sources, 'postcss.config.mjs', 'tsconfig.json', 'package.json', 'package-lock.json'],
      present: existsSync(join(ROOT, '.next/BUILD_ID')),
      work: () => {
        say('building the console (again only when its sources change) …');
        if (runNode([NEXT, 'build'], { NODE_ENV: 'production' }, PREPARING) !== 0) throw new Error('build failed');
      },
    });
  } catch {
    built = false;
  }
  return built;
}

/** Whether nobody listens on a port of an address yet. */
export const isFree = (port, host) =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });

/** A whole number from the environment, or its default; anything else ends the start. */
export function portFrom(name, fallback) {
  const text = process.env[name] || String(fallback);
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) refuse(`${name} must be a port number, not "${text}".`);
  return Number(text);
}

/** Waits until an address answers with a status below 500; false when the process ends first or it takes too long. */
export async function answers(url, child, timeoutMs = 60_000) {
  const deadlineMs = performance.now() + timeoutMs;
  while (performance.now() < deadlineMs && child.exitCode === null) {
    const status = await fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
      (answer) => answer.status,
      () => 599,
    );
    if (status < 500) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

/** Child processes that end together: when one ends or somebody presses Ctrl-C, all do. */
export function processGroup() {
  const children = new Set();
  let stopping = false;
  const stop = (code) => {
    if (stopping) return;
    stopping = true;
    process.exitCode = code;
    for (const child of children) child.kill('SIGTERM');
    const patience = setTimeout(() => {
      for (const child of children) child.kill('SIGKILL');
    }, 5_000);
    patience.unref();
  };
  // Ctrl-C reaches the children by the terminal too; a second SIGTERM does them no harm.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(0));
  return {
    stop,
    get stopping() {
      return stopping;
    },
    start(args, env = {}, stdio = 'inherit') {
      const child = spawn(process.execPath, args, {
        cwd: ROOT,
        stdio: ['ignore', stdio, 'inherit'],
        env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ...env },
      });
      children.add(child);
      child.on('exit', (code) => {
        children.delete(child);
        stop(code ?? 1);
      });
      return child;
    },
  };
}

/** Arguments that serve the built console, or the one being written. */
export const nextArgs = (command, { host, port }) => [NEXT, command, '-H', host, '-p', String(port)];
