import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ChecklistRun, StepAnswer } from '@/lib/contracts/checklist';
import { ContextPack } from '@/lib/contracts/incident-context';
import { NewPostmortemAction } from '@/lib/contracts/postmortem';
import type { LoopContext } from '@/lib/server/background/loop';
import { queryCache } from '@/lib/server/cache';
import { answerRunStep, beginRun, listRuns } from '@/lib/server/checklists/store';
import { readEvidence } from '@/lib/server/evidence/store';
import { captureWaiting, readContext } from '@/lib/server/incidents/context';
import { checkAction } from '@/lib/server/postmortems/check-action';
import { addAction } from '@/lib/server/postmortems/review';
import { useConfig } from '@/tests/api/console';
import { FakeUpstream, json, text } from '@/tests/fake-upstream';
import { ada, ben, declared, MINUTE_MS, onBothDatabases } from './both-databases';

/**
 * What the console asks for an incident by itself and stores: the context pack, the steps of checklists, the queries of
 * actions. Over a Prometheus that always gives the same number, because what is tested here is the store.
 */

const FLOW = `
title: Flow
steps:
  - { id: served, title: Requests arrive, query: 'sum(up)', pass: '> 0', unit: count }
  - { id: idle, title: Nobody asks, query: 'sum(up)', pass: '<= 0', unit: count }
  - { id: asked, title: Somebody asked the owner }
`;

const vector = json({
  status: 'success',
  data: { resultType: 'vector', result: [{ metric: { __name__: 'up' }, value: [Date.now() / 1000, '5'] }] },
});
const matrix = json({ status: 'success', data: { resultType: 'matrix', result: [] } });

let prometheus: FakeUpstream;
const directory = mkdtempSync(join(tmpdir(), 'windsock-looked-at-'));
beforeAll(async () => {
  writeFileSync(join(directory, 'flow.yaml'), FLOW);
  prometheus = await FakeUpstream.start();
});
afterAll(async () => {
  await prometheus.close();
  rmSync(directory, { recursive: true, force: true });
});

const up = () => prometheus.on('/api/v1/query_range', matrix).on('/api/v1/query', vector);

