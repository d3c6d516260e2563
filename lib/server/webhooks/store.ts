import 'server-only';
import type { WebhookDelivery as DeliveryRow } from '@/generated/sqlite/client';
import {
  DELIVERY_PAGE,
  DeliveryState,
  WebhookAttempt,
  type WebhookDeliveries,
  type WebhookDeliveriesParams,
  type WebhookDelivery,
  type WebhookDeliveryDetail,
  type WebhookEndpointReport,
} from '@/lib/contracts/webhook';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { wakeLoop } from '../background/loop';
import { getConfig } from '../config';
import type { WebhookEndpoint } from '../config/webhooks';
import { type Database, db, type Transaction } from '../db';
import { AppError } from '../errors';
import { DELIVERY_LOOP } from './outbox';

type CountedRow = DeliveryRow & { _count: { attempts: number } };
const COUNTED = { _count: { select: { attempts: true } } } as const;

function toDelivery(row: CountedRow): WebhookDelivery {
  const state = DeliveryState.parse(row.state);
  return {
    id: row.id,
    endpoint: row.endpoint,
    type: row.type,
    subject: row.subject,
    idempotencyKey: row.idempotencyKey,
    state,
    reason: row.reason,
    createdAtMs: Number(row.createdAtMs),
    nextAttemptAtMs: state === 'pending' ? Number(row.nextAttemptAtMs) : null,
    settledAtMs: row.settledAtMs === null ? null : Number(row.settledAtMs),
    attempts: row._count.attempts,
  };
}

/** Deliveries by pages, what was given up before what waits before what arrived, each newest first. */
export async function listDeliveries(
  params: WebhookDeliveriesParams,
  {
    database = db(),
    endpoints = getConfig().webhooks.out,
  }: { database?: Database; endpoints?: readonly WebhookEndpoint[] } = {},
): Promise<WebhookDeliveries> {
  const { endpoint, subject } = params;
  const about = {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(subject === undefined ? {} : { subject }),
  };
  const from = params.after === undefined ? null : cursorOf(params.after);
  const states = DeliveryState.options
    .slice(from === null ? 0 : DeliveryState.options.indexOf(from.state))
    .filter((state) => params.state === undefined || state === params.state);
  return database.read(async (client) => {
    const rows: CountedRow[] = [];
    for (const state of states) {
      const missing = DELIVERY_PAGE + 1 - rows.length;
      if (missing <= 0) break;
      rows.push(
        ...(await client.webhookDelivery.findMany({
          where: { ...about, state, ...(from?.state === state ? olderThan(from) : {}) },
          orderBy: [{ createdAtMs: 'desc' }, { id: 'desc' }],
          include: COUNTED,
          take: missing,
        })),
      );
    }
    const kept = rows.slice(0, DELIVERY_PAGE);
    const last = kept.at(-1);
    return {
      endpoints: await reportEndpoints(client, endpoints),
      deliveries: kept.map(toDelivery),
      next: rows.length > DELIVERY_PAGE && last !== undefined ? `${last.state}.${last.createdAtMs}.${last.id}` : null,
    };
  });
}

interface Cursor {
  state: DeliveryState;
  createdAtMs: bigint;
  id: string;
}

/** The place that a checked `after` names. */
function cursorOf(after: string): Cursor {
  const [state = '', createdAtMs = '', id = ''] = after.split('.');
  return { state: DeliveryState.parse(state), createdAtMs: BigInt(createdAtMs), id };
}

const olderThan = ({ createdAtMs, id }: Cursor) => ({
  OR: [{ createdAtMs: { lt: createdAtMs } }, { createdAtMs, id: { lt: id } }],
});

