import 'server-only';
import { randomUUID } from 'node:crypto';
import type { AlertDelivery as DeliveryRow, AlertEpisode as EpisodeRow } from '@/generated/sqlite/client';
import { mergeAlertStates, skewOf } from '@/lib/domain/alert-rules';
import { formatCount } from '@/lib/domain/format';
import { foldForSearch } from '@/lib/domain/search-fold';
import { recordAudit } from '../audit/store';
import { getConfig } from '../config';
import type { AlertRule } from '../config/incidents';
import type { Database, Transaction } from '../db';
import { type Changed, intakeIdentity } from './episode';
import { storeEpisodes } from './episode-rows';
import type { ReadPayload, ToldAlert } from './payload';
import { placeAlerts } from './place';

/**
 * Alerts of one transaction: others read and write between two of them, also while a storm is taken in. Each costs a
 * commit to disk and about 50 ms of computing.
 */
const CHUNK = 500;

const keyOf = ({ fingerprint, startsAtMs }: { fingerprint: string; startsAtMs: number | bigint }): string =>
  `${startsAtMs} ${fingerprint}`;

/** What an alert becomes by one more delivery. */
function mergeRow(before: EpisodeRow | null, told: ToldAlert, delivery: DeliveryRow): EpisodeRow {
  const receivedAtMs = Number(delivery.lastReceivedAtMs);
  const known =
    before === null
      ? null
      : {
          status: before.status === 'resolved' ? ('resolved' as const) : ('firing' as const),
          endsAtMs: before.endsAtMs === null ? null : Number(before.endsAtMs),
        };
  const state = mergeAlertStates(known, { status: told.status, endsAtMs: told.endsAtMs });
  // What came later from the source speaks of the alert as it is, unless it is an older message.
  const isOlder = before?.status === 'resolved' && told.status === 'firing';
  const words = isOlder && before !== null ? before : null;
  return {
    id: before?.id ?? randomUUID(),
    source: delivery.source,
    fingerprint: told.fingerprint,
    startsAtMs: BigInt(told.startsAtMs),
    endsAtMs: state.endsAtMs === null ? null : BigInt(state.endsAtMs),
    status: state.status,
    name: words?.name ?? told.labels.alertname ?? told.annotations.summary?.slice(0, 200) ?? 'alert without a name',
    labels: words?.labels ?? JSON.stringify(told.labels),
    annotations: words?.annotations ?? JSON.stringify(told.annotations),
    values: words === null ? (told.values === null ? null : JSON.stringify(told.values)) : words.values,
    generatorUrl: words === null ? told.generatorUrl : words.generatorUrl,
    skew: skewOf({ ...state, startsAtMs: told.startsAtMs }, receivedAtMs),
    firstSeenAtMs: before?.firstSeenAtMs ?? BigInt(receivedAtMs),
    lastSeenAtMs: delivery.lastReceivedAtMs,
    deliveryId: delivery.id,
    incidentId: before?.incidentId ?? null,
    reason: before?.reason ?? 'No rule was looked at yet.',
    searchText: words?.searchText ?? foldForSearch(Object.values({ ...told.labels, ...told.annotations }).join(' ')),
  };
}

const isChanged = ({ row, before }: Changed): boolean =>
  before === null ||
  (['status', 'endsAtMs', 'labels', 'annotations', 'values', 'skew'] as const).some((key) => row[key] !== before[key]);

/** Alerts of a chunk with what is stored of them; one that stands twice in it counts once. */
async function mergeChunk(
  transaction: Transaction,
  delivery: DeliveryRow,
  chunk: readonly ToldAlert[],
): Promise<Changed[]> {
  const stored = await transaction.alertEpisode.findMany({
    where: { source: delivery.source, fingerprint: { in: [...new Set(chunk.map(({ fingerprint }) => fingerprint))] } },
  });
  const merged = new Map<string, Changed>();
  const known = new Map(stored.map((row) => [keyOf(row), row]));
  for (const told of chunk) {
    const key = keyOf(told);
    const before = known.get(key) ?? null;
    const row = mergeRow(merged.get(key)?.row ?? before, told, delivery);
    merged.set(key, { row, before });
  }
  return [...merged.values()];
}

