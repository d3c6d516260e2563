import 'server-only';
import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import { z } from 'zod';
import type { ChecklistResult as ResultRow, ChecklistRun as RunRow } from '@/generated/sqlite/client';
import {
  Checklist,
  type ChecklistRun,
  type ChecklistRuns,
  type NewChecklistRun,
  type StepAnswer,
  StepResult,
} from '@/lib/contracts/checklist';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { type Database, db, type Transaction } from '../db';
import { AppError } from '../errors';
import { appendEntries, touchIncident } from '../incidents/append';
import { findIncident, type Reader, rootOf } from '../incidents/find';
import { answerProbe, fillChecklist } from './evaluate';
import { loadChecklists } from './files';
import { pinProbe } from './pin';

interface By {
  identity: Identity;
  nowMs: number;
  signal: AbortSignal;
}

/** A checklist as it was begun: its wording, its conditions, and the time its queries look at. */
const Begun = z.object({
  checklist: Checklist,
  conditions: z.record(z.string(), z.object({ pass: z.string(), unit: z.string() })),
});

const SHORTEST_MS = 5 * 60_000;
const LONGEST_MS = 6 * 3_600_000;
/** Queries of one checklist that are asked at once. */
const AT_ONCE = 4;

const begunOf = (row: RunRow) => Begun.parse(JSON.parse(row.checklist));

function toRun(row: RunRow, results: readonly ResultRow[]): ChecklistRun {
  const { checklist, conditions } = begunOf(row);
  const told = checklist.steps.map((step): StepResult => {
    const own = results.filter(({ stepId }) => stepId === step.id).sort((a, b) => b.seq - a.seq);
    const [newest, ...earlier] = own;
    const unit = conditions[step.id]?.unit ?? null;
    if (newest === undefined) {
      return {
        stepId: step.id,
        state: 'open',
        verifiedBy: null,
        value: null,
        unit,
        sentence: 'Nobody looked yet.',
        evidenceId: null,
        by: null,
        atMs: null,
        earlier: [],
      };
    }
    return {
      stepId: step.id,
      state: StepResult.shape.state.parse(newest.state),
      verifiedBy: newest.verifiedBy === 'query' ? 'query' : 'person',
      value: newest.value,
      unit,
      sentence: newest.sentence,
      evidenceId: newest.evidenceId,
      by: newest.byName,
      atMs: Number(newest.atMs),
      earlier: earlier.map(({ state, sentence, byName, atMs }) => ({
        state,
        sentence,
        by: byName,
        atMs: Number(atMs),
      })),
    };
  });
  const of = (state: string) => told.filter((result) => result.state === state).length;
  const left = of('open') + of('unknown');
  return {
    id: row.id,
    checklist,
    startedAtMs: Number(row.startedAtMs),
    startedBy: row.startedByName,
    results: told,
    answer: `${checklist.title}: ${of('pass')} of ${told.length} steps pass, ${of('fail')} fail, ${left} need somebody to look.`,
  };
}

async function readRun(reader: Reader, row: RunRow): Promise<ChecklistRun> {
  return toRun(row, await reader.checklistResult.findMany({ where: { runId: row.id } }));
}

/** Checklists gone through for an incident, the newest first. */
export async function listRuns(key: string, database: Database = db()): Promise<ChecklistRuns> {
  return database.read(async (client) => {
    const incident = await findIncident(client, key);
    const rows = await client.checklistRun.findMany({
      where: { incidentId: incident.id },
      orderBy: [{ startedAtMs: 'desc' }, { id: 'asc' }],
    });
    return { runs: await Promise.all(rows.map((row) => readRun(client, row))) };
  });
}

interface Answered {
  id: string;
  stepId: string;
  state: 'pass' | 'fail' | 'unknown';
  verifiedBy: 'query' | 'person';
  value: number | null;
  sentence: string;
  /** The pin of what the query gave; null: a person's word, no answer, or one that cannot be pinned. */
  evidenceId: string | null;
}

/** Stores answers of a run, with one line on the timeline. */
async function storeAnswers(
  transaction: Transaction,
  run: RunRow,
  answers: readonly Answered[],
  { identity, nowMs }: Omit<By, 'signal'>,
): Promise<void> {
  const touched = await touchIncident(transaction, run.incidentId);
  // Counted under the incident's lock, so that two people who answer at once get two numbers.
  const before = await transaction.checklistResult.count({ where: { runId: run.id } });
  const data = answers.map((answer, index) => ({
    ...answer,
    runId: run.id,
    seq: before + index + 1,
    byId: identity.id,
    byName: identity.name,
    atMs: BigInt(nowMs),
  }));
  await transaction.checklistResult.createMany({ data });
  const { checklist } = begunOf(run);
  const titleOf = (stepId: string) => checklist.steps.find((step) => step.id === stepId)?.title ?? stepId;
  const [first] = answers;
  const failing = answers.filter(({ state }) => state === 'fail').map(({ stepId }) => titleOf(stepId));
  const text =
    answers.length === 1 && first !== undefined
      ? `${checklist.title}, "${titleOf(first.stepId)}": ${first.state}. ${first.sentence}`
      : `${checklist.title}: ${answers.filter(({ state }) => state === 'pass').length} of ${answers.length} asked steps pass${failing.length === 0 ? '.' : `; not: ${failing.join('; ')}.`}`;
  const details = { checklistRunId: run.id };
  const entry = { id: randomUUID(), kind: 'checklist' as const, text, occurredAtMs: nowMs, details };
  await appendEntries(transaction, touched, [entry], { identity, nowMs });
  await recordAudit(transaction, {
    actor: identity,
    action: 'checklist.answer',
    subject: `incident:${run.incidentId}`,
    before: null,
    after: { run: run.id, answers },
    atMs: nowMs,
  });
}

