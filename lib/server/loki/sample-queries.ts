import 'server-only';
import { toQueryDuration } from '@/lib/domain/time';
import { fieldFilter, lineContains, pipeline, quote, streamMatcher, streamSelector } from './logql';

/** Which prediction lines are meant: those that carry a sample of the features. */
export interface SamplesAsked {
  model: string;
  /** Null: every version. */
  version: string | null;
  /** Null: any feature. */
  feature: string | null;
  /** Names of the fields in the lines. */
  fields: { model: string; version: string; sample: string };
  /** Whether the streams themselves name their model. */
  hasModelLabel: boolean;
}

/** Lines that carry a sample of the features, or one of them. */
export function sampleLines({ model, version, feature, fields, hasModelLabel }: SamplesAsked): string {
  const selector = streamSelector([
    hasModelLabel ? streamMatcher(fields.model, '=', model) : streamMatcher('service_name', '=~', '.+'),
  ]);
  const picked = [
    ...(version === null ? [] : [`sample_version=${quote(fields.version)}`]),
    ...(hasModelLabel ? [] : [`sample_model=${quote(fields.model)}`]),
  ];
  return pipeline(selector, [
    lineContains(`"${fields.sample}"`),
    feature === null ? null : lineContains(JSON.stringify(feature)),
    picked.length === 0 ? null : `| json ${picked.join(', ')}`,
    version === null ? null : fieldFilter('sample_version', '=', version),
    hasModelLabel ? null : fieldFilter('sample_model', '=', model),
  ]);
}

/** How many such lines there are in each window. */
export const sampleCount = (asked: SamplesAsked, windowMs: number): string =>
  `sum(count_over_time(${sampleLines(asked)} [${toQueryDuration(windowMs)}]))`;
