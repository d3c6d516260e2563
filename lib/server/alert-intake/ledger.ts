import 'server-only';
import type { AlertDelivery as DeliveryRow } from '@/generated/sqlite/client';
import type {
  AlertDeliveries,
  AlertDeliveriesParams,
  AlertDelivery,
  AlertDeliveryBody,
} from '@/lib/contracts/incident-alert';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { wakeLoop } from '../background/loop';
import { getConfig } from '../config';
import { type Database, db } from '../db';
import { AppError } from '../errors';
import { CONTEXT_LOOP } from '../incidents/context-loop';
import { getRedactor } from '../redaction/redact';
import { unpackBody } from './body';
import { readPayload } from './payload';
import { ledgerOf } from './receive';
import { takeIn } from './take-in';

/** Characters of a body that are shown. */
const MAX_SHOWN = 200_000;

function toDelivery(row: Omit<DeliveryRow, 'body'>): AlertDelivery {
  const { outcome } = row;
  return {
    id: row.id,
    source: row.source === 'grafana' ? 'grafana' : 'alertmanager',
    receivedAtMs: Number(row.receivedAtMs),
    attempts: row.attempts,
    lastReceivedAtMs: Number(row.lastReceivedAtMs),
    sizeBytes: row.sizeBytes,
    outcome: outcome === 'stored' || outcome === 'unparsed' ? outcome : 'pending',
    sentence: row.sentence,
    alerts: row.alerts,
    changed: row.changed,
    leftOutBySender: row.leftOutBySender,
    cutBytes: row.cutBytes,
    receiver: row.receiver,
    replays: row.replays,
  };
}

/** Deliveries, the newest first. */
export async function listDeliveries(
  params: AlertDeliveriesParams,
  database: Database = db(),
): Promise<AlertDeliveries> {
  const cursor = /^(\d{1,16})\.([0-9a-f-]{36})$/.exec(params.cursor ?? '');
  if (params.cursor !== undefined && cursor === null) {
    throw new AppError('bad_request', 'cursor: expected the nextCursor of an earlier answer.');
  }
  const [atMs, id] = cursor?.slice(1) ?? [];
  const rows = await database.read((client) =>
    client.alertDelivery.findMany({
      where: {
        ...(params.source === undefined ? {} : { source: params.source }),
        ...(params.outcome === undefined ? {} : { outcome: params.outcome }),
        ...(atMs === undefined || id === undefined
          ? {}
          : { OR: [{ receivedAtMs: { lt: BigInt(atMs) } }, { receivedAtMs: BigInt(atMs), id: { lt: id } }] }),
      },
      orderBy: [{ receivedAtMs: 'desc' }, { id: 'desc' }],
      take: params.limit + 1,
      omit: { body: true },
    }),
  );
  const kept = rows.slice(0, params.limit);
  const last = kept.at(-1);
  const { alertmanager, grafana } = getConfig().webhooks.in;
  return {
    deliveries: kept.map(toDelivery),
    nextCursor: rows.length > params.limit && last !== undefined ? `${last.receivedAtMs}.${last.id}` : null,
    receives: { alertmanager: alertmanager !== null, grafana: grafana !== null },
  };
}

async function findDelivery(deliveryId: string, database: Database): Promise<DeliveryRow> {
  const row = await database.read((client) => client.alertDelivery.findUnique({ where: { id: deliveryId } }));
  if (row === null) throw new AppError('not_found', 'There is no such delivery; it may be older than they are kept.');
  return row;
}

/** One delivery with its body as it came, redacted. */
export async function readDelivery(deliveryId: string, database: Database = db()): Promise<AlertDeliveryBody> {
  const row = await findDelivery(deliveryId, database);
  const text = await unpackBody(row.body);
  return {
    ...toDelivery(row),
    body: getRedactor().text(text.slice(0, MAX_SHOWN)),
    bodyCut: text.length > MAX_SHOWN || row.cutBytes > 0,
  };
}

/** Reads a stored body once more, by the rules of now: alerts without an incident are looked at anew. */
export async function replayDelivery(
  deliveryId: string,
  { identity, nowMs }: { identity: Identity; nowMs: number },
  database: Database = db(),
): Promise<AlertDelivery> {
  const row = await findDelivery(deliveryId, database);
  const payload = readPayload(await unpackBody(row.body), row.source === 'grafana' ? 'grafana' : 'alertmanager', {
    isCut: row.cutBytes > 0,
  });
  const again = await database.write(async (transaction) => {
    const stored = await transaction.alertDelivery.update({
      where: { id: row.id },
      data: { ...ledgerOf(payload), done: 0, replays: { increment: 1 } },
    });
    await recordAudit(transaction, {
      actor: identity,
      action: 'alert.replay',
      subject: `delivery:${row.id}`,
      before: null,
      after: { replays: stored.replays },
      atMs: nowMs,
    });
    return stored;
  });
  if (payload !== null) await takeIn(again, payload, { database });
  wakeLoop(CONTEXT_LOOP);
  return toDelivery(await findDelivery(row.id, database));
}
