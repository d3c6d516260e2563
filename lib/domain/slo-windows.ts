import { formatDuration, formatNumber } from './format';
import { listed } from './listed';
import { DAY_MS, HOUR_MS, MINUTE_MS, toQueryDuration } from './time';

/** Multi-window, multi-burn-rate alerting: which windows, from which burn rate on, and what that means in budget. */

export type Severity = 'page' | 'ticket';
export type SloKind = 'availability' | 'latency' | 'freshness' | 'quality';

/** Windows and the share of the budget that is gone when the long one alerts: SRE workbook, chapter 5. */
const PAIRS = [
  { longMs: HOUR_MS, shortMs: 5 * MINUTE_MS, severity: 'page', budgetShare: 0.02 },
  { longMs: 6 * HOUR_MS, shortMs: 30 * MINUTE_MS, severity: 'page', budgetShare: 0.05 },
  { longMs: DAY_MS, shortMs: 2 * HOUR_MS, severity: 'ticket', budgetShare: 0.1 },
  { longMs: 3 * DAY_MS, shortMs: 6 * HOUR_MS, severity: 'ticket', budgetShare: 0.1 },
] as const;

/** Every window a burn rate is measured over, ascending, milliseconds. */
export const BURN_WINDOWS_MS: readonly number[] = [
  ...new Set(PAIRS.flatMap(({ longMs, shortMs }) => [longMs, shortMs])),
].toSorted((a, b) => a - b);

/**
 * A factor under this is the pace of a budget that lasts: 28 days give 0.93 in the longest pair, which still alerts;
 * shorter periods give less, and an alert on it would call people for nothing.
 */
const MIN_ALERT_FACTOR = 0.9;

/** A pair of windows and the burn rate over which both together alert. */
export interface BurnPair {
  longMs: number;
  shortMs: number;
  severity: Severity;
  /** Share of the whole budget spent when the long window has burnt at `factor` throughout, 0 to 1. */
  budgetShare: number;
  factor: number;
  /** Why this pair never alerts, as a sentence; null when it does. */
  silent: string | null;
}

/** factor = budget share × period ÷ long window: 2 % of 30 days in an hour is a burn rate of 14.4. */
export const burnFactor = (budgetShare: number, periodMs: number, longMs: number): number =>
  Number(((budgetShare * periodMs) / longMs).toPrecision(12));

/**
 * The four pairs of an objective over its period (milliseconds). A pair that cannot fire (its factor asks for more than
 * 100 % errors), that would fire at a pace the budget lasts at, or whose short window is over before labels arrive, is
 * silent and says so.
 */
export function burnPairs(slo: { windowMs: number; objective: number; kind: SloKind }): BurnPair[] {
  const highest = 1 / (1 - slo.objective);
  return PAIRS.map((pair) => {
    const factor = burnFactor(pair.budgetShare, slo.windowMs, pair.longMs);
    return { ...pair, factor, silent: silence({ ...pair, factor }, slo, highest) };
  });
}

function silence(
  { factor, severity, shortMs }: Omit<BurnPair, 'silent'>,
  { windowMs, kind }: { windowMs: number; kind: SloKind },
  highest: number,
): string | null {
  if (factor < MIN_ALERT_FACTOR) {
    return `A burn rate of ${formatNumber(factor)} lasts the whole ${formatDuration(windowMs)}: no alert is worth it.`;
  }
  if (factor >= highest) {
    return `Cannot fire: with every event bad the burn rate is ${formatNumber(highest)}, under ${formatNumber(factor)}.`;
  }
  if (kind === 'quality' && severity === 'page') {
    return `Labels arrive too late for a window of ${formatDuration(shortMs)}.`;
  }
  return null;
}

/**
 * Why burn rates of a table stand there without an alert, a sentence for each period that has such windows: a short
 * period leaves them nothing to wake anybody for. Pairs that are silent for another reason say theirs themselves.
 */
export function silentNotes(
  rows: readonly {
    windowMs: number | null;
    pairs: readonly { longMs: number; shortMs: number; factor: number; silent: string | null }[];
  }[],
): string[] {
  const periods = new Map<number, (typeof rows)[number]['pairs']>();
  for (const { windowMs, pairs } of rows) {
    const lasting = pairs.some(({ silent, factor }) => silent !== null && factor < MIN_ALERT_FACTOR);
    if (windowMs !== null && lasting && !periods.has(windowMs)) periods.set(windowMs, pairs);
  }
  return [...periods].map(([periodMs, pairs]) => {
    const period = formatDuration(periodMs);
    const lasting = pairs.filter(({ silent, factor }) => silent !== null && factor < MIN_ALERT_FACTOR);
    const alerting = pairs.filter(({ factor }) => factor >= MIN_ALERT_FACTOR);
    const who =
      alerting.length === 0
        ? 'nothing alerts'
        : `only ${listed(alerting.map(({ longMs, shortMs }) => `${formatDuration(longMs)} with ${formatDuration(shortMs)}`))} can alert`;
    const long = listed(lasting.map(({ longMs }) => formatDuration(longMs)));
    return `Of objectives over ${period}, ${who}. The grey burn rates over ${long} are for reading: what would alert there is a pace that a budget of ${period} lasts at.`;
  });
}

/** "1h/5m": a pair by its windows, as labels of rules have them. */
export const pairName = ({ longMs, shortMs }: Pick<BurnPair, 'longMs' | 'shortMs'>): string =>
  `${toQueryDuration(longMs)}/${toQueryDuration(shortMs)}`;

/**
 * What burning at a rate means in budget: "eats 2 % of the 30 d budget an hour, all of it in 50 h". A day where an hour
 * is under 1 %.
 */
export function budgetSentence(factor: number, periodMs: number): string {
  const hourly = (factor * HOUR_MS) / periodMs;
  const [share, unit] = hourly >= 0.0099 ? [hourly, 'an hour'] : [hourly * 24, 'a day'];
  const whole = formatDuration(periodMs);
  return `eats ${formatNumber(share * 100, 2)} % of the ${whole} budget ${unit}, all of it in ${formatDuration(periodMs / factor)}`;
}
