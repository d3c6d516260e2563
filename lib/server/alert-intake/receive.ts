import 'server-only';
import { randomUUID } from 'node:crypto';
import type { AlertDelivery as DeliveryRow } from '@/generated/sqlite/client';
import type { WebhookReceipt } from '@/lib/contracts/incident-alert';
import { wakeLoop } from '../background/loop';
import type { Database } from '../db';
import { CONTEXT_LOOP } from '../incidents/context-loop';
import { log } from '../log';
import { packBody, type ReceivedBody } from './body';
import { INTAKE_LOOP } from './intake-loop';
import { type ReadPayload, readPayload } from './payload';
import { takeIn } from './take-in';

export type AlertSource = 'alertmanager' | 'grafana';

/** A body with more alerts is answered once it is stored, and its alerts are taken over behind that. */
const INLINE_ALERTS = 500;

/**
 * Stores a body in the ledger and takes its alerts over. What is returned is stored; the same body again, from a second
 * Alertmanager or a repetition, is counted and changes nothing. Throws `storage_unavailable` when it cannot be stored.
 */
export async function receiveDelivery(
  { source, body, contentType }: { source: AlertSource; body: ReceivedBody; contentType: string },
  { database, nowMs }: { database: Database; nowMs: number },
): Promise<WebhookReceipt> {
  const payload = readPayload(body.bytes.toString('utf8'), source, { isCut: body.cutBytes > 0 });
  const packed = await packBody(body.bytes);
  const { row, isNew } = await database.write(async (transaction) => {
    const key = { source, sha256: body.sha256 };
    const present = await transaction.alertDelivery.findUnique({ where: { source_sha256: key }, omit: { body: true } });
    if (present !== null) {
      const seen = { attempts: { increment: 1 }, lastReceivedAtMs: BigInt(nowMs) };
      const again = await transaction.alertDelivery.update({ where: { id: present.id }, data: seen });
      return { row: again, isNew: false };
    }
    const row = await transaction.alertDelivery.create({
      data: {
        id: randomUUID(),
        ...key,
        receivedAtMs: BigInt(nowMs),
        lastReceivedAtMs: BigInt(nowMs),
        sizeBytes: body.bytes.length,
        cutBytes: body.cutBytes,
        contentType: contentType.slice(0, 200),
        body: packed,
        ...ledgerOf(payload),
      },
    });
    return { row, isNew: true };
  });
  if (row.outcome !== 'pending' || payload === null) return receiptOf(row, !isNew);
  return { ...receiptOf(row, !isNew), outcome: await takeInNow(row, payload, database) };
}

const receiptOf = ({ id, outcome }: DeliveryRow, duplicate: boolean): WebhookReceipt => ({
  deliveryId: id,
  outcome: outcome === 'stored' || outcome === 'unparsed' ? outcome : 'pending',
  duplicate,
});

/** What the ledger says of a body before its alerts are taken over. */
export const ledgerOf = (payload: ReadPayload | null) =>
  payload === null
    ? {
        outcome: 'unparsed',
        sentence: 'No alerts could be read from it: it is not what this sender sends by itself. It is kept as it came.',
        alerts: 0,
        changed: 0,
        leftOutBySender: 0,
        receiver: null,
      }
    : {
        outcome: payload.alerts.length === 0 ? 'stored' : 'pending',
        sentence:
          payload.alerts.length === 0 ? 'It holds no alerts.' : 'It is stored; its alerts are not taken over yet.',
        alerts: payload.alerts.length,
        changed: 0,
        leftOutBySender: payload.leftOutBySender,
        receiver: payload.receiver,
      };

/** The body is stored, so whatever fails from here on is tried again behind the answer. */
async function takeInNow(row: DeliveryRow, payload: ReadPayload, database: Database): Promise<'pending' | 'stored'> {
  if (payload.alerts.length <= INLINE_ALERTS) {
    try {
      await takeIn(row, payload, { database });
      wakeLoop(CONTEXT_LOOP);
      return 'stored';
    } catch (err) {
      log.warn(
        { err, delivery: row.id },
        'Alerts of a stored delivery could not be taken over yet; it is tried again.',
      );
    }
  }
  wakeLoop(INTAKE_LOOP);
  return 'pending';
}
