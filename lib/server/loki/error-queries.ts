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

/** Failed lines of the last ten minutes, where they are several times those of the same minutes yesterday: for alerts. */
export function failedRiseQuery(
  asked: { model: string; fields: ErrorFields; hasModelLabel: boolean },
  limits: { factor: number; least: number },
): string {
  const lines = failedLines(asked.model, asked.fields, asked.hasModelLabel);
  const now = `sum(count_over_time(${lines} [10m]))`;
  // A yesterday without failures has no series, and nothing compared with nothing would never alert.
  const before = `(sum(count_over_time(${lines} [10m] offset 1d)) or vector(0))`;
  return `${now} > ${limits.least} and ${now} > ${limits.factor} * ${before}`;
}

/** Empty while a model writes lines, 1 once it has written none for a quarter of an hour: for alerts. */
export const silentQuery = (asked: { model: string; fields: ErrorFields }): string =>
  `absent_over_time(${streamSelector([streamMatcher(asked.fields.model, '=', asked.model)])} [15m])`;

/** The failed lines themselves, for examples. */
export const failedLinesQuery = (asked: { model: string; fields: ErrorFields; hasModelLabel: boolean }): string =>
  failedLines(asked.model, asked.fields, asked.hasModelLabel);
