import 'server-only';
import { setTimeout as sleep } from 'node:timers/promises';
import { LeaseLost } from '../background/lease';
import type { BackgroundLoop, LoopContext } from '../background/loop';
import { getConfig } from '../config';
import type { WebhookEndpoint } from '../config/webhooks';
import { log } from '../log';
import { redact } from '../redaction/redact';
import { beginAttempt, settleAttempt } from './attempts';
import { DELIVERY_LOOP } from './outbox';
import { send } from './send';

const EVERY_MS = 2_000;
/** How long after the death of the delivering console another one goes on. */
const LEASE_TTL_MS = 20_000;
/** Messages of one endpoint that are looked at together. */
const PAGE = 50;

export interface DeliveryOptions {
  endpoints?: () => readonly WebhookEndpoint[];
  intervalMs?: number;
  leaseTtlMs?: number;
  now?: () => number;
  random?: () => number;
  /** What of an answer people may see. */
  redactAnswer?: (answer: string) => string;
}

/**
 * Sends what waits in the outbox: one message of an endpoint at a time and in the order of the events, and the endpoints
 * beside each other, so that a slow one delays nobody else's messages.
 */
export function deliveryLoop({
  endpoints = () => getConfig().webhooks.out,
  intervalMs = EVERY_MS,
  leaseTtlMs = LEASE_TTL_MS,
  now = Date.now,
  random = Math.random,
  redactAnswer = redact,
}: DeliveryOptions = {}): BackgroundLoop {
  /** Endpoints whose messages are being sent, by name. */
  const busy = new Map<string, Promise<void>>();

  const drain = async (endpoint: WebhookEndpoint, context: LoopContext): Promise<void> => {
    const due = await context.database.read((client) =>
      client.webhookDelivery.findMany({
        where: { endpoint: endpoint.name, state: 'pending', nextAttemptAtMs: { lte: BigInt(now()) } },
        orderBy: [{ nextAttemptAtMs: 'asc' }, { id: 'asc' }],
        select: { id: true, attemptsInRound: true },
        take: PAGE,
      }),
    );
    for (const message of due) {
      if (context.signal.aborted) return;
      const claim = await beginAttempt(message, { endpoint, nowMs: now() }, context);
      if (claim === null) continue;
      const { row } = claim;
      const sent = await send(
        endpoint,
        { id: row.id, idempotencyKey: row.idempotencyKey, body: row.payload },
        { nowMs: now() },
      );
      const result = { ...sent, answer: sent.answer === null ? null : shown(sent.answer, redactAnswer) };
      const state = await settleAttempt(claim, { result, nowMs: now(), random: random() }, context.database);
      if (state === 'dead') {
        const line = { endpoint: endpoint.name, delivery: row.id, type: row.type, reason: result.reason };
        log.error(line, `A webhook to ${endpoint.name} was given up; it can be sent again under Settings, Webhooks.`);
      }
    }
  };

  return {
    name: DELIVERY_LOOP,
    intervalMs,
    leaseTtlMs,
    runs: 'one',
    // A stop between two runs would otherwise leave a call whose outcome nobody stores.
    underWay: () => Promise.all(busy.values()),
    run: async (context) => {
      const configured = endpoints();
      await buryOrphans(
        configured.map(({ name }) => name),
        context,
        now(),
      );
      for (const endpoint of configured) {
        if (busy.has(endpoint.name)) continue;
        const work = drain(endpoint, context)
          .catch((error: unknown) => {
            // Whoever took the lease over sends them. Anything else is most likely the database, which the next run meets too.
            if (!(error instanceof LeaseLost))
              log.error(
                { endpoint: endpoint.name, err: error },
                `Webhooks to ${endpoint.name} could not be sent; tried again soon.`,
              );
          })
          .finally(() => busy.delete(endpoint.name));
        busy.set(endpoint.name, work);
      }
      const all = Promise.all(busy.values());
      // A slow endpoint goes on beside the next runs. One that stops waits for what is under way, to store its outcome.
      await Promise.race([all, sleep(intervalMs, undefined, { signal: context.signal }).catch(() => all)]);
      return null;
    },
  };
}

/** An answer as it may be shown. Between a call and its outcome nothing may throw: the call would be made again. */
function shown(answer: string, redactAnswer: (answer: string) => string): string | null {
  try {
    return redactAnswer(answer);
  } catch (error) {
    log.error({ err: error }, 'The answer of a webhook endpoint could not be redacted and is not kept.');
    return null;
  }
}

/** Consoles that are replaced one by one have different configurations for a while. */
const ORPHAN_AFTER_MS = 3_600_000;

/** Messages to endpoints that the configuration no longer has wait for nobody. */
async function buryOrphans(names: readonly string[], { database, guard }: LoopContext, nowMs: number): Promise<void> {
  const where = {
    state: 'pending',
    endpoint: { notIn: [...names] },
    nextAttemptAtMs: { lt: BigInt(nowMs - ORPHAN_AFTER_MS) },
  };
  if ((await database.read((client) => client.webhookDelivery.findFirst({ where, select: { id: true } }))) === null)
    return;
  const reason = 'The configuration has no endpoint of this name any more.';
  await database.write(async (transaction) => {
    await guard(transaction);
    await transaction.webhookDelivery.updateMany({
      where,
      data: { state: 'dead', reason, settledAtMs: BigInt(nowMs) },
    });
  });
}
