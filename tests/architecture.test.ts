import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * The layout, kept: who may import whom, no cycle, no barrel, no file past 300 lines without a written reason, secrets
 * and the database only behind `server-only`.
 */

const ROOT = resolve(import.meta.dirname, '..');

/** Files past 300 lines, each with the reason why splitting it would make it worse. */
const LONG_FILES: Readonly<Record<string, string>> = {};

const MAX_LINES = 300;

type Room =
  | 'contracts'
  | 'domain'
  | 'charts'
  | 'queries'
  | 'server'
  | 'components'
  | 'page'
  | 'route'
  | 'instrumentation'
  | 'lab'
  | 'scripts';

/** Which rooms of ours each room may import from, itself included where files of it may know each other. */
const ALLOWED: Readonly<Record<Room, readonly Room[]>> = {
  contracts: ['contracts'],
  domain: ['domain', 'contracts'],
  charts: ['charts', 'domain', 'contracts'],
  queries: ['queries', 'contracts'],
  server: ['server', 'domain', 'contracts'],
  components: ['components', 'queries', 'charts', 'domain', 'contracts'],
  page: ['page', 'components', 'contracts'],
  route: ['server', 'domain', 'contracts'],
  instrumentation: ['server'],
  lab: ['lab'],
  scripts: ['scripts', 'lab', 'server', 'domain', 'contracts'],
};

/** Packages a room must not import; a trailing slash stands for every package of that scope. */
const FORBIDDEN_PACKAGES: Readonly<Partial<Record<Room, readonly string[]>>> = {
  contracts: ['react', 'next', '@tanstack/', 'echarts', '@prisma/', 'node:'],
  domain: ['react', 'next', '@tanstack/', 'echarts', '@prisma/', 'node:', 'zod'],
  charts: ['react', 'next', '@tanstack/', '@prisma/', 'node:', 'zod'],
  queries: ['next', 'echarts', '@prisma/', 'node:', 'server-only'],
  server: ['react', '@tanstack/', 'echarts'],
  components: ['@prisma/', 'node:', 'server-only'],
  page: ['@prisma/', 'node:', 'server-only', '@tanstack/', 'echarts'],
  route: ['react', '@tanstack/', 'echarts', '@prisma/'],
  lab: ['react', 'next', '@prisma/', 'server-only'],
};

interface SourceFile {
  path: string;
  room: Room;
  text: string;
  imports: { specifier: string; typeOnly: boolean; target: string | null }[];
}

function roomOf(path: string): Room | null {
  if (path.startsWith('lib/contracts/')) return 'contracts';
  if (path.startsWith('lib/domain/')) return 'domain';
  if (path.startsWith('lib/charts/')) return 'charts';
  if (path.startsWith('lib/queries/')) return 'queries';
  if (path.startsWith('lib/server/')) return 'server';
  if (path.startsWith('components/')) return 'components';
  if (path.startsWith('lab/')) return 'lab';
  if (path.startsWith('scripts/')) return 'scripts';
  if (/^app\/.*route\.ts$/.test(path)) return 'route';
  if (path.startsWith('app/')) return 'page';
  if (path === 'instrumentation.ts') return 'instrumentation';
  return null;
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\s+from\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;

function resolveImport(from: string, specifier: string): string | null {
  const base = specifier.startsWith('@/')
    ? join(ROOT, specifier.slice(2))
    : specifier.startsWith('.')
      ? resolve(ROOT, dirname(from), specifier)
      : null;
  if (base === null) return null;
  for (const suffix of ['', '.ts', '.tsx', '/index.ts', '/index.tsx']) {
    const candidate = base + suffix;
    if (/\.\w+$/.test(candidate) && existsSync(candidate)) return relative(ROOT, candidate);
  }
  return relative(ROOT, base);
}

function readSources(): SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return listed
    .split('\n')
    .filter((path) => path !== '' && existsSync(join(ROOT, path)))
    .flatMap((path) => {
      const room = roomOf(path);
      if (room === null) return [];
      const text = readFileSync(join(ROOT, path), 'utf8');
      const imports = [...text.matchAll(IMPORT)].map((match) => {
        const specifier = match[2] ?? match[3] ?? '';
        return { specifier, typeOnly: match[1] !== undefined, target: resolveImport(path, specifier) };
      });
      return [{ path, room, text, imports }];
    });
}