interface Chunk {
  delivery: DeliveryRow;
  payload: ReadPayload;
  /** Alerts taken over before this chunk. */
  done: number;
  /** A person asked for it: alerts that belong to no incident are looked at anew. */
  isReplay: boolean;
  rules: readonly AlertRule[];
  nowMs: number;
  provider: Database['provider'];
}

/** One chunk in one transaction; false where another process did it already. */
async function takeInChunk(transaction: Transaction, chunk: Chunk): Promise<boolean> {
  const { delivery, payload, done, isReplay, rules, nowMs, provider } = chunk;
  const alerts = payload.alerts.slice(done, done + CHUNK);
  const isLast = done + alerts.length >= payload.alerts.length;
  // First of all, so that nobody else does the same chunk meanwhile.
  const { count } = await transaction.alertDelivery.updateMany({
    where: { id: delivery.id, outcome: 'pending', done },
    data: { done: done + alerts.length },
  });
  if (count === 0) return false;
  const merged = await mergeChunk(transaction, delivery, alerts);
  const placed = await placeAlerts(transaction, merged, { delivery, rules, isReplay, nowMs });
  const changed = placed.alerts.filter(
    (entry) => isChanged(entry) || entry.row.incidentId !== (entry.before?.incidentId ?? null),
  );
  await storeEpisodes(
    transaction,
    provider,
    changed.map(({ row }) => row),
  );
  const after = await transaction.alertDelivery.update({
    where: { id: delivery.id },
    data: {
      changed: { increment: changed.length },
      ...(isLast ? { outcome: 'stored' } : {}),
    },
  });
  if (isLast) {
    await transaction.alertDelivery.update({
      where: { id: delivery.id },
      data: { sentence: sentenceOf(payload, after) },
    });
  }
  if (changed.length > 0) {
    await recordAudit(transaction, {
      actor: intakeIdentity(delivery.source),
      action: 'alert.deliver',
      subject: `delivery:${delivery.id}`,
      before: null,
      after: { changed: changed.length, opened: placed.opened, joined: placed.joined },
      atMs: nowMs,
    });
  }
  return true;
}

function changedText(alerts: number, changed: number): string {
  if (alerts === 1) return `1 alert, ${changed === 1 ? 'new or changed' : 'known as it is'}.`;
  return `${formatCount(alerts)} alerts, ${formatCount(changed)} of them new or changed.`;
}

function sentenceOf(payload: ReadPayload, { changed, cutBytes }: DeliveryRow): string {
  const parts = [
    changedText(payload.alerts.length, changed),
    ...(payload.unreadable > 0 ? [`${formatCount(payload.unreadable)} entries were no alerts.`] : []),
    ...(payload.leftOutBySender > 0
      ? [`The sender left out ${formatCount(payload.leftOutBySender)}: what is missing here says nothing.`]
      : []),
    ...(cutBytes > 0 ? [`${formatCount(cutBytes)} bytes were more than is kept; alerts in them are missing.`] : []),
  ];
  return parts.join(' ');
}

/**
 * Takes the alerts of a stored delivery over, chunk by chunk, from where it stands. Whatever ends it, the next call goes
 * on from there; two at once do each chunk once.
 */
export async function takeIn(
  delivery: DeliveryRow,
  payload: ReadPayload,
  { database, signal }: { database: Database; signal?: AbortSignal | undefined },
): Promise<void> {
  const { rules } = getConfig().incidents;
  let done = delivery.done;
  while (!signal?.aborted) {
    const isReplay = delivery.replays > 0;
    const chunk = { delivery, payload, done, isReplay, rules, nowMs: Date.now(), provider: database.provider };
    const mine = await database.write((transaction) => takeInChunk(transaction, chunk));
    if (!mine) return;
    done += CHUNK;
    if (done >= payload.alerts.length) return;
    // Requests that wait get their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
