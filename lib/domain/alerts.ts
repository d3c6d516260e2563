import type { AlertRow, AlertState } from '@/lib/contracts/alert';
import type { Labels, SeriesSet } from '@/lib/contracts/series';
import { webHref } from './events';
import { fingerprintOf } from './fingerprint';
import { episodesOf } from './series';
import { rankOf } from './status';
import { MINUTE_MS } from './time';

/** Alerts as Prometheus evaluates them and as Alertmanagers treat them, joined. */

/** An alert of a Prometheus: pending or firing. */
export interface EvaluatedAlert {
  source: string;
  state: 'pending' | 'firing';
  labels: Labels;
  annotations: Labels;
  sinceMs: number | null;
  value: number | null;
  query: string;
}

/** An alert as an Alertmanager has it. */
export interface ManagedAlert {
  source: string;
  labels: Labels;
  annotations: Labels;
  startsAtMs: number | null;
  receivers: readonly string[];
  silencedBy: readonly string[];
  inhibitedBy: readonly string[];
  mutedBy: readonly string[];
}

/** A firing alert as a webhook told of it. */
export interface ToldAlert {
  id: string;
  labels: Labels;
  incident: { id: string; number: number } | null;
}

/** What is known besides the alerts themselves. */
export interface AlertContext {
  modelOf: (labels: Labels) => string | null;
  /** How often an alert of a label set fired lately; null: not measured. */
  fired: ((labels: Labels) => number) | null;
  /** Who answers for an alert that does not say so itself. */
  ownerOf?: (alert: { model: string | null; slo: string | null }) => string | null;
  told?: readonly ToldAlert[];
  /** Incidents that were declared from an alert, by its id. */
  declared?: ReadonlyMap<string, { id: string; number: number }>;
  /** Alertmanagers that answered; with all of them asked, an alert that none has reaches nobody. */
  answered?: readonly string[];
}

/** An alert younger than this may still be on its way to an Alertmanager. */
const ON_ITS_WAY_MS = 2 * MINUTE_MS;

/** What is unclear about two label sets: an Alertmanager may see labels that Prometheus added on the way, never fewer. */
const isSame = (evaluated: Labels, managed: Labels): boolean =>
  Object.entries(evaluated).every(([name, value]) => managed[name] === value);

const keyOf = (labels: Labels): string =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));

const STATUS: Readonly<Record<AlertState, AlertRow['status']>> = {
  firing: 'bad',
  pending: 'watch',
  silenced: 'ok',
  inhibited: 'ok',
  muted: 'ok',
};
const STATE_RANK: Readonly<Record<AlertState, number>> = { firing: 0, pending: 1, silenced: 2, inhibited: 3, muted: 4 };
/** Severities that nobody is woken for; their alerts need a look, no more. */
const TICKET = /^(ticket|warning|warn|info|low|none)$/i;

function stateOf(evaluated: EvaluatedAlert | null, managed: readonly ManagedAlert[]): AlertState {
  if (evaluated?.state === 'pending') return 'pending';
  // One Alertmanager that lets it through is enough for somebody to be called.
  const free = managed.some((one) => one.silencedBy.length + one.inhibitedBy.length + one.mutedBy.length === 0);
  if (managed.length === 0 || free) return 'firing';
  if (managed.some(({ silencedBy }) => silencedBy.length > 0)) return 'silenced';
  return managed.some(({ inhibitedBy }) => inhibitedBy.length > 0) ? 'inhibited' : 'muted';
}

/**
 * One row per alert: each of a Prometheus with what the Alertmanagers do with it, then those that only Alertmanagers
 * know. Two Prometheus of a pair that evaluate the same alert, and two Alertmanagers that hold it, make one row.
 */
export function joinAlerts(
  evaluated: readonly EvaluatedAlert[],
  managed: readonly ManagedAlert[],
  read: AlertContext,
  nowMs = 0,
): AlertRow[] {
  const taken = new Set<ManagedAlert>();
  const names = new Map(managed.map(({ labels }) => [fingerprintOf(labels), labels.alertname ?? 'unnamed alert']));
  const pairs = new Map<string, EvaluatedAlert[]>();
  for (const one of evaluated) pairs.set(keyOf(one.labels), [...(pairs.get(keyOf(one.labels)) ?? []), one]);
  const rows = [...pairs.values()].map((own) => {
    const held = managed.filter((one) => isSame(own[0]?.labels ?? {}, one.labels));
    for (const one of held) taken.add(one);
    return toRow(own, held, { ...read, names, nowMs });
  });
  const others = new Map<string, ManagedAlert[]>();
  for (const one of managed) {
    if (!taken.has(one)) others.set(keyOf(one.labels), [...(others.get(keyOf(one.labels)) ?? []), one]);
  }
  return [...rows, ...[...others.values()].map((own) => toRow([], own, { ...read, names, nowMs }))];
}

