import { type TraceColumns, toNamedSpans } from './trace-columns';
import type { NamedSpan } from './trace-diff';
import { type ClockSkew, clockSkew } from './trace-skew';
import { criticalPath, criticalTimesNs, type PathStep, selfTimesNs } from './trace-time';
import { buildTree, endNs, mainRoot, type TraceTree } from './trace-tree';

/** What is computed once of a trace on one clock. By span index unless said; nanoseconds from the trace's start. */
export interface TraceAnalysis {
  tree: TraceTree;
  /** The span the trace is about; −1 of no spans. */
  root: number;
  startNs: Float64Array;
  /** End of the last span. */
  endNs: number;
  selfNs: Float64Array;
  criticalNs: Float64Array;
  /** The critical path's stretches of span i are stepNs[2 × stepFrom[i]] … stepNs[2 × stepFrom[i + 1]], from, to. */
  stepFrom: Int32Array;
  stepNs: Float64Array;
}

/** Steps of the critical path by span, as flat arrays. */
function stepsBySpan(path: readonly PathStep[], count: number): Pick<TraceAnalysis, 'stepFrom' | 'stepNs'> {
  const stepFrom = new Int32Array(count + 1);
  for (const { span } of path) stepFrom[span + 1] = (stepFrom[span + 1] ?? 0) + 1;
  for (let i = 0; i < count; i += 1) stepFrom[i + 1] = (stepFrom[i + 1] ?? 0) + (stepFrom[i] ?? 0);
  const next = stepFrom.slice();
  const stepNs = new Float64Array(path.length * 2);
  for (const { span, fromNs, toNs } of path) {
    const slot = next[span] ?? 0;
    stepNs[slot * 2] = fromNs;
    stepNs[slot * 2 + 1] = toNs;
    next[span] = slot + 1;
  }
  return { stepFrom, stepNs };
}

function analyseSpans(spans: readonly NamedSpan[], tree: TraceTree): TraceAnalysis {
  const root = mainRoot(spans, tree);
  const path = root < 0 ? [] : criticalPath(spans, tree, root);
  let last = 0;
  for (const span of spans) last = Math.max(last, endNs(span));
  return {
    tree,
    root,
    startNs: Float64Array.from(spans, (span) => span.startNs),
    endNs: last,
    selfNs: selfTimesNs(spans, tree),
    criticalNs: criticalTimesNs(path, spans.length),
    ...stepsBySpan(path, spans.length),
  };
}

/** Analysis on the clocks as they were written, and what those clocks disagree on. */
export function analyseTrace(
  columns: TraceColumns,
  hostOf: (span: number) => string,
): { raw: TraceAnalysis; skew: ClockSkew } {
  const spans = toNamedSpans(columns);
  const tree = buildTree(spans);
  return { raw: analyseSpans(spans, tree), skew: clockSkew(spans, tree, hostOf) };
}

/** Analysis on the corrected clock. */
export function analyseCorrected(columns: TraceColumns, skew: ClockSkew): TraceAnalysis {
  const spans = toNamedSpans(columns, skew.offsetsNs);
  return analyseSpans(spans, buildTree(spans));
}
