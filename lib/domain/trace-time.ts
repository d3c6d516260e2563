import { endNs, type TraceTree, type TreeSpan } from './trace-tree';

/** A stretch of time, nanoseconds relative to the trace's start, fromNs ≤ toNs. */
export interface Stretch {
  fromNs: number;
  toNs: number;
}

/**
 * Length of the union of stretches, each clipped to `clip`. Nanoseconds, 0 to the clip's length.
 */
export function unionNs(stretches: readonly Stretch[], clip: Stretch): number {
  const clipped = stretches
    .map(({ fromNs, toNs }) => ({ fromNs: Math.max(fromNs, clip.fromNs), toNs: Math.min(toNs, clip.toNs) }))
    .filter(({ fromNs, toNs }) => toNs > fromNs)
    .sort((a, b) => a.fromNs - b.fromNs);
  let total = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { fromNs, toNs } of clipped) {
    if (toNs <= reached) continue;
    total += toNs - Math.max(fromNs, reached);
    reached = toNs;
  }
  return total;
}

/** The time a span covers; nothing where its duration is negative. */
const stretchOf = (span: TreeSpan): Stretch => ({ fromNs: span.startNs, toNs: endNs(span) });

/**
 * Self time of every span: its duration minus the union of its children's intervals, clipped to the span. Nanoseconds,
 * 0 to the span's duration, by span index. Children are sorted by start, so one pass over them is enough.
 */
export function selfTimesNs(spans: readonly TreeSpan[], tree: TraceTree): Float64Array {
  const self = new Float64Array(spans.length);
  for (const [index, span] of spans.entries()) {
    const end = endNs(span);
    let covered = 0;
    let reached = span.startNs;
    for (let slot = tree.childFrom[index] ?? 0; slot < (tree.childFrom[index + 1] ?? 0); slot += 1) {
      const child = spans[tree.childList[slot] ?? -1];
      if (child === undefined) continue;
      const to = Math.min(endNs(child), end);
      const from = Math.max(child.startNs, reached);
      if (to > from) {
        covered += to - from;
        reached = to;
      }
    }
    self[index] = end - span.startNs - covered;
  }
  return self;
}

/** A stretch of the critical path and the span that held it. */
export interface PathStep extends Stretch {
  span: number;
}

/**
 * Critical path of `root`: from its end backwards, always into the child that finished last before the cursor; what no
 * child covers is the span's own. Steps are contiguous, in time order, cover the root exactly, and none is empty, so
 * their lengths sum to the root's duration. A child is clipped to the stretch it is entered for; one that ends after its
 * parent (asynchronous work, skewed clocks) counts only while the parent still waits.
 */
export function criticalPath(spans: readonly TreeSpan[], tree: TraceTree, root: number): PathStep[] {
  const rootSpan = spans[root];
  if (rootSpan === undefined) return [];
  const backwards: PathStep[] = [];
  // Each frame is a span with the stretch of the root's time it answers for and its children by end, latest last.
  const frames = [openFrame(spans, tree, root, stretchOf(rootSpan))];
  for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
    const child = nextChild(spans, frame);
    if (child === null) {
      if (frame.cursorNs > frame.fromNs)
        backwards.push({ span: frame.span, fromNs: frame.fromNs, toNs: frame.cursorNs });
      frames.pop();
      continue;
    }
    if (child.toNs < frame.cursorNs) {
      backwards.push({ span: frame.span, fromNs: child.toNs, toNs: frame.cursorNs });
    }
    frame.cursorNs = child.fromNs;
    frames.push(openFrame(spans, tree, child.span, child));
  }
  return backwards.reverse();
}

interface Frame {
  span: number;
  fromNs: number;
  cursorNs: number;
  /** Children by end, ascending; taken from the end. */
  byEnd: number[];
}

function openFrame(spans: readonly TreeSpan[], tree: TraceTree, span: number, stretch: Stretch): Frame {
  const byEnd = [...tree.childList.subarray(tree.childFrom[span] ?? 0, tree.childFrom[span + 1] ?? 0)];
  const end = (index: number): number => {
    const child = spans[index];
    return child === undefined ? 0 : endNs(child);
  };
  byEnd.sort((a, b) => end(a) - end(b) || b - a);
  return { span, fromNs: stretch.fromNs, cursorNs: stretch.toNs, byEnd };
}

/**
 * The child that finished last before the cursor. One still running at the cursor has not been waited for there, unless
 * the parent itself ends at the cursor: then the child outlived its parent and is clipped to it.
 */
function nextChild(spans: readonly TreeSpan[], frame: Frame): PathStep | null {
  for (let index = frame.byEnd.pop(); index !== undefined; index = frame.byEnd.pop()) {
    const child = spans[index];
    if (child === undefined) continue;
    const toNs = Math.min(endNs(child), frame.cursorNs);
    const fromNs = Math.max(child.startNs, frame.fromNs);
    const parentSpan = spans[frame.span];
    const outlived = parentSpan !== undefined && frame.cursorNs >= endNs(parentSpan);
    if (endNs(child) > frame.cursorNs && !outlived) continue;
    if (toNs > fromNs) return { span: index, fromNs, toNs };
  }
  return null;
}

/** Nanoseconds each span holds of the critical path, by span index. */
export function criticalTimesNs(path: readonly PathStep[], spanCount: number): Float64Array {
  const times = new Float64Array(spanCount);
  for (const { span, fromNs, toNs } of path) times[span] = (times[span] ?? 0) + toNs - fromNs;
  return times;
}

/**
 * Time each stage took of the root: the union of the stage's spans, clipped to the root. Nanoseconds. `stageOf` gives a
 * span's stage or null. Stages may overlap, so the sum may exceed the root's duration; `other` is what none covers.
 */
export function stageTimesNs(
  spans: readonly TreeSpan[],
  root: number,
  stageOf: (span: number) => string | null,
): { stages: Map<string, number>; otherNs: number } {
  const rootSpan = spans[root];
  const stages = new Map<string, number>();
  if (rootSpan === undefined) return { stages, otherNs: 0 };
  const clip = stretchOf(rootSpan);
  const byStage = new Map<string, Stretch[]>();
  for (const [index, span] of spans.entries()) {
    const stage = stageOf(index);
    if (stage === null) continue;
    const stretches = byStage.get(stage);
    if (stretches) stretches.push(stretchOf(span));
    else byStage.set(stage, [stretchOf(span)]);
  }
  for (const [stage, stretches] of byStage) stages.set(stage, unionNs(stretches, clip));
  const covered = unionNs([...byStage.values()].flat(), clip);
  return { stages, otherNs: clip.toNs - clip.fromNs - covered };
}