const sources = readSources();
const byPath = new Map(sources.map((source) => [source.path, source]));

describe('the layout of the house', () => {
  it('sees the rooms it guards', () => {
    for (const room of ['contracts', 'domain', 'server', 'components', 'route', 'lab'] as const) {
      expect(
        sources.some((source) => source.room === room),
        room,
      ).toBe(true);
    }
  });

  it('imports run downwards only', () => {
    const upward = sources.flatMap((source) =>
      source.imports.flatMap(({ specifier, target }) => {
        const room = target === null ? null : roomOf(target);
        return room === null || ALLOWED[source.room].includes(room) ? [] : [`${source.path} imports ${specifier}`];
      }),
    );
    expect(upward).toEqual([]);
  });

  it('each room keeps away from the packages of others', () => {
    const strays = sources.flatMap((source) =>
      source.imports.flatMap(({ specifier, typeOnly, target }) => {
        // Chart options are typed by ECharts without loading it.
        if (target !== null || typeOnly) return [];
        // The one provider of the browser's query cache.
        if (source.path === 'app/providers.tsx' && specifier === '@tanstack/react-query') return [];
        const bad = (FORBIDDEN_PACKAGES[source.room] ?? []).some(
          (name) => specifier === name || specifier.startsWith(/[/:]$/.test(name) ? name : `${name}/`),
        );
        return bad ? [`${source.path} imports ${specifier}`] : [];
      }),
    );
    expect(strays).toEqual([]);
  });

  it('a page folder of components does not reach into another page folder', () => {
    const neutral = new Set(['ui', 'charts', 'shell', 'signals', 'evidence']);
    const folder = (path: string) => path.split('/')[1] ?? '';
    const reaching = sources
      // A frozen copy is drawn by the panels of every page, unchanged: a second set of them would drift apart.
      .filter((source) => source.room === 'components' && !source.path.startsWith('components/evidence/'))
      .flatMap((source) =>
        source.imports.flatMap(({ target, specifier }) => {
          if (!target?.startsWith('components/')) return [];
          const to = folder(target);
          return neutral.has(to) || to === folder(source.path) ? [] : [`${source.path} imports ${specifier}`];
        }),
      );
    expect(reaching).toEqual([]);
  });

  it('ui knows nothing of telemetry queries', () => {
    const knowing = sources
      .filter((source) => source.path.startsWith('components/ui/'))
      .flatMap((source) =>
        source.imports.filter(({ target }) => target?.startsWith('lib/queries/')).map(() => source.path),
      );
    // These two draw failures, of what was asked and of what was sent, and must know how one is worded.
    expect(knowing.filter((path) => !/\/(QueryState|FormError)\.tsx$/.test(path))).toEqual([]);
  });

  it('ECharts is instantiated in one file', () => {
    const users = sources.filter((source) =>
      source.imports.some(({ specifier, typeOnly }) => !typeOnly && /^echarts(\/|$)/.test(specifier)),
    );
    expect(users.map((source) => source.path).filter((path) => !path.startsWith('components/charts/'))).toEqual([]);
  });

  it('has no import cycle, of types neither', () => {
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (path: string, trail: string[]): void => {
      if (state.get(path) === 'done') return;
      if (state.get(path) === 'open') {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
        return;
      }
      state.set(path, 'open');
      for (const { target } of byPath.get(path)?.imports ?? []) {
        if (target !== null && byPath.has(target)) visit(target, [...trail, path]);
      }
      state.set(path, 'done');
    };
    for (const { path } of sources) visit(path, []);
    expect(cycles).toEqual([]);
  });

  it('has no barrel: nothing re-exports', () => {
    const barrels = sources.filter((source) => /^\s*export\s+(\*|\{[^}]*\})\s+from\s/m.test(source.text));
    expect(barrels.map((source) => source.path)).toEqual([]);
  });

  it('every file of lib/server is marked server-only', () => {
    const unmarked = sources.filter(
      (source) => source.room === 'server' && !source.text.startsWith("import 'server-only';"),
    );
    expect(unmarked.map((source) => source.path)).toEqual([]);
  });

  it('reads the environment only in lib/server, the lab and the scripts', () => {
    const readers = sources.filter(
      (source) =>
        !['server', 'lab', 'scripts'].includes(source.room) &&
        /process\.env\.(?!NEXT_RUNTIME|NODE_ENV)/.test(source.text),
    );
    expect(readers.map((source) => source.path)).toEqual([]);
  });

  it('domain has no clock, no randomness and no fetch', () => {
    const impure = sources.filter(
      (source) =>
        source.room === 'domain' &&
        /\bDate\.now\(|\bnew Date\(\)|Math\.random\(|\bfetch\(|performance\.now\(/.test(source.text),
    );
    expect(impure.map((source) => source.path)).toEqual([]);
  });

  it('has no server action and no catch-all route', () => {
    const actions = sources.filter((source) => /^\s*['"]use server['"]/m.test(source.text));
    expect(actions.map((source) => source.path)).toEqual([]);
    expect(sources.filter((source) => source.path.includes('[...')).map((source) => source.path)).toEqual([]);
  });

  it('keeps files to one subject: at most 300 lines, or a written reason', () => {
    const long = sources.filter(
      (source) => source.text.split('\n').length > MAX_LINES + 1 && !(source.path in LONG_FILES),
    );
    expect(long.map((source) => `${source.path} (${source.text.split('\n').length - 1})`)).toEqual([]);
  });

  it('keeps its exceptions current', () => {
    const stale = Object.keys(LONG_FILES).filter(
      (path) => (byPath.get(path)?.text.split('\n').length ?? 0) <= MAX_LINES + 1,
    );
    expect(stale).toEqual([]);
  });

  it('names files for what they are', () => {
    const vague = /(^|\/)(utils?|helpers?|common|misc|shared|manager|service|data|info|handle|process)(\/|\.tsx?$)/;
    expect(sources.filter((source) => vague.test(source.path)).map((source) => source.path)).toEqual([]);
    const badCase = sources.filter(({ path }) => {
      const name = path.split('/').pop() ?? '';
      return path.endsWith('.tsx') && path.startsWith('components/')
        ? !/^[A-Z]\w*\.tsx$/.test(name)
        : /[A-Z_]/.test(name);
    });
    expect(badCase.map((source) => source.path)).toEqual([]);
  });

  it('silences no check of the compiler', () => {
    const silenced = /@ts-(ignore|expect-error|nocheck)|eslint-disable/;
    expect(sources.filter((source) => silenced.test(source.text)).map((source) => source.path)).toEqual([]);
  });

  it('the overview of the architecture names every room, and none that is gone', () => {
    const text = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
    const rooms = (parent: string) =>
      new Set(
        sources.flatMap(({ path }) =>
          path.startsWith(parent) ? (path.slice(parent.length).match(/^[^/]+(?=\/)/) ?? []) : [],
        ),
      );
    const all = ['lib/server/', 'components/', 'lab/'].map(rooms);
    const named = new Set([...text.matchAll(/`([\w-]+)\/`/g)].map(([, room]) => room));
    expect(all.flatMap((names) => [...names]).filter((name) => !named.has(name))).toEqual([]);
    expect([...named].filter((name) => name === undefined || !all.some((names) => names.has(name)))).toEqual([]);
  });
});
