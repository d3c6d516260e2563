import 'server-only';
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { SyntheticRun as RunRow } from '@/generated/sqlite/client';
import {
  type NewSyntheticRun,
  SYNTHETIC_SIGNALS,
  SyntheticAnswer,
  SyntheticOutcome,
  type SyntheticRun,
  SyntheticSignal,
} from '@/lib/contracts/synthetic';
import { DAY_MS } from '@/lib/domain/time';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { type Database, db, type Transaction } from '../db';
import { AppError } from '../errors';

/** Runs of a model that go on at once at most: with a long wait and a short interval they overlap. */
export const MAX_RUNNING = 100;
/** How long runs are kept, and how many of a model at most. */
const KEEP_MS = 14 * DAY_MS;
const KEEP_RUNS = 20_000;

const Content = z.object({
  host: z.string(),
  spanId: z.string(),
  answer: SyntheticAnswer.nullable(),
  signals: z.array(SyntheticSignal),
});

/** A run with what only the prober needs of it. */
export interface StoredRun extends SyntheticRun {
  spanId: string;
}

function toRun(row: RunRow): StoredRun {
  return {
    id: row.id,
    model: row.model,
    origin: row.origin === 'hand' ? 'hand' : 'schedule',
    askedByName: row.askedByName,
    askedAtMs: Number(row.askedAtMs),
    sentAtMs: row.sentAtMs === null ? null : Number(row.sentAtMs),
    settledAtMs: row.settledAtMs === null ? null : Number(row.settledAtMs),
    outcome: SyntheticOutcome.parse(row.outcome),
    requestId: row.requestId,
    traceId: row.traceId,
    ...Content.parse(JSON.parse(row.content)),
  };
}

/** What the browser may see of a run. */
export const toShown = ({ spanId: _, ...run }: StoredRun): SyntheticRun => run;

const contentOf = ({ host, spanId, answer, signals }: StoredRun): string =>
  JSON.stringify({ host, spanId, answer, signals });

/** A run that is about to be: its ids are fresh, and its trace id is never all zero. */
export function newRun(
  asked: Pick<StoredRun, 'id' | 'model' | 'origin' | 'askedByName' | 'askedAtMs' | 'host'>,
  random: (bytes: number) => string = (bytes) => randomBytes(bytes).toString('hex'),
): StoredRun {
  return {
    ...asked,
    sentAtMs: null,
    settledAtMs: null,
    outcome: 'running',
    requestId: `syn-${random(8)}`,
    traceId: random(16),
    spanId: random(8),
    answer: null,
    signals: SYNTHETIC_SIGNALS.map((signal) => ({
      signal,
      state: 'waiting',
      seenAfterMs: null,
      notBeforeMs: null,
      looks: 0,
      detail: null,
      why: [],
    })),
  };
}

const dataOf = (run: StoredRun) => ({
  sentAtMs: run.sentAtMs === null ? null : BigInt(run.sentAtMs),
  settledAtMs: run.settledAtMs === null ? null : BigInt(run.settledAtMs),
  outcome: run.outcome,
  content: contentOf(run),
});

/**
 * Stores a run before anything is sent, so that a process that dies leaves a trace of it. Throws where the id is
 * taken.
 */
export const createRun = (transaction: Transaction, run: StoredRun): Promise<RunRow> =>
  transaction.syntheticRun.create({
    data: {
      id: run.id,
      model: run.model,
      requestId: run.requestId,
      traceId: run.traceId,
      origin: run.origin,
      askedByName: run.askedByName,
      askedAtMs: BigInt(run.askedAtMs),
      ...dataOf(run),
    },
  });

/** Stores what became of a run; a settled one is never changed again. */
export async function saveRun(transaction: Transaction, run: StoredRun): Promise<void> {
  await transaction.syntheticRun.updateMany({ where: { id: run.id, settledAtMs: null }, data: dataOf(run) });
}