async function reportEndpoints(
  client: Pick<Transaction, 'webhookDelivery'>,
  endpoints: readonly WebhookEndpoint[],
): Promise<WebhookEndpointReport[]> {
  const groups = await client.webhookDelivery.groupBy({
    by: ['endpoint', 'state'],
    _count: { _all: true },
    _max: { settledAtMs: true },
  });
  const former = [...new Set(groups.map(({ endpoint }) => endpoint))].filter(
    (name) => !endpoints.some((endpoint) => endpoint.name === name),
  );
  const report = (name: string, configured: WebhookEndpoint | null): WebhookEndpointReport => {
    const group = (state: DeliveryState) => groups.find((each) => each.endpoint === name && each.state === state);
    const deliveredAtMs = group('delivered')?._max.settledAtMs ?? null;
    return {
      name,
      host: configured === null ? null : new URL(configured.url).host,
      events: configured === null ? [] : [...configured.events],
      pending: group('pending')?._count._all ?? 0,
      dead: group('dead')?._count._all ?? 0,
      delivered: group('delivered')?._count._all ?? 0,
      deliveredAtMs: deliveredAtMs === null ? null : Number(deliveredAtMs),
    };
  };
  return [...endpoints.map((endpoint) => report(endpoint.name, endpoint)), ...former.map((name) => report(name, null))];
}

/** One delivery with its body and every attempt. */
export async function findDelivery(id: string, database: Database = db()): Promise<WebhookDeliveryDetail> {
  const row = await database.read((client) =>
    client.webhookDelivery.findUnique({
      where: { id },
      include: { ...COUNTED, attempts: { orderBy: { number: 'asc' } } },
    }),
  );
  if (row === null) throw new AppError('not_found', 'There is no such delivery.');
  return {
    ...toDelivery(row),
    payload: row.payload,
    history: row.attempts.map((attempt) => ({
      number: attempt.number,
      startedAtMs: Number(attempt.startedAtMs),
      durationMs: attempt.durationMs,
      status: attempt.status,
      outcome: attempt.outcome === null ? 'under way' : WebhookAttempt.shape.outcome.parse(attempt.outcome),
      reason: attempt.reason,
      answer: attempt.answer,
    })),
  };
}

/**
 * Sends again what was given up, or now what waits, under the same id. Pressed twice, it is sent once. What was delivered
 * is a conflict, and so is an endpoint that the configuration no longer has.
 */
export async function replayDelivery(
  id: string,
  { identity, nowMs }: { identity: Identity; nowMs: number },
  {
    database = db(),
    endpoints = getConfig().webhooks.out,
  }: { database?: Database; endpoints?: readonly WebhookEndpoint[] } = {},
): Promise<WebhookDeliveryDetail> {
  await database.write(async (transaction) => {
    const row = await transaction.webhookDelivery.findUnique({ where: { id } });
    if (row === null) throw new AppError('not_found', 'There is no such delivery.');
    if (row.state === 'delivered')
      throw new AppError('conflict', 'This message was delivered; nothing is left to send.');
    if (!endpoints.some(({ name }) => name === row.endpoint)) {
      throw new AppError('conflict', `webhooks.out in windsock.yaml has no endpoint named ${row.endpoint} any more.`);
    }
    const underWay = await transaction.webhookAttempt.count({ where: { deliveryId: id, outcome: null } });
    const isDueNow = row.state === 'pending' && row.nextAttemptAtMs <= BigInt(nowMs);
    // An attempt that is under way, or about to begin, is what was asked for.
    if (row.state === 'pending' && (underWay > 0 || isDueNow)) return;
    const { count } = await transaction.webhookDelivery.updateMany({
      where: { id, state: row.state, attemptsInRound: row.attemptsInRound },
      data: {
        state: 'pending',
        nextAttemptAtMs: BigInt(nowMs),
        settledAtMs: null,
        ...(row.state === 'dead' ? { attemptsInRound: 0 } : {}),
      },
    });
    if (count === 0) throw new AppError('conflict', 'This delivery just changed. Reload to see how it stands.');
    await recordAudit(transaction, {
      actor: identity,
      action: 'webhook.replay',
      subject: `webhook:${id}`,
      before: { state: row.state, reason: row.reason },
      after: { state: 'pending', endpoint: row.endpoint, type: row.type },
      atMs: nowMs,
    });
  });
  wakeLoop(DELIVERY_LOOP);
  return findDelivery(id, database);
}