function toRow(
  pair: readonly EvaluatedAlert[],
  managed: readonly ManagedAlert[],
  read: AlertContext & { names: ReadonlyMap<string, string>; nowMs: number },
): AlertRow {
  // Of a pair, the one that fires and fires longest speaks for both.
  const evaluated =
    pair.toSorted(
      (a, b) => Number(b.state === 'firing') - Number(a.state === 'firing') || (a.sinceMs ?? 0) - (b.sinceMs ?? 0),
    )[0] ?? null;
  const labels = evaluated?.labels ?? managed[0]?.labels ?? {};
  const annotations = evaluated?.annotations ?? managed[0]?.annotations ?? {};
  const state = stateOf(evaluated, managed);
  const starts = managed.flatMap(({ startsAtMs }) => (startsAtMs === null ? [] : [startsAtMs]));
  const severity = labels.severity ?? null;
  const isTicket = severity !== null && TICKET.test(severity);
  const id = fingerprintOf(labels);
  const model = read.modelOf(labels);
  const slo = labels.slo ?? null;
  const told = read.told?.find((one) => isSame(labels, one.labels));
  const sinceMs = evaluated?.sinceMs ?? (starts.length === 0 ? null : Math.min(...starts));
  return {
    id,
    name: labels.alertname ?? 'unnamed alert',
    model,
    severity,
    owner: labels.owner ?? labels.team ?? read.ownerOf?.({ model, slo }) ?? null,
    state,
    status: state === 'firing' && isTicket ? 'watch' : STATUS[state],
    labels,
    summary: annotations.summary ?? null,
    description: annotations.description ?? annotations.message ?? null,
    runbook: webHref(annotations.runbook_url ?? annotations.runbook),
    sinceMs,
    value: evaluated?.value ?? null,
    query: evaluated?.query ?? null,
    sources: [...new Set([...pair.map(({ source }) => source), ...managed.map(({ source }) => source)])],
    receivers: [...new Set(managed.flatMap(({ receivers }) => receivers))],
    silencedBy: managed.flatMap(({ source, silencedBy }) => silencedBy.map((silence) => ({ source, id: silence }))),
    inhibitedBy: [...new Set(managed.flatMap(({ inhibitedBy }) => inhibitedBy))].map(
      (fingerprint) => read.names.get(fingerprint) ?? fingerprint,
    ),
    slo,
    note: noteOf({ state, sinceMs, managed }, read),
    episodeId: told?.id ?? null,
    incident: told?.incident ?? read.declared?.get(id) ?? null,
    firedThisWeek: read.fired === null ? null : read.fired(labels),
  };
}

function noteOf(
  { state, sinceMs, managed }: { state: AlertState; sinceMs: number | null; managed: readonly ManagedAlert[] },
  { answered = [], nowMs }: AlertContext & { nowMs: number },
): string | null {
  if (state !== 'firing' || answered.length === 0) return null;
  if (managed.length === 0) {
    if (sinceMs !== null && nowMs - sinceMs < ON_ITS_WAY_MS) return null;
    return `${answered.join(', ')} ${answered.length === 1 ? 'does' : 'do'} not have it: nobody is notified.`;
  }
  const held = managed.filter(({ silencedBy }) => silencedBy.length > 0).map(({ source }) => source);
  return held.length === 0 ? null : `Silenced in ${held.join(', ')} only: another Alertmanager still notifies.`;
}

/** What needs a person most first: state, severity, then what fires longest. */
export function byAlertNeed(a: AlertRow, b: AlertRow): number {
  const rank = rankOf(a.status) - rankOf(b.status) || STATE_RANK[a.state] - STATE_RANK[b.state];
  if (rank !== 0) return rank;
  return (a.sinceMs ?? Number.POSITIVE_INFINITY) - (b.sinceMs ?? Number.POSITIVE_INFINITY) || (a.id < b.id ? -1 : 1);
}

/** Alerts by model, the model with the worst one first; those of none last. */
export function groupAlerts(rows: readonly AlertRow[]): { model: string | null; alerts: AlertRow[] }[] {
  const groups = new Map<string | null, AlertRow[]>();
  for (const row of rows.toSorted(byAlertNeed)) groups.set(row.model, [...(groups.get(row.model) ?? []), row]);
  return [...groups]
    .map(([model, alerts]) => ({ model, alerts }))
    .sort((a, b) => Number(a.model === null) - Number(b.model === null));
}

/** Times each label set of `ALERTS` began to fire; gaps of up to two points are one lost evaluation, not an end. */
export function firedCounts(set: SeriesSet): (labels: Labels) => number {
  const counts = set.series.map(({ labels, values }) => {
    const { __name__, alertstate, ...own } = labels;
    const episodes = episodesOf(values, (value) => value > 0);
    const joined = episodes.filter(({ from }, at) => {
      const before = episodes[at - 1];
      return before === undefined || from - before.to > 3;
    });
    return { labels: own, count: joined.length };
  });
  return (labels) => counts.filter((one) => isSame(one.labels, labels)).reduce((sum, { count }) => sum + count, 0);
}
