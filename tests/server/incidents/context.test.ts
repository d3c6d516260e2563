import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { EvidenceRead } from '@/lib/contracts/evidence';
import { CONTEXT_TOPICS, ContextPack } from '@/lib/contracts/incident-context';
import { EntriesParams, EntryPage, NewEntry } from '@/lib/contracts/incident-entry';
import type { LoopContext } from '@/lib/server/background/loop';
import { queryCache } from '@/lib/server/cache';
import { type Database, openDatabase } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { readEvidence } from '@/lib/server/evidence/store';
import { captureWaiting, readContext, recapture } from '@/lib/server/incidents/context';
import { addEntry, listEntries } from '@/lib/server/incidents/entries';
import { type Lab, NOW_MS, startLab, useConfig } from '@/tests/api/console';
import { sqliteKind } from '../databases';
import { ada, declared, MINUTE_MS } from './both-databases';

/**
 * What the console looks at by itself once an incident is declared, over the lab. How it is stored, on both databases, is
 * tested in looked-at.test.ts.
 */

const HOUR_MS = 60 * MINUTE_MS;
const kind = sqliteKind();
let lab: Lab;
let database: Database;
let down: string[] = [];

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
  lab = await startLab(30 * HOUR_MS, (engine) => down.includes(engine));
  useConfig(`
sources:
  prometheus: { url: '${lab.url}/prometheus', scrapeInterval: 30s }
  loki: { url: '${lab.url}/loki' }
  tempo: { url: '${lab.url}/tempo' }
models:
  - name: fraud_detector
    slos:
      - { kind: latency, objective: 0.95, threshold: 300ms, window: 24h }
`);
  const url = await kind.create();
  await migrate(url);
  process.env.DATABASE_URL = url;
  database = openDatabase(url);
}, 120_000);

beforeEach(() => {
  queryCache().clear();
  down = [];
  vi.setSystemTime(NOW_MS);
});

afterAll(async () => {
  await lab.close();
  await database.close();
  await kind.stop();
  vi.useRealTimers();
});

/** A process that captures; `guard` and `signal` are how it loses its lease or is stopped. */
const working = (more: Partial<LoopContext> = {}): LoopContext => ({
  database,
  signal: new AbortController().signal,
  guard: async () => undefined,
  nowMs: Date.now(),
  ...more,
});
const pack = async (id: string) => ContextPack.parse(await readContext(id, database));
const ofFraud = () => declared({ database }, { model: 'fraud_detector', startedAtMs: NOW_MS - HOUR_MS });
const pins = (id: string) =>
  database.read(async (client) => {
    const rows = await client.incidentContext.findMany({ where: { incidentId: id } });
    const ids = rows.flatMap(({ evidenceId }) => (evidenceId === null ? [] : [evidenceId]));
    return client.evidence.findMany({ where: { id: { in: ids } }, select: { id: true, sha256: true } });
  });
const said = (id: string) =>
  database.read((client) =>
    client.incidentEntry.findMany({ where: { incidentId: id, text: { startsWith: 'Context captured' } } }),
  );
/** Lets the pauses between tries pass until nothing waits. */
async function captureAll(context: () => LoopContext = working): Promise<void> {
  for (let tries = 0; tries < 8; tries += 1) {
    await captureWaiting(context());
    vi.setSystemTime(Date.now() + MINUTE_MS);
    queryCache().clear();
  }
}

// A lab that is asked for everything at once: a busy machine takes its time.
const PATIENCE = { timeout: 180_000 };

it('captures seven topics, each a sentence with a pin that reads back without its sources', PATIENCE, async () => {
  const { id } = await ofFraud();
  expect(await pack(id)).toMatchObject({ state: 'waiting', startMs: NOW_MS - 2 * HOUR_MS, endMs: NOW_MS });
  expect(await captureWaiting(working())).toBe(CONTEXT_TOPICS.length);
  const { state, items } = await pack(id);
  expect(state).toBe('done');
  expect(items.map(({ topic, state: own, sentence }) => [topic, own, own === 'captured' ? '' : sentence])).toEqual(
    CONTEXT_TOPICS.map((topic) => [topic, 'captured', '']),
  );
  const of = (topic: string) => items.find((item) => item.topic === topic)?.sentence ?? '';
  expect(of('versions')).toMatch(/Traffic: 2\.3\.0 \d.*%, 2\.4\.0 \d.*%\.$/);
  expect(of('slos')).toContain('budget left');
  expect(of('traces')).toMatch(/^The slowest took \d/);
  down = ['prometheus', 'loki', 'tempo'];
  lab.taken();
  for (const { topic, title, evidenceId, sentence } of items) {
    expect(sentence, topic).not.toMatch(/undefined|NaN|\[object/);
    const pin = EvidenceRead.parse(await readEvidence(evidenceId ?? '', database));
    expect(pin, topic).toMatchObject({ state: 'sound', damage: null, title });
    expect(pin.frozenBy, topic).toEqual({ id: 'console', name: 'Windsock' });
    // The page of drift says of quality too, first of all.
    if (topic === 'drift') expect(pin.document?.parts.map(({ path }) => path)).toEqual(['drift', 'quality']);
  }
  expect(lab.taken()).toEqual([]);
  // A timeline tells what is pinned to it without what the pins hold.
  const [{ title, evidenceId: pinned } = { title: '', evidenceId: null }] = items;
  const fact = { incidentId: id, id: randomUUID(), kind: 'fact', text: '', evidenceId: pinned };
  await addEntry(NewEntry.parse(fact), { identity: ada, nowMs: NOW_MS }, database);
  const { pins } = EntryPage.parse(await listEntries(EntriesParams.parse({ incidentId: id }), database));
  expect(pins).toMatchObject([{ id: pinned, title, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
  expect((await said(id)).map(({ text }) => text)).toEqual(['Context captured: 7 of 7 topics are known.']);
  expect(await captureWaiting(working())).toBe(0);
});

it(
  'says of a source that is down what it could not know, harms nothing else, and looks again when asked',
  PATIENCE,
  async () => {
    const { id } = await ofFraud();
    down = ['tempo'];
    await captureWaiting(working());
    expect((await pack(id)).items.filter(({ state }) => state === 'waiting').map(({ topic }) => topic)).toEqual([
      'traces',
    ]);
    await captureAll();
    const { state, items } = await pack(id);
    expect(state).toBe('done');
    for (const { topic, state: own, evidenceId, sentence } of items) {
      expect([topic, own], sentence).toEqual([topic, topic === 'traces' ? 'unknown' : 'captured']);
      expect(evidenceId === null, topic).toBe(topic === 'traces');
      if (topic === 'traces') expect(sentence).toMatch(/Tempo.*\.$/);
    }
    const before = await pins(id);
    down = [];
    await recapture(id, { identity: ada, nowMs: Date.now() }, database);
    await captureWaiting(working());
    expect((await pack(id)).items.every((item) => item.state === 'captured')).toBe(true);
    const after = await pins(id);
    expect(after).toEqual(expect.arrayContaining(before));
    expect(after).toHaveLength(7);
  },
);
