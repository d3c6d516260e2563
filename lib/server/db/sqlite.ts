import 'server-only';
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Client, createClient, type InStatement, type ResultSet, type Transaction } from '@libsql/client';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { failureOf } from './errors';

/**
 * How long SQLite itself waits for a lock. The driver is synchronous: while it waits the whole process stands still, so
 * the patience lies in `write`, which waits without blocking.
 */
export const BUSY_TIMEOUT_MS = 20;

/** Absolute path of the file of a `file:` address. */
export const sqlitePath = (url: string): string =>
  resolve(/* turbopackIgnore: true */ url.replace(/^file:(\/\/(?=\/))?/, ''));

/** Prisma's adapter for SQLite over one connection that is set up for durability. */
export class DurableLibSql extends PrismaLibSql {
  override createClient(config: { url: string }): Client {
    return durableClient(config.url);
  }
}

/** The adapter factory for a `file:` address; makes the directory of the file when it is not there. */
export function sqliteAdapter(url: string): DurableLibSql {
  const path = sqlitePath(url);
  mkdirSync(dirname(path), { recursive: true });
  return new DurableLibSql({ url: `file:${path}` });
}

/**
 * The client that the adapter drives, with three traps taken out:
 * - The stock client opens a new connection after each transaction and never closes the old one, and PRAGMAs belong to a
 *   connection: so transactions run on the one connection here, which the adapter's own lock makes safe.
 * - The adapter begins transactions deferred, where a second writer fails in the middle instead of waiting at the start:
 *   so they begin immediate.
 * - The driver leaves a statement that found the database busy half done, and then no later commit succeeds ("SQL
 *   statements in progress"): so a connection that met a lock is opened anew.
 */
function durableClient(url: string): Client {
  const client = createClient({ url, timeout: BUSY_TIMEOUT_MS });
  let setUp = false;
  let inTransaction = false;

  const run = async (statement: InStatement): Promise<ResultSet> => {
    try {
      return await client.execute(statement);
    } catch (error) {
      if (!inTransaction && failureOf(error).kind === 'busy') {
        setUp = false;
        client.reconnect();
      }
      throw error;
    }
  };
  const ready = async (): Promise<void> => {
    if (setUp) return;
    // Switching to WAL needs the file for itself for a moment; when it is busy, the next attempt sets it up.
    await run('PRAGMA journal_mode = WAL');
    await run('PRAGMA synchronous = FULL');
    await run('PRAGMA foreign_keys = ON');
    setUp = true;
  };
  const begin = async (): Promise<Transaction> => {
    await ready();
    await run('BEGIN IMMEDIATE');
    inTransaction = true;
    const finish = async (sql: 'COMMIT' | 'ROLLBACK'): Promise<void> => {
      if (!inTransaction) return;
      await run(sql);
      inTransaction = false;
    };
    const commit = async (): Promise<void> => {
      try {
        await finish('COMMIT');
      } catch (error) {
        // A commit that failed leaves its transaction open, and the next one must not find it.
        await abandon();
        throw error;
      }
    };
    return {
      execute: run,
      batch: (statements) => client.batch(statements),
      executeMultiple: (sql) => client.executeMultiple(sql),
      rollback: () => finish('ROLLBACK').catch(abandon),
      commit,
      close: () => undefined,
      get closed() {
        return !inTransaction;
      },
    };
  };
  /** Closing alone would keep the lock until the garbage collector has seen the last statement. */
  const abandon = async (): Promise<void> => {
    await client.execute('ROLLBACK').catch(() => undefined);
    inTransaction = false;
    setUp = false;
    client.reconnect();
  };

  return {
    protocol: client.protocol,
    get closed() {
      return client.closed;
    },
    execute: async (statement: InStatement) => {
      await ready();
      return run(statement);
    },
    transaction: begin,
    executeMultiple: async (sql) => {
      await ready();
      await client.executeMultiple(sql);
    },
    batch: (statements, mode) => client.batch(statements, mode),
    migrate: (statements) => client.migrate(statements),
    sync: () => client.sync(),
    reconnect: () => client.reconnect(),
    close: () => client.close(),
  };
}
