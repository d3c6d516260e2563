import 'server-only';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, createClient } from '@libsql/client';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { isPostgres, postgresAdapter } from '../db';
import { AppError } from '../errors';
import { failureOf, toStorageError } from './errors';
import { applyMigrations, migrationNames, prismaDirectory, RUNNING_LOCK, withSchemaEngine } from './schema-engine';
import { BUSY_TIMEOUT_MS, sqliteAdapter, sqlitePath } from './sqlite';

/** How long a second process waits for the first to finish its migrations. */
const LOCK_PATIENCE_MS = 60_000;
/** Any number will do, as long as no other program on the same PostgreSQL uses it. */
const ADVISORY_LOCK = 7_149_203_851;

/**
 * Brings a database up to the schema, offline, by Prisma's own engine. Safe when several processes start at once: one
 * migrates, the others wait. Returns the names of what was applied. Throws AppError `storage_unavailable`.
 */
export async function migrate(url: string, root: string = process.cwd()): Promise<string[]> {
  try {
    return isPostgres(url) ? await migratePostgres(url, root) : await migrateSqlite(url, root);
  } catch (error) {
    throw sentenceOf(error);
  }
}

async function migrateSqlite(url: string, root: string): Promise<string[]> {
  const directory = prismaDirectory('sqlite', root);
  const factory = sqliteAdapter(url);
  if ((await stateOf(factory, directory)).current) return [];
  // A lock that the system frees when the process dies, unlike a lock file; beside the database, which is locked by the
  // migration itself.
  const lock = createClient({ url: `file:${sqlitePath(url)}-migrating`, timeout: BUSY_TIMEOUT_MS });
  try {
    await waitFor(lock);
    return await applyPending(factory, directory);
  } finally {
    // Closing alone would keep the lock until the garbage collector has seen the last statement.
    await lock.execute('ROLLBACK').catch(() => undefined);
    lock.close();
  }
}

async function migratePostgres(url: string, root: string): Promise<string[]> {
  const directory = prismaDirectory('postgresql', root);
  const factory = postgresAdapter(url, 2);
  if ((await stateOf(factory, directory)).current) return [];
  // One connection that stays open: the lock belongs to it and goes when it goes.
  const holder = await postgresAdapter(url, 1, 0).connect();
  try {
    // The second is waited for and let go: of a migrator that was killed, the server may be finishing the last script.
    for (const lock of [`pg_advisory_lock(${ADVISORY_LOCK})`, `pg_advisory_xact_lock(${RUNNING_LOCK})`])
      await holder.queryRaw({ sql: `SELECT ${lock}::text`, args: [], argTypes: [] });
    return await applyPending(factory, directory);
  } finally {
    await holder.dispose();
  }
}

/** Looks again, now that no other process migrates, and applies what is missing. */
async function applyPending(factory: SqlMigrationAwareDriverAdapterFactory, directory: string): Promise<string[]> {
  const { current, interrupted } = await stateOf(factory, directory);
  if (current) return [];
  return withSchemaEngine(factory, directory, (engine) => applyMigrations(engine, { directory, interrupted }));
}

/**
 * Whether every migration is applied, and which were begun and not finished. Asking is cheaper than loading the engine,
 * and most starts have nothing to do.
 */
async function stateOf(
  factory: SqlMigrationAwareDriverAdapterFactory,
  directory: string,
): Promise<{ current: boolean; interrupted: string[] }> {
  const adapter = await factory.connect();
  try {
    const { rows } = await adapter.queryRaw({
      sql: 'SELECT migration_name, finished_at IS NULL AS unfinished FROM _prisma_migrations WHERE rolled_back_at IS NULL',
      args: [],
      argTypes: [],
    });
    const named = (unfinished: boolean) =>
      rows.flatMap(([name, value]) => ((value === true || Number(value) === 1) === unfinished ? [String(name)] : []));
    const applied = new Set(named(false));
    return { current: migrationNames(directory).every((name) => applied.has(name)), interrupted: named(true) };
  } catch (error) {
    // No table of migrations yet is the usual first start; a real fault shows again in the next step.
    if (failureOf(error).kind === 'lost') throw error;
    return { current: false, interrupted: [] };
  } finally {
    await adapter.dispose();
  }
}

async function waitFor(lock: Client): Promise<void> {
  const deadlineMs = performance.now() + LOCK_PATIENCE_MS;
  for (;;) {
    try {
      await lock.execute('BEGIN EXCLUSIVE');
      return;
    } catch (error) {
      if (failureOf(error).kind !== 'busy' || performance.now() > deadlineMs) throw error;
      // The driver leaves a statement that found a lock half done; only a new connection is clean.
      lock.reconnect();
      await sleep(50);
    }
  }
}

function sentenceOf(error: unknown): unknown {
  const known = toStorageError(error);
  if (known instanceof AppError) return known;
  const reason = error instanceof Error ? error.message : String(error);
  return new AppError(
    'storage_unavailable',
    `The database could not be brought up to date: ${reason.trim().split('\n')[0] ?? ''}. Restore a backup, or see docs/configuration.md.`,
    { cause: error },
  );
}
