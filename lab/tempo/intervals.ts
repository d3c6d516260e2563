/**
 * The time slots of a metrics query. A slot stands for the interval that ends at its timestamp: (t − step, t]. A range
 * is aligned outwards to the step and has one slot more before it, as the server does; an instant query is one slot.
 */
export interface Intervals {
  startNs: bigint;
  endNs: bigint;
  stepNs: bigint;
  count: number;
  instant: boolean;
}

/** Unix nanoseconds; `stepNs` must be above 0. */
export function rangeIntervals(startNs: bigint, endNs: bigint, stepNs: bigint): Intervals {
  const alignedStart = startNs - (startNs % stepNs) - stepNs;
  const over = endNs % stepNs;
  const alignedEnd = over === 0n ? endNs : endNs + stepNs - over;
  const count = Number((alignedEnd - alignedStart) / stepNs);
  return { startNs: alignedStart, endNs: alignedEnd, stepNs, count, instant: false };
}

/** Unix nanoseconds; the slot is as long as the range, which is not aligned. */
export const instantInterval = (startNs: bigint, endNs: bigint): Intervals => ({
  startNs,
  endNs,
  stepNs: endNs - startNs,
  count: 1,
  instant: true,
});

/** The slot of a moment, or −1 outside of the range. */
export function intervalOf(intervals: Intervals, timeNs: bigint): number {
  const { startNs, endNs, stepNs, instant } = intervals;
  if (timeNs > endNs || timeNs <= startNs) return -1;
  return instant ? 0 : Number((timeNs - startNs - 1n) / stepNs);
}

/** Milliseconds of a slot's end. */
export const timestampMs = (intervals: Intervals, index: number): bigint =>
  (intervals.startNs + BigInt(index + 1) * intervals.stepNs) / 1_000_000n;

const SECOND = 1_000_000_000n;
const ROUNDING = [3600n * SECOND, 300n * SECOND, 60n * SECOND, 15n * SECOND, 5n * SECOND, SECOND];

/** About 240 slots over the range, rounded down to a friendly multiple; at least a second, 50 ms under a minute. */
export function defaultStepNs(startNs: bigint, endNs: bigint): bigint {
  const range = endNs - startNs;
  const baseline = range / 240n;
  for (const unit of ROUNDING) if (baseline >= unit) return (baseline / unit) * unit;
  if (range >= 60n * SECOND) return SECOND;
  const fine = SECOND / 20n;
  return baseline < fine ? fine : (baseline / fine) * fine;
}
