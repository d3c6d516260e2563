import 'server-only';
import { createHash, randomUUID } from 'node:crypto';
import { ZodError } from 'zod';
import type { CompareResult } from '@/lib/contracts/compare';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import type { ComparePolicy } from '@/lib/contracts/compare-params';
import type { GuardEvaluation, GuardPolicy } from '@/lib/contracts/rollout';
import { decidedSentence, decideGuard, type GuardLook, type GuardOutcome, lookOf } from '@/lib/domain/guard';
import { firstSentence } from '@/lib/domain/guard-message';
import { recordAudit } from '../audit/store';
import { wakeLoop } from '../background/loop';
import { countGuardEvaluation } from '../console/metrics';
import { CONSOLE_VERSION } from '../console/version';
import { type Database, db, type Transaction } from '../db';
import { CONTEXT_LOOP } from '../incidents/context-loop';
import { DELIVERY_LOOP } from '../webhooks/outbox';
import { actOn, GUARD_ACTOR, withdraw } from './act';
import { type KeptInputs, keepAndJudge, resultSha256 } from './kept-inputs';
import { doubtfulInputs, readGuardInputs } from './read-inputs';
import { lastEvaluation, pinnedStart } from './store';
import { readSwitches } from './switches';

export interface Guarded {
  model: string;
  guard: GuardPolicy;
  policy: ComparePolicy;
  publicUrl: string | null;
}

export interface EvaluationContext {
  database?: Database;
  /** First statement of the transaction: throws when another process is the evaluator by now. */
  fence?: (transaction: Transaction) => Promise<void>;
  signal: AbortSignal;
  nowMs: number;
}

interface Judged {
  id: string;
  kept: KeptInputs;
  inputs: CompareInputs;
  result: CompareResult;
  look: GuardLook;
}

/**
 * Reads, judges and stores one instant of one model. The evaluation, what the guard remembers, its action and the
 * messages of it are one transaction: after a crash there are all of them or none. Null: another process was first.
 */
export async function evaluateGuard(
  guarded: Guarded,
  atMs: number,
  { database = db(), fence = async () => undefined, signal, nowMs }: EvaluationContext,
): Promise<GuardEvaluation['id'] | null> {
  const { model, policy } = guarded;
  const inputs = await readGuardInputs({ model, atMs }, (pair) => pinnedStart({ model, ...pair }, database), {
    signal,
    nowMs,
  });
  const judged = judgeSafely(inputs, policy);
  const acted = await database.write(async (transaction) => {
    await fence(transaction);
    return storeEvaluation(transaction, guarded, judged, nowMs);
  });
  if (acted !== null) countGuardEvaluation(model, acted);
  if (acted === 'act') for (const loop of [DELIVERY_LOOP, CONTEXT_LOOP]) wakeLoop(loop);
  return acted === null ? null : judged.id;
}

/** Numbers that are none must not stop a guard: they put its verdict in doubt. */
function judgeSafely(inputs: CompareInputs, policy: ComparePolicy): Judged {
  const judgedOf = (read: CompareInputs): Judged => {
    const found = keepAndJudge(read, policy);
    return { id: randomUUID(), ...found, look: lookOf(found.inputs, found.result.verdict.kind) };
  };
  try {
    return judgedOf(inputs);
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    const where = error.issues[0]?.path.join('.') ?? 'the answer';
    const asked = { model: inputs.model, atMs: inputs.endMs };
    return judgedOf(doubtfulInputs(asked, `${where} is not a number that can be counted with.`));
  }
}

async function storeEvaluation(
  transaction: Transaction,
  guarded: Guarded,
  judged: Judged,
  nowMs: number,
): Promise<GuardOutcome['decision'] | null> {
  const { model, guard } = guarded;
  const { id, result, look } = judged;
  const { champion, challenger, atMs } = look;
  const last = await lastEvaluation(transaction, model);
  // Time goes one way for a guard: what is as new is stored already, by whoever was quicker.
  if (last !== null && last.evaluation.atMs >= atMs) return null;
  const { outcome, idempotencyKey } = await decideOn(transaction, guarded, look, last);
  const decision: Decided = { outcome, sentence: decidedSentence(outcome, look, guard), idempotencyKey };
  await transaction.guardEvaluation.create({ data: evaluationRow(guarded, judged, decision, nowMs) });
  const acts = outcome.decision === 'act' || outcome.decision === 'dry-run';
  if (champion !== null && challenger !== null) {
    const reason = `Not sent any more: ${model} compares ${challenger} with ${champion} by now.`;
    await withdraw(transaction, { model, except: { champion, challenger }, reason }, nowMs);
    if (acts) await storeAction(transaction, guarded, judged, { ...decision, champion, challenger }, nowMs);
  }
  const isNews = last?.evaluation.verdict !== result.verdict.kind || last.evaluation.decision !== outcome.decision;
  // The same finding every few minutes would bury in the audit what people look for: changes are recorded, and actions.
  if (isNews || acts) {
    await recordAudit(transaction, {
      actor: GUARD_ACTOR,
      action: outcome.decision === 'act' ? 'guard.act' : acts ? 'guard.dry-run' : 'guard.evaluate',
      subject: `guard:${model}`,
      before: last === null ? null : { verdict: last.evaluation.verdict, decision: last.evaluation.decision },
      after: {
        verdict: result.verdict.kind,
        decision: outcome.decision,
        champion,
        challenger,
        sentence: decision.sentence,
        evaluation: id,
      },
      atMs: nowMs,
    });
  }
  return outcome.decision;
}

