import 'server-only';
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Client, createClient, type Transaction } from '@libsql/client';
import { PrismaLibSql } from '@prisma/adapter-libsql';

/**
 * How long SQLite itself waits for a lock. The driver is synchronous: while it waits the whole process stands still, so
 * the patience lies in `write`, which waits without blocking.
 */
const BUSY_TIMEOUT_MS = 20;

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
 * The client that the adapter drives, with two traps taken out. The stock client opens a new connection after each
 * transaction and never closes the old one, and PRAGMAs belong to a connection: so transactions run on the one
 * connection here, which the adapter's own lock makes safe. And the adapter begins transactions deferred, where a
 * second writer fails in the middle instead of waiting at the start: so they begin immediate.
 */
function durableClient(url: string): Client {
  const client = createClient({ url, timeout: BUSY_TIMEOUT_MS });
  const run = async (sql: string): Promise<void> => {
    await client.execute(sql);
  };
  let setUp = false;
  const ready = async (): Promise<void> => {
    if (setUp) return;
    // Switching to WAL needs the file for itself for a moment; when it is busy, the next attempt sets it up.
    await run('PRAGMA journal_mode = WAL');
    await run('PRAGMA synchronous = FULL');
    await run('PRAGMA foreign_keys = ON');
    setUp = true;
  };
  const execute: Client['execute'] = async (statement: Parameters<Client['execute']>[0]) => {
    await ready();
    return client.execute(statement);
  };
  const transaction = async (): Promise<Transaction> => {
    await ready();
    await run('BEGIN IMMEDIATE');
    let open = true;
    const finish = async (sql: 'COMMIT' | 'ROLLBACK'): Promise<void> => {
      if (!open) return;
      await run(sql);
      open = false;
    };
    const rollback = () => finish('ROLLBACK');
    return {
      execute: (statement: Parameters<Client['execute']>[0]) => client.execute(statement),
      batch: (statements) => client.batch(statements),
      executeMultiple: (sql) => client.executeMultiple(sql),
      rollback,
      commit: async () => {
        try {
          await finish('COMMIT');
        } catch (error) {
          // A commit that failed leaves the transaction open; the next one must not find it.
          await rollback().catch(() => {
            open = false;
          });
          throw error;
        }
      },
      close: () => undefined,
      get closed() {
        return !open;
      },
    };
  };
  return new Proxy(client, {
    get(target, key) {
      if (key === 'execute') return execute;
      if (key === 'transaction') return transaction;
      if (key === 'executeMultiple') return async (sql: string) => (await ready(), target.executeMultiple(sql));
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
