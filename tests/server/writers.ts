import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);

/** What one writer process said before it ended. */
export interface Said {
  acknowledged: string[];
  failures: { code: string; message: string }[];
  /** Standard error, for when a test fails. */
  complaint: string;
}

export interface Writer {
  child: ChildProcess;
  /** Resolves at the first acknowledged note, or at the end. */
  started: Promise<void>;
  said: Promise<Said>;
}

/** The writer as one file. */
export const bundleWriter = () => bundleProcess('tests/server/note-writer.ts');

/**
 * A program of the tests in one directory, so that a process of it starts quickly: what it imports late stays a file of
 * its own, which it reads only then, and WebAssembly is compiled once and plainly, since it will not live long. Call
 * `remove` at the end.
 */
export async function bundleProcess(entry: string): Promise<{ file: string; remove: () => void }> {
  const directory = mkdtempSync(join(tmpdir(), 'windsock-process-'));
  chmodSync(directory, 0o755);
  const file = join(directory, 'process.mjs');
  await build({
    entryPoints: [resolve(entry)],
    outdir: directory,
    entryNames: 'process',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['react-server'],
    // Native and CommonJS parts stay outside; they are found from the project's own directory.
    external: ['libsql', 'pg', 'pino'],
    banner: {
      js: [
        `import { createRequire as from } from 'node:module'; const require = from(${JSON.stringify(resolve('package.json'))});`,
        "require('node:v8').setFlagsFromString('--liftoff-only');",
      ].join('\n'),
    },
    plugins: [
      {
        // A bundle in a temporary directory finds no packages by name.
        name: 'absolute-packages',
        setup({ onResolve }) {
          onResolve({ filter: /^(libsql|pg|pino)$/ }, ({ path }) => ({
            path: require.resolve(path, {
              paths: [resolve('node_modules/@libsql/client'), resolve('node_modules/@prisma/adapter-pg'), resolve('.')],
            }),
            external: true,
          }));
        },
      },
    ],
    logLevel: 'error',
  });
  return { file, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

export interface WriterOptions {
  url: string;
  atOnce: number;
  /** 0: until killed. */
  total: number;
  /** Shell text before the program, such as a limit. */
  before?: string;
  /** Runs as this user. */
  uid?: number;
  /** Further arguments of the program. */
  more?: readonly string[];
}

export function startWriter(file: string, { url, atOnce, total, before, uid, more = [] }: WriterOptions): Writer {
  const program = [process.execPath, file, url, String(atOnce), String(total), ...more];
  const [command = '', ...args] =
    before === undefined ? program : ['bash', '-c', `${before}; exec "$@"`, 'bash', ...program];
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let out = '';
  let complaint = '';
  let begin: () => void = () => undefined;
  const started = new Promise<void>((done) => {
    begin = done;
  });
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    begin();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const said = new Promise<Said>((done) => {
    child.on('close', () => {
      begin();
      // Whatever follows the last line break was cut off by the kill and is no acknowledgement.
      const lines = out.split('\n').slice(0, -1);
      done({
        acknowledged: lines.filter((line) => line.startsWith('ok ')).map((line) => line.slice(3)),
        failures: lines.flatMap((line) => {
          const match = /^failed (\S+) (.*)$/.exec(line);
          return match ? [{ code: match[1] ?? '', message: match[2] ?? '' }] : [];
        }),
        complaint,
      });
    });
  });
  return { child, started, said };
}
