import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChecklistRun, StepAnswer } from '@/lib/contracts/checklist';
import { NewPostmortemAction, Postmortem, PostmortemActionEdit } from '@/lib/contracts/postmortem';
import { queryCache } from '@/lib/server/cache';
import { loadChecklists } from '@/lib/server/checklists/files';
import { answerRunStep, beginRun, listRuns } from '@/lib/server/checklists/store';
import { type Database, openDatabase } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { readEvidence } from '@/lib/server/evidence/store';
import { checkAction } from '@/lib/server/postmortems/check-action';
import { exportMarkdown, readPostmortem } from '@/lib/server/postmortems/read';
import { addAction, editAction } from '@/lib/server/postmortems/review';
import { type Lab, NOW_MS, startLab, useConfig } from '@/tests/api/console';
import { sqliteKind } from './databases';
import { ada, ben, declared } from './incidents/both-databases';

/** Checklists as files, and gone through over the lab. */

const HOUR_MS = 3_600_000;
const kind = sqliteKind();
const directory = mkdtempSync(join(tmpdir(), 'windsock-checklists-'));
let lab: Lab;
let database: Database;
let isDown = false;

const FLOW = `
title: Flow
steps:
  - id: served
    title: Requests arrive
    query: sum(rate(inference_requests_total{model_name={{model}}}[{{range}}]))
    pass: "> 0"
    unit: rate
  - id: idle
    title: Nobody asks
    query: sum(rate(inference_requests_total{model_name={{model}}}[{{range}}]))
    pass: "<= 0"
    unit: rate
  - id: absent
    title: Something nobody measures
    query: sum(no_such_metric{model_name={{model}}})
    pass: "<= 0"
  - id: versioned
    title: Needs a version
    query: sum(rate(inference_requests_total{model_version={{version}}}[5m]))
    pass: "> 0"
  - id: logged
    title: The model logs
    language: logql
    query: sum(count_over_time({model_name={{model}}} [{{range}}]))
    pass: "> 0"
    unit: count
  - id: asked
    title: Somebody asked the owner
`;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
  lab = await startLab(2 * HOUR_MS, () => isDown);
  writeFileSync(join(directory, 'flow.yaml'), FLOW);
  useConfig(`
sources:
  prometheus: { url: '${lab.url}/prometheus', scrapeInterval: 30s }
  loki: { url: '${lab.url}/loki' }
incidents: { checklists: '${directory}' }
`);
  const url = await kind.create();
  await migrate(url);
  process.env.DATABASE_URL = url;
  database = openDatabase(url);
}, 120_000);

beforeEach(() => {
  isDown = false;
  queryCache().clear();
});

afterAll(async () => {
  await lab.close();
  await database.close();
  await kind.stop();
  rmSync(directory, { recursive: true, force: true });
  vi.useRealTimers();
});

const by = (identity = ada) => ({ identity, nowMs: Date.now(), signal: new AbortController().signal });
const begin = async (id: string = randomUUID()) => {
  const { id: incidentId } = await declared({ database }, { model: 'fraud_detector', startedAtMs: NOW_MS - HOUR_MS });
  return {
    incidentId,
    run: ChecklistRun.parse(await beginRun({ incidentId, id, checklistId: 'flow' }, by(), database)),
  };
};
const resultOf = (run: ChecklistRun, stepId: string) => {
  const result = run.results.find((one) => one.stepId === stepId);
  if (result === undefined) throw new Error(`no result of ${stepId}`);
  return result;
};

