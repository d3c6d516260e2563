import 'server-only';
import { randomUUID } from 'node:crypto';
import type {
  AlertDelivery as DeliveryRow,
  AlertEpisode as EpisodeRow,
  Incident as IncidentRow,
} from '@/generated/sqlite/client';
import { MAX_TITLE_CHARACTERS } from '@/lib/contracts/incident-words';
import { alertsText, FIRST_TRUE_MS, openKeyOf, severityOfAlert } from '@/lib/domain/alert-rules';
import { ownValue } from '@/lib/domain/own-value';
import type { AlertRule } from '../config/incidents';
import type { Transaction } from '../db';
import { appendEntries, type EntryToAppend, touchIncident } from '../incidents/append';
import { declareIncident } from '../incidents/declare';
import { rootOf } from '../incidents/find';
import { getRedactor } from '../redaction/redact';
import { type Changed, intakeIdentity, occurredAtMs } from './episode';
import { ruleFinder } from './match';

interface Placing {
  delivery: DeliveryRow;
  rules: readonly AlertRule[];
  isReplay: boolean;
  nowMs: number;
}

const OVER: ReadonlySet<string> = new Set(['resolved', 'reviewed']);

function labelsOf(row: EpisodeRow): Record<string, string> {
  // Written by the intake alone, a moment ago or earlier.
  const labels: unknown = JSON.parse(row.labels);
  return typeof labels === 'object' && labels !== null
    ? Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]))
    : {};
}

/** Words of an alert for a title or a timeline: they come from outside and are redacted before they are kept there. */
const words = (text: string): string => getRedactor().text(text.replace(/\s+/g, ' ').trim());

const modelOf = (rule: AlertRule, labels: Readonly<Record<string, string>>) => ({
  model: labels[rule.modelLabel]?.slice(0, 200) || null,
  version: labels[rule.versionLabel]?.slice(0, 200) || null,
});

/** The open incident that alerts of this key belong to; one that is over by now gives its key back. */
async function openIncident(transaction: Transaction, openKey: string): Promise<IncidentRow | null> {
  const keyed = await transaction.incident.findUnique({ where: { openKey } });
  if (keyed === null) return null;
  const root = await rootOf(transaction, keyed);
  if (!OVER.has(root.status)) return root;
  await transaction.incident.update({ where: { id: keyed.id }, data: { openKey: null } });
  return null;
}

async function open(
  transaction: Transaction,
  rule: AlertRule,
  row: EpisodeRow,
  { delivery, nowMs }: Placing,
): Promise<IncidentRow> {
  const labels = labelsOf(row);
  const annotations: unknown = JSON.parse(row.annotations);
  const summary =
    typeof annotations === 'object' && annotations !== null && 'summary' in annotations
      ? String(annotations.summary)
      : '';
  const startsAtMs = Number(row.startsAtMs);
  const { incident } = await declareIncident(
    transaction,
    {
      id: randomUUID(),
      title: words(summary === '' ? row.name : `${row.name}: ${summary}`).slice(0, MAX_TITLE_CHARACTERS) || 'Alert',
      severity: severityOfAlert(rule, labels),
      ...modelOf(rule, labels),
      tags: rule.tags,
      drill: rule.drill,
      detectedAtMs: Math.min(row.skew === null && startsAtMs >= FIRST_TRUE_MS ? startsAtMs : nowMs, nowMs),
      origin: { kind: 'alert', ref: row.id },
      openKey: openKeyOf(rule, labels),
    },
    { identity: intakeIdentity(delivery.source), nowMs },
  );
  return incident;
}

/** The newest open incident about the model of an alert. */
async function ofSameModel(transaction: Transaction, model: string | null): Promise<IncidentRow | null> {
  if (model === null) return null;
  return transaction.incident.findFirst({
    where: { model, mergedIntoId: null, status: { notIn: [...OVER] } },
    orderBy: { number: 'desc' },
  });
}

