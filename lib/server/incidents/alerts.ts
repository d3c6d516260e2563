import 'server-only';
import { randomUUID } from 'node:crypto';
import type { AlertEpisode as EpisodeRow } from '@/generated/sqlite/client';
import type { Incident } from '@/lib/contracts/incident';
import type {
  AlertAttachment,
  AlertEpisode,
  AlertEpisodes,
  AlertEpisodesParams,
  IncidentAlertsParams,
} from '@/lib/contracts/incident-alert';
import { searchWords } from '@/lib/domain/search-fold';
import { recordAudit } from '../audit/store';
import type { Identity } from '../auth/identity';
import { type Database, db } from '../db';
import { AppError } from '../errors';
import { getRedactor } from '../redaction/redact';
import { appendEntries, touchIncident } from './append';
import { familyOf, findIncident, type Reader, rootOf } from './find';
import { readIncident } from './read';
import { toMs } from './row';

/** No alert began before this: what claims to has a start that its source did not know. */
const FIRST_TRUE_MS = Date.UTC(2000, 0, 1);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readRecord(text: string | null): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text ?? '{}');
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

/** Labels and annotations as people may see them: they are text from outside, and may hold what is redacted elsewhere. */
function texts(text: string): Record<string, string> {
  const redactor = getRedactor();
  return Object.fromEntries(
    Object.entries(readRecord(text)).map(([name, value]) => [name, redactor.text(String(value))]),
  );
}

const safeLink = (url: string | null): string | null =>
  url !== null && /^https?:\/\//i.test(url) && URL.canParse(url) ? url : null;

function toEpisode(row: EpisodeRow, numbers: ReadonlyMap<string, number>): AlertEpisode {
  const startsAtMs = Number(row.startsAtMs);
  const number = row.incidentId === null ? undefined : numbers.get(row.incidentId);
  const values = row.values === null ? null : readRecord(row.values);
  return {
    id: row.id,
    source: row.source === 'grafana' ? 'grafana' : 'alertmanager',
    fingerprint: row.fingerprint,
    name: row.name,
    status: row.status === 'resolved' ? 'resolved' : 'firing',
    startsAtMs: startsAtMs >= FIRST_TRUE_MS ? startsAtMs : null,
    endsAtMs: toMs(row.endsAtMs),
    labels: texts(row.labels),
    annotations: texts(row.annotations),
    values:
      values === null
        ? null
        : Object.fromEntries(
            Object.entries(values).map(([name, value]) => [name, typeof value === 'number' ? value : null]),
          ),
    link: safeLink(row.generatorUrl),
    firstSeenAtMs: Number(row.firstSeenAtMs),
    lastSeenAtMs: Number(row.lastSeenAtMs),
    skew: row.skew,
    incident: row.incidentId === null || number === undefined ? null : { id: row.incidentId, number },
    reason: row.reason,
    deliveryId: row.deliveryId,
  };
}