describe('an action of a postmortem with a query', () => {
  const FLOWS = 'sum(rate(inference_requests_total{model_name={{model}}}[{{range}}]))';
  const probeOf = (query: string, pass: string) => ({
    query,
    language: 'promql' as const,
    pass,
    unit: 'rate' as const,
  });
  const act = async (probe: ReturnType<typeof probeOf> | null) => {
    const { id: incidentId } = await declared({ database }, { model: 'fraud_detector' });
    const actionId = randomUUID();
    await addAction(
      NewPostmortemAction.parse({ incidentId, id: actionId, text: 'Keep it served', owner: 'Ada', probe }),
      by(),
      database,
    );
    return { incidentId, actionId, id: randomUUID() };
  };
  const told = (postmortem: Postmortem) => Postmortem.parse(postmortem).actions[0];

  it('is not yet verified, then by what the query gave, and says when that holds no more', async () => {
    const check = await act(probeOf(FLOWS, '> 0'));
    const before = Postmortem.parse(await readPostmortem(check.incidentId, database));
    expect(before.actions).toMatchObject([
      { verified: null, checked: null, probe: { passes: expect.stringMatching(/^more than 0\s\/s$/) } },
    ]);
    const checked = told(await checkAction(check, by(), database));
    expect(checked).toMatchObject({
      state: 'open',
      checked: { state: 'pass', by: 'Ada' },
      verified: { evidenceId: check.id },
    });
    // Twice the same answer is one pin, and the words that were reviewed are the same words.
    const again = await checkAction(check, by(), database);
    expect(told(again)).toEqual(checked);
    expect(again.textHash).toBe(before.textHash);
    const pin = await readEvidence(check.id, database);
    expect(pin).toMatchObject({ state: 'sound', kind: 'metric', title: 'Verifies: Keep it served' });
    expect(await exportMarkdown(check.incidentId, { withTimeline: false }, database)).toContain(
      `- Keep it served: verified 2026-11-20T12:00:00Z (SHA-256 ${pin.sha256})`,
    );
    isDown = true;
    queryCache().clear();
    const later = told(await checkAction({ ...check, id: randomUUID() }, by(ben), database));
    expect(later).toMatchObject({ checked: { state: 'unknown', by: 'Ben' }, verified: checked?.verified });
    const edit = { incidentId: check.incidentId, actionId: check.actionId, revision: 1, probe: probeOf(FLOWS, '<= 0') };
    expect(told(await editAction(edit, by(), database))).toMatchObject({ checked: null, verified: null });
    isDown = false;
    expect(told(await checkAction({ ...check, id: randomUUID() }, by(), database))).toMatchObject({
      checked: { state: 'fail' },
      verified: null,
    });
    const done = { incidentId: check.incidentId, actionId: check.actionId, revision: 2, state: 'done' as const };
    const { gaps } = await editAction(done, by(), database);
    expect(gaps.map(({ sentence }) => sentence)).toContain(
      'The action "Keep it served" is done, and its query has not shown that it worked.',
    );
  });

  it('that names none, or a condition that is none, is refused', async () => {
    await expect(checkAction(await act(null), by(), database)).rejects.toMatchObject({ code: 'bad_request' });
    const { incidentId, actionId } = await act(null);
    const asked = { incidentId, actionId, revision: 1, probe: probeOf('up', 'nearly nothing') };
    expect(PostmortemActionEdit.safeParse(asked).success).toBe(false);
  });
});

