import 'server-only';
import { rm } from 'node:fs/promises';
import { createClient } from '@libsql/client';
import type { SqlQueryable } from '@prisma/driver-adapter-utils';
import { isPostgres, postgresAdapter } from '../db';
import { BUSY_TIMEOUT_MS, DurableLibSql, sqlitePath } from '../db/sqlite';

export interface Snapshot {
  queryable: SqlQueryable;
  provider: 'sqlite' | 'postgresql';
  close(): Promise<void>;
}

/**
 * One moment of a database, for reading as long as it takes while the console goes on writing. On PostgreSQL it is a
 * transaction that sees what was committed when it began; of SQLite it is a copy made by VACUUM INTO, which itself is
 * one read, at `copy` and gone afterwards.
 */
export async function openSnapshot(url: string, copy: string): Promise<Snapshot> {
  if (isPostgres(url)) {
    const adapter = await postgresAdapter(url, 1).connect();
    const transaction = await adapter.startTransaction('REPEATABLE READ');
    return {
      queryable: transaction,
      provider: 'postgresql',
      close: async () => {
        await transaction.rollback();
        await adapter.dispose();
      },
    };
  }
  const source = createClient({ url: `file:${sqlitePath(url)}`, timeout: BUSY_TIMEOUT_MS });
  try {
    await source.execute(`VACUUM INTO '${copy.replaceAll("'", "''")}'`);
  } finally {
    source.close();
  }
  const adapter = await new DurableLibSql({ url: `file:${copy}` }).connect();
  return {
    queryable: adapter,
    provider: 'sqlite',
    close: async () => {
      await adapter.dispose();
      for (const suffix of ['', '-wal', '-shm']) await rm(`${copy}${suffix}`, { force: true });
    },
  };
}
