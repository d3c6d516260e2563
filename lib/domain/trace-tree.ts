/** What the maths of a trace needs of a span. Times are nanoseconds relative to the trace's earliest start. */
export interface TreeSpan {
  spanId: string;
  /** Empty for a root. */
  parentSpanId: string;
  startNs: number;
  /** May be negative in broken telemetry; drawn as zero, and named. */
  durationNs: number;
}

/** What is wrong with a trace's shape, by span index. A span may be in several. */
export interface TreeFaults {
  /** Their parent is not among the spans: drawn at the top. */
  orphans: number[];
  /** Their chain of parents comes back to themselves; the chain is cut at this span, which is drawn at the top. */
  cycles: number[];
  /** They carry an id that an earlier span has; children hang on the earlier one. */
  duplicates: number[];
  /** They end before they start. */
  negative: number[];
}

/** A forest over spans 0…n−1, as flat arrays of that length unless said. */
export interface TraceTree {
  /** Parent's index; −1 at the top. */
  parent: Int32Array;
  /** Span indexes in drawing order: parents before children, siblings by start. */
  order: Int32Array;
  depth: Int32Array;
  /** Spans below this one, itself not counted. */
  descendants: Int32Array;
  /** Children of span i are childList[childFrom[i]] … childList[childFrom[i + 1] − 1], by start. */
  childFrom: Int32Array;
  childList: Int32Array;
  /** Indexes at the top, by start; a true root (no parent id) comes before orphans of the same start. */
  tops: number[];
  faults: TreeFaults;
}

/** End of a span; one that ends before it starts is as long as nothing. */
export const endNs = (span: TreeSpan): number => span.startNs + Math.max(0, span.durationNs);

/**
 * Links spans to a forest. Every span is in it exactly once, whatever the ids say: orphans and cut cycles stand at the
 * top, duplicates stay where their parent id puts them. Linear but for the sort by start; no recursion, so that a chain
 * of 200,000 spans is as good as any.
 */
export function buildTree(spans: readonly TreeSpan[]): TraceTree {
  const n = spans.length;
  const faults: TreeFaults = { orphans: [], cycles: [], duplicates: [], negative: [] };
  const byId = new Map<string, number>();
  for (const [index, span] of spans.entries()) {
    if (span.durationNs < 0) faults.negative.push(index);
    if (byId.has(span.spanId)) faults.duplicates.push(index);
    else byId.set(span.spanId, index);
  }
  const parent = new Int32Array(n).fill(-1);
  for (const [index, span] of spans.entries()) {
    if (span.parentSpanId === '') continue;
    const found = byId.get(span.parentSpanId);
    if (found === undefined) faults.orphans.push(index);
    else parent[index] = found;
  }
  cutCycles(parent, faults);

  const byStart = Int32Array.from(spans.keys()).sort((a, b) => compareStart(spans, a, b));
  const { childFrom, childList, tops } = listChildren(parent, byStart);
  const { order, depth } = walk(tops, childFrom, childList, n);
  const descendants = new Int32Array(n);
  for (let at = n - 1; at >= 0; at -= 1) {
    const index = order[at] ?? 0;
    const up = parent[index] ?? -1;
    if (up >= 0) descendants[up] = (descendants[up] ?? 0) + (descendants[index] ?? 0) + 1;
  }
  return { parent, order, depth, descendants, childFrom, childList, tops, faults };
}

function compareStart(spans: readonly TreeSpan[], a: number, b: number): number {
  const left = spans[a];
  const right = spans[b];
  if (left === undefined || right === undefined) return 0;
  // Longer first at one start: what contains is drawn above what is contained. Index last, so that order is certain.
  return (
    left.startNs - right.startNs ||
    Number(left.parentSpanId !== '') - Number(right.parentSpanId !== '') ||
    right.durationNs - left.durationNs ||
    a - b
  );
}

/** Follows each chain of parents once; a chain that meets itself is cut at the span where it does. */
function cutCycles(parent: Int32Array, faults: TreeFaults): void {
  const seen = new Int32Array(parent.length).fill(-1);
  for (let start = 0; start < parent.length; start += 1) {
    let at = start;
    while (at >= 0 && seen[at] === -1) {
      seen[at] = start;
      at = parent[at] ?? -1;
    }
    if (at >= 0 && seen[at] === start) {
      faults.cycles.push(at);
      parent[at] = -1;
    }
  }
}

function listChildren(parent: Int32Array, byStart: Int32Array) {
  const n = parent.length;
  const childFrom = new Int32Array(n + 1);
  for (const up of parent) if (up >= 0) childFrom[up + 1] = (childFrom[up + 1] ?? 0) + 1;
  for (let i = 0; i < n; i += 1) childFrom[i + 1] = (childFrom[i + 1] ?? 0) + (childFrom[i] ?? 0);
  const childList = new Int32Array(childFrom[n] ?? 0);
  const next = childFrom.slice();
  const tops: number[] = [];
  for (const index of byStart) {
    const up = parent[index] ?? -1;
    if (up < 0) {
      tops.push(index);
      continue;
    }
    const slot = next[up] ?? 0;
    childList[slot] = index;
    next[up] = slot + 1;
  }
  return { childFrom, childList, tops };
}

function walk(tops: readonly number[], childFrom: Int32Array, childList: Int32Array, n: number) {
  const order = new Int32Array(n);
  const depth = new Int32Array(n);
  const stack = [...tops].reverse();
  let at = 0;
  for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
    order[at] = index;
    at += 1;
    for (let slot = (childFrom[index + 1] ?? 0) - 1; slot >= (childFrom[index] ?? 0); slot -= 1) {
      const child = childList[slot] ?? 0;
      depth[child] = (depth[index] ?? 0) + 1;
      stack.push(child);
    }
  }
  return { order, depth };
}

/** The span the trace is about: the longest true root, else the longest at the top; −1 of no spans. */
export function mainRoot(spans: readonly TreeSpan[], tree: TraceTree): number {
  let best = -1;
  let bestIsRoot = false;
  let bestNs = -1;
  for (const index of tree.tops) {
    const span = spans[index];
    if (span === undefined) continue;
    const isRoot = span.parentSpanId === '';
    const ns = Math.max(0, span.durationNs);
    if ((isRoot && !bestIsRoot) || (isRoot === bestIsRoot && ns > bestNs)) {
      best = index;
      bestIsRoot = isRoot;
      bestNs = ns;
    }
  }
  return best;
}
