import 'server-only';
import type { SeriesSet } from '@/lib/contracts/series';
import { gridLength, MAX_POINTS } from '@/lib/domain/time';
import { KEPT_MS, NEVER_KEPT_MS, type QueryCache } from '../cache';
import type { Grid } from './grid';
import { sliceSet, stitch } from './results';

/** What is known of one query on one step: whole up to endMs, nothing of the newest five minutes. */
interface Settled {
  set: SeriesSet;
  endMs: number;
  expiresAtMs: number;
}

export interface RangePart {
  set: SeriesSet;
  /** False when something was cut or warned of: such a part is never kept. */
  whole: boolean;
}

/** The newest point of a grid that may be kept. */
export const settledEndMs = (stepMs: number, nowMs: number): number =>
  Math.floor((nowMs - NEVER_KEPT_MS) / stepMs) * stepMs;

/**
 * Whether the value of a point depends on that point's own time alone, so that a range may be put together of parts.
 * Not so with @ and with start(), end() and range(), nor with a negative offset, which reads what comes later.
 */
export const isSplittable = (query: string): boolean =>
  !/@|\b(?:start|end|range)\s*\(|\boffset\s*-|\[[^\]]*\]\s*offset\s*\(/.test(query);

/**
 * A range answer from what is kept of its older part and, where that does not reach to the end, an upstream answer for
 * the rest alone. `stitched` says that something came from memory. Without anything kept the whole range is asked for.
 */
export async function throughRangeCache(
  { cache, key, nowMs }: { cache: QueryCache; key: string; nowMs: number },
  grid: Grid,
  ask: (part: Grid) => Promise<RangePart>,
): Promise<{ set: SeriesSet; stitched: boolean }> {
  const { startMs, endMs, stepMs } = grid;
  const kept = cache.peek<Settled>(key);
  const usable = kept !== null && kept.set.startMs <= startMs && kept.endMs >= startMs ? kept : null;
  if (usable !== null && usable.endMs >= endMs) {
    return { set: sliceSet(usable.set, startMs, endMs), stitched: true };
  }
  const tailStartMs = usable === null ? startMs : usable.endMs + stepMs;
  const tail = await ask({ startMs: tailStartMs, endMs, stepMs });
  const older = usable === null ? null : sliceSet(usable.set, startMs, usable.endMs);
  const set = usable === null || older === null ? tail.set : stitch(older, usable.endMs, tail.set, endMs);
  if (tail.whole) keep({ cache, key, nowMs }, grid, set, usable);
  return { set, stitched: usable !== null };
}

function keep(
  { cache, key, nowMs }: { cache: QueryCache; key: string; nowMs: number },
  { startMs, endMs, stepMs }: Grid,
  set: SeriesSet,
  extended: Settled | null,
): void {
  const keptEndMs = Math.min(endMs, settledEndMs(stepMs, nowMs));
  if (keptEndMs <= startMs) return;
  let settled = sliceSet(set, startMs, keptEndMs);
  // A longer reader of the same query keeps its beginning when a shorter one extends the end.
  if (
    extended !== null &&
    extended.set.startMs < startMs &&
    gridLength(extended.set.startMs, keptEndMs, stepMs) <= MAX_POINTS
  ) {
    const head = sliceSet(extended.set, extended.set.startMs, startMs - stepMs);
    settled = stitch(head, startMs - stepMs, settled, keptEndMs);
  }
  // Extending does not renew: late corrections show after KEPT_MS however busy the page is.
  const expiresAtMs = extended?.expiresAtMs ?? nowMs + KEPT_MS;
  const points = gridLength(settled.startMs, keptEndMs, stepMs);
  const sizeBytes = settled.series.reduce((sum, one) => sum + points * 8 + 64 * Object.keys(one.labels).length, 256);
  cache.keep<Settled>(key, { set: settled, endMs: keptEndMs, expiresAtMs }, sizeBytes, expiresAtMs - nowMs);
}
