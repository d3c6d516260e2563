import 'server-only';
import { randomUUID } from 'node:crypto';
import type { CompareResult } from '@/lib/contracts/compare';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import { MAX_ENTRY_CHARACTERS, MAX_TITLE_CHARACTERS } from '@/lib/contracts/incident-words';
import type { GuardPolicy } from '@/lib/contracts/rollout';
import { comparePath, firstSentence, rollbackMessage } from '@/lib/domain/guard-message';
import { DAY_MS } from '@/lib/domain/time';
import type { Transaction } from '../db';
import { declareIncident } from '../incidents/declare';
import { enqueueDelivery } from '../webhooks/outbox';
import { actionSubject } from './store';

/** Who the audit and incidents name for what a guard does. */
export const GUARD_ACTOR = { id: 'guard', name: 'Guard' };

/** The loop that evaluates the guards, and the lease that its one evaluator holds. */
export const GUARD_LOOP = 'rollout-guard';

/** The type of the message that asks for a roll-back. A dry run sends nothing: whoever subscribed might act on it. */
const ROLLBACK_EVENT = 'rollout.rollback';

/** What an evaluation found that is acted on. */
export interface Finding {
  /** Id of the evaluation. */
  id: string;
  inputs: CompareInputs;
  result: CompareResult;
  /** Violations in a row. */
  run: number;
}

interface ActingGuard {
  guard: GuardPolicy;
  publicUrl: string | null;
}

interface Action {
  id: string;
  idempotencyKey: string;
  champion: string;
  challenger: string;
}

/**
 * Asks every endpoint of the guard for a roll-back and declares an incident, in the transaction of the decision: a crash
 * leaves all of it or nothing. The messages go out after the commit, each under the key of the action.
 */
export async function actOn(
  transaction: Transaction,
  guarded: ActingGuard,
  action: Action,
  finding: Finding,
  nowMs: number,
): Promise<void> {
  const { guard } = guarded;
  const incident = guard.incident === 'none' ? null : await declare(transaction, guarded, action, finding, nowMs);
  const payload = rollbackMessage({
    evaluationId: finding.id,
    inputs: finding.inputs,
    result: finding.result,
    run: finding.run,
    violations: guard.violations,
    incident,
    publicUrl: guarded.publicUrl,
  });
  for (const endpoint of guard.webhooks) {
    await enqueueDelivery(transaction, {
      endpoint,
      type: ROLLBACK_EVENT,
      subject: actionSubject(action.id),
      idempotencyKey: `rollback:${action.idempotencyKey}`,
      payload,
      nowMs,
    });
  }
}

/** Messages wait at most this long for their endpoint. */
const LONGEST_WAIT_MS = 4 * DAY_MS;

/**
 * Takes back what was asked for and not yet delivered, since an endpoint may come back hours later: of one model or of
 * all, and but for one pair of versions where `except` names it. What is taken back stands among the dead letters.
 */
export async function withdraw(
  transaction: Transaction,
  {
    model,
    except,
    reason,
  }: { model: string | null; except?: { champion: string; challenger: string }; reason: string },
  nowMs: number,
): Promise<void> {
  const actions = await transaction.guardAction.findMany({
    where: {
      dryRun: false,
      atMs: { gte: BigInt(nowMs - LONGEST_WAIT_MS) },
      ...(model === null ? {} : { model }),
      ...(except === undefined ? {} : { NOT: except }),
    },
    select: { id: true },
  });
  if (actions.length === 0) return;
  await transaction.webhookDelivery.updateMany({
    where: { subject: { in: actions.map(({ id }) => actionSubject(id)) }, type: ROLLBACK_EVENT, state: 'pending' },
    data: { state: 'dead', reason, settledAtMs: BigInt(nowMs) },
  });
}

async function declare(
  transaction: Transaction,
  { guard, publicUrl }: ActingGuard,
  { champion, challenger }: Action,
  { id, inputs, result, run }: Finding,
  nowMs: number,
): Promise<{ id: string; number: number } | null> {
  if (guard.incident === 'none') return null;
  const told = `After ${run} violations in a row the guard asked ${guard.webhooks.join(', ')} for a roll-back to ${champion}.`;
  const { incident } = await declareIncident(
    transaction,
    {
      id: randomUUID(),
      title: plain(`Roll back ${inputs.model} ${challenger}`).slice(0, MAX_TITLE_CHARACTERS),
      severity: guard.incident,
      model: inputs.model,
      version: challenger,
      text: plain(`${firstSentence(result)} ${told} ${publicUrl ?? ''}${comparePath(inputs)}`).slice(
        0,
        MAX_ENTRY_CHARACTERS,
      ),
      startedAtMs: inputs.startMs,
      detectedAtMs: nowMs,
      origin: { kind: 'guard', ref: id },
    },
    { identity: GUARD_ACTOR, nowMs },
  );
  // Whoever is asked for the roll-back is told of the incident in the same call: one event, one call.
  await transaction.webhookDelivery.deleteMany({
    where: { subject: `incident:${incident.id}`, endpoint: { in: [...guard.webhooks] } },
  });
  return { id: incident.id, number: incident.number };
}

/** Names come from telemetry: without control characters, and whole characters only. */
const plain = (text: string): string => text.replace(/\p{Cc}/gu, ' ').toWellFormed();
