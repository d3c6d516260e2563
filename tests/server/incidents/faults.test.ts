import { randomUUID } from 'node:crypto';
import { createClient } from '@libsql/client';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { webhookRoute } from '@/lib/server/alert-intake/webhook-route';
import { type Database, openDatabase } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { useConfig } from '@/tests/api/console';
import { alert, message } from '../alert-intake/webhook-bodies';
import { type DatabaseKind, hasPostgres, postgresKind, sqliteKind } from '../databases';
import { declared } from './both-databases';

const CONFIG = `
sources:
  prometheus: { url: 'http://127.0.0.1:9' }
webhooks:
  in: { alertmanager: { secret: open-sesame-of-a-test } }
incidents:
  rules: [{ name: models, match: ['alertname=~"Model.*"'] }]
`;

const sqlite = sqliteKind();
const kinds = [
  { kind: sqlite, run: describe },
  { kind: postgresKind(), run: describe.skipIf(!hasPostgres) },
];
let url = '';
let database: Database;
afterAll(() => Promise.all(kinds.map(({ kind }) => kind.stop())));

/** An empty database of a kind for each test, less patient with a lock than a console; that of the routes too. */
function onEvery(kind: DatabaseKind): void {
  beforeEach(async () => {
    useConfig(CONFIG);
    url = await kind.create();
    await migrate(url);
    process.env.DATABASE_URL = url;
    database = openDatabase(url, { patienceMs: 200 });
    (globalThis as { windsockDatabases?: Map<string, Database> }).windsockDatabases = new Map([[url, database]]);
  });
  afterEach(() => database.close());
}

const deliver = (secret = 'open-sesame-of-a-test', summary = 'It fails') =>
  webhookRoute('alertmanager')(
    new Request('http://console/api/webhooks/alertmanager', {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(message([alert({ annotations: { summary } })])),
    }),
    { params: Promise.resolve({}) },
  );

const counts = () =>
  database.read((client) =>
    Promise.all([
      client.incident.count(),
      client.incidentEntry.count(),
      client.incidentContext.count(),
      client.alertDelivery.count(),
      client.alertEpisode.count(),
      client.auditEntry.count(),
    ]),
  );
const nothing = [0, 0, 0, 0, 0, 0];

async function expectRefused(response: Response, words: RegExp): Promise<void> {
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('10');
  expect(await response.json()).toMatchObject({
    error: { code: 'storage_unavailable', message: expect.stringMatching(words) },
  });
}

/**
 * SQLite: no page may be added, by its own limit, which is what it does on a disk that is full. PostgreSQL: an imitation, a
 * trigger that raises what the server raises then, SQLSTATE 53100; a file system that is full takes rights of the machine.
 */
async function disk(state: 'full' | 'free'): Promise<void> {
  if (database.provider === 'sqlite') {
    const pages = state === 'full' ? 1 : 1_000_000;
    await database.read((client) => client.$queryRawUnsafe(`PRAGMA max_page_count = ${pages}`));
    return;
  }
  const tables = ['IncidentEntry', 'AlertDelivery'];
  const statements =
    state === 'free'
      ? tables.map((table) => `DROP TRIGGER full_disk ON "${table}"`)
      : [
          `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$`,
          ...tables.map(
            (table) => `CREATE TRIGGER full_disk BEFORE INSERT ON "${table}" FOR EACH ROW EXECUTE FUNCTION full_disk()`,
          ),
        ];
  for (const statement of statements) await database.write((transaction) => transaction.$executeRawUnsafe(statement));
}

describe.each(kinds)('while the disk is full', ({ kind, run }) => {
  run(`on ${kind.name}`, () => {
    onEvery(kind);

    it('nothing is declared by halves, and the same declaration goes through afterwards', async () => {
      const id = randomUUID();
      await disk('full');
      const long = { id, text: 'x'.repeat(9_000) };
      await expect(declared({ database }, long)).rejects.toMatchObject({
        code: 'storage_unavailable',
        message: expect.stringMatching(/disk of the database is full/),
      });
      expect(await counts()).toEqual(nothing);
      await disk('free');
      expect((await declared({ database }, long)).number).toBe(1);
    });

    it('a webhook is told to come again, nothing of its body is there, and then it is', async () => {
      await disk('full');
      // Random words, which do not pack into the room that is left.
      const summary = Array.from({ length: 200 }, () => randomUUID()).join(' ');
      await expectRefused(await deliver(undefined, summary), /disk of the database is full/);
      expect(await counts()).toEqual(nothing);
      await disk('free');
      expect((await deliver(undefined, summary)).status).toBe(200);
      expect((await counts()).slice(3, 5)).toEqual([1, 1]);
    });
  });
});

describe('while somebody else keeps an SQLite locked', () => {
  onEvery(sqlite);

  it('nothing is declared and no webhook is lost, and both go through afterwards', async () => {
    const other = createClient({ url });
    await other.execute('BEGIN IMMEDIATE');
    const id = randomUUID();
    await expect(declared({ database }, { id })).rejects.toMatchObject({ code: 'storage_unavailable' });
    await expectRefused(await deliver(), /busy with other writers/);
    await other.execute('ROLLBACK');
    other.close();
    expect(await counts()).toEqual(nothing);
    await declared({ database }, { id });
    expect(await (await deliver()).json()).toMatchObject({ outcome: 'stored', duplicate: false });
    expect((await counts()).slice(0, 1)).toEqual([2]);
  });
});

describe('a wrong secret', () => {
  onEvery(sqlite);

  it('is refused before anything is stored', async () => {
    expect((await deliver('another')).status).toBe(401);
    expect(await counts()).toEqual(nothing);
  });
});
