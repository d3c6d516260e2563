import 'server-only';
import { toQueryDuration } from '@/lib/domain/time';
import { fieldFilter, lineContains, pipeline, quote, streamMatcher, streamSelector } from './logql';

/** Names of the fields that failed lines carry, as the configuration says. */
export interface ErrorFields {
  model: string;
  version: string;
  error: string;
}

/** Lines of a model that carry an error. `hasModelLabel`: the streams themselves name their model. */
function failedLines(model: string, fields: ErrorFields, hasModelLabel: boolean): string {
  const selector = streamSelector([
    hasModelLabel ? streamMatcher(fields.model, '=', model) : streamMatcher('service_name', '=~', '.+'),
  ]);
  const picked = [
    `error_reason=${quote(fields.error)}`,
    `error_version=${quote(fields.version)}`,
    ...(hasModelLabel ? [] : [`error_model=${quote(fields.model)}`]),
  ];
  return pipeline(selector, [
    lineContains(fields.error),
    `| json ${picked.join(', ')}`,
    fieldFilter('error_reason', '!=', ''),
    hasModelLabel ? null : fieldFilter('error_model', '=', model),
  ]);
}

/** Failed lines by reason and version, the most frequent `limit` of them. */
export const reasonsQuery = (asked: {
  model: string;
  fields: ErrorFields;
  hasModelLabel: boolean;
  windowMs: number;
  limit: number;
}): string =>
  `topk(${asked.limit}, sum by (error_reason, error_version) (count_over_time(${failedLines(asked.model, asked.fields, asked.hasModelLabel)} [${toQueryDuration(asked.windowMs)}])))`;

/** How many failed lines there are. */
export const failedTotalQuery = (asked: {
  model: string;
  fields: ErrorFields;
  hasModelLabel: boolean;
  windowMs: number;
}): string =>
  `sum(count_over_time(${failedLines(asked.model, asked.fields, asked.hasModelLabel)} [${toQueryDuration(asked.windowMs)}]))`;

/** The failed lines themselves, for examples. */
export const failedLinesQuery = (asked: { model: string; fields: ErrorFields; hasModelLabel: boolean }): string =>
  failedLines(asked.model, asked.fields, asked.hasModelLabel);
