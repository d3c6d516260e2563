import type { AlertDeed, AlertHistoryRow } from '@/lib/contracts/alert-history';
import type { AnswerText, Status } from '@/lib/contracts/answer';
import type { Labels, SeriesSet } from '@/lib/contracts/series';
import { formatDuration } from './format';
import { episodesOf } from './series';
import { MINUTE_MS } from './time';

/** Which alerts call people for nothing: how often each fired, how often somebody did anything about it, and what would help. */

/** One time that an alert fired. `endMs` is null while it does. */
export interface Firing {
  name: string;
  model: string | null;
  severity: string | null;
  labels: Labels;
  startMs: number;
  endMs: number | null;
  /** The last incident or silence that followed while it fired; null: nobody did anything. */
  deed: AlertDeed | null;
  origin: 'series' | 'webhook';
}

/** Fires this often before it can be called noise. */
const MIN_FIRED = 5;
/** Of the times it fired, the share somebody has to act on for it to be worth waking for. */
const MIN_ACTED_SHARE = 0.2;
/** Half of the times it is over this soon: gone before anybody has looked. */
const SHORT_MS = 10 * MINUTE_MS;
/** An alert that fires this share of the time tells nothing new. */
const ALWAYS_SHARE = 0.5;

/**
 * The times that series of `ALERTS` fired, cut at what was measured. `set` holds what fired within each step, so that
 * nothing shorter than a step is missed, and what ends and begins anew within one is one time.
 */
export function firingsOf(set: SeriesSet): { labels: Labels; startMs: number; endMs: number | null }[] {
  return set.series.flatMap(({ labels: all, values }) => {
    const { __name__, alertstate, ...labels } = all;
    return episodesOf(values, (value) => value > 0).map(({ from, to }) => ({
      labels,
      // A point tells of the step before it.
      startMs: set.startMs + (from - 1) * set.stepMs,
      endMs: to === values.length - 1 ? null : set.startMs + to * set.stepMs,
    }));
  });
}

