import 'server-only';
import { z } from 'zod';
import type { Sample, SeriesSet } from '@/lib/contracts/series';
import { gridLength, MAX_POINTS, toQueryDuration } from '@/lib/domain/time';
import { type Answer, toAnswer } from '../answer';
import { keepMsOf, queryCache } from '../cache';
import type { SourceConfig } from '../config';
import { type ClientOptions, requestKey } from '../upstream/cached';
import type { UpstreamParams } from '../upstream/url';
import { upstreamUrl } from '../upstream/url';
import { prometheusApi, toSeconds } from './api';
import { type PrometheusCatalog, prometheusCatalog } from './catalog';
import { type Grid, gridOf, type RangeAsked } from './grid';
import { isSplittable, settledEndMs, throughRangeCache } from './range-cache';
import {
  type Exemplar,
  HISTOGRAM_WARNING,
  type NativeHistogram,
  type NativeSeriesSet,
  toExemplars,
  toNativeHistograms,
  toNativeSeriesSet,
  toSamples,
  toSeriesSet,
} from './results';
import { Exemplars, QueryData } from './schema';
import { type PrometheusState, prometheusState } from './state';

/** Series of one answer at most, unless a caller asks for fewer or more. */
const MAX_SERIES = 5_000;

export interface PrometheusClient extends PrometheusCatalog, PrometheusState {
  readonly source: SourceConfig;
  /** One value per series at an instant. Null where the value is NaN, infinite or a native histogram. */
  instant(query: string, timeMs: number, signal: AbortSignal, limit?: number): Promise<Answer<Sample[]>>;
  /** Series on a grid that is aligned to the step, both ends included; at most 2,000 points. */
  range(query: string, range: RangeAsked, signal: AbortSignal, limit?: number): Promise<Answer<SeriesSet>>;
  /** The native histograms of an instant query. */
  nativeHistograms(
    query: string,
    timeMs: number,
    signal: AbortSignal,
    limit?: number,
  ): Promise<Answer<NativeHistogram[]>>;
  /** Native histograms on a grid as that of `range`: one per point, null where there is none. */
  nativeRange(query: string, range: RangeAsked, signal: AbortSignal, limit?: number): Promise<Answer<NativeSeriesSet>>;
  /** Exemplars of every selector in the query; none when the server keeps none. */
  exemplars(query: string, range: { startMs: number; endMs: number }, signal: AbortSignal): Promise<Answer<Exemplar[]>>;
  /** Resolves when queries are answered, else throws with the reason. */
  ready(signal: AbortSignal): Promise<{ elapsedMs: number }>;
  /** The query in the server's own formatting. */
  formatQuery(query: string, signal: AbortSignal): Promise<string>;
}

/** A range as it is shared between readers. */
interface RangeAnswer {
  set: SeriesSet;
  stitched: boolean;
  warnings: string[];
  truncated: string | null;
  elapsedMs: number;
  whole: boolean;
}

const cutSentence = (limit: number): string => `Only the first ${limit} series are here; the answer has more.`;