onBothDatabases('what is asked for an incident', (stage) => {
  beforeAll(() => {
    useConfig(
      `sources: { prometheus: { url: '${prometheus.url}', timeout: 2s } }\nincidents: { checklists: '${directory}' }\n`,
    );
    process.env.DATABASE_URL = stage().url;
  });
  beforeEach(() => {
    prometheus.reset();
    up();
    queryCache().clear();
  });
  const by = (identity = ada) => ({ identity, nowMs: Date.now(), signal: new AbortController().signal });
  const now = () => ({ nowMs: Date.now() });
  const working = (more: Partial<LoopContext> = {}): LoopContext => ({
    database: stage().database,
    signal: new AbortController().signal,
    guard: async () => undefined,
    nowMs: Date.now(),
    ...more,
  });
  const pack = async (id: string) => ContextPack.parse(await readContext(id, stage().database));
  const told = (id: string, begin: string) =>
    stage().database.read((client) =>
      client.incidentEntry.findMany({
        where: { incidentId: id, text: { startsWith: begin } },
        orderBy: { seq: 'asc' },
      }),
    );
  const hashes = () =>
    stage().database.read((client) => client.evidence.findMany({ select: { id: true, sha256: true } }));
  /** What waits is due at once: the pauses between tries are not what is tested. */
  const hurry = () =>
    stage().database.write((transaction) => transaction.incidentContext.updateMany({ data: { nextAtMs: 0n } }));

  it('is gone on with where another process died, and neither pinned nor told twice', async () => {
    const { id } = await declared(stage(), {}, now());
    const before = await hashes();
    const stopping = new AbortController();
    let guarded = 0;
    const dying = working({
      signal: stopping.signal,
      guard: async () => {
        guarded += 1;
        // A topic more is pinned by now, and the process dies before it can say so.
        if (guarded < 3) return;
        stopping.abort();
        throw new Error('killed');
      },
    });
    await hurry();
    await expect(captureWaiting(dying)).rejects.toThrow('killed');
    const { items } = await pack(id);
    expect(items.filter(({ state }) => state !== 'waiting')).toHaveLength(2);
    const left = await hashes();
    await hurry();
    // Another process takes over, and one that does not know yet that it lost its lease works beside it.
    await Promise.all([captureWaiting(working()), captureWaiting(working()).catch(() => null)]);
    const after = await pack(id);
    expect(after.state).toBe('done');
    const captured = after.items.filter(({ state }) => state === 'captured');
    expect(captured.length).toBeGreaterThanOrEqual(2);
    expect(await hashes()).toHaveLength(before.length + captured.length);
    expect(await hashes()).toEqual(expect.arrayContaining(left));
    for (const { evidenceId } of captured) {
      expect((await readEvidence(evidenceId ?? '', stage().database)).state).toBe('sound');
    }
    expect(await told(id, 'Context captured')).toHaveLength(1);
  });

  it('is unknown with a sentence where every source is down, and the incident is there all the same', async () => {
    const { id } = await declared(stage(), { model: 'fraud_detector' }, now());
    prometheus.reset();
    prometheus.on(/.*/, text('down for a test', 500));
    for (let tries = 0; tries < 6 && (await pack(id)).state !== 'done'; tries += 1) {
      queryCache().clear();
      await hurry();
      await captureWaiting(working());
    }
    const { state, items } = await pack(id);
    expect(state).toBe('done');
    const unknown = items.filter((item) => item.state === 'unknown');
    expect(unknown.map(({ topic }) => topic)).toEqual(
      expect.arrayContaining(['versions', 'drift', 'traces', 'errors']),
    );
    for (const { topic, sentence, evidenceId } of unknown) {
      expect(sentence, topic).toMatch(/\S.*\.$/);
      expect(evidenceId, topic).toBeNull();
    }
  });

  it('by a checklist is one run with one set of pins, and a person may overrule it once with a reason', async () => {
    const { id: incidentId } = await declared(stage(), { startedAtMs: Date.now() - MINUTE_MS }, now());
    const before = await hashes();
    const begun = { incidentId, id: randomUUID(), checklistId: 'flow' };
    // Two presses of one button at once, and one more after the answer.
    await Promise.all([beginRun(begun, by(), stage().database), beginRun(begun, by(), stage().database)]);
    const run = ChecklistRun.parse(await beginRun(begun, by(), stage().database));
    expect(run.results.map(({ stepId, state }) => [stepId, state])).toEqual([
      ['served', 'pass'],
      ['idle', 'fail'],
      ['asked', 'open'],
    ]);
    const pinned = run.results.flatMap(({ evidenceId }) => evidenceId ?? []);
    expect(pinned).toHaveLength(2);
    for (const id of pinned) expect((await readEvidence(id, stage().database)).state).toBe('sound');
    const answer = StepAnswer.parse({
      incidentId,
      runId: run.id,
      id: randomUUID(),
      stepId: 'idle',
      by: 'person',
      state: 'pass',
      reason: 'It is meant to serve.',
    });
    await answerRunStep(answer, by(ben), stage().database);
    const after = await answerRunStep(answer, by(ben), stage().database);
    expect(after.results[1]).toMatchObject({ state: 'pass', verifiedBy: 'person', by: 'Ben', evidenceId: null });
    expect(await told(incidentId, 'Flow, "Nobody asks": pass.')).toHaveLength(1);
    expect((await listRuns(incidentId, stage().database)).runs).toEqual([after]);
    expect(await hashes()).toHaveLength(before.length + 2);
  });

  it('for an action of the postmortem verifies it, and the answer sent twice is one pin', async () => {
    const { id: incidentId } = await declared(stage(), {}, now());
    const action = NewPostmortemAction.parse({
      incidentId,
      id: randomUUID(),
      text: 'Keep it served',
      owner: 'Ada',
      probe: { query: 'sum(up)', language: 'promql', pass: '> 0', unit: 'count' },
    });
    await addAction(action, by(), stage().database);
    const check = { incidentId, actionId: action.id, id: randomUUID() };
    const first = await checkAction(check, by(), stage().database);
    expect(first.actions).toMatchObject([{ checked: { state: 'pass' }, verified: { evidenceId: check.id } }]);
    expect((await checkAction(check, by(), stage().database)).actions).toEqual(first.actions);
    expect((await readEvidence(check.id, stage().database)).state).toBe('sound');
  });
});