/** Runs that go on, oldest first. */
export async function listRunning(database: Database): Promise<StoredRun[]> {
  const rows = await database.read((client) =>
    client.syntheticRun.findMany({ where: { settledAtMs: null }, orderBy: { askedAtMs: 'asc' }, take: 1_000 }),
  );
  return rows.map(toRun);
}

/** When the last scheduled check of a model was; null: there was none. */
export async function lastScheduledMs(model: string, database: Database): Promise<number | null> {
  const row = await database.read((client) =>
    client.syntheticRun.findFirst({
      where: { model, origin: 'schedule' },
      orderBy: { askedAtMs: 'desc' },
      select: { askedAtMs: true },
    }),
  );
  return row === null ? null : Number(row.askedAtMs);
}

/** The newest runs of a model, newest first. */
export async function listRuns(
  { model, take, settled }: { model: string; take: number; settled?: boolean },
  database: Database = db(),
): Promise<StoredRun[]> {
  const rows = await database.read((client) =>
    client.syntheticRun.findMany({
      where: { model, ...(settled === undefined ? {} : { settledAtMs: settled ? { not: null } : null }) },
      orderBy: [{ askedAtMs: 'desc' }, { id: 'desc' }],
      take,
    }),
  );
  return rows.map(toRun);
}

/** One run. Throws `not_found`. */
export async function readRun(id: string, database: Database = db()): Promise<SyntheticRun> {
  const row = await database.read((client) => client.syntheticRun.findUnique({ where: { id } }));
  if (row === null) {
    throw new AppError('not_found', 'There is no such run: runs are kept for 14 days, and 20,000 of a model.');
  }
  return toShown(toRun(row));
}

/** Asks the prober for a run, with its audit. The same id again is the run that is there. */
export async function askForRun(
  asked: NewSyntheticRun & { host: string },
  { identity, nowMs }: { identity: Identity; nowMs: number },
  database: Database = db(),
): Promise<SyntheticRun> {
  return database.write(async (transaction) => {
    const present = await transaction.syntheticRun.findUnique({ where: { id: asked.id } });
    if (present !== null) {
      if (present.model === asked.model) return toShown(toRun(present));
      throw new AppError('conflict', 'This id is that of a run of another model.');
    }
    const open = await transaction.syntheticRun.count({
      where: { model: asked.model, origin: 'hand', settledAtMs: null },
    });
    if (open > 0) {
      throw new AppError(
        'conflict',
        `A check of ${asked.model} that was asked for by hand goes on: wait until it ends.`,
      );
    }
    const run = newRun({ ...asked, origin: 'hand', askedByName: identity.name, askedAtMs: nowMs });
    const row = await createRun(transaction, run);
    await recordAudit(transaction, {
      actor: identity,
      action: 'synthetic.run',
      subject: `synthetic:${asked.id}`,
      before: null,
      after: { model: asked.model, host: asked.host, requestId: run.requestId, traceId: run.traceId },
      atMs: nowMs,
    });
    return toShown(toRun(row));
  });
}

/** Removes settled runs that are older than KEEP_MS, or beyond the newest KEEP_RUNS of their model. */
export async function forgetRuns(transaction: Transaction, models: readonly string[], nowMs: number): Promise<void> {
  const settled = { settledAtMs: { not: null } };
  await transaction.syntheticRun.deleteMany({ where: { ...settled, askedAtMs: { lt: BigInt(nowMs - KEEP_MS) } } });
  for (const model of models) {
    const oldest = await transaction.syntheticRun.findFirst({
      where: { model },
      orderBy: { askedAtMs: 'desc' },
      skip: KEEP_RUNS,
      select: { askedAtMs: true },
    });
    if (oldest === null) continue;
    await transaction.syntheticRun.deleteMany({ where: { ...settled, model, askedAtMs: { lte: oldest.askedAtMs } } });
  }
}