interface Page {
  status?: 'firing' | 'resolved' | undefined;
  q?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** A page of alerts that meet a condition: firing ones first, then by start, the newest first. */
async function pageOf(client: Reader, condition: object, page: Page): Promise<AlertEpisodes> {
  const match = /^(firing|resolved)\.(-?\d{1,17})\.([0-9a-f-]{36})$/.exec(page.cursor ?? '');
  if (page.cursor !== undefined && match === null) {
    throw new AppError('bad_request', 'cursor: expected the nextCursor of an earlier answer.');
  }
  const where = {
    ...condition,
    ...(page.status === undefined ? {} : { status: page.status }),
    AND: searchWords(page.q ?? '').map((word) => ({ searchText: { contains: word } })),
  };
  const [status, start, id] = match?.slice(1) ?? [];
  const beyond =
    status === undefined || start === undefined || id === undefined
      ? {}
      : {
          OR: [
            { status: { gt: status } },
            { status, startsAtMs: { lt: BigInt(start) } },
            { status, startsAtMs: BigInt(start), id: { lt: id } },
          ],
        };
  const [rows, total, firing] = await Promise.all([
    client.alertEpisode.findMany({
      where: { ...where, ...beyond },
      orderBy: [{ status: 'asc' }, { startsAtMs: 'desc' }, { id: 'desc' }],
      take: page.limit + 1,
    }),
    client.alertEpisode.count({ where }),
    client.alertEpisode.count({ where: { AND: [where, { status: 'firing' }] } }),
  ]);
  const kept = rows.slice(0, page.limit);
  const incidents = await client.incident.findMany({
    where: { id: { in: [...new Set(kept.flatMap(({ incidentId }) => (incidentId === null ? [] : [incidentId])))] } },
    select: { id: true, number: true },
  });
  const numbers = new Map(incidents.map(({ id: incidentId, number }) => [incidentId, number]));
  const last = kept.at(-1);
  return {
    episodes: kept.map((row) => toEpisode(row, numbers)),
    nextCursor: rows.length > page.limit && last !== undefined ? `${last.status}.${last.startsAtMs}.${last.id}` : null,
    total,
    firing,
  };
}

/** Alerts of an incident and of what was merged into it. */
export async function listIncidentAlerts(
  params: IncidentAlertsParams,
  database: Database = db(),
): Promise<AlertEpisodes> {
  return database.read(async (client) => {
    const family = await familyOf(client, await findIncident(client, params.incidentId));
    return pageOf(client, { incidentId: { in: [...family.keys()] } }, params);
  });
}

/** Alerts that came by webhook; those with an incident, those without, or all. */
export async function listAlertEpisodes(
  { attached, ...page }: AlertEpisodesParams,
  database: Database = db(),
): Promise<AlertEpisodes> {
  const condition = attached === undefined ? {} : { incidentId: attached ? { not: null } : null };
  return database.read((client) => pageOf(client, condition, page));
}

/** Attaches alerts to an incident or takes them off it. What is so already stays so. */
export async function attachAlerts(
  { incidentId, episodeIds, attach }: AlertAttachment,
  { identity, nowMs }: { identity: Identity; nowMs: number },
  database: Database = db(),
): Promise<Incident> {
  const id = await database.write(async (transaction) => {
    const incident = await rootOf(transaction, await findIncident(transaction, incidentId));
    const family = [...(await familyOf(transaction, incident)).keys()];
    const rows = await transaction.alertEpisode.findMany({ where: { id: { in: episodeIds } } });
    if (rows.length !== new Set(episodeIds).size)
      throw new AppError('not_found', 'Some of these alerts are not stored.');
    const belongs = (row: EpisodeRow) => row.incidentId !== null && family.includes(row.incidentId);
    const moving = rows.filter((row) => belongs(row) !== attach);
    if (moving.length === 0) return incident.id;
    const touched = await touchIncident(transaction, incident.id);
    const reason = `${attach ? 'Attached' : 'Taken off'} by ${identity.name}.`;
    await transaction.alertEpisode.updateMany({
      where: { id: { in: moving.map((row) => row.id) } },
      data: { incidentId: attach ? incident.id : null, reason },
    });
    const names = [...new Set(moving.map(({ name }) => name))];
    const some = names.slice(0, 5).join(', ') + (names.length > 5 ? ' and others' : '');
    const entry = {
      id: randomUUID(),
      kind: 'alert' as const,
      text: `${attach ? 'Attached' : 'Taken off'}: ${some} (${moving.length})`,
      occurredAtMs: nowMs,
      details: { alerts: moving.length, episodeIds: moving.slice(0, 100).map((row) => row.id) },
    };
    await appendEntries(transaction, touched, [entry], { identity, nowMs });
    await recordAudit(transaction, {
      actor: identity,
      action: 'incident.alerts',
      subject: `incident:${incident.id}`,
      before: { alerts: moving.map((row) => ({ id: row.id, incidentId: row.incidentId })) },
      after: { attached: attach },
      atMs: nowMs,
    });
    return incident.id;
  });
  return readIncident(id, nowMs, database);
}
