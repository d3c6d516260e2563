import { stageTimesNs } from './trace-time';
import { buildTree, mainRoot, type TreeSpan } from './trace-tree';

/** What the explainer needs of a span beyond its place in time. Values are text; hostile. */
export interface FactSpan extends TreeSpan {
  name: string;
  /** "span.x" and "resource.x" by name. */
  attributes: ReadonlyMap<string, string>;
}

/** What one trace is compared by. */
export interface TraceFacts {
  traceId: string;
  selected: boolean;
  /** Values of its root and its model spans, by name; several where spans disagree. */
  attributes: ReadonlyMap<string, ReadonlySet<string>>;
  /** Time of the root that spans of one name cover, milliseconds, and how many they are. */
  stages: ReadonlyMap<string, { tookMs: number; count: number }>;
  /** Names of all spans but the root. */
  spanNames: ReadonlySet<string>;
}

/** Time of the root that no stage covers. A span of this very name is taken with it. */
export const OUTSIDE = 'outside any stage';

/** A longer value is compared by its beginning, which is marked. */
const MAX_VALUE = 500;

export interface FactRules {
  /** Whether a span's attributes speak for the request: those of a model do, a helper's do not. The root's always do. */
  isModelSpan: (span: FactSpan) => boolean;
  /** Whether a span is a stage by its name, although it has spans beneath. Every span without any is one. */
  isStage: (name: string) => boolean;
}

/**
 * A trace as facts. Null without spans. A span with others beneath it is a wrapper: its time is that of what it waits
 * for, so only the stages and the leaves are counted, and what they leave of the root is "outside any stage".
 */
export function traceFacts(
  trace: { traceId: string; selected: boolean; spans: readonly FactSpan[] },
  { isModelSpan, isStage }: FactRules,
): TraceFacts | null {
  const { spans } = trace;
  const tree = buildTree(spans);
  const root = mainRoot(spans, tree);
  if (root < 0) return null;
  const attributes = new Map<string, Set<string>>();
  const spanNames = new Set<string>();
  const counts = new Map<string, number>();
  // "predict" is a stage where nothing beneath it is one, and else the wrapper of the stages.
  const wraps = new Uint8Array(spans.length);
  for (let at = tree.order.length - 1; at >= 0; at -= 1) {
    const index = tree.order[at] ?? 0;
    const up = tree.parent[index] ?? -1;
    if (up >= 0 && (wraps[index] === 1 || isStage(spans[index]?.name ?? ''))) wraps[up] = 1;
  }
  const stageOf = (index: number): string | null => {
    const span = spans[index];
    if (span === undefined || index === root) return null;
    const isLeaf = (tree.descendants[index] ?? 0) === 0;
    return isLeaf || (isStage(span.name) && wraps[index] === 0) ? span.name : null;
  };
  for (const [index, span] of spans.entries()) {
    const stage = stageOf(index);
    if (stage !== null) counts.set(stage, (counts.get(stage) ?? 0) + 1);
    if (index !== root) spanNames.add(span.name);
    if (index !== root && !isModelSpan(span)) continue;
    for (const [name, value] of span.attributes) {
      const text = value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE).toWellFormed()}…` : value;
      const known = attributes.get(name);
      if (known) known.add(text);
      else attributes.set(name, new Set([text]));
    }
  }
  const times = stageTimesNs(spans, root, stageOf);
  const stages = new Map<string, { tookMs: number; count: number }>();
  for (const [name, ns] of times.stages) stages.set(name, { tookMs: ns / 1e6, count: counts.get(name) ?? 0 });
  stages.set(OUTSIDE, { tookMs: times.otherNs / 1e6, count: 1 });
  return { traceId: trace.traceId, selected: trace.selected, attributes, stages, spanNames };
}
