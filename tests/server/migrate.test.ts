import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isPostgres, openDatabase, postgresAdapter } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { applyMigrations, prismaDirectory, RUNNING_LOCK, withSchemaEngine } from '@/lib/server/db/schema-engine';
import { sqliteAdapter } from '@/lib/server/db/sqlite';
import { onEachDatabase } from './databases';
import { bundleProcess } from './writers';

/** Every migration, oldest first. */
const NAMES = readdirSync('prisma/migrations')
  .filter((name) => /^\d{14}_/.test(name))
  .sort();

/** The process is gone as soon as a migration's own statements are committed: whatever the engine wants next fails. */
function dyingAfterScript(factory: SqlMigrationAwareDriverAdapterFactory): SqlMigrationAwareDriverAdapterFactory {
  let dead = false;
  const connect = async (): Promise<SqlDriverAdapter> => {
    const adapter = await factory.connect();
    const { executeScript, executeRaw, queryRaw } = adapter;
    const alive = () => {
      if (dead) throw new Error('the process was killed');
    };
    const died = (sql: string) => {
      dead ||= /CREATE TABLE .*"?Note"?/.test(sql);
    };
    adapter.executeScript = async (script) => {
      alive();
      await executeScript.call(adapter, script);
      died(script);
    };
    adapter.executeRaw = async (query) => {
      alive();
      const count = await executeRaw.call(adapter, query);
      died(query.sql);
      return count;
    };
    adapter.queryRaw = async (query) => {
      alive();
      return queryRaw.call(adapter, query);
    };
    return adapter;
  };
  return { provider: factory.provider, adapterName: factory.adapterName, connect, connectToShadowDb: connect };
}

let migrator: Awaited<ReturnType<typeof bundleProcess>>;
beforeAll(async () => {
  migrator = await bundleProcess('tests/server/migrator.ts');
});
afterAll(() => migrator.remove());

onEachDatabase('a migration', (kind) => {
  it('that was begun and never finished is done again', async () => {
    const url = await kind.create();
    await migrate(url);
    const database = openDatabase(url);
    // What a kill between the newest note in the table of migrations and the commit leaves behind.
    const newest = NAMES.at(-1) ?? '';
    const script = readFileSync(join('prisma/migrations', newest, 'migration.sql'), 'utf8');
    const tables = [...script.matchAll(/CREATE TABLE "(\w+)"/g)].map(([, name]) => name);
    expect(tables, 'the newest migration makes a table').not.toEqual([]);
    await database.write(async (transaction) => {
      for (const table of tables) await transaction.$executeRawUnsafe(`DROP TABLE "${table}"`);
      await transaction.$executeRawUnsafe(
        `UPDATE _prisma_migrations SET finished_at = NULL, applied_steps_count = 0 WHERE migration_name = '${newest}'`,
      );
    });
    expect(await migrate(url)).toEqual([newest]);
    expect(await database.read((client) => client.note.count())).toBe(0);
    expect(await migrate(url)).toEqual([]);
    await database.close();
  });

  // An SQLite has no server that outlives the process.
  if (kind.name === 'PostgreSQL')
    it('that a server still runs for a process that is gone is waited for', async () => {
      const url = await kind.create();
      await migrate(url);
      const newest = NAMES.at(-1) ?? '';
      const database = openDatabase(url);
      const note = (finished: string) =>
        `UPDATE _prisma_migrations SET finished_at = ${finished} WHERE migration_name = '${newest}'`;
      await database.write((transaction) => transaction.$executeRawUnsafe(note('NULL')));
      let next: Promise<string[]> | null = null;
      await database.write(async (transaction) => {
        await transaction.$executeRawUnsafe(`SELECT pg_advisory_xact_lock_shared(${RUNNING_LOCK})`);
        await transaction.$executeRawUnsafe(note('started_at'));
        next = migrate(url);
        const waiting = `SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`;
        await expect.poll(() => transaction.$queryRawUnsafe(waiting)).toEqual([{ n: 1 }]);
      });
      expect(await next).toEqual([]);
      await database.close();
    });

  it('killed between its commit and the note of it is known to be done', async () => {
    const url = await kind.create();
    const provider = isPostgres(url) ? 'postgresql' : 'sqlite';
    const directory = prismaDirectory(provider);
    const factory = isPostgres(url) ? postgresAdapter(url, 2) : sqliteAdapter(url);
    const dies = dyingAfterScript(factory);
    await expect(
      withSchemaEngine(dies, directory, (engine) => applyMigrations(engine, { directory, interrupted: [] })),
    ).rejects.toThrow();
    // The first is known to be done; those after it were never begun.
    expect(await migrate(url)).toEqual(NAMES.slice(1));
    const database = openDatabase(url);
    expect(await database.read((client) => client.note.count())).toBe(0);
    await database.close();
  });

  it('killed at any moment leaves a database that the next start can use', { timeout: 240_000 }, async () => {
    const start = (url: string) => spawn(process.execPath, [migrator.file, url], { stdio: 'ignore' });
    const url = await kind.create();
    const begunMs = performance.now();
    const whole = start(url);
    expect(await new Promise((resolve) => whole.once('exit', resolve))).toBe(0);
    const lifeMs = performance.now() - begunMs;
    expect(await migrate(url)).toEqual([]);
    for (const share of [0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]) {
      const broken = await kind.create();
      const child = start(broken);
      const gone = new Promise((resolve) => child.once('exit', resolve));
      await sleep(lifeMs * share);
      child.kill('SIGKILL');
      await gone;
      await migrate(broken);
      const database = openDatabase(broken);
      expect(await database.read((client) => client.note.count())).toBe(0);
      await database.close();
    }
  });
});