/** Where the alerts that have no incident yet belong, by the rules; what a person placed stays there. */
export async function placeAlerts(
  transaction: Transaction,
  alerts: readonly Changed[],
  placing: Placing,
): Promise<{ alerts: Changed[]; opened: number; joined: number }> {
  const findRule = ruleFinder(placing.rules);
  const byKey = new Map<string, IncidentRow | null>();
  const opened = new Set<string>();
  let joined = 0;
  const placed: Changed[] = [];
  for (const { row, before } of alerts) {
    if (row.incidentId !== null || (before !== null && !placing.isReplay)) {
      placed.push({ row, before });
      continue;
    }
    const labels = labelsOf(row);
    const rule = findRule(labels);
    if (rule === null || rule.action === 'ignore') {
      const reason = rule === null ? 'No rule speaks of it.' : `The rule "${rule.name}" keeps it out of incidents.`;
      placed.push({ row: { ...row, reason }, before });
      continue;
    }
    const key = rule.action === 'open' ? openKeyOf(rule, labels) : `join ${modelOf(rule, labels).model}`;
    if (!byKey.has(key)) {
      const there = await (rule.action === 'open'
        ? openIncident(transaction, key)
        : ofSameModel(transaction, modelOf(rule, labels).model));
      byKey.set(key, there);
    }
    let incident = byKey.get(key) ?? null;
    // What is over when it is first heard of opens nothing.
    if (incident === null && rule.action === 'open' && row.status === 'firing') {
      incident = await open(transaction, rule, row, placing);
      opened.add(incident.id);
      byKey.set(key, incident);
    }
    if (incident !== null && !opened.has(incident.id)) joined += 1;
    placed.push({ row: { ...row, incidentId: incident?.id ?? null, reason: reasonOf(rule, row, incident) }, before });
  }
  await tellTimelines(transaction, placed, placing);
  return { alerts: placed, opened: opened.size, joined };
}

function reasonOf(rule: AlertRule, row: EpisodeRow, incident: IncidentRow | null): string {
  if (incident === null) {
    return rule.action === 'join'
      ? `The rule "${rule.name}" found no open incident of its model to join.`
      : `The rule "${rule.name}" opens an incident for what fires; this was over when it was first heard of.`;
  }
  const labels = labelsOf(row);
  const shared = (rule.action === 'join' ? [rule.modelLabel] : rule.groupBy)
    .map((label) => `${label}="${ownValue(labels, label) ?? ''}"`)
    .join(', ');
  return `By the rule "${rule.name}"${shared === '' ? '' : `: ${shared}`}.`;
}

/** Says on the timeline of each incident what began to fire and what was resolved. */
async function tellTimelines(transaction: Transaction, alerts: readonly Changed[], placing: Placing): Promise<void> {
  const told = new Map<string, { firing: EpisodeRow[]; resolved: EpisodeRow[] }>();
  for (const { row, before } of alerts) {
    if (row.incidentId === null) continue;
    const news = before === null || before.incidentId === null || before.status !== row.status;
    if (!news) continue;
    const lists = told.get(row.incidentId) ?? { firing: [], resolved: [] };
    lists[row.status === 'resolved' ? 'resolved' : 'firing'].push(row);
    told.set(row.incidentId, lists);
  }
  // In one order everywhere, so that two processes never wait for each other.
  for (const [id, { firing, resolved }] of [...told].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const found = await transaction.incident.findUniqueOrThrow({ where: { id } });
    const root = await rootOf(transaction, found);
    const entries = [...entryOf(firing, 'firing'), ...entryOf(resolved, 'resolved')];
    const touched = await touchIncident(transaction, root.id, entries.length);
    await appendEntries(transaction, touched, entries, {
      identity: intakeIdentity(placing.delivery.source),
      nowMs: placing.nowMs,
    });
  }
}

function entryOf(rows: readonly EpisodeRow[], alertStatus: 'firing' | 'resolved'): EntryToAppend[] {
  if (rows.length === 0) return [];
  const alerts = rows.map((row) => {
    const { model_name, model_version } = labelsOf(row);
    return { name: words(row.name), about: words([model_name, model_version].filter(Boolean).join(' ')) };
  });
  return [
    {
      id: randomUUID(),
      kind: 'alert',
      text: alertsText(alerts, alertStatus),
      occurredAtMs: Math.min(...rows.map(occurredAtMs)),
      details: { alertStatus, alerts: rows.length, episodeIds: rows.slice(0, 100).map(({ id }) => id) },
    },
  ];
}