describe('a checklist that is gone through', () => {
  it('passes, fails or does not know by its queries, and pins what they gave', async () => {
    const { run, incidentId } = await begin();
    expect(run.results.map(({ stepId, state }) => [stepId, state])).toEqual([
      ['served', 'pass'],
      ['idle', 'fail'],
      ['absent', 'unknown'],
      ['versioned', 'unknown'],
      ['logged', 'pass'],
      ['asked', 'open'],
    ]);
    expect(run.answer).toBe('Flow: 2 of 6 steps pass, 1 fail, 3 need somebody to look.');
    expect(resultOf(run, 'absent')).toMatchObject({ value: null, evidenceId: null });
    expect(resultOf(run, 'versioned').sentence).toBe('The incident names no version, which the query needs.');
    for (const step of ['served', 'idle', 'logged']) {
      const { value, evidenceId, sentence } = resultOf(run, step);
      expect(value).toBeGreaterThan(0);
      expect(sentence).toContain('it passes with');
      const pin = await readEvidence(evidenceId ?? '', database);
      expect(pin).toMatchObject({ state: 'sound', kind: 'metric', endMs: NOW_MS });
      expect(pin.title).toMatch(/^Checklist: /);
      expect(pin.document?.parts[0]?.params.query).toContain('model_name="fraud_detector"');
    }
    expect((await listRuns(incidentId, database)).runs).toEqual([run]);
  });

  it('is one run and one set of pins however often it is begun', async () => {
    const { run, incidentId } = await begin();
    const pins = await database.read((client) => client.evidence.count());
    expect(await beginRun({ incidentId, id: run.id, checklistId: 'flow' }, by(), database)).toEqual(run);
    expect(await database.read((client) => client.evidence.count())).toBe(pins);
  });

  it('takes the word of a person with a reason, once, and keeps what the query said', async () => {
    const { run, incidentId } = await begin();
    const asked = { incidentId, runId: run.id, id: randomUUID(), stepId: 'idle', by: 'person', state: 'pass' };
    expect(StepAnswer.safeParse({ ...asked, reason: '' }).success).toBe(false);
    expect(StepAnswer.safeParse({ ...asked, reason: 'why', state: undefined }).success).toBe(false);
    const answer = StepAnswer.parse({ ...asked, reason: 'It is meant to serve.' });
    await answerRunStep(answer, by(ben), database);
    const after = resultOf(await answerRunStep(answer, by(ben), database), 'idle');
    expect(after).toMatchObject({
      state: 'pass',
      verifiedBy: 'person',
      by: 'Ben',
      sentence: 'It is meant to serve.',
      evidenceId: null,
    });
    expect(after.earlier.map(({ state, by: who }) => [state, who])).toEqual([['fail', 'Ada']]);
    const told = await database.read((client) =>
      client.incidentEntry.findMany({ where: { incidentId, kind: 'checklist' }, orderBy: { seq: 'asc' } }),
    );
    expect(told.map(({ text }) => text)).toEqual([
      expect.stringContaining('not: Nobody asks.'),
      'Flow, "Nobody asks": pass. It is meant to serve.',
    ]);
  });

  it('does not know, and says why, where the source is down', async () => {
    isDown = true;
    const { run, incidentId } = await begin();
    expect(resultOf(run, 'served')).toMatchObject({ state: 'unknown', value: null, evidenceId: null });
    expect(resultOf(run, 'served').sentence).toMatch(/Prometheus.*\.$/);
    isDown = false;
    queryCache().clear();
    const again = StepAnswer.parse({ incidentId, runId: run.id, id: randomUUID(), stepId: 'served', by: 'query' });
    const asked = resultOf(await answerRunStep(again, by(), database), 'served');
    expect(asked).toMatchObject({ state: 'pass', evidenceId: again.id });
    expect(asked.earlier).toHaveLength(1);
  });
});

describe('checklists as files', () => {
  it('that are broken are named with what is wrong, and harm no other', () => {
    const broken = join(directory, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'flow.yaml'), FLOW);
    writeFileSync(join(broken, 'not-yaml.yaml'), 'title: [never closed');
    writeFileSync(join(broken, 'no-condition.yaml'), 'title: A\nsteps: [{ id: a, title: A, query: up }]');
    writeFileSync(join(broken, 'twice.yaml'), 'title: A\nsteps: [{ id: a, title: A }, { id: a, title: B }]');
    writeFileSync(join(broken, 'odd.yaml'), 'title: A\nsteps: [{ id: a, title: A, query: up, pass: "about 3" }]');
    const own = loadChecklists(null);
    expect(own.problems).toEqual([]);
    const { checklists, problems } = loadChecklists(broken);
    const ids = checklists.map(({ checklist }) => checklist.id);
    expect(ids).toEqual([...own.checklists.map(({ checklist }) => checklist.id), 'flow'].sort());
    for (const name of ['not-yaml', 'no-condition', 'twice', 'odd']) {
      expect(
        problems.filter((problem) => problem.includes(`${name}.yaml: `)),
        name,
      ).toHaveLength(1);
    }
    expect(problems.join('\n')).toContain('steps.1.id: expected another id than "a"');
  });

  it('that are missing altogether are a problem with a name, and the own ones stay', () => {
    const { checklists, problems } = loadChecklists(join(directory, 'nowhere'));
    expect(checklists.map(({ checklist }) => checklist.id)).toContain('feature-store');
    expect(problems).toEqual([expect.stringContaining('nowhere cannot be read')]);
  });
});
