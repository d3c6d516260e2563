import type { AlertRow, AlertState } from '@/lib/contracts/alert';
import type { AnswerPart, AnswerText } from '@/lib/contracts/answer';
import type { Labels, SeriesSet } from '@/lib/contracts/series';
import { webHref } from './events';
import { episodesOf } from './series';
import { rankOf } from './status';

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
 * know. `fired` counts how often an alert of a label set fired lately; null: not measured.
 */
export function joinAlerts(
  evaluated: readonly EvaluatedAlert[],
  managed: readonly ManagedAlert[],
  read: { modelOf: (labels: Labels) => string | null; fired: ((labels: Labels) => number) | null },
): AlertRow[] {
  const taken = new Set<ManagedAlert>();
  const rows = evaluated.map((alert) => {
    const own = managed.filter((one) => isSame(alert.labels, one.labels));
    for (const one of own) taken.add(one);
    return toRow(alert, own, read);
  });
  const others = new Map<string, ManagedAlert[]>();
  for (const one of managed) {
    if (!taken.has(one)) others.set(keyOf(one.labels), [...(others.get(keyOf(one.labels)) ?? []), one]);
  }
  return [...rows, ...[...others.values()].map((own) => toRow(null, own, read))];
}

function toRow(
  evaluated: EvaluatedAlert | null,
  managed: readonly ManagedAlert[],
  { modelOf, fired }: Parameters<typeof joinAlerts>[2],
): AlertRow {
  const labels = evaluated?.labels ?? managed[0]?.labels ?? {};
  const annotations = evaluated?.annotations ?? managed[0]?.annotations ?? {};
  const state = stateOf(evaluated, managed);
  const starts = managed.flatMap(({ startsAtMs }) => (startsAtMs === null ? [] : [startsAtMs]));
  const severity = labels.severity ?? null;
  const isTicket = severity !== null && TICKET.test(severity);
  return {
    id: `${evaluated?.source ?? managed[0]?.source ?? ''} ${keyOf(labels)}`,
    name: labels.alertname ?? 'unnamed alert',
    model: modelOf(labels),
    severity,
    owner: labels.owner ?? labels.team ?? null,
    state,
    status: state === 'firing' && isTicket ? 'watch' : STATUS[state],
    labels,
    summary: annotations.summary ?? null,
    description: annotations.description ?? annotations.message ?? null,
    runbook: webHref(annotations.runbook_url ?? annotations.runbook),
    sinceMs: evaluated?.sinceMs ?? (starts.length === 0 ? null : Math.min(...starts)),
    value: evaluated?.value ?? null,
    query: evaluated?.query ?? null,
    sources: [...new Set([...(evaluated === null ? [] : [evaluated.source]), ...managed.map(({ source }) => source)])],
    receivers: [...new Set(managed.flatMap(({ receivers }) => receivers))],
    silencedBy: managed.flatMap(({ source, silencedBy }) => silencedBy.map((id) => ({ source, id }))),
    firedThisWeek: fired === null ? null : fired(labels),
  };
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

const value = (text: string): AnswerPart => ({ text, tone: 'value' });

/** What wakes somebody now, what is held back, and what could not be asked. */
export function alertsAnswer(rows: readonly AlertRow[], gaps: readonly string[]): AnswerText {
  const failures: AnswerText = gaps.map((gap) => ({ status: 'unknown', parts: [value(gap)] }));
  const of = (state: AlertState) => rows.filter((row) => row.state === state);
  const firing = of('firing').toSorted(byAlertNeed);
  const quiet = (['pending', 'silenced', 'inhibited', 'muted'] as const).flatMap((state) =>
    of(state).length === 0 ? [] : [`${of(state).length} ${state}`],
  );
  const rest = quiet.length === 0 ? '' : `${quiet.join(', ')}.`;
  if (firing.length === 0) {
    const said = rows.length === 0 && gaps.length > 0 ? [] : [value(`Nothing fires. ${rest}`.trim())];
    return [...(said.length === 0 ? [] : [{ status: 'ok' as const, parts: said }]), ...failures];
  }
  const named = firing.slice(0, 3).map(({ name, model }) => (model === null ? name : `${name} of ${model}`));
  const more = firing.length > named.length ? ` and ${firing.length - named.length} more` : '';
  const verb = firing.length === 1 ? 'fires' : 'fire';
  return [
    { status: firing[0]?.status ?? 'bad', parts: [value(`${named.join(', ')}${more} ${verb}. ${rest}`.trim())] },
    ...failures,
  ];
}
