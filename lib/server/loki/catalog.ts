import 'server-only';
import { z } from 'zod';
import type { Labels, Sample, SeriesSet } from '@/lib/contracts/series';
import { type Answer, toAnswer } from '../answer';
import type { SourceConfig } from '../config';
import { AppError } from '../errors';
import { gridOf, type RangeAsked } from '../prometheus/grid';
import { toSamples } from '../prometheus/results';
import { envelope, QueryData, type RuleGroup, RuleGroups } from '../prometheus/schema';
import type { SourceApi } from '../upstream/cached';
import { optional } from './api';
import { type LokiFlavour, lokiFlavour } from './flavour';
import {
  type DetectedField,
  DetectedFields,
  DetectedLabels,
  DetectedValues,
  FormatAnswer,
  IndexStats,
  type LogPattern,
  Names,
  Patterns,
  SeriesAnswer,
} from './schema';
import { toNs } from './time';
import { volumeSet } from './volume';

interface Range {
  startMs: number;
  endMs: number;
}

/** What a Loki holds. Null means that this server lacks the endpoint, or has it switched off. */
export interface LokiCatalog {
  /** Index labels only: metadata and parsed fields are found by detectedFields. */
  labels(asked: Range & { query?: string }, signal: AbortSignal): Promise<Answer<string[]>>;
  labelValues(label: string, asked: Range & { query?: string }, signal: AbortSignal): Promise<Answer<string[]>>;
  series(asked: Range & { match: readonly string[]; limit?: number }, signal: AbortSignal): Promise<Answer<Labels[]>>;
  /** What a query over these streams would read, approximately. */
  stats(selector: string, range: Range, signal: AbortSignal): Promise<Answer<IndexStats>>;
  /** Bytes by stream or by label over the whole range. */
  volume(
    selector: string,
    range: Range & { targetLabels?: readonly string[] },
    signal: AbortSignal,
  ): Promise<Answer<Sample[]> | null>;
  /** Bytes by stream or by label; value i belongs to the step that begins at its grid point. */
  volumeRange(
    selector: string,
    range: RangeAsked & { targetLabels?: readonly string[] },
    signal: AbortSignal,
  ): Promise<Answer<SeriesSet> | null>;
  /** Shapes of lines, most frequent first. Recent hours only. */
  patterns(selector: string, range: Range, signal: AbortSignal): Promise<Answer<LogPattern[]> | null>;
  /** Fields found in a sample of lines, by name. */
  detectedFields(query: string, range: Range, signal: AbortSignal): Promise<Answer<DetectedField[]> | null>;
  detectedFieldValues(
    field: string,
    query: string,
    range: Range,
    signal: AbortSignal,
  ): Promise<Answer<string[]> | null>;
  detectedLabels(
    query: string,
    range: Range,
    signal: AbortSignal,
  ): Promise<Answer<{ label: string; cardinality: number }[]> | null>;
  formatQuery(query: string, signal: AbortSignal): Promise<string>;
  /** Alerting and recording rules on logs; null without a ruler. */
  rules(signal: AbortSignal): Promise<RuleGroup[] | null>;
  /** Resolves when it is ready to answer, else throws with the server's reason. */
  ready(signal: AbortSignal): Promise<{ elapsedMs: number }>;
  flavour(signal: AbortSignal): Promise<LokiFlavour>;
}

const MAX_LOKI_SERIES = 10_000;
const API = '/loki/api/v1';

/** A name as one part of a path. */
function pathPart(name: string): string {
  if (name === '' || name === '.' || name === '..' || !name.isWellFormed()) {
    throw new AppError('bad_request', 'This is not a label or field name.');
  }
  return encodeURIComponent(name);
}

/**
 * The catalogue over one Loki. Ranges are unix milliseconds and sent as nanoseconds; each call throws an AppError
 * that names the source.
 */
