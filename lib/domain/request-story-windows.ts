const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Ages up to which is looked, one after the other. */
const AGES_MS = [HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY, 180 * DAY, 400 * DAY];

/** How far one question reaches at most: Tempo's own bound of a search is 168 h. */
const MAX_WINDOW_MS = 7 * DAY;
/** Around a time the reader knows. */
export const AROUND_MS = HOUR;

export interface SearchWindow {
  startMs: number;
  endMs: number;
  /** "the last 1 h", "1 h to 6 h ago". */
  words: string;
}

const ageWords = (ms: number): string => (ms < DAY ? `${Math.round(ms / HOUR)} h` : `${Math.round(ms / DAY)} d`);

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
  [30 * DAY, 90 * DAY, 400 * DAY].find((one) => one > backMs) ?? null;
