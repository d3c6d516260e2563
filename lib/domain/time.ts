/**
 * Steps and snapping. One ladder for the browser and the server, so that the key of a query, the grid of its answer
 * and the cache never disagree.
 */

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const WEEK_MS = 7 * DAY_MS;

/** Steps a chart may have, ascending, milliseconds. */
const STEP_LADDER_MS: readonly number[] = [
  15 * SECOND_MS,
  30 * SECOND_MS,
  MINUTE_MS,
  2 * MINUTE_MS,
  5 * MINUTE_MS,
  10 * MINUTE_MS,
  15 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  DAY_MS,
  7 * DAY_MS,
  30 * DAY_MS,
];

/** Points a chart of ordinary width can show apart. */
export const CHART_POINTS = 240;

/** No series of an answer has more points than this, whatever was asked. */
export const MAX_POINTS = 2_000;

/** The smallest step of the ladder, not under minStepMs, that covers rangeMs in at most maxPoints points. */
export function stepForRange(rangeMs: number, maxPoints = CHART_POINTS, minStepMs = 0): number {
  const wanted = Math.max(minStepMs, rangeMs / Math.max(1, Math.min(maxPoints, MAX_POINTS)));
  const step = STEP_LADDER_MS.find((candidate) => candidate >= wanted);
  return step ?? Math.ceil(wanted / DAY_MS) * DAY_MS;
}

/** The range with both ends on multiples of the step, counted from the epoch; the end never moves into the future. */
export function snapRange(
  range: { startMs: number; endMs: number },
  stepMs: number,
): { startMs: number; endMs: number } {
  const endMs = Math.floor(range.endMs / stepMs) * stepMs;
  const startMs = Math.floor(range.startMs / stepMs) * stepMs;
  return startMs < endMs ? { startMs, endMs } : { startMs: endMs - stepMs, endMs };
}

/** Points of an inclusive grid from startMs to endMs. */
export const gridLength = (startMs: number, endMs: number, stepMs: number): number =>
  Math.floor((endMs - startMs) / stepMs) + 1;

/** The units of Prometheus, whose year has no leap day. */
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND_MS,
  m: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
  w: WEEK_MS,
  y: 365 * DAY_MS,
};

/** A written duration as milliseconds: "30s", "1h30m", "1.5d", "336h0m0s", "0"; null when it is none. */
export function parseDurationMs(text: string): number | null {
  if (text === '0') return 0;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhdwy]))+$/.test(text)) return null;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwy])/g))
    totalMs += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0);
  return totalMs;
}

const RELATIVE = /^now(?:-(\d{1,6})([smhdw]))?$/;

/**
 * One end of a range in the address bar to an instant: "now", "now-6h", or milliseconds since the epoch.
 * Null when it is neither.
 */
export function parseInstant(text: string, nowMs: number): number | null {
  const relative = RELATIVE.exec(text);
  if (relative) return nowMs - Number(relative[1] ?? 0) * (UNIT_MS[relative[2] ?? 's'] ?? 0);
  if (/^\d{1,16}$/.test(text)) return Number(text);
  return null;
}

/** Whether an end of a range moves with the clock. */
export const isRelative = (text: string): boolean => RELATIVE.test(text);

/** Milliseconds as a PromQL and LogQL duration of whole units: 90 000 → "90s", 300 000 → "5m", 1 500 → "1500ms". */
export function toQueryDuration(ms: number): string {
  const whole = Math.max(1, Math.round(ms));
  for (const [unit, size] of [
    ['d', DAY_MS],
    ['h', HOUR_MS],
    ['m', MINUTE_MS],
    ['s', SECOND_MS],
  ] as const) {
    if (whole % size === 0) return `${whole / size}${unit}`;
  }
  return `${whole}ms`;
}

/**
 * Window of rate() and increase() for charts: at least four scrapes, so that one lost scrape leaves no gap, and never
 * under the step, so that no sample between two points goes unseen.
 */
export const rateWindowMs = (stepMs: number, scrapeIntervalMs: number): number =>
  Math.max(4 * scrapeIntervalMs, stepMs);
