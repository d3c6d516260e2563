import 'server-only';
import { randomUUID } from 'node:crypto';
import { getConfig } from '../config';
import type { WebhookEndpoint } from '../config/webhooks';
import type { Transaction } from '../db';

export interface OutgoingMessage {
  /** What happened: noun, dot, past participle, as `incident.declared`. */
  type: string;
  /** What it happened to: noun, colon, id. Deliveries are found by it. */
  subject: string;
  /**
   * Names the event itself, so that the same event twice is one message: `incident:UUID:declared:1`. Sent as
   * `idempotency-key`; 255 characters at most, printable ASCII.
   */
  idempotencyKey: string;
  /** Becomes `data` of the body. What is secret or redacted for readers has no place here. */
  payload: object;
  nowMs: number;
}

/** The name of the loop that delivers; `wakeLoop` it after the commit to have it look at once. */
export const DELIVERY_LOOP = 'webhook-delivery';

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Puts a message for one endpoint into the outbox, in the transaction of the change that causes it: the message is
 * stored if and only if the change is. The same idempotency key again is the message that is there.
 *
 * What is promised: at least once. While nothing dies, exactly one call is answered with success. A process that dies
 * between the endpoint's 2xx and the commit here repeats the call with the same `webhook-id` and `idempotency-key`, by
 * which the receiver knows it again.
 *
 * @param endpoint its name in the configuration
 */
export async function enqueueDelivery(
  transaction: Transaction,
  { endpoint, type, subject, idempotencyKey, payload, nowMs }: OutgoingMessage & { endpoint: string },
): Promise<{ id: string; isNew: boolean }> {
  if (!IDEMPOTENCY_KEY.test(idempotencyKey)) {
    throw new Error(`"${idempotencyKey}" cannot be an idempotency key: expected 1 to 255 printable ASCII characters.`);
  }
  const present = await transaction.webhookDelivery.findUnique({
    where: { endpoint_idempotencyKey: { endpoint, idempotencyKey } },
    select: { id: true },
  });
  if (present !== null) return { id: present.id, isNew: false };
  const { id } = await transaction.webhookDelivery.create({
    data: {
      id: `msg_${randomUUID().replaceAll('-', '')}`,
      endpoint,
      type,
      subject,
      idempotencyKey,
      payload: bodyOf(type, payload, nowMs),
      state: 'pending',
      createdAtMs: BigInt(nowMs),
      nextAttemptAtMs: BigInt(nowMs),
    },
    select: { id: true },
  });
  return { id, isNew: true };
}

/** Puts a message into the outbox for every configured endpoint that asked for its type; how many there are. */
export async function enqueueEvent(
  transaction: Transaction,
  message: OutgoingMessage,
  endpoints: readonly WebhookEndpoint[] = getConfig().webhooks.out,
): Promise<number> {
  const asked = endpoints.filter(({ events }) => wants(events, message.type));
  for (const { name } of asked) await enqueueDelivery(transaction, { ...message, endpoint: name });
  return asked.length;
}

/** Whether a list of types (`incident.declared`, `incident.*`, `*`) covers one. */
export const wants = (events: readonly string[], type: string): boolean =>
  events.some((event) => event === type || (event.endsWith('*') && type.startsWith(event.slice(0, -1))));

/** The body as the specification proposes it. PostgreSQL cannot store the character 0, nor any UTF-8 half a pair. */
const bodyOf = (type: string, data: object, nowMs: number): string =>
  JSON.stringify({ type, timestamp: new Date(nowMs).toISOString(), data })
    .replaceAll('\\u0000', '\\ufffd')
    .toWellFormed();
