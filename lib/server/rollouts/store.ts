import 'server-only';
import { z } from 'zod';
import type {
  GuardAction as ActionRow,
  GuardEvaluation as EvaluationRow,
  GuardSwitch as SwitchRow,
} from '@/generated/sqlite/client';
import { Verdict, VerdictKind } from '@/lib/contracts/compare';
import {
  type GuardAction,
  GuardDecision,
  type GuardEvaluation,
  type GuardEvaluations,
  type GuardEvaluationsParams,
  type GuardSwitch,
} from '@/lib/contracts/rollout';
import { type Database, db, type Transaction } from '../db';
import { AppError } from '../errors';

export const EVERY_MODEL = '*';

/** The key of a switch. Null: every model; the prefix keeps a model called `*` apart from that. */
export const scopeOf = (model: string | null): string => (model === null ? EVERY_MODEL : `model:${model}`);

/** Columns of an evaluation without its inputs, which are large and read only for a replay. */
const COLUMNS = {
  id: true,
  model: true,
  champion: true,
  challenger: true,
  atMs: true,
  startMs: true,
  dataEndMs: true,
  verdict: true,
  sentence: true,
  reasons: true,
  decision: true,
  decided: true,
  run: true,
  violations: true,
  countedDataEndMs: true,
  action: { select: { id: true } },
} as const;

type Row = Omit<
  EvaluationRow,
  'policy' | 'inputs' | 'inputsSizeBytes' | 'inputsSha256' | 'resultSha256' | 'consoleVersion' | 'evaluatedAtMs'
> & { action: { id: string } | null };

const Reasons = z.array(Verdict.shape.reasons.element);
const numberOf = (value: bigint | null): number | null => (value === null ? null : Number(value));

const toEvaluation = (row: Row): GuardEvaluation => ({
  id: row.id,
  model: row.model,
  champion: row.champion,
  challenger: row.challenger,
  atMs: Number(row.atMs),
  startMs: numberOf(row.startMs),
  dataEndMs: numberOf(row.dataEndMs),
  verdict: VerdictKind.parse(row.verdict),
  sentence: row.sentence,
  reasons: Reasons.parse(JSON.parse(row.reasons)),
  decision: GuardDecision.parse(row.decision),
  decided: row.decided,
  run: row.run,
  violations: row.violations,
  actionId: row.action?.id ?? null,
});

/** A guard's switch. `model` null: it holds for every model; `killed`: no guard in its scope acts. */
export const toSwitch = (row: SwitchRow): GuardSwitch => ({
  model: row.scope === EVERY_MODEL ? null : row.scope.slice('model:'.length),
  killed: row.killed,
  atMs: Number(row.atMs),
  by: row.actorName,
  reason: row.reason,
  revision: row.revision,
});

const toAction = (
  row: ActionRow,
  { deliveries, incident }: Pick<GuardAction, 'deliveries' | 'incident'>,
): GuardAction => ({
  id: row.id,
  model: row.model,
  champion: row.champion,
  challenger: row.challenger,
  atMs: Number(row.atMs),
  dryRun: row.dryRun,
  evaluationId: row.evaluationId,
  sentence: row.sentence,
  deliveries,
  incident,
});

/** What deliveries of an action are found by. */
export const actionSubject = (id: string): string => `guard-action:${id}`;

/** The newest evaluation of a model with what the next one must remember; null: there is none. */
export async function lastEvaluation(
  client: Pick<Transaction, 'guardEvaluation'>,
  model: string,
): Promise<{ evaluation: GuardEvaluation; countedDataEndMs: number | null } | null> {
  const row = await client.guardEvaluation.findFirst({
    where: { model },
    orderBy: { atMs: 'desc' },
    select: COLUMNS,
  });
  return row === null ? null : { evaluation: toEvaluation(row), countedDataEndMs: numberOf(row.countedDataEndMs) };
}

/** Where the window of a pair began when it was last evaluated; null: never was. */
export async function pinnedStart(
  pair: { model: string; champion: string; challenger: string },
  database: Database = db(),
): Promise<number | null> {
  const row = await database.read((client) =>
    client.guardEvaluation.findFirst({
      where: { ...pair, startMs: { not: null } },
      orderBy: { atMs: 'desc' },
      select: { startMs: true },
    }),
  );
  return row === null ? null : numberOf(row.startMs);
}

/** A page of a model's evaluations, newest first. */
export async function listEvaluations(
  { model, beforeMs, limit }: GuardEvaluationsParams,
  database: Database = db(),
): Promise<GuardEvaluations> {
  const rows = await database.read((client) =>
    client.guardEvaluation.findMany({
      where: { model, ...(beforeMs === undefined ? {} : { atMs: { lt: BigInt(beforeMs) } }) },
      orderBy: { atMs: 'desc' },
      take: limit + 1,
      select: COLUMNS,
    }),
  );
  return { evaluations: rows.slice(0, limit).map(toEvaluation), more: rows.length > limit };
}

/** One evaluation with what it was made of. Throws `not_found`. */
export async function readEvaluation(
  id: string,
  database: Database = db(),
): Promise<{ evaluation: GuardEvaluation; row: EvaluationRow }> {
  const row = await database.read((client) =>
    client.guardEvaluation.findUnique({ where: { id }, include: { action: { select: { id: true } } } }),
  );
  if (row === null) {
    throw new AppError('not_found', 'There is no such evaluation; old ones without an action are removed in time.');
  }
  return { evaluation: toEvaluation(row), row };
}

/** The newest action of a model with the deliveries it asked for; null: it never acted. */
export async function lastAction(model: string, database: Database = db()): Promise<GuardAction | null> {
  return database.read(async (client) => {
    const row = await client.guardAction.findFirst({ where: { model }, orderBy: { atMs: 'desc' } });
    if (row === null) return null;
    const deliveries = await client.webhookDelivery.findMany({
      where: { subject: actionSubject(row.id) },
      orderBy: { endpoint: 'asc' },
      select: { id: true, endpoint: true, state: true, reason: true, _count: { select: { attempts: true } } },
    });
    const incident = await client.incident.findFirst({
      where: { originKind: 'guard', originRef: row.evaluationId },
      select: { id: true, number: true },
    });
    return toAction(row, {
      incident,
      deliveries: deliveries.map(({ id, endpoint, state, reason, _count }) => ({
        id,
        endpoint,
        state,
        attempts: _count.attempts,
        lastError: reason,
      })),
    });
  });
}

/** Removes evaluations before an instant that led to nothing; how many. */
export async function forgetEvaluations(transaction: Transaction, beforeMs: number): Promise<number> {
  const { count } = await transaction.guardEvaluation.deleteMany({
    where: { atMs: { lt: BigInt(beforeMs) }, action: { is: null } },
  });
  return count;
}
