import { DAY_MS, HOUR_MS } from './time';

/** Ages up to which is looked, one after the other. */
const AGES_MS = [
  HOUR_MS,
  6 * HOUR_MS,
  DAY_MS,
  3 * DAY_MS,
  7 * DAY_MS,
  14 * DAY_MS,
  30 * DAY_MS,
  90 * DAY_MS,
  180 * DAY_MS,
  400 * DAY_MS,
];

/** How far one question reaches at most: Tempo's own bound of a search is 168 h. */
const MAX_WINDOW_MS = 7 * DAY_MS;
/** Around a time the reader knows. */
const AROUND_MS = HOUR_MS;

export interface SearchWindow {
  startMs: number;
  endMs: number;
  /** "the last 1 h", "1 h to 6 h ago". */
  words: string;
}

const ageWords = (ms: number): string =>
  ms < DAY_MS ? `${Math.round(ms / HOUR_MS)} h` : `${Math.round(ms / DAY_MS)} d`;

/**
 * Windows to look for an id in, newest first, widening, each instant in one of them; together they reach `backMs` back.
 * A known time is looked at first, an hour to both sides, whatever its age.
 */
export function searchWindows(asked: { nowMs: number; backMs: number; atMs: number | null }): SearchWindow[] {
  const { nowMs, backMs, atMs } = asked;
  const windows: SearchWindow[] = [];
  if (atMs !== null && atMs - AROUND_MS < nowMs) {
    windows.push({
      startMs: Math.max(0, atMs - AROUND_MS),
      endMs: Math.min(nowMs, atMs + AROUND_MS),
      words: 'around the time it names',
    });
  }
  let youngMs = 0;
  for (const age of [...AGES_MS.filter((one) => one < backMs), backMs]) {
    while (youngMs < age) {
      const oldMs = Math.min(age, youngMs + MAX_WINDOW_MS);
      windows.push({
        startMs: Math.max(0, nowMs - oldMs),
        endMs: Math.max(1, nowMs - youngMs),
        words: youngMs === 0 ? `the last ${ageWords(oldMs)}` : `${ageWords(youngMs)} to ${ageWords(oldMs)} ago`,
      });
      youngMs = oldMs;
    }
  }
  return windows.filter(({ startMs, endMs }) => startMs < endMs);
}

/** The next reach worth offering after `backMs`; null beyond the last. */
export const furtherMs = (backMs: number): number | null =>
  [30 * DAY_MS, 90 * DAY_MS, 400 * DAY_MS].find((one) => one > backMs) ?? null;
