import 'server-only';
import type { Incident as IncidentRow } from '@/generated/sqlite/client';
import { type IncidentInstants, IncidentStatus, type IncidentSummary, Severity } from '@/lib/contracts/incident';
import type { Severity as SeverityName, IncidentStatus as StatusName } from '@/lib/contracts/incident-words';
import { incidentDurations } from '@/lib/domain/incident';
import { foldForSearch } from '@/lib/domain/search-fold';
import type { Reader } from './find';
import { familyOf } from './find';

/** A column's instant in unix milliseconds; exact, for it lies far below 2⁵³. Null: it has not happened. */
export const toMs = (value: bigint | null): number | null => (value === null ? null : Number(value));

/**
 * Unix milliseconds as a column keeps them, rounded: a fraction has no BigInt, which throws. Null: it has not
 * happened.
 */
export const fromMs = (value: number | null): bigint | null => (value === null ? null : BigInt(Math.round(value)));

/** A list of texts as a column keeps it; what cannot be read is an empty one, so that a bad row hides nothing else. */
export function readList(text: string): string[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.map(String) : [];
  } catch {
    return [];
  }
}

/** The six instants of a row in unix milliseconds; null: not reached, or not known yet. */
export const instantsOf = (row: IncidentRow): IncidentInstants => ({
  startedAtMs: toMs(row.startedAtMs),
  detectedAtMs: toMs(row.detectedAtMs),
  acknowledgedAtMs: toMs(row.acknowledgedAtMs),
  mitigatedAtMs: toMs(row.mitigatedAtMs),
  resolvedAtMs: toMs(row.resolvedAtMs),
  reviewedAtMs: toMs(row.reviewedAtMs),
});

/** What a search of incidents finds one by, besides its entries. */
export const searchTextOf = (row: {
  number: number;
  title: string;
  tags: readonly string[];
  model: string | null;
  version: string | null;
}): string =>
  foldForSearch([`inc-${row.number}`, row.title, ...row.tags, row.model ?? '', row.version ?? ''].join(' '));

/** What the audit keeps of an incident: what people can change. */
export const auditedIncident = (row: IncidentRow): object => ({
  number: row.number,
  title: row.title,
  severity: row.severity,
  status: row.status,
  model: row.model,
  version: row.version,
  tags: readList(row.tags),
  drill: row.drill,
  mergedIntoId: row.mergedIntoId,
  ...instantsOf(row),
});

/** As it was stored; throws for a word that the contract does not name, for this console alone writes them. */
export const severityOf = (row: IncidentRow): SeverityName => Severity.parse(row.severity);

/** The same of its status. */
export const statusOf = (row: IncidentRow): StatusName => IncidentStatus.parse(row.status);

/** Incidents as a list shows them, with what belongs to each counted over all that was merged into it. */
export async function toSummaries(reader: Reader, rows: readonly IncidentRow[]): Promise<IncidentSummary[]> {
  // Families are small, and most incidents have none: one question tells which.
  const merged = await reader.incident.findMany({
    where: { mergedIntoId: { in: rows.map(({ id }) => id) } },
    select: { mergedIntoId: true },
  });
  const hasFamily = new Set(merged.map(({ mergedIntoId }) => mergedIntoId));
  const families = new Map<string, string[]>();
  for (const row of rows) {
    families.set(row.id, hasFamily.has(row.id) ? [...(await familyOf(reader, row)).keys()] : [row.id]);
  }
  const ids = [...new Set([...families.values()].flat())];
  const within = { incidentId: { in: ids } };
  const [alerts, tasks, commanders, targets] = await Promise.all([
    reader.alertEpisode.groupBy({ by: ['incidentId', 'status'], where: within, _count: { _all: true } }),
    reader.incidentTask.groupBy({ by: ['incidentId'], where: { ...within, state: 'open' }, _count: { _all: true } }),
    reader.incidentRole.findMany({ where: { ...within, role: 'commander', toMs: null }, orderBy: { fromMs: 'asc' } }),
    reader.incident.findMany({
      where: { id: { in: rows.flatMap(({ mergedIntoId }) => (mergedIntoId === null ? [] : [mergedIntoId])) } },
      select: { id: true, number: true },
    }),
  ]);
  return rows.map((row) => {
    const family = new Set(families.get(row.id));
    const sum = (counts: { incidentId: string | null; _count: { _all: number } }[]) =>
      counts.reduce((all, { incidentId, _count }) => all + (family.has(incidentId ?? '') ? _count._all : 0), 0);
    const target = targets.find(({ id }) => id === row.mergedIntoId);
    const instants = instantsOf(row);
    return {
      id: row.id,
      number: row.number,
      title: row.title,
      severity: severityOf(row),
      status: statusOf(row),
      model: row.model,
      version: row.version,
      tags: readList(row.tags),
      drill: row.drill,
      declaredAtMs: Number(row.declaredAtMs),
      declaredBy: { id: row.declaredById, name: row.declaredByName },
      instants,
      durations: incidentDurations(instants),
      commander: commanders.findLast(({ incidentId }) => incidentId === row.id)?.person ?? null,
      firingAlerts: sum(alerts.filter(({ status }) => status === 'firing')),
      alerts: sum(alerts),
      openTasks: sum(tasks),
      mergedInto: target ?? null,
      revision: row.revision,
      activity: row.activity,
    };
  });
}
