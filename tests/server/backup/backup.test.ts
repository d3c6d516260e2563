import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Prisma } from '@/generated/sqlite/client';
import { readCheckpoints, writeCheckpoint } from '@/lib/server/audit/checkpoints';
import { recordAudit } from '@/lib/server/audit/store';
import { verifyChain } from '@/lib/server/audit/verify';
import { createBackup } from '@/lib/server/backup/create';
import { restoreBackup } from '@/lib/server/backup/restore';
import { insertRows } from '@/lib/server/backup/rows';
import { readTables, type Table } from '@/lib/server/backup/tables';
import { type Database, isPostgres, openDatabase, postgresAdapter } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { prismaDirectory, readSchema } from '@/lib/server/db/schema-engine';
import { sqliteAdapter } from '@/lib/server/db/sqlite';
import { hasPostgres, postgresKind, sqliteKind } from '../databases';

const SCHEMA = readSchema(prismaDirectory('sqlite')).content;
const TABLES = readTables(SCHEMA);
/** Filled by recordAudit, so that there is a chain to verify. */
const AUDIT = new Set(['AuditEntry', 'AuditHead']);
const ROWS = 25;

const directory = mkdtempSync(join(tmpdir(), 'windsock-backup-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const folder = (): string => join(directory, randomUUID());

/** What a column of bytes, text with every kind of trouble, and the others can hold. */
function sampleOf(table: Table, column: Table['columns'][number], index: number): string | number | boolean | null {
  const reference = new RegExp(
    `^model ${table.name} \\{[\\s\\S]*?(\\w+)\\??\\s+@relation\\(fields: \\[${column.name}\\], references: \\[(\\w+)\\]`,
    'm',
  ).exec(SCHEMA);
  if (reference !== null) return `${reference[1]}.${reference[2]}.${index}`;
  const isKey = table.key.some(({ name }) => name === column.name);
  if (column.type === 'String')
    return isKey || column.name.endsWith('Id')
      ? `${table.name}.${column.name}.${index}`
      : `${index} "ä\u2028\u{1F525}\\\n'; DROP`;
  if (column.type === 'Int') return index;
  if (column.type === 'BigInt') return String(9_007_199_254_740_900n + BigInt(index));
  if (column.type === 'Float') return index / 3;
  if (column.type === 'Boolean') return index % 2 === 0;
  return Buffer.from([0, 255, index, 10]).toString('base64');
}

async function fillEveryTable(url: string, database: Database): Promise<void> {
  const provider = isPostgres(url) ? 'postgresql' : 'sqlite';
  const adapter = await (provider === 'postgresql' ? postgresAdapter(url, 1) : sqliteAdapter(url)).connect();
  for (const table of TABLES.filter(({ name }) => !AUDIT.has(name))) {
    const rows = Array.from({ length: ROWS }, (_, index) =>
      Object.fromEntries(table.columns.map((column) => [column.name, sampleOf(table, column, index)])),
    );
    await insertRows(adapter, { table, rows, provider });
  }
  await adapter.dispose();
  for (let number = 0; number < 5; number += 1) await database.write((transaction) => append(transaction, number));
}

const append = (transaction: Parameters<typeof recordAudit>[0], number: number) =>
  recordAudit(transaction, {
    actor: { id: 'ana', name: 'Ana' },
    action: 'note.create',
    subject: `note:${number}`,
    before: null,
    after: { number },
    atMs: number,
  });

const verified = async (url: string, file: string) => {
  const database = openDatabase(url);
  const checkpoints = await readCheckpoints(file);
  const answer = await verifyChain(database, { checkpoints, checkpointFile: file, nowMs: 0 });
  await database.close();
  return answer;
};

describe('the tables of a backup', () => {
  it('are all tables of the schema, whichever are added later', () => {
    expect(TABLES.map(({ name }) => name).sort()).toEqual(Object.keys(Prisma.ModelName).sort());
    for (const { name, columns } of TABLES) {
      const fields: unknown = Reflect.get(Prisma, `${name}ScalarFieldEnum`);
      expect(columns.map((column) => column.name).sort()).toEqual(Object.keys(fields ?? {}).sort());
    }
  });

  it('come after those they refer to', () => {
    const at = (name: string) => TABLES.findIndex((table) => table.name === name);
    expect(at('WebhookDelivery')).toBeLessThan(at('WebhookAttempt'));
  });

  it.each([
    ['a type that no backup knows', 'model A {\n  id String @id\n  at DateTime\n}\n', /A\.at is of a type/],
    ['another name in the database', 'model A {\n  id String @id @map("x")\n}\n', /mapped name/],
    ['no primary key', 'model A {\n  name String\n}\n', /no primary key/],
    [
      'a circle of references',
      'model A {\n  id String @id\n  b B @relation(fields: [id], references: [id])\n}\nmodel B {\n  id String @id\n  a A @relation(fields: [id], references: [id])\n}\n',
      /in a circle/,
    ],
  ])('with %s are refused, so that the test above sees it', (_, schema, message) => {
    expect(() => readTables(schema)).toThrow(message);
  });
});

const kinds = [sqliteKind(), postgresKind()] as const;
afterAll(async () => {
  for (const kind of kinds) await kind.stop();
});

describe.each([
  { from: kinds[0], to: kinds[0], run: describe },
  { from: kinds[0], to: kinds[1], run: describe.skipIf(!hasPostgres) },
  { from: kinds[1], to: kinds[1], run: describe.skipIf(!hasPostgres) },
  { from: kinds[1], to: kinds[0], run: describe.skipIf(!hasPostgres) },
])('a backup', ({ from, to, run }) => {
  run(`of ${from.name} restored into ${to.name}`, () => {
    let source = '';
    const made = folder();
    const checkpointFile = `${made}.checkpoints`;
    beforeAll(async () => {
      source = await from.create();
      await migrate(source);
      const database = openDatabase(source);
      await fillEveryTable(source, database);
      await writeCheckpoint(checkpointFile, database, 1);
      await database.close();
      await createBackup(made, { url: source, checkpointFile, nowMs: 2 });
    });

    it('gives the same rows, the same hashes and a chain that verifies', async () => {
      const target = await to.create();
      const file = `${folder()}.checkpoints`;
      const restored = await restoreBackup(made, { url: target, checkpointFile: file });
      expect(restored.tables.every(({ rows }) => rows > 0)).toBe(true);
      expect(await verified(target, file)).toMatchObject({ state: 'intact', entries: 5, checkpoints: { count: 1 } });
      const again = folder();
      const second = await createBackup(again, { url: target, checkpointFile: file, nowMs: 3 });
      expect(second.tables).toEqual(restored.tables);
      expect(second.audit).toEqual(restored.audit);
      // The console goes on where the chain ends.
      const database = openDatabase(target);
      await database.write((transaction) => append(transaction, 9));
      await database.close();
      expect(await verified(target, file)).toMatchObject({ state: 'intact', entries: 6 });
    });

    it('is refused by a database that is not empty, which stays as it is', async () => {
      const target = await to.create();
      await migrate(target);
      const database = openDatabase(target);
      await database.write((transaction) => append(transaction, 1));
      const restored = restoreBackup(made, { url: target, checkpointFile: `${folder()}.checkpoints` });
      await expect(restored).rejects.toThrow(/The database is not empty: AuditEntry has rows|AuditHead has rows/);
      expect(await database.read((client) => client.auditEntry.count())).toBe(1);
      expect(await database.read((client) => client.evidence.count())).toBe(0);
      await database.close();
    });
  });
});

describe('a backup on disk', () => {
  let source = '';
  let made = '';
  const where = (url: string) => ({ url, checkpointFile: `${folder()}.checkpoints` });
  beforeAll(async () => {
    source = await kinds[0].create();
    await migrate(source);
    const database = openDatabase(source);
    await fillEveryTable(source, database);
    await database.close();
  });
  const make = async () => {
    made = folder();
    await createBackup(made, { ...where(source), nowMs: 1 });
    return made;
  };
  const restoreInto = async () => {
    const target = await kinds[0].create();
    return { target, restored: restoreBackup(made, where(target)) };
  };

  it('can be read by its owner alone, and leaves nothing half made beside it', async () => {
    await make();
    expect(statSync(made).mode & 0o077).toBe(0);
    for (const name of readdirSync(made)) expect(statSync(join(made, name)).mode & 0o077).toBe(0);
    expect(readdirSync(directory).filter((name) => name.includes('.partial'))).toEqual([]);
    expect(readdirSync(made)).not.toContain('copy.db');
  });

  it('is made in an empty folder, and not over anything', async () => {
    const empty = folder();
    mkdirSync(empty);
    await createBackup(empty, { ...where(source), nowMs: 1 });
    await expect(createBackup(empty, { ...where(source), nowMs: 1 })).rejects.toThrow(/not empty; a backup is never/);
  });

  it.each([
    ['a row that was altered', (text: string) => text.replace('DROP', 'DROP TABLE')],
    ['a row that was left out', (text: string) => text.slice(text.indexOf('\n') + 1)],
  ])('with %s is refused before anything is stored', async (_, change) => {
    await make();
    const file = join(made, 'Note.ndjson.gz');
    writeFileSync(file, gzipSync(change(gunzipSync(readFileSync(file)).toString())));
    const { target, restored } = await restoreInto();
    await expect(restored).rejects.toThrow(/Note of this backup is not what was backed up/);
    expect(existsSync(target.replace('file:', ''))).toBe(false);
  });

  it('with a file cut off, missing or no manifest is refused in a sentence', async () => {
    await make();
    const file = join(made, 'Note.ndjson.gz');
    writeFileSync(file, readFileSync(file).subarray(0, 60));
    await expect((await restoreInto()).restored).rejects.toThrow(
      /Note\.ndjson\.gz cannot be read: it is missing, cut off/,
    );
    rmSync(file);
    await expect((await restoreInto()).restored).rejects.toThrow(/Note\.ndjson\.gz cannot be read/);
    writeFileSync(join(made, 'manifest.json'), '{}');
    await expect((await restoreInto()).restored).rejects.toThrow(/not a manifest that this console understands/);
    rmSync(join(made, 'manifest.json'));
    await expect((await restoreInto()).restored).rejects.toThrow(/is no backup: it has no manifest.json/);
  });

  it('of a newer console is refused, one of an older console has its new tables empty', async () => {
    await make();
    const file = join(made, 'manifest.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...manifest, migrations: [...manifest.migrations, '2999_later'] }));
    await expect((await restoreInto()).restored).rejects.toThrow(/newer console .* the migration 2999_later/);
    const tables = manifest.tables.filter(({ name }: { name: string }) => name !== 'Baseline');
    writeFileSync(file, JSON.stringify({ ...manifest, migrations: manifest.migrations.slice(0, 1), tables }));
    const { target, restored } = await restoreInto();
    await restored;
    const database = openDatabase(target);
    expect(await database.read((client) => client.baseline.count())).toBe(0);
    expect(await database.read((client) => client.note.count())).toBe(ROWS);
    await database.close();
  });
});

describe.each([
  { kind: kinds[0], run: describe },
  { kind: kinds[1], run: describe.skipIf(!hasPostgres) },
])('while the console writes', ({ kind, run }) => {
  run(`to ${kind.name}`, () => {
    it('a backup is one moment: each change in it is there with its audit entry, and the chain verifies', async () => {
      const url = await kind.create();
      await migrate(url);
      const database = openDatabase(url);
      let writing = true;
      let written = 0;
      const writer = (async () => {
        while (writing) {
          await database.write(async (transaction) => {
            const name = `n${written}`;
            await transaction.lease.create({ data: { name, holder: 'x', token: 1, expiresAtMs: 0n } });
            await append(transaction, written);
          });
          written += 1;
          // SQLite answers within the same turn: without a pause nothing else in this process would ever run.
          await sleep(1);
        }
      })();
      await expect.poll(() => written).toBeGreaterThan(20);
      const made = folder();
      const before = written;
      const backedUp = createBackup(made, { url, checkpointFile: `${made}.checkpoints`, nowMs: 1 });
      const manifest = await backedUp.finally(async () => {
        writing = false;
        await writer;
      });
      await database.close();
      const rows = (name: string) => manifest.tables.find((table) => table.name === name)?.rows;
      expect(rows('AuditEntry')).toBe(rows('Lease'));
      expect(manifest.audit?.sequence).toBe(rows('AuditEntry'));
      expect(rows('AuditEntry')).toBeGreaterThanOrEqual(before);
      const target = await kinds[0].create();
      await restoreBackup(made, { url: target, checkpointFile: `${made}.restored` });
      expect(await verified(target, `${made}.restored`)).toMatchObject({
        state: 'intact',
        entries: rows('AuditEntry'),
      });
    });
  });
});
