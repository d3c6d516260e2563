/**
 * Steps and snapping. One ladder for the browser and the server, so that the key of a query, the grid of its answer
 * and the cache never disagree.
 */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Steps a chart may have, ascending, milliseconds. */
export const STEP_LADDER_MS: readonly number[] = [
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  7 * DAY,
  30 * DAY,
];

/** Points a chart of ordinary width can show apart. */
export const CHART_POINTS = 240;

/** No series of an answer has more points than this, whatever was asked. */
export const MAX_POINTS = 2_000;

/** The smallest step of the ladder, not under minStepMs, that covers rangeMs in at most maxPoints points. */
export function stepForRange(rangeMs: number, maxPoints = CHART_POINTS, minStepMs = 0): number {
  const wanted = Math.max(minStepMs, rangeMs / Math.max(1, Math.min(maxPoints, MAX_POINTS)));
  const step = STEP_LADDER_MS.find((candidate) => candidate >= wanted);
  return step ?? Math.ceil(wanted / DAY) * DAY;
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

const UNIT_MS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };
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
    ['d', DAY],
    ['h', HOUR],
    ['m', MINUTE],
    ['s', SECOND],
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
