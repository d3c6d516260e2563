import type { TraceTree } from './trace-tree';

/** Span names of the telemetry contract, and near ones of the serving stacks, by the stage they are part of. */
const STAGE_OF: readonly (readonly [RegExp, string])[] = [
  [/^(feature_store|features?)[._ /-]|^get_features$|^feature_?fetch/i, 'feature_fetch'],
  [/^pre-?process/i, 'preprocess'],
  // Not a bare "predict": that is what the request around all stages is called.
  [/^(model[._ /-])?(infer|inference)$|^model[._](infer|predict|forward|execute|run)/i, 'infer'],
  [/^post-?process/i, 'postprocess'],
];

/** Stage of a request a span is part of, by its name; null for any other work. */
export function stageOfName(name: string): string | null {
  return STAGE_OF.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

/**
 * Stage of every span of a tree, by span index, where `byName` gives the one its name speaks of. A span that has spans of
 * stages anywhere beneath is their frame ("predict" around "model.infer"): its time is theirs, and it is no stage itself.
 */
export function stagesOfTree(
  tree: Pick<TraceTree, 'order' | 'parent'>,
  byName: (span: number) => string | null,
): (string | null)[] {
  const stages = Array.from(tree.parent, (_, span) => byName(span));
  const isFrame = new Uint8Array(stages.length);
  // Children before parents.
  for (let at = tree.order.length - 1; at >= 0; at -= 1) {
    const span = tree.order[at] ?? -1;
    const up = tree.parent[span] ?? -1;
    if (up >= 0 && (isFrame[span] === 1 || (stages[span] ?? null) !== null)) isFrame[up] = 1;
    if (isFrame[span] === 1) stages[span] = null;
  }
  return stages;
}
