import 'server-only';
import { fieldFilter, lineContains, numberFilter, pipeline, quote, streamMatcher, streamSelector } from './logql';

/** Every line of one service, by the index label that names services. */
export const linesOfService = (label: string, service: string): string =>
  streamSelector([streamMatcher(label, '=', service)]);

/** Request lines of a model whose latency is over a bound, milliseconds. */
export function slowLinesQuery(asked: {
  model: string;
  fields: { model: string; latency: string };
  hasModelLabel: boolean;
  slowMs: number;
}): string {
  const { model, fields, hasModelLabel, slowMs } = asked;
  const selector = streamSelector([
    hasModelLabel ? streamMatcher(fields.model, '=', model) : streamMatcher('service_name', '=~', '.+'),
  ]);
  const picked = [
    `ready_latency=${quote(fields.latency)}`,
    ...(hasModelLabel ? [] : [`ready_model=${quote(fields.model)}`]),
  ];
  return pipeline(selector, [
    lineContains(fields.latency),
    `| json ${picked.join(', ')}`,
    numberFilter('ready_latency', '>', slowMs),
    hasModelLabel ? null : fieldFilter('ready_model', '=', model),
  ]);
}