interface Decided {
  outcome: GuardOutcome;
  /** What is done, and why, for a person. */
  sentence: string;
  idempotencyKey: string;
}

/** What the guard does about a look, from what it remembers, its switches and what it has done. */
async function decideOn(
  transaction: Transaction,
  { model, guard }: Guarded,
  look: GuardLook,
  last: Awaited<ReturnType<typeof lastEvaluation>>,
): Promise<Pick<Decided, 'outcome' | 'idempotencyKey'>> {
  const { champion, challenger } = look;
  const switches = await readSwitches(transaction, model);
  const dryRun = !guard.armed;
  const idempotencyKey = actionKey({ model, champion, challenger, dryRun, rearms: switches.rearms });
  const [same, newest] = await Promise.all([
    transaction.guardAction.count({ where: { idempotencyKey } }),
    transaction.guardAction.findFirst({ where: { model, dryRun }, orderBy: { atMs: 'desc' }, select: { atMs: true } }),
  ]);
  const memory = last === null ? null : { ...last.evaluation, countedDataEndMs: last.countedDataEndMs };
  const outcome = decideGuard(memory, look, guard, {
    killed: switches.killed,
    hasActed: same > 0,
    lastActionAtMs: newest === null ? null : Number(newest.atMs),
  });
  return { outcome, idempotencyKey };
}

const evaluationRow = (
  { model, guard, policy }: Guarded,
  { id, kept, inputs, result, look }: Judged,
  { outcome, sentence }: Decided,
  nowMs: number,
) => ({
  id,
  model,
  champion: look.champion,
  challenger: look.challenger,
  atMs: BigInt(look.atMs),
  startMs: look.champion === null || look.challenger === null ? null : BigInt(inputs.startMs),
  dataEndMs: look.dataEndMs === null ? null : BigInt(look.dataEndMs),
  verdict: result.verdict.kind,
  sentence: firstSentence(result),
  reasons: JSON.stringify(result.verdict.reasons),
  decision: outcome.decision,
  decided: sentence,
  run: outcome.run,
  violations: guard.violations,
  countedDataEndMs: outcome.countedDataEndMs === null ? null : BigInt(outcome.countedDataEndMs),
  policy: JSON.stringify({ compare: policy, guard }),
  inputs: kept.bytes,
  inputsSizeBytes: kept.sizeBytes,
  inputsSha256: kept.sha256,
  resultSha256: resultSha256(result),
  consoleVersion: CONSOLE_VERSION,
  evaluatedAtMs: BigInt(nowMs),
});

/** Notes an action, and takes it unless this is a dry run. */
async function storeAction(
  transaction: Transaction,
  guarded: Guarded,
  { id, inputs, result, look }: Judged,
  decided: Decided & { champion: string; challenger: string },
  nowMs: number,
): Promise<void> {
  const { outcome, sentence, idempotencyKey, champion, challenger } = decided;
  const action = { id: randomUUID(), idempotencyKey, champion, challenger };
  await transaction.guardAction.create({
    data: {
      ...action,
      model: guarded.model,
      atMs: BigInt(look.atMs),
      dryRun: outcome.decision === 'dry-run',
      sentence,
      evaluationId: id,
    },
  });
  if (outcome.decision === 'act') {
    await actOn(transaction, guarded, action, { id, inputs, result, run: outcome.run }, nowMs);
  }
}

/** The same for as long as an action would be the same one: model, versions, dry or not, and since when it is ready. */
const actionKey = (about: {
  model: string;
  champion: string | null;
  challenger: string | null;
  dryRun: boolean;
  rearms: number;
}): string =>
  createHash('sha256')
    .update(JSON.stringify([about.model, about.champion, about.challenger, about.dryRun, about.rearms]))
    .digest('hex');
