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
