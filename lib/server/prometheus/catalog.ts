import 'server-only';
import { z } from 'zod';
import { Labels } from '@/lib/contracts/series';
import { type Answer, toAnswer } from '../answer';
import type { SourceConfig } from '../config';
import { AppError } from '../errors';
import { type PrometheusApi, type PrometheusData, toSeconds } from './api';
import { Metadata } from './schema';

/** Names, values and series at most, unless a caller says otherwise. */
const MAX_NAMES = 10_000;

export interface CatalogAsked {
  startMs: number;
  endMs: number;
  /** Series selectors, made by promql.ts; none means everything. */
  match?: readonly string[];
  limit?: number;
}

/** What a Prometheus holds: names, values, series. All are approximate in time, to the length of a block. */
export interface PrometheusCatalog {
  labels(asked: CatalogAsked, signal: AbortSignal): Promise<Answer<string[]>>;
  labelValues(label: string, asked: CatalogAsked, signal: AbortSignal): Promise<Answer<string[]>>;
  series(asked: CatalogAsked & { match: readonly string[] }, signal: AbortSignal): Promise<Answer<Labels[]>>;
  /** Type, help and unit by metric family (`foo` for `foo_bucket`); only of metrics that are scraped right now. */
  metadata(asked: { metric?: string }, signal: AbortSignal): Promise<Answer<Metadata>>;
}

const LEGACY_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** A label name as one part of a path. Names beyond the classic form are escaped as Prometheus 3.1 and later read them. */
export function labelPathPart(name: string): string {
  if (name === '' || !name.isWellFormed()) throw new AppError('bad_request', 'This is not a label name.');
  if (LEGACY_LABEL.test(name)) return name;
  const escaped = Array.from(name, (char) => {
    if (char === '_') return '__';
    return /[a-zA-Z0-9]/.test(char) ? char : `_${(char.codePointAt(0) ?? 0).toString(16)}_`;
  });
  return `U__${escaped.join('')}`;
}

/**
 * The catalogue over one Prometheus. One more than the limit is asked for, so that a list cut short is known and said
 * in `why`.
 */
export function prometheusCatalog(source: SourceConfig, api: PrometheusApi): PrometheusCatalog {
  const list = async <T>(
    path: string,
    { startMs, endMs, match = [], limit = MAX_NAMES }: CatalogAsked,
    read: (
      params: Record<string, string | number | readonly string[]>,
    ) => Promise<PrometheusData<T[] | null | undefined>>,
  ): Promise<Answer<T[]>> => {
    const answer = await read({
      start: toSeconds(startMs),
      end: toSeconds(endMs),
      'match[]': match,
      limit: limit + 1,
    });
    const all = answer.data ?? [];
    const cut = answer.limited || all.length > limit;
    return toAnswer(
      source,
      { language: 'none', query: [path, ...match].join(' '), startMs, endMs, stepMs: null },
      all.slice(0, limit),
      { ...answer, truncated: cut ? `Only ${limit} are here; there are more.` : answer.truncated },
    );
  };

  const names = z.array(z.string()).nullish();

  return {
    labels: (asked, signal) =>
      list('/api/v1/labels', asked, (params) =>
        api({
          path: '/api/v1/labels',
          params,
          data: names,
          span: { endMs: asked.endMs, stepMs: null },
          signal,
          form: true,
        }),
      ),
    // The values of a label take no form, whatever their length.
    labelValues: (label, asked, signal) => {
      const path = `/api/v1/label/${labelPathPart(label)}/values`;
      return list(path, asked, (params) =>
        api({ path, params, data: names, span: { endMs: asked.endMs, stepMs: null }, signal }),
      );
    },
    series: (asked, signal) =>
      list('/api/v1/series', asked, (params) =>
        api({
          path: '/api/v1/series',
          params,
          data: z.array(Labels).nullish(),
          span: { endMs: asked.endMs, stepMs: null },
          signal,
          form: true,
        }),
      ),
    async metadata({ metric }, signal) {
      // `limit` is left out: here, unlike everywhere else, 0 would mean none at all.
      const path = '/api/v1/metadata';
      const answer = await api({ path, params: { metric }, data: Metadata, span: null, signal });
      const query = metric === undefined ? path : `${path} ${metric}`;
      return toAnswer(source, { language: 'none', query, startMs: 0, endMs: 0, stepMs: null }, answer.data, answer);
    },
  };
}
