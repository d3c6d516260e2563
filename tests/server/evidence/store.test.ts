import { createHash, randomUUID } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FrozenDocument } from '@/lib/contracts/evidence';
import { type Database, openDatabase } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { MAX_DOCUMENT_BYTES } from '@/lib/server/evidence/document';
import { listEvidence, readEvidence, soundDocument, storeEvidence } from '@/lib/server/evidence/store';
import { errorOf } from '../../error-of';
import { onEachDatabase } from '../databases';

const by = { id: 'ana', name: 'Ana' };

const document = (fields: Partial<FrozenDocument> = {}): FrozenDocument => ({
  format: 1,
  kind: 'jobs',
  title: 'Jobs and pipelines',
  look: { pathname: '/', search: '' },
  model: null,
  startMs: 0,
  endMs: 3_600_000,
  stepMs: null,
  parts: [{ path: 'jobs', params: { startMs: 0, endMs: 3_600_000 }, answer: { jobs: [], gaps: [], why: [] } }],
  isPartial: false,
  warnings: [],
  redaction: { rules: ['e-mail'], isQuestionRedacted: false },
  markdown: null,
  frozenAtMs: 1_000,
  consoleVersion: '0.1.0',
  ...fields,
});

onEachDatabase('evidence', (kind) => {
  let database: Database;
  beforeAll(async () => {
    const url = await kind.create();
    await migrate(url);
    database = openDatabase(url);
  });
  afterAll(async () => {
    await database.close();
  });
  const store = (frozen = document(), id: string = randomUUID()) =>
    storeEvidence({ id, document: frozen, by }, database);
  const bytesOf = async (id: string) => {
    const row = await database.read((client) => client.evidence.findUniqueOrThrow({ where: { id } }));
    return Buffer.from(row.content);
  };
  /** As a broken disk or a hand in the database would. */
  const overwrite = (id: string, content: Uint8Array<ArrayBuffer>) =>
    database.write((transaction) => transaction.evidence.update({ where: { id }, data: { content } }));

  it('reads back what was stored, with a hash anybody can compute', async () => {
    const frozen = document({ title: 'größer — “quoted” \u{1f409}' });
    const { id, sha256, sizeBytes } = await store(frozen);
    expect(await readEvidence(id, database)).toMatchObject({ state: 'sound', document: frozen, sha256 });
    const bytes = gunzipSync(await bytesOf(id));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    expect(bytes.byteLength).toBe(sizeBytes);
  });

  it('has the same hash for the same document, in whatever order its members came', async () => {
    const frozen = document();
    const turned = Object.fromEntries(Object.entries(frozen).reverse()) as FrozenDocument;
    expect((await store(turned)).sha256).toBe((await store(frozen)).sha256);
    expect((await store(document({ title: 'Another' }))).sha256).not.toBe((await store(frozen)).sha256);
  });

  it('keeps who pinned it apart, so that a person can be forgotten and the hash still verifies', async () => {
    const { id } = await store();
    await database.write((transaction) =>
      transaction.evidence.update({ where: { id }, data: { frozenById: 'erased', frozenByName: 'somebody' } }),
    );
    expect(await readEvidence(id, database)).toMatchObject({ state: 'sound', frozenBy: { name: 'somebody' } });
    expect(gunzipSync(await bytesOf(id)).includes('Ana')).toBe(false);
  });

  it('says of a changed byte that it is damaged, and shows nothing of it', async () => {
    const { id } = await store();
    const bytes = gunzipSync(await bytesOf(id))
      .toString('utf8')
      .replace('Jobs and', 'Jabs and');
    await overwrite(id, new Uint8Array(gzipSync(bytes)));
    const found = await readEvidence(id, database);
    expect(found).toMatchObject({ state: 'damaged', document: null, why: [] });
    expect(found.damage).toMatch(/they were changed since/);
    expect((await errorOf(soundDocument(id, database))).code).toBe('conflict');
  });

  it.each([
    ['a cut file', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['no file at all', () => Buffer.alloc(0)],
    ['a bomb', () => gzipSync(Buffer.alloc(64 * 1024 * 1024))],
  ])('says of %s that it is damaged', async (_what, change) => {
    const { id } = await store();
    await overwrite(id, new Uint8Array(change(await bytesOf(id))));
    expect(await readEvidence(id, database)).toMatchObject({ state: 'damaged', document: null });
  });

  it('trusts what is hashed before the columns beside it', async () => {
    const { id } = await store();
    await database.write((transaction) =>
      transaction.evidence.update({ where: { id }, data: { title: 'Forged', summary: 'not even JSON' } }),
    );
    expect(await readEvidence(id, database)).toMatchObject({ state: 'sound', title: 'Jobs and pipelines' });
    expect((await listEvidence({ limit: 200 }, database)).evidence.some((one) => one.id === id)).toBe(true);
  });

  it('refuses what is larger than a pin may be, and stores nothing', async () => {
    const id = randomUUID();
    const large = document({ warnings: ['x'.repeat(MAX_DOCUMENT_BYTES)] });
    const refused = await errorOf(store(large, id));
    expect(refused.code).toBe('too_large');
    expect(refused.message).toMatch(/shorter range/);
    expect((await errorOf(readEvidence(id, database))).code).toBe('not_found');
  });

  it('stored twice at once is there once, with one audit row that remembers its hash', async () => {
    const id = randomUUID();
    const [first, second] = await Promise.all([store(document(), id), store(document(), id)]);
    expect(first).toEqual(second);
    const rows = await database.read((client) => client.auditEntry.findMany({ where: { subject: `evidence:${id}` } }));
    expect(rows).toHaveLength(1);
    expect(JSON.parse(rows[0]?.after ?? '')).toMatchObject({ sha256: first.sha256 });
  });
});
