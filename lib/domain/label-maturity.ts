import type { LabelState } from '@/lib/contracts/drift-state';

/** Whether labels still arrive, and up to when they have. */

/** Share of its final coverage that a window must have reached to be judged. */
const MATURE_SHARE = 0.9;
/** Windows with predictions that the final coverage is read from at least. */
const MIN_WINDOWS = 3;

/** Predictions of a window and how many of them have a label by now. */
export interface CoverageWindow {
  readonly startMs: number;
  readonly endMs: number;
  readonly predictions: number | null;
  readonly labelled: number | null;
}

export interface Maturity {
  /** Predictions up to here have nearly all labels they will get; null where that cannot be said. */
  readonly matureUntilMs: number | null;
  /** Share of predictions that get a label in the end, 0 to 1; null where it cannot be said. */
  readonly finalCoverage: number | null;
}

/** Labelled share of a window, 0 to 1; null without predictions. */
export const coverageOf = ({ predictions, labelled }: CoverageWindow): number | null =>
  predictions === null || labelled === null || !(predictions > 0) ? null : Math.min(1, labelled / predictions);

/**
 * Up to when labels have arrived: the end of the last window whose coverage is at least nine tenths of the final one,
 * which is the median coverage of the older half of the windows. What follows is still filling, and no quality is read
 * from it. Null with fewer than three windows, or where the older half has no labels at all.
 */
export function labelMaturity(windows: readonly CoverageWindow[]): Maturity {
  const measured = windows.flatMap((window) => {
    const coverage = coverageOf(window);
    return coverage === null ? [] : [{ endMs: window.endMs, coverage }];
  });
  const older = measured.slice(0, Math.ceil(measured.length / 2)).map(({ coverage }) => coverage);
  if (measured.length < MIN_WINDOWS) return { matureUntilMs: null, finalCoverage: null };
  const sorted = older.toSorted((a, b) => a - b);
  const finalCoverage = sorted[Math.floor(sorted.length / 2)] ?? 0;
  if (!(finalCoverage > 0)) return { matureUntilMs: null, finalCoverage: null };
  const mature = measured.findLast(({ coverage }) => coverage >= MATURE_SHARE * finalCoverage);
  return { matureUntilMs: mature?.endMs ?? null, finalCoverage };
}

/** Whether labels still arrive: stale once the newest is older than allowed. Null `receivedMs`: not measured. */
export function labelState(receivedMs: number | null, nowMs: number, staleAfterMs: number): LabelState {
  if (receivedMs === null) return 'not-measured';
  return nowMs - receivedMs > staleAfterMs ? 'stale' : 'fresh';
}
