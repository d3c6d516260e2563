import 'server-only';
import { randomUUID } from 'node:crypto';
import type { WebhookDelivery as DeliveryRow } from '@/generated/sqlite/client';
import type { LoopContext } from '../background/loop';
import type { WebhookEndpoint } from '../config/webhooks';
import type { Database } from '../db';
import type { SendResult } from './send';

/**
 * The stored side of delivering: what is begun is written before a byte is sent, what came of it after. A process that
 * dies in between leaves an attempt without an outcome, which the next one finds and says so.
 */

const S = 1_000;
const MIN = 60 * S;
const H = 60 * MIN;

/**
 * Pauses after the first, second, … failed attempt, milliseconds: the schedule that the Standard Webhooks specification
 * proposes. After the last one a message is given up: some three days after the event.
 */
export const SCHEDULE_MS: readonly number[] = [5 * S, 5 * MIN, 30 * MIN, 2 * H, 5 * H, 10 * H, 14 * H, 20 * H, 24 * H];
/** Up to a fifth longer at random, so that many messages do not come back in the same second. */
const JITTER = 0.2;

/** How long after its timeout an attempt without an outcome counts as cut off. */
const MARGIN_MS = 5_000;

const INTERRUPTED = 'The console ended during this attempt; whether it arrived is not known. It is sent again.';

export interface Claim {
  row: DeliveryRow;
  attemptId: string;
}

/**
 * Begins an attempt: for the holder of the lease alone, and only if the message is still due. Null when it is not.
 */
export async function beginAttempt(
  due: { id: string; attemptsInRound: number },
  { endpoint, nowMs }: { endpoint: WebhookEndpoint; nowMs: number },
  { database, guard }: Pick<LoopContext, 'database' | 'guard'>,
): Promise<Claim | null> {
  return database.write(async (transaction) => {
    await guard(transaction);
    const { count } = await transaction.webhookDelivery.updateMany({
      where: {
        id: due.id,
        state: 'pending',
        attemptsInRound: due.attemptsInRound,
        nextAttemptAtMs: { lte: BigInt(nowMs) },
      },
      data: {
        attemptsInRound: due.attemptsInRound + 1,
        // When somebody may try again, should this process not come back.
        nextAttemptAtMs: BigInt(nowMs + endpoint.timeoutMs + MARGIN_MS),
      },
    });
    if (count === 0) return null;
    const row = await transaction.webhookDelivery.findUniqueOrThrow({ where: { id: due.id } });
    await transaction.webhookAttempt.updateMany({
      where: { deliveryId: due.id, outcome: null },
      data: { outcome: 'interrupted', reason: INTERRUPTED },
    });
    const number = (await transaction.webhookAttempt.count({ where: { deliveryId: due.id } })) + 1;
    const attemptId = randomUUID();
    await transaction.webhookAttempt.create({
      data: { id: attemptId, deliveryId: due.id, number, startedAtMs: BigInt(nowMs) },
    });
    return { row, attemptId };
  });
}

/**
 * Stores what came of an attempt. Whoever holds the lease by now: what was sent was sent. A success is never taken back.
 * `removed` where the message was deleted while it was being sent: nothing is left to store it with.
 * @param random 0 to 1
 */
export async function settleAttempt(
  { row, attemptId }: Claim,
  { result, nowMs, random }: { result: SendResult; nowMs: number; random: number },
  database: Database,
): Promise<'delivered' | 'pending' | 'dead' | 'removed'> {
  const next = nextStep(row.attemptsInRound, result, random);
  return database.write(async (transaction) => {
    const { count } = await transaction.webhookAttempt.updateMany({
      where: { id: attemptId },
      data: {
        outcome: result.delivered ? 'delivered' : 'failed',
        durationMs: result.durationMs,
        status: result.status,
        reason: result.reason,
        answer: result.answer,
      },
    });
    if (count === 0) return 'removed';
    await transaction.webhookDelivery.updateMany({
      // A failure is only news while nobody began another attempt or found this message delivered.
      where: result.delivered ? { id: row.id } : { id: row.id, state: 'pending', attemptsInRound: row.attemptsInRound },
      data:
        next.state === 'pending'
          ? { reason: result.reason, nextAttemptAtMs: BigInt(nowMs + next.inMs) }
          : { state: next.state, reason: next.reason, settledAtMs: BigInt(nowMs) },
    });
    return next.state;
  });
}

type Step = { state: 'pending'; inMs: number } | { state: 'delivered' | 'dead'; reason: string | null };

/** What follows an attempt. `attempts`: how many there were in this round, this one included. */
export function nextStep(
  attempts: number,
  result: Pick<SendResult, 'delivered' | 'gone' | 'reason' | 'retryAfterMs'>,
  random: number,
): Step {
  if (result.delivered) return { state: 'delivered', reason: null };
  if (result.gone) return { state: 'dead', reason: result.reason };
  const pauseMs = SCHEDULE_MS[attempts - 1];
  if (pauseMs === undefined)
    return { state: 'dead', reason: `Given up after ${attempts} attempts. ${result.reason ?? ''}` };
  return { state: 'pending', inMs: Math.max(Math.round(pauseMs * (1 + JITTER * random)), result.retryAfterMs ?? 0) };
}
