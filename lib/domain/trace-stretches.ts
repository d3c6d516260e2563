import type { TraceAnalysis } from './trace-analysis';

/** Stretches drawn on one bar at most; of more, the longest. */
export const MAX_STRETCHES = 24;

/** Gaps narrower than this share of a bar are closed where there are too many stretches to draw: about a pixel. */
const CLOSED_GAP = 1 / 400;

/** Own time that fills less than this of a joined stretch is drawn as the pieces it is: the rest was its children's. */
const LEAST_FILLED = 0.5;

/**
 * From, to, from, to … in time order, at most MAX_STRETCHES: as they are where they are few; of more, with their narrow
 * gaps closed where at least `leastFilled` (a share) of what comes of it is stretches, the longest.
 */
function drawable(flat: readonly number[], leastFilled: number): number[] {
  if (flat.length <= MAX_STRETCHES * 2) return [...flat];
  const pairs = Array.from({ length: flat.length / 2 }, (_, i) => ({
    from: flat[i * 2] ?? 0,
    to: flat[i * 2 + 1] ?? 0,
  }));
  pairs.sort((a, b) => a.from - b.from);
  const first = pairs[0]?.from ?? 0;
  const last = pairs.reduce((latest, { to }) => Math.max(latest, to), first);
  const joined: { from: number; to: number; filled: number; parts: { from: number; to: number }[] }[] = [];
  for (const pair of pairs) {
    const { from, to } = pair;
    const before = joined.at(-1);
    if (before !== undefined && from - before.to <= (last - first) * CLOSED_GAP) {
      before.filled += Math.max(0, to - Math.max(from, before.to));
      before.to = Math.max(before.to, to);
      before.parts.push(pair);
    } else joined.push({ from, to, filled: to - from, parts: [pair] });
  }
  return joined
    .flatMap((one) => (one.filled >= (one.to - one.from) * leastFilled ? [one] : one.parts))
    .sort((a, b) => b.to - b.from - (a.to - a.from))
    .slice(0, MAX_STRETCHES)
    .sort((a, b) => a.from - b.from)
    .flatMap(({ from, to }) => [from, to]);
}

/** Where a span worked itself: what its children leave free. Nanoseconds, from, to, from, to …; the longest. */
export function selfStretches(analysis: TraceAnalysis, durationNs: Float64Array, span: number): number[] {
  const { tree, startNs } = analysis;
  const start = startNs[span] ?? 0;
  const end = start + Math.max(0, durationNs[span] ?? 0);
  const free: number[] = [];
  let reached = start;
  for (let slot = tree.childFrom[span] ?? 0; slot < (tree.childFrom[span + 1] ?? 0); slot += 1) {
    const child = tree.childList[slot] ?? -1;
    const childStart = startNs[child] ?? 0;
    const childEnd = childStart + Math.max(0, durationNs[child] ?? 0);
    if (childStart >= end) break;
    if (childEnd <= reached) continue;
    if (childStart > reached) free.push(reached, childStart);
    reached = Math.max(reached, childEnd);
  }
  if (reached < end) free.push(reached, end);
  return drawable(free, LEAST_FILLED);
}

/** Where these spans hold the critical path, a gap of a pixel closed whatever lies in it. Nanoseconds, from, to, from, to …; the longest. */
export function criticalStretches(analysis: TraceAnalysis, spans: readonly number[]): number[] {
  const flat: number[] = [];
  for (const span of spans) {
    const to = (analysis.stepFrom[span + 1] ?? 0) * 2;
    for (let at = (analysis.stepFrom[span] ?? 0) * 2; at < to; at += 1) flat.push(analysis.stepNs[at] ?? 0);
  }
  return drawable(flat, 0);
}

/** Spans that touch each of `bins` equal parts of 0…endNs, of those that `counts` lets in. */
export function runningPerBin(
  spans: { startNs: Float64Array; durationNs: Float64Array; counts: (span: number) => boolean },
  endNs: number,
  bins: number,
): number[] {
  const change = new Int32Array(bins + 1);
  const binOf = (ns: number) => (endNs <= 0 ? 0 : Math.min(bins - 1, Math.max(0, Math.floor((ns / endNs) * bins))));
  for (let i = 0; i < spans.startNs.length; i += 1) {
    if (!spans.counts(i)) continue;
    const start = spans.startNs[i] ?? 0;
    const first = binOf(start);
    const last = binOf(start + Math.max(0, spans.durationNs[i] ?? 0));
    change[first] = (change[first] ?? 0) + 1;
    change[last + 1] = (change[last + 1] ?? 0) - 1;
  }
  let running = 0;
  return Array.from({ length: bins }, (_, bin) => {
    running += change[bin] ?? 0;
    return running;
  });
}
