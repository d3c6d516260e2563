import 'server-only';
import { z } from 'zod';
import { type Answer, toAnswer } from '../answer';
import type { SourceConfig } from '../config';
import type { SourceApi } from '../upstream/cached';
import { hasStatus } from '../upstream/error';
import { atLeast } from '../upstream/version';
import { firstKnown, toSecondsRange } from './api';
import { TagsV1, TagsV2, TagValuesV1, TagValuesV2, TempoBuildInfo } from './schema';

interface Range {
  startMs: number;
  endMs: number;
}

/** Attribute names of one scope; "any" where the server does not tell scopes apart. */
export interface TagScope {
  scope: string;
  tags: string[];
}

/** One value of an attribute. Only a `string` is quoted in TraceQL; a `keyword` is a word such as `error`. */
export interface TagValue {
  type: 'string' | 'int' | 'float' | 'bool' | 'duration' | 'keyword';
  value: string;
}

export interface TempoFlavour {
  /** Null for builds without a number. */
  version: string | null;
  features: {
    /** One number per series over a range, compare(): 2.6 and later. */
    instantMetrics: boolean;
    /** Newest first in a search: 2.8 and later. */
    mostRecent: boolean;
    /** `= nil`: 2.10 and later. */
    compareWithNil: boolean;
  };
  /** What search, tags and metrics never see of the newest past, milliseconds: 30 s from 3.0 on. */
  cutoffMs: number;
}

/** What a Tempo holds, and what it is. */
export interface TempoCatalog {
  tags(asked: Range & { scope?: string }, signal: AbortSignal): Promise<Answer<TagScope[]>>;
  /**
   * Values of a field that traceql.ts made (`span.model_version`, `status`). `filter` is one simple spanset: a server
   * ignores any other in silence, so such a one is left out here, with a warning.
   */
  tagValues(field: string, asked: Range & { filter?: string }, signal: AbortSignal): Promise<Answer<TagValue[]>>;
  ready(signal: AbortSignal): Promise<{ elapsedMs: number }>;
  flavour(signal: AbortSignal): Promise<TempoFlavour>;
}

const TYPES = ['string', 'int', 'float', 'bool', 'duration', 'keyword'] as const;
const whole = { truncated: null, warnings: [] };

/** One spanset of conditions joined by &&: all that every version filters by. */
export const isSimpleFilter = (filter: string): boolean => /^\s*\{(?:[^{}|"`]|"(?:[^"\\]|\\.)*")*\}\s*$/.test(filter);

/** The name without its scope and quotes, as version 1 of the API has it. */
export const unscoped = (field: string): string =>
  field.replace(/^(?:span|resource|event|link|instrumentation)?\./, '').replace(/^"(.*)"$/, '$1');

/**
 * The catalogue over one Tempo: the second version of each endpoint, or the first where the server lacks that, which
 * tells neither scopes nor types.
 */
export function tempoCatalog(source: SourceConfig, api: SourceApi): TempoCatalog {
  const asked = (query: string, { startMs, endMs }: Range) =>
    ({ language: 'none', query, startMs, endMs, stepMs: null }) as const;

  return {
    async tags(range, signal) {
      // Without a range only recent data is looked at.
      const params = { ...toSecondsRange(range), scope: range.scope };
      const span = { endMs: range.endMs, stepMs: null };
      return firstKnown<Answer<TagScope[]>>([
        async () => {
          const answer = await api({ path: '/api/v2/search/tags', params, schema: TagsV2, span, signal });
          const scopes = answer.value.scopes.map(({ name, tags }) => ({ scope: name, tags: [...tags].sort() }));
          scopes.sort((a, b) => (a.scope < b.scope ? -1 : 1));
          return toAnswer(source, asked('tags', range), scopes, { ...answer, ...whole });
        },
        async () => {
          const answer = await api({ path: '/api/search/tags', params, schema: TagsV1, span, signal });
          const scopes = [{ scope: 'any', tags: [...answer.value.tagNames].sort() }];
          return toAnswer(source, asked('tags', range), scopes, { ...answer, ...whole });
        },
      ]);
    },
    async tagValues(field, { filter, ...range }, signal) {
      const simple = filter === undefined || isSimpleFilter(filter);
      const warnings = simple ? [] : ['The filter is too complex for Tempo: these are the values of all spans.'];
      const span = { endMs: range.endMs, stepMs: null };
      const bounds = toSecondsRange(range);
      return firstKnown<Answer<TagValue[]>>([
        async () => {
          const answer = await api({
            path: `/api/v2/search/tag/${encodeURIComponent(field.toWellFormed())}/values`,
            params: { ...bounds, q: simple ? filter : undefined },
            schema: TagValuesV2,
            span,
            signal,
          });
          const values = answer.value.tagValues.map(({ type, value }) => ({
            type: TYPES.find((known) => known === type) ?? 'string',
            value,
          }));
          values.sort((a, b) => (a.value < b.value ? -1 : 1));
          return toAnswer(source, asked(field, range), values, { ...answer, truncated: null, warnings });
        },
        async () => {
          const path = `/api/search/tag/${encodeURIComponent(unscoped(field).toWellFormed())}/values`;
          const answer = await api({ path, params: bounds, schema: TagValuesV1, span, signal });
          const values = answer.value.tagValues
            .map((value) => ({ type: 'string' as const, value }))
            .sort((a, b) => (a.value < b.value ? -1 : 1));
          return toAnswer(source, asked(field, range), values, { ...answer, truncated: null, warnings });
        },
      ]);
    },
    async ready(signal) {
      const text = (path: string) => () => api({ path, schema: z.string(), span: null, signal, accept: 'text' });
      // A gateway may route the API alone.
      const answer = await firstKnown([text('/ready'), text('/api/echo')]);
      return { elapsedMs: answer.elapsedMs };
    },
    async flavour(signal) {
      const path = '/api/status/buildinfo';
      const build = await api({ path, schema: TempoBuildInfo, span: null, signal }).catch((error) => {
        if (hasStatus(error, 404)) return null;
        throw error;
      });
      const written = build?.value.version ?? '';
      const version = /\d+\.\d+/.test(written) ? written : null;
      // Distributions leave the version empty, and some releases wrote a wrong one.
      const instantMetrics = version === null ? await knowsInstantMetrics(signal) : atLeast(version, '2.6');
      return {
        version,
        features: {
          instantMetrics,
          mostRecent: instantMetrics && atLeast(version, '2.8'),
          compareWithNil: instantMetrics && atLeast(version, '2.10'),
        },
        cutoffMs: instantMetrics && atLeast(version, '3.0') ? 30_000 : 0,
      };
    },
  };

  async function knowsInstantMetrics(signal: AbortSignal): Promise<boolean> {
    try {
      await api({
        path: '/api/metrics/query',
        params: { q: '{} | rate()', since: '1m' },
        schema: z.unknown(),
        span: null,
        signal,
      });
      return true;
    } catch (error) {
      if (hasStatus(error, 404)) return false;
      if (hasStatus(error, 400, 422, 429, 500)) return true;
      throw error;
    }
  }
}
