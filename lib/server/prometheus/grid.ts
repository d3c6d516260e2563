import 'server-only';
import { gridLength, MAX_POINTS, snapRange, stepForRange } from '@/lib/domain/time';

export interface RangeAsked {
  startMs: number;
  endMs: number;
  /** Left out: chosen for a chart of ordinary width. Lengthened when the range would have more than 2,000 points. */
  stepMs?: number;
}

/** A time grid, both ends included. */
export interface Grid {
  startMs: number;
  endMs: number;
  stepMs: number;
}

/** The grid a range is asked on: aligned to the step, which grows until no series has more than 2,000 points. */
export function gridOf({ startMs, endMs, stepMs }: RangeAsked): Grid {
  let step = stepMs ?? stepForRange(endMs - startMs);
  // Aligning adds up to one point on either side.
  if (gridLength(startMs, endMs, step) > MAX_POINTS - 2) step = stepForRange(endMs - startMs, MAX_POINTS - 2, step);
  return { ...snapRange({ startMs, endMs }, step), stepMs: step };
}
