import 'server-only';
import { toQueryDuration } from '@/lib/domain/time';
import { fieldFilter, fieldFilterAnyOf, pipeline, quote, streamMatcher, streamSelector } from './logql';

/** What durations are asked of: lines of a model's versions that carry one. */
export interface DurationsAsked {
  model: string;
  versions: readonly string[];
  /** Names of the fields in the lines. */
  fields: { model: string; version: string; latency: string };
  /** Whether the streams themselves name their model. */
  hasModelLabel: boolean;
  windowMs: number;
}

function lines({ model, versions, fields, hasModelLabel }: DurationsAsked): string {
  const selector = streamSelector([
    hasModelLabel ? streamMatcher(fields.model, '=', model) : streamMatcher('service_name', '=~', '.+'),
  ]);
  const picked = [
    `compare_latency=${quote(fields.latency)}`,
    `compare_version=${quote(fields.version)}`,
    ...(hasModelLabel ? [] : [`compare_model=${quote(fields.model)}`]),
  ];
  return pipeline(selector, [
    `| json ${picked.join(', ')}`,
    // Lines without one would fail the whole query.
    fieldFilter('compare_latency', '!=', ''),
    fieldFilterAnyOf('compare_version', versions),
    hasModelLabel ? null : fieldFilter('compare_model', '=', model),
  ]);
}

/** Lines with a duration by version, under the label `compare_version`. */
export const countByField = (asked: DurationsAsked): string =>
  `sum by (compare_version) (count_over_time(${lines(asked)} [${toQueryDuration(asked.windowMs)}]))`;

/** A quantile of the durations by version; what is not a number is left out. */
export const quantileByField = (asked: DurationsAsked, quantile: number): string =>
  `quantile_over_time(${quantile}, ${lines(asked)} | unwrap compare_latency | __error__="" [${toQueryDuration(asked.windowMs)}]) by (compare_version)`;