export function lokiCatalog(source: SourceConfig, api: SourceApi): LokiCatalog {
  const bounds = ({ startMs, endMs }: Range) => ({ start: toNs(startMs), end: toNs(endMs) });
  const whole = { truncated: null, warnings: [] };
  const asked = (query: string, { startMs, endMs }: Range, stepMs: number | null = null) =>
    ({ language: 'logql', query, startMs, endMs, stepMs }) as const;

  const read = async <S extends z.ZodType, T>(
    path: string,
    query: string,
    range: Range,
    params: Record<string, string | number | readonly string[] | undefined>,
    schema: S,
    signal: AbortSignal,
    toValue: (value: z.output<S>) => T,
  ): Promise<Answer<T>> => {
    const span = { endMs: range.endMs, stepMs: null };
    const answer = await api({ path, params: { ...params, ...bounds(range) }, schema, span, signal });
    return toAnswer(source, asked(query, range), toValue(answer.value), { ...answer, ...whole });
  };

  return {
    labels: (range, signal) =>
      read(`${API}/labels`, range.query ?? '', range, { query: range.query }, Names, signal, ({ data }) => data),
    labelValues: (label, range, signal) =>
      read(
        `${API}/label/${pathPart(label)}/values`,
        range.query ?? '',
        range,
        { query: range.query },
        Names,
        signal,
        ({ data }) => data,
      ),
    async series({ match, limit = MAX_LOKI_SERIES, ...range }, signal) {
      const answer = await read(
        `${API}/series`,
        match.join(' '),
        range,
        { 'match[]': match },
        SeriesAnswer,
        signal,
        ({ data }) => data,
      );
      // The endpoint has no limit of its own.
      if (answer.value.length <= limit) return answer;
      const truncated = `Only ${limit} of ${answer.value.length} streams are here.`;
      return { value: answer.value.slice(0, limit), why: { ...answer.why, truncated } };
    },
    stats: (selector, range, signal) =>
      read(`${API}/index/stats`, selector, range, { query: selector }, IndexStats, signal, (stats) => stats),
    async volume(selector, range, signal) {
      const params = { query: selector, ...bounds(range), targetLabels: range.targetLabels?.join(','), limit: 1_000 };
      const span = { endMs: range.endMs, stepMs: null };
      const answer = await optional(
        api({ path: `${API}/index/volume`, params, schema: envelope(QueryData), span, signal }),
      );
      if (answer === null) return null;
      const { samples } = toSamples(source, answer.value.data);
      return toAnswer(source, asked(selector, range), samples, { ...answer, ...whole });
    },
    async volumeRange(selector, range, signal) {
      const grid = gridOf(range);
      const params = {
        query: selector,
        ...bounds(grid),
        step: grid.stepMs / 1000,
        targetLabels: range.targetLabels?.join(','),
      };
      const span = { endMs: grid.endMs, stepMs: grid.stepMs };
      const answer = await optional(
        api({ path: `${API}/index/volume_range`, params, schema: envelope(QueryData), span, signal }),
      );
      if (answer === null) return null;
      return toAnswer(source, asked(selector, grid, grid.stepMs), volumeSet(answer.value.data, grid), {
        ...answer,
        ...whole,
      });
    },
    patterns: (selector, range, signal) =>
      optional(
        read(`${API}/patterns`, selector, range, { query: selector }, Patterns, signal, ({ data }) =>
          [...data].sort((a, b) => b.total - a.total || (a.pattern < b.pattern ? -1 : 1)),
        ),
      ),
    detectedFields: (query, range, signal) =>
      optional(
        read(
          `${API}/detected_fields`,
          query,
          range,
          { query, line_limit: 1_000 },
          DetectedFields,
          signal,
          ({ fields }) =>
            // The server's order is random.
            [...fields].sort((a, b) => (a.label < b.label ? -1 : 1)),
        ),
      ),
    detectedFieldValues: (field, query, range, signal) =>
      optional(
        read(
          `${API}/detected_field/${pathPart(field)}/values`,
          query,
          range,
          { query },
          DetectedValues,
          signal,
          ({ values }) => [...values].sort(),
        ),
      ),
    detectedLabels: (query, range, signal) =>
      optional(
        read(`${API}/detected_labels`, query, range, { query }, DetectedLabels, signal, ({ detectedLabels }) =>
          detectedLabels
            .map(({ label, cardinality = 0 }) => ({ label, cardinality }))
            .sort((a, b) => (a.label < b.label ? -1 : 1)),
        ),
      ),
    async formatQuery(query, signal) {
      const answer = await api({
        path: `${API}/format_query`,
        params: { query },
        schema: FormatAnswer,
        span: null,
        signal,
      });
      return answer.value.data;
    },
    async rules(signal) {
      const path = '/prometheus/api/v1/rules';
      const answer = await optional(api({ path, schema: envelope(RuleGroups), span: null, signal }));
      return answer?.value.data.groups ?? null;
    },
    async ready(signal) {
      const path = '/ready';
      // A gateway may route the API alone.
      const answer = await optional(api({ path, schema: z.string(), span: null, signal, accept: 'text' }));
      if (answer !== null) return { elapsedMs: answer.elapsedMs };
      const labels = await api({ path: `${API}/labels`, schema: Names, span: null, signal });
      return { elapsedMs: labels.elapsedMs };
    },
    flavour: (signal) => lokiFlavour(api, signal),
  };
}