/** A client of one Prometheus, Mimir, Thanos or VictoriaMetrics. */
export function prometheusClient(source: SourceConfig, options: ClientOptions = {}): PrometheusClient {
  const api = prometheusApi(source, options);
  const nowMs = options.nowMs ?? Date.now;
  const cache = options.cache ?? queryCache();
  const timeout = toSeconds(source.timeoutMs);

  const query = (text: string, timeMs: number, signal: AbortSignal, limit: number) =>
    api({
      path: '/api/v1/query',
      params: { query: text, time: toSeconds(timeMs), timeout, limit: limit + 1 },
      data: QueryData,
      span: { endMs: timeMs, stepMs: null },
      signal,
      form: true,
    });

  const askedAt = (text: string, timeMs: number) =>
    ({ language: 'promql', query: text, startMs: timeMs, endMs: timeMs, stepMs: null }) as const;

  async function range(text: string, asked: RangeAsked, signal: AbortSignal, limit = MAX_SERIES) {
    const grid = gridOf(asked);
    const path = '/api/v1/query_range';
    const paramsOf = (part: Grid): UpstreamParams => ({
      query: text,
      start: toSeconds(part.startMs),
      end: toSeconds(part.endMs),
      step: toSeconds(part.stepMs),
      timeout,
      limit: limit + 1,
    });
    const request = { source, path, params: paramsOf(grid), schema: z.unknown(), signal };
    // The whole range is shared first, so that many viewers of one grid do not each ask for its newest minutes.
    const { value: answer, cached } = await cache.get<RangeAnswer>({
      key: `range ${requestKey(request)}`,
      signal,
      load: (shared) => loadRange(text, grid, { path, paramsOf, limit, signal: shared }),
      keepMs: ({ whole }) => (whole ? keepMsOf(grid, nowMs()) : 0),
      sizeBytes: ({ set }) => set.series.length * (gridLength(grid.startMs, grid.endMs, grid.stepMs) * 16 + 256),
    });
    const warnings = [...answer.warnings];
    if (asked.stepMs !== undefined && grid.stepMs !== asked.stepMs) {
      warnings.push(
        `The step is ${toQueryDuration(grid.stepMs)} instead of ${toQueryDuration(asked.stepMs)}, so that no series has more than ${MAX_POINTS} points.`,
      );
    }
    return toAnswer(source, { language: 'promql', query: text, ...grid }, answer.set, {
      elapsedMs: answer.elapsedMs,
      requestUrl: upstreamUrl(source, path, paramsOf(grid)).shown,
      cached: cached || answer.stitched,
      truncated: answer.truncated,
      warnings,
    });
  }

  async function loadRange(
    text: string,
    grid: Grid,
    {
      path,
      paramsOf,
      limit,
      signal,
    }: { path: string; paramsOf: (part: Grid) => UpstreamParams; limit: number; signal: AbortSignal },
  ): Promise<RangeAnswer> {
    const warnings: string[] = [];
    let truncated: string | null = null;
    let elapsedMs = 0;
    const ask = async (part: Grid) => {
      const answer = await api({
        path,
        params: paramsOf(part),
        data: QueryData,
        span: null,
        keep: false,
        signal,
        form: true,
      });
      const { set, hasHistograms } = toSeriesSet(source, answer.data, part);
      warnings.push(...answer.warnings, ...(hasHistograms ? [HISTOGRAM_WARNING] : []));
      const cut = answer.limited || set.series.length > limit;
      truncated = cut ? cutSentence(limit) : answer.truncated;
      elapsedMs = answer.elapsedMs;
      return {
        set: { ...set, series: set.series.slice(0, limit) },
        whole: truncated === null && warnings.length === 0,
      };
    };
    const key = `settled ${requestKey({ source, path, params: { ...paramsOf(grid), start: '', end: '' }, schema: z.unknown(), signal })}`;
    const { set, stitched } =
      isSplittable(text) && grid.startMs < settledEndMs(grid.stepMs, nowMs())
        ? await throughRangeCache({ cache, key, nowMs: nowMs() }, grid, ask)
        : { ...(await ask(grid)), stitched: false };
    // What is cut or partial may be whole at the next asking; a warning about the query stays.
    return { set, stitched, warnings, truncated, elapsedMs, whole: truncated === null };
  }

  return {
    source,
    ...prometheusCatalog(source, api),
    ...prometheusState(source, api),
    range,
    async instant(text, timeMs, signal, limit = MAX_SERIES) {
      const answer = await query(text, timeMs, signal, limit);
      const { samples, hasHistograms } = toSamples(source, answer.data);
      return toAnswer(source, askedAt(text, timeMs), samples.slice(0, limit), {
        ...answer,
        truncated: answer.limited || samples.length > limit ? cutSentence(limit) : answer.truncated,
        warnings: hasHistograms ? [...answer.warnings, HISTOGRAM_WARNING] : answer.warnings,
      });
    },
    async nativeHistograms(text, timeMs, signal, limit = MAX_SERIES) {
      const answer = await query(text, timeMs, signal, limit);
      const found = toNativeHistograms(source, answer.data);
      return toAnswer(source, askedAt(text, timeMs), found.slice(0, limit), {
        ...answer,
        truncated: answer.limited || found.length > limit ? cutSentence(limit) : answer.truncated,
      });
    },
    async nativeRange(text, asked, signal, limit = MAX_SERIES) {
      const grid = gridOf(asked);
      const answer = await api({
        path: '/api/v1/query_range',
        params: {
          query: text,
          start: toSeconds(grid.startMs),
          end: toSeconds(grid.endMs),
          step: toSeconds(grid.stepMs),
          timeout,
          limit: limit + 1,
        },
        data: QueryData,
        span: grid,
        signal,
        form: true,
      });
      const set = toNativeSeriesSet(source, answer.data, grid);
      return toAnswer(
        source,
        { language: 'promql', query: text, ...grid },
        { ...set, series: set.series.slice(0, limit) },
        {
          ...answer,
          truncated: answer.limited || set.series.length > limit ? cutSentence(limit) : answer.truncated,
        },
      );
    },
    async exemplars(text, { startMs, endMs }, signal) {
      // The defaults of start and end are the ends of time: both are always sent.
      const answer = await api({
        path: '/api/v1/query_exemplars',
        params: { query: text, start: toSeconds(startMs), end: toSeconds(endMs) },
        data: Exemplars,
        span: { endMs, stepMs: null },
        signal,
        form: true,
        whenEmpty: [],
      });
      const asked = { language: 'promql', query: text, startMs, endMs, stepMs: null } as const;
      return toAnswer(source, asked, toExemplars(answer.data), answer);
    },
    async ready(signal) {
      // Every flavour evaluates a number; the health pages differ from one to the next.
      const answer = await api({ path: '/api/v1/query', params: { query: '1' }, data: QueryData, span: null, signal });
      return { elapsedMs: answer.elapsedMs };
    },
    async formatQuery(text, signal) {
      const answer = await api({
        path: '/api/v1/format_query',
        params: { query: text },
        data: z.string(),
        span: null,
        signal,
        form: true,
      });
      return answer.data;
    },
  };
}
