import type { Severity } from '@/lib/contracts/incident-words';
import { MINUTE_MS } from './time';

export interface MatchableRule {
  name: string;
  action: 'open' | 'join' | 'ignore';
  severity: Severity;
  severities: Readonly<Record<string, Severity>>;
  groupBy: readonly string[];
}

/** What an incident is known by while it is open: its rule, and the values its alerts share. */
export const openKeyOf = (rule: Pick<MatchableRule, 'name' | 'groupBy'>, labels: Readonly<Record<string, string>>) =>
  JSON.stringify([rule.name, ...rule.groupBy.map((label) => labels[label] ?? '')]);

/** The severity an alert has by its rule: what its own label stands for, or the rule's. */
export const severityOfAlert = (
  rule: Pick<MatchableRule, 'severity' | 'severities'>,
  labels: Readonly<Record<string, string>>,
) => rule.severities[labels.severity ?? ''] ?? rule.severity;

/** An alert as its last delivery tells it. */
export interface AlertState {
  status: 'firing' | 'resolved';
  endsAtMs: number | null;
}

/**
 * What is known of one episode after another delivery, in whatever order they come: what was resolved stays resolved,
 * for a firing of the same start is an older message that came late; of two ends the later one counts.
 */
export function mergeAlertStates(known: AlertState | null, told: AlertState): AlertState {
  if (known === null) return told;
  if (known.status === 'firing') return told.status === 'firing' ? known : told;
  if (told.status === 'firing' || told.endsAtMs === null) return known;
  return known.endsAtMs === null || told.endsAtMs > known.endsAtMs ? told : known;
}

/** Clocks of two machines differ by this much without being wrong. */
const MAX_SKEW_MS = 5 * MINUTE_MS;
/** No alert began before this: what claims to has a start that its source did not know. */
export const FIRST_TRUE_MS = Date.UTC(2000, 0, 1);

/** What is wrong with the times of an alert, in a sentence; null: nothing. */
export function skewOf(
  { startsAtMs, endsAtMs, status }: { startsAtMs: number; endsAtMs: number | null; status: string },
  receivedAtMs: number,
): string | null {
  if (startsAtMs < FIRST_TRUE_MS) return 'Its source did not say when it began.';
  if (startsAtMs > receivedAtMs + MAX_SKEW_MS) return 'By its source it began after it arrived: a clock is wrong.';
  if (status === 'resolved' && endsAtMs !== null) {
    if (endsAtMs < startsAtMs) return 'By its source it ended before it began: a clock is wrong.';
    if (endsAtMs > receivedAtMs + MAX_SKEW_MS) return 'By its source it ended after that arrived: a clock is wrong.';
  }
  return null;
}

/** Alerts of one status for a timeline: one by name, several by how many of each name. */
export function alertsText(alerts: readonly { name: string; about: string }[], status: 'firing' | 'resolved'): string {
  const [first] = alerts;
  if (alerts.length === 1 && first !== undefined) {
    return `${first.name} ${status}${first.about === '' ? '' : ` (${first.about})`}`;
  }
  const counts = new Map<string, number>();
  for (const { name } of alerts) counts.set(name, (counts.get(name) ?? 0) + 1);
  const ranked = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const told = ranked.slice(0, 5).map(([name, count]) => `${name} (${count})`);
  const others = ranked.length > 5 ? ` and ${ranked.length - 5} other names` : '';
  return `${alerts.length} alerts ${status}: ${told.join(', ')}${others}`;
}