/** Begins a checklist and asks every query of it. The same id again is the run that is there. */
export async function beginRun(asked: NewChecklistRun, by: By, database: Database = db()): Promise<ChecklistRun> {
  const { identity, nowMs } = by;
  const loaded = loadChecklists().checklists.find(({ checklist }) => checklist.id === asked.checklistId);
  if (loaded === undefined) throw new AppError('not_found', `There is no checklist "${asked.checklistId}".`);
  const { run, isNew } = await database.write(async (transaction) => {
    const present = await transaction.checklistRun.findUnique({ where: { id: asked.id } });
    if (present !== null) return { run: present, isNew: false };
    const incident = await rootOf(transaction, await findIncident(transaction, asked.incidentId));
    await touchIncident(transaction, incident.id);
    const sinceMs = Number(incident.startedAtMs ?? incident.detectedAtMs ?? incident.declaredAtMs);
    const rangeMs = Math.min(Math.max(nowMs - sinceMs, SHORTEST_MS), LONGEST_MS);
    // Whole minutes: a duration in a query has no milliseconds.
    const range = Math.ceil(rangeMs / 60_000) * 60_000;
    const { model, version } = incident;
    const checklist = fillChecklist(loaded.checklist, { model, version, rangeMs: range });
    const row = await transaction.checklistRun.create({
      data: {
        id: asked.id,
        incidentId: incident.id,
        checklistId: checklist.id,
        checklist: JSON.stringify({ checklist, conditions: Object.fromEntries(loaded.conditions) }),
        startedAtMs: BigInt(nowMs),
        startedById: identity.id,
        startedByName: identity.name,
      },
    });
    await recordAudit(transaction, {
      actor: identity,
      action: 'checklist.begin',
      subject: `incident:${incident.id}`,
      before: null,
      after: { run: row.id, checklist: checklist.id },
      atMs: nowMs,
    });
    return { run: row, isNew: true };
  });
  if (isNew) {
    const steps = begunOf(run).checklist.steps.filter(({ answeredBy }) => answeredBy === 'query');
    const limit = pLimit(AT_ONCE);
    const answers = await Promise.all(steps.map(({ id }) => limit(() => ask(run, id, by, database))));
    if (answers.length > 0) await database.write((transaction) => storeAnswers(transaction, run, answers, by));
  }
  return database.read((client) => readRun(client, run));
}

async function ask(
  run: RunRow,
  stepId: string,
  by: By,
  database: Database,
  id: string = randomUUID(),
): Promise<Answered> {
  const { nowMs, signal } = by;
  const { checklist, conditions } = begunOf(run);
  const step = checklist.steps.find((candidate) => candidate.id === stepId);
  const condition = conditions[stepId];
  if (step === undefined) throw new AppError('not_found', 'This checklist has no such step.');
  const { query, language, title } = step;
  if (condition === undefined || query === null || language === null) {
    throw new AppError('bad_request', 'This step has no query: a person answers it.');
  }
  const answered = await answerProbe({ query, language }, condition, { atMs: nowMs, signal });
  const place = { id, title: `Checklist: ${title}`, sinceMs: Number(run.startedAtMs), by };
  const evidenceId = answered.value === null ? null : await pinProbe({ query, language }, place, database);
  return { id, stepId, verifiedBy: 'query', ...answered, evidenceId };
}

/** Answers one step. A person may overrule a query, with a reason; both stay on record. The same id again changes nothing. */
export async function answerRunStep(answer: StepAnswer, by: By, database: Database = db()): Promise<ChecklistRun> {
  const run = await database.read((client) => client.checklistRun.findUnique({ where: { id: answer.runId } }));
  if (run === null) throw new AppError('not_found', 'There is no such run of a checklist.');
  if (!begunOf(run).checklist.steps.some(({ id }) => id === answer.stepId)) {
    throw new AppError('not_found', 'This checklist has no such step.');
  }
  const answered: Answered =
    answer.by === 'query' || answer.state === undefined
      ? await ask(run, answer.stepId, by, database, answer.id)
      : {
          id: answer.id,
          stepId: answer.stepId,
          state: answer.state,
          verifiedBy: 'person',
          value: null,
          sentence: answer.reason,
          evidenceId: null,
        };
  return database.write(async (transaction) => {
    const present = await transaction.checklistResult.count({ where: { id: answer.id } });
    if (present === 0) await storeAnswers(transaction, run, [answered], by);
    return readRun(transaction, run);
  });
}
