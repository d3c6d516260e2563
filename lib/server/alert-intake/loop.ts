import 'server-only';
import type { BackgroundLoop } from '../background/loop';
import { wakeLoop } from '../background/loop';
import { getConfig } from '../config';
import type { Database } from '../db';
import { CONTEXT_LOOP } from '../incidents/context-loop';
import { unpackBody } from './body';
import { INTAKE_LOOP } from './intake-loop';
import { readPayload } from './payload';
import { takeIn } from './take-in';

/** Old bodies are looked for this often. */
const SWEEP_MS = 60 * 60_000;
const SWEPT_AT_ONCE = 500;

/** Takes over the alerts of every delivery that is stored and not finished, oldest first; how many there were. */
export async function takeInPending(database: Database, signal?: AbortSignal): Promise<number> {
  let finished = 0;
  while (!signal?.aborted) {
    const row = await database.read((client) =>
      client.alertDelivery.findFirst({ where: { outcome: 'pending' }, orderBy: { receivedAtMs: 'asc' } }),
    );
    if (row === null) return finished;
    const source = row.source === 'grafana' ? 'grafana' : 'alertmanager';
    const payload = readPayload(await unpackBody(row.body), source, { isCut: row.cutBytes > 0 });
    if (payload === null) {
      const sentence = 'No alerts could be read from it any more. It is kept as it came.';
      await database.write((transaction) =>
        transaction.alertDelivery.updateMany({
          where: { id: row.id, outcome: 'pending' },
          data: { outcome: 'unparsed', sentence },
        }),
      );
    } else await takeIn(row, payload, { database, signal });
    finished += 1;
  }
  return finished;
}

/** Removes bodies that are older than they are kept, but for those whose alerts are on an incident: they say why. */
export async function sweepDeliveries(database: Database, nowMs: number, keepMs: number): Promise<number> {
  return database.write(async (transaction) => {
    const old = await transaction.alertDelivery.findMany({
      where: { lastReceivedAtMs: { lt: BigInt(nowMs - keepMs) }, outcome: { not: 'pending' } },
      select: { id: true },
      orderBy: { receivedAtMs: 'asc' },
      take: SWEPT_AT_ONCE,
    });
    const held = await transaction.alertEpisode.findMany({
      where: { deliveryId: { in: old.map(({ id }) => id) }, incidentId: { not: null } },
      distinct: ['deliveryId'],
      select: { deliveryId: true },
    });
    const kept = new Set(held.map(({ deliveryId }) => deliveryId));
    const gone = old.map(({ id }) => id).filter((id) => !kept.has(id));
    const { count } = await transaction.alertDelivery.deleteMany({ where: { id: { in: gone } } });
    return count;
  });
}

/** Goes on with deliveries that a process began and did not finish, and forgets old ones. */
export function intakeLoop(): BackgroundLoop {
  let sweptAtMs = 0;
  return {
    name: INTAKE_LOOP,
    intervalMs: 5_000,
    runs: 'one',
    run: async ({ database, signal, nowMs }) => {
      if ((await takeInPending(database, signal)) > 0) wakeLoop(CONTEXT_LOOP);
      if (nowMs - sweptAtMs >= SWEEP_MS) {
        sweptAtMs = nowMs;
        await sweepDeliveries(database, nowMs, getConfig().incidents.keepDeliveriesMs);
      }
      return null;
    },
  };
}