const times = (count: number): string => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`);

/** "fired 14 times, acted on twice". */
export const firedSentence = ({ fired, acted }: { fired: number; acted: number }): string =>
  `fired ${times(fired)}, ${acted === 0 ? 'never acted on' : `acted on ${times(acted)}`}`;

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = 0, high = 0] = [sorted[(sorted.length - 1) >> 1], sorted[middle]];
  return (low + high) / 2;
}

const CALLS = /^(page|critical|urgent|high|sev[01]|p[01])$/i;

function adviceOf(row: Omit<AlertHistoryRow, 'advice' | 'status' | 'sentence'>): {
  status: Status;
  advice: string | null;
} {
  const isNoise = row.fired >= MIN_FIRED && row.acted < MIN_ACTED_SHARE * row.fired;
  const isShort = row.fired >= MIN_FIRED && row.medianMs !== null && row.medianMs < SHORT_MS;
  const calls = row.severity !== null && CALLS.test(row.severity);
  if (row.firingShare !== null && row.firingShare > ALWAYS_SHARE) {
    return {
      status: 'watch',
      advice: 'It fires most of the time, so it tells nothing new: mend the cause, or move its threshold.',
    };
  }
  if (isNoise && isShort) {
    return {
      status: 'watch',
      advice: `Half of the times it is over within ${formatDuration(row.medianMs)}, before anybody can look: give its rule a longer “for”.`,
    };
  }
  if (isNoise) {
    const never = row.acted === 0 ? 'Nobody ever acts on it' : 'Seldom does anybody act on it';
    return {
      status: 'watch',
      advice: calls
        ? `${never}: make it a ticket that wakes nobody, raise its threshold, or delete it.`
        : `${never}: raise its threshold, or delete it.`,
    };
  }
  if (row.hasRunbook === false)
    return { status: 'watch', advice: 'It has no runbook: say what whoever it wakes should do.' };
  if (isShort) return { status: 'ok', advice: 'It comes and goes: a longer “for” would call once.' };
  return { status: 'ok', advice: null };
}

/** The newest; null of none. */
export const lastOf = (deeds: readonly AlertDeed[]): AlertDeed | null =>
  deeds.reduce<AlertDeed | null>((last, deed) => (last === null || deed.atMs > last.atMs ? deed : last), null);

/** By alert and model, noise first: the times nobody acted on count. `runbooks` by name: whether its rule has one. */
export function noiseRows(
  firings: readonly Firing[],
  measured: { startMs: number; endMs: number; runbooks: ReadonlyMap<string, boolean> },
): AlertHistoryRow[] {
  const groups = new Map<string, Firing[]>();
  for (const one of firings) {
    const key = JSON.stringify([one.name, one.model]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const rows = [...groups.values()].flatMap((own): AlertHistoryRow[] => {
    const [first] = own;
    if (first === undefined) return [];
    const series = own.filter(({ origin }) => origin === 'series');
    const told = own.filter(({ origin }) => origin === 'webhook');
    // Both see the same alert; whichever saw more of it counts. Webhooks tell of nothing silenced, series of no flapping.
    const counted = told.length > series.length ? told : series;
    const lengths = series.map(({ startMs, endMs }) => (endMs ?? measured.endMs) - startMs);
    const spanMs = measured.endMs - measured.startMs;
    const row = {
      name: first.name,
      model: first.model,
      severity: first.severity,
      fired: counted.length,
      acted: counted.filter(({ deed }) => deed !== null).length,
      lastDeed: lastOf(counted.flatMap(({ deed }) => (deed === null ? [] : [deed]))),
      firingShare: series.length === 0 || spanMs <= 0 ? null : Math.min(1, unionMs(series, measured.endMs) / spanMs),
      medianMs: median(lengths),
      lastAtMs: Math.max(...own.map(({ startMs }) => startMs)),
      hasRunbook: measured.runbooks.get(first.name) ?? null,
    };
    return [{ ...row, sentence: firedSentence(row), ...adviceOf(row) }];
  });
  return rows.sort(
    (a, b) =>
      Number(b.status === 'watch') - Number(a.status === 'watch') ||
      b.fired - b.acted - (a.fired - a.acted) ||
      (a.name < b.name ? -1 : 1),
  );
}

/** Length of the union of stretches, milliseconds. */
function unionMs(firings: readonly Firing[], nowMs: number): number {
  let total = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const { startMs, endMs } of firings.toSorted((a, b) => a.startMs - b.startMs)) {
    const end = endMs ?? nowMs;
    total += Math.max(0, end - Math.max(startMs, until));
    until = Math.max(until, end);
  }
  return total;
}

/** How much of what fired was acted on, and what to mend first. */
export function noiseAnswer(rows: readonly AlertHistoryRow[], days: string): AnswerText {
  const fired = rows.reduce((sum, row) => sum + row.fired, 0);
  const acted = rows.reduce((sum, row) => sum + row.acted, 0);
  if (fired === 0) return [{ status: 'ok', parts: [{ text: `Nothing fired in ${days}.`, tone: 'value' }] }];
  const noisy = rows.filter(({ status }) => status === 'watch');
  const [worst] = noisy;
  const of = worst?.model ? ` of ${worst.model}` : '';
  const subject = fired === 1 ? 'One alert fired' : `Alerts fired ${times(fired)}`;
  const said = `${subject} in ${days}, ${acted === 0 ? 'never acted on' : `acted on ${times(acted)}`}.`;
  return [
    {
      status: worst === undefined ? 'ok' : 'watch',
      parts: [
        { text: said, tone: 'value' },
        ...(worst === undefined
          ? acted < fired
            ? [{ text: ' None so often that it is noise.', tone: 'muted' as const }]
            : []
          : [{ text: ` First to mend: ${worst.name}${of}, which ${worst.sentence}.`, tone: 'muted' as const }]),
      ],
    },
  ];
}
