import { criticalPath, criticalTimesNs } from './trace-time';
import { buildTree, mainRoot, type TreeSpan } from './trace-tree';

/** What the comparison needs of a span beyond its place in time. */
export interface NamedSpan extends TreeSpan {
  service: string;
  name: string;
}

/**
 * Spans of one trace that stand at the same place: the same service and name, below parents of which the same is true.
 * Siblings alike ("redis GET" × 212) are one node.
 */
export interface TraceProfileNode {
  /** Depth and hash of the services and names from the root down; equal in two traces for the same place. */
  key: string;
  parentKey: string | null;
  service: string;
  name: string;
  depth: number;
  /** Spans at this place: a whole number for one trace, a median for a typical one. */
  count: number;
  /** Nanoseconds these spans hold of the trace's critical path. */
  criticalNs: number;
  /** First span at this place, for opening it; null in a typical trace. */
  firstSpan: number | null;
}

/** A trace by place, in drawing order. The criticalNs of all nodes sum to totalNs. */
export interface TraceProfile {
  nodes: TraceProfileNode[];
  totalNs: number;
}

/** A place's key from its parent's: constant length, so that a chain of 200,000 spans costs what its spans do. */
function placeKey(parentKey: string | null, depth: number, service: string, name: string): string {
  const text = JSON.stringify([parentKey, service, name]);
  // FNV-1a twice, with different beginnings: 64 bits.
  let left = 0x811c9dc5;
  let right = 0x9e3779b9;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    left = Math.imul(left ^ code, 0x01000193);
    right = Math.imul(right ^ code, 0x85ebca6b) ^ (right >>> 13);
  }
  return `${depth}.${(left >>> 0).toString(36)}${(right >>> 0).toString(36)}`;
}

/** Folds a trace's main root and what is below it to its profile. Other tops are not part of it. */
export function traceProfile(spans: readonly NamedSpan[]): TraceProfile {
  const tree = buildTree(spans);
  const root = mainRoot(spans, tree);
  const rootSpan = spans[root];
  if (rootSpan === undefined) return { nodes: [], totalNs: 0 };
  const held = criticalTimesNs(criticalPath(spans, tree, root), spans.length);
  const keys = new Map<number, string>();
  const nodes = new Map<string, TraceProfileNode>();
  for (const index of tree.order) {
    const span = spans[index];
    const up = tree.parent[index] ?? -1;
    if (span === undefined || (index !== root && !keys.has(up))) continue;
    const parentKey = index === root ? null : (keys.get(up) ?? null);
    const depth = parentKey === null ? 0 : (nodes.get(parentKey)?.depth ?? 0) + 1;
    const key = placeKey(parentKey, depth, span.service, span.name);
    keys.set(index, key);
    const node = nodes.get(key);
    if (node) {
      node.count += 1;
      node.criticalNs += held[index] ?? 0;
    } else {
      nodes.set(key, {
        key,
        parentKey,
        service: span.service,
        name: span.name,
        depth,
        count: 1,
        criticalNs: held[index] ?? 0,
        firstSpan: index,
      });
    }
  }
  return { nodes: inTreeOrder([...nodes.values()]), totalNs: Math.max(0, rootSpan.durationNs) };
}

/** Parents before children, siblings in the order they were met. */
function inTreeOrder<T extends { key: string; parentKey: string | null }>(nodes: readonly T[]): T[] {
  const children = new Map<string | null, T[]>();
  for (const node of nodes) {
    const list = children.get(node.parentKey);
    if (list) list.push(node);
    else children.set(node.parentKey, [node]);
  }
  const ordered: T[] = [];
  const stack = [...(children.get(null) ?? [])].reverse();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    ordered.push(node);
    // One by one: a call takes no hundred thousand arguments.
    for (const child of [...(children.get(node.key) ?? [])].reverse()) stack.push(child);
  }
  return ordered;
}

/**
 * The typical trace of a sample: at each place the median over the sample of count and critical time (a trace without
 * the place counts as 0 there), places whose median count is 0 left out. Medians do not add up to the median duration,
 * so the total is the sum of the parts, and is to be named so.
 */
export function typicalProfile(sample: readonly TraceProfile[]): TraceProfile {
  const first = new Map<string, TraceProfileNode>();
  const values = new Map<string, { counts: number[]; criticals: number[] }>();
  for (const { nodes } of sample) {
    for (const node of nodes) {
      if (!first.has(node.key)) first.set(node.key, node);
      const seen = values.get(node.key) ?? { counts: [], criticals: [] };
      seen.counts.push(node.count);
      seen.criticals.push(node.criticalNs);
      values.set(node.key, seen);
    }
  }
  const nodes = [...first.values()].flatMap((node) => {
    const seen = values.get(node.key);
    const count = medianWithZeros(seen?.counts ?? [], sample.length);
    return count === 0
      ? []
      : [{ ...node, count, criticalNs: medianWithZeros(seen?.criticals ?? [], sample.length), firstSpan: null }];
  });
  const kept = new Set(nodes.map((node) => node.key));
  const reachable = inTreeOrder(nodes.filter((node) => node.parentKey === null || kept.has(node.parentKey)));
  return { nodes: reachable, totalNs: reachable.reduce((sum, node) => sum + node.criticalNs, 0) };
}

function medianWithZeros(present: readonly number[], size: number): number {
  const all = [...present, ...Array.from({ length: Math.max(0, size - present.length) }, () => 0)].sort(
    (a, b) => a - b,
  );
  const middle = all.length >> 1;
  const upper = all[middle] ?? 0;
  return all.length % 2 === 1 ? upper : ((all[middle - 1] ?? 0) + upper) / 2;
}

/** One place of two aligned traces. */
export interface TraceDiffNode {
  key: string;
  parentKey: string | null;
  service: string;
  name: string;
  depth: number;
  presence: 'both' | 'added' | 'missing';
  countBefore: number;
  countAfter: number;
  criticalBeforeNs: number;
  criticalAfterNs: number;
  /** Nanoseconds of the critical path lost (positive) or gained (negative) here. */
  deltaNs: number;
  firstSpanBefore: number | null;
  firstSpanAfter: number | null;
}

export interface TraceDiff {
  nodes: TraceDiffNode[];
  /** Difference of the totals, after − before; the deltas of all nodes sum to it. */
  deltaNs: number;
}

/** Aligns two profiles by place. diff(a, a) has only zero deltas and nothing added or missing. */
export function traceDiff(before: TraceProfile, after: TraceProfile): TraceDiff {
  const left = new Map(before.nodes.map((node) => [node.key, node]));
  const right = new Map(after.nodes.map((node) => [node.key, node]));
  const merged = [...before.nodes, ...after.nodes.filter((node) => !left.has(node.key))];
  const nodes = inTreeOrder(merged).map((node): TraceDiffNode => {
    const a = left.get(node.key);
    const b = right.get(node.key);
    const criticalBeforeNs = a?.criticalNs ?? 0;
    const criticalAfterNs = b?.criticalNs ?? 0;
    return {
      key: node.key,
      parentKey: node.parentKey,
      service: node.service,
      name: node.name,
      depth: node.depth,
      presence: a && b ? 'both' : a ? 'missing' : 'added',
      countBefore: a?.count ?? 0,
      countAfter: b?.count ?? 0,
      criticalBeforeNs,
      criticalAfterNs,
      deltaNs: criticalAfterNs - criticalBeforeNs,
      firstSpanBefore: a?.firstSpan ?? null,
      firstSpanAfter: b?.firstSpan ?? null,
    };
  });
  return { nodes, deltaNs: after.totalNs - before.totalNs };
}
