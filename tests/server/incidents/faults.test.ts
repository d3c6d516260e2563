import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { webhookRoute } from '@/lib/server/alert-intake/webhook-route';
import { type Database, openDatabase } from '@/lib/server/db';
import { migrate } from '@/lib/server/migrate';
import { useConfig } from '@/tests/api/console';
import { alert, message } from '../alert-intake/webhook-bodies';
import { declared } from './both-databases';

const CONFIG = `
sources:
  prometheus: { url: 'http://127.0.0.1:9' }
webhooks:
  in: { alertmanager: { secret: open-sesame-of-a-test } }
incidents:
  rules: [{ name: models, match: ['alertname=~"Model.*"'] }]
`;

let directory = '';
let url = '';
let database: Database;
beforeEach(async () => {
  useConfig(CONFIG);
  directory = mkdtempSync(join(tmpdir(), 'windsock-incident-faults-'));
  url = `file:${join(directory, 'windsock.db')}`;
  await migrate(url);
  process.env.DATABASE_URL = url;
  database = openDatabase(url, { patienceMs: 200 });
  // The database of the routes is this one, which is less patient with a lock than a console.
  (globalThis as { windsockDatabases?: Map<string, Database> }).windsockDatabases = new Map([[url, database]]);
});
afterEach(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});

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

/** No page may be added: what SQLite does on a disk that is full, by its own limit. */
const limitPages = (pages: number) =>
  database.read((client) => client.$queryRawUnsafe(`PRAGMA max_page_count = ${pages}`));

describe('while the disk is full', () => {
  it('nothing is declared by halves, and the same declaration goes through afterwards', async () => {
    const id = randomUUID();
    await limitPages(1);
    const long = { id, text: 'x'.repeat(9_000) };
    await expect(declared({ database }, long)).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringMatching(/disk of the database is full/),
    });
    expect(await counts()).toEqual(nothing);
    await limitPages(1_000_000);
    expect((await declared({ database }, long)).number).toBe(1);
  });

  it('a webhook is told to come again, nothing of its body is there, and then it is', async () => {
    await limitPages(1);
    // Random words, which do not pack into the room that is left.
    const summary = Array.from({ length: 200 }, () => randomUUID()).join(' ');
    await expectRefused(await deliver(undefined, summary), /disk of the database is full/);
    expect(await counts()).toEqual(nothing);
    await limitPages(1_000_000);
    expect((await deliver(undefined, summary)).status).toBe(200);
    expect((await counts()).slice(3, 5)).toEqual([1, 1]);
  });
});

describe('while somebody else keeps the database locked', () => {
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
  it('is refused before anything is stored', async () => {
    expect((await deliver('another')).status).toBe(401);
    expect(await counts()).toEqual(nothing);
  });
});
