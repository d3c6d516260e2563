import { endNs, type TraceTree, type TreeSpan } from './trace-tree';

/** A span whose host's clock seems to be off against its parent's. */
export interface SkewedSpan {
  span: number;
  /** Nanoseconds to add to its start (and to those below it on the same host) to lay it within its parent. */
  offsetNs: number;
}

export interface ClockSkew {
  /** Nanoseconds to add to each span's start, by span index; 0 where nothing is off. */
  offsetsNs: Float64Array;
  skewed: SkewedSpan[];
}

/**
 * Finds clocks that disagree, by the rule of Jaeger's clock skew adjuster: where a child runs on another host than its
 * parent, is no longer than it, and yet starts before it or ends after it, the child is taken to lie in the middle of
 * the parent. The offset holds for the spans of that host below the child. Same-host children are left as they are:
 * one clock cannot disagree with itself, so what sticks out there is asynchronous work.
 */
export function clockSkew(spans: readonly TreeSpan[], tree: TraceTree, hostOf: (span: number) => string): ClockSkew {
  const offsetsNs = new Float64Array(spans.length);
  const skewed: SkewedSpan[] = [];
  for (const index of tree.order) {
    const up = tree.parent[index] ?? -1;
    const span = spans[index];
    const parent = spans[up];
    if (span === undefined || parent === undefined) continue;
    const inherited = offsetsNs[up] ?? 0;
    if (hostOf(index) === hostOf(up)) {
      offsetsNs[index] = inherited;
      continue;
    }
    const parentStart = parent.startNs + inherited;
    const parentEnd = endNs(parent) + inherited;
    const sticksOut = span.startNs < parentStart || endNs(span) > parentEnd;
    const length = endNs(span) - span.startNs;
    if (!sticksOut || length > parentEnd - parentStart) continue;
    const offsetNs = parentStart + (parentEnd - parentStart - length) / 2 - span.startNs;
    offsetsNs[index] = offsetNs;
    skewed.push({ span: index, offsetNs });
  }
  return { offsetsNs, skewed };
}
