import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '@/lib/server/db';
import { failureOf } from '@/lib/server/db/errors';
import { migrate } from '@/lib/server/db/migrate';
import { createNote } from '@/lib/server/notes/store';
import { hasPostgres, postgresKind } from './databases';
import { bundleWriter, startWriter } from './writers';

const NOBODY = 65_534;
const asRoot = process.getuid?.() === 0;
const identity = { id: 'a', name: 'A', permissions: new Set(['notes:write'] as const) };
const note = () => ({ id: randomUUID(), atMs: 1, text: 'x', model: null, version: null });

let directory = '';
let writer: Awaited<ReturnType<typeof bundleWriter>>;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'windsock-faults-'));
  chmodSync(directory, 0o755);
  writer = await bundleWriter();
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
  writer.remove();
});

async function freshDatabase(name: string): Promise<{ url: string; path: string }> {
  mkdirSync(join(directory, name));
  const path = join(directory, name, 'windsock.db');
  await migrate(`file:${path}`);
  return { url: `file:${path}`, path };
}

const countOf = async (url: string): Promise<{ notes: number; audits: number }> => {
  const database = openDatabase(url);
  const [notes, audits] = await database.read((client) =>
    Promise.all([client.note.count(), client.auditEntry.count()]),
  );
  await database.close();
  return { notes, audits };
};

describe('an SQLite database', () => {
  it('whose disk is full says so, stores nothing by halves, and keeps what it had acknowledged', async () => {
    const { url, path } = await freshDatabase('full');
    // No file of the process may grow past this many kB: what a full disk does, without a disk.
    const largest = Math.max(...[path, `${path}-wal`].map((file) => (existsSync(file) ? statSync(file).size : 0)));
    const limit = Math.ceil(largest / 1024) + 600;
    const before = `trap '' XFSZ; ulimit -f ${limit}`;
    const { acknowledged, failures, complaint } = await startWriter(writer.file, { url, atOnce: 2, total: 300, before })
      .said;
    expect(complaint).toBe('');
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(failures.length).toBeGreaterThan(0);
    for (const { code, message } of failures) {
      expect(code).toBe('storage_unavailable');
      expect(message).toMatch(/^The disk of the database (is full|refused to write), so nothing was stored\./);
    }
    expect(await countOf(url)).toEqual({ notes: acknowledged.length, audits: acknowledged.length });
  });

  it('that can only be read says so and stores nothing', async () => {
    const { url, path } = await freshDatabase('read-only');
    await createNote(note(), { identity, nowMs: 1 }, openDatabase(url));
    // The journal is folded back, as after an orderly end, so that there is nothing to recover.
    const client = createClient({ url });
    await client.execute('PRAGMA wal_checkpoint(TRUNCATE)');
    client.close();
    chmodSync(path, 0o444);
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
    chmodSync(join(directory, 'read-only'), 0o555);
    const uid = asRoot ? { uid: NOBODY } : {};
    const { acknowledged, failures } = await startWriter(writer.file, { url, atOnce: 1, total: 2, ...uid }).said;
    expect(acknowledged).toEqual([]);
    expect(failures.map(({ code }) => code)).toEqual(['storage_unavailable', 'storage_unavailable']);
    expect(failures[0]?.message).toMatch(/^The (database can only be read|file of the database cannot be opened)/);
    chmodSync(join(directory, 'read-only'), 0o755);
    chmodSync(path, 0o644);
    expect(await countOf(url)).toEqual({ notes: 1, audits: 1 });
  });

  it('that somebody else keeps locked says so after its patience, and the next write goes through', async () => {
    const { url } = await freshDatabase('locked');
    const other = createClient({ url });
    await other.execute('BEGIN IMMEDIATE');
    const database = openDatabase(url, { patienceMs: 300 });
    const begunMs = performance.now();
    await expect(createNote(note(), { identity, nowMs: 1 }, database)).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringMatching(/busy with other writers/),
    });
    expect(performance.now() - begunMs).toBeLessThan(3_000);
    await other.execute('ROLLBACK');
    other.close();
    await createNote(note(), { identity, nowMs: 1 }, database);
    await database.close();
    expect(await countOf(url)).toEqual({ notes: 1, audits: 1 });
  });

  it('that waits for a lock lets the process go on', async () => {
    const { url } = await freshDatabase('waiting');
    const other = createClient({ url });
    await other.execute('BEGIN IMMEDIATE');
    const database = openDatabase(url, { patienceMs: 5_000 });
    const stored = createNote(note(), { identity, nowMs: 1 }, database);
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 10);
    await new Promise((resolve) => setTimeout(resolve, 500));
    clearInterval(timer);
    await other.execute('COMMIT');
    other.close();
    expect((await stored).revision).toBe(1);
    expect(ticks).toBeGreaterThan(10);
    await database.close();
  });

  it('that is another kind of file says so', async () => {
    const path = join(directory, 'not-a-database.db');
    writeFileSync(path, 'This is a letter, not a database. '.repeat(100));
    await expect(migrate(`file:${path}`)).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringMatching(/damaged or not a database/),
    });
  });

  it('without tables says that a restart makes them', async () => {
    const database = openDatabase(`file:${join(directory, 'empty.db')}`);
    await expect(createNote(note(), { identity, nowMs: 1 }, database)).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringMatching(/no tables yet/),
    });
    await database.close();
  });

  it('keeps one connection however many transactions there were', async () => {
    const { url } = await freshDatabase('one-connection');
    const database = openDatabase(url);
    for (let i = 0; i < 50; i += 1) await createNote(note(), { identity, nowMs: 1 }, database);
    const [mode] = await database.read((client) =>
      client.$queryRawUnsafe<{ synchronous: bigint | number }[]>('PRAGMA synchronous'),
    );
    // 2 is FULL: the setting of a connection, so a connection that nobody set up would say otherwise.
    expect(Number(mode?.synchronous)).toBe(2);
    await database.close();
  });
});

describe('a PostgreSQL', () => {
  const kind = postgresKind();
  afterAll(() => kind.stop());

  it('that is not there says so within seconds', async () => {
    const database = openDatabase('postgres://nobody@127.0.0.1:9/none');
    await expect(createNote(note(), { identity, nowMs: 1 }, database)).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringMatching(/cannot be reached/),
    });
    await expect(migrate('postgres://nobody@127.0.0.1:9/none')).rejects.toMatchObject({ code: 'storage_unavailable' });
    await database.close();
  });

  it.skipIf(!hasPostgres)('without the database that is named says what to check', async () => {
    const url = (await kind.create()).replace(/\/\w+$/, '/no_such_database');
    const database = openDatabase(url);
    await expect(createNote(note(), { identity, nowMs: 1 }, database)).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringMatching(/DATABASE_URL/),
    });
    await database.close();
  });
});

describe('the kind of a failure', () => {
  it('is found however deep the layers wrapped it', () => {
    const wrapped = new Error('Transaction failed', {
      cause: { kind: 'sqlite', cause: new Error('SQLITE_FULL: full') },
    });
    expect(failureOf(wrapped).kind).toBe('unavailable');
  });

  it('of what is no failure of the storage is other', () => {
    expect(failureOf(new Error('x is not a function')).kind).toBe('other');
    expect(failureOf(null).kind).toBe('other');
  });
});
