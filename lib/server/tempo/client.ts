import 'server-only';
import type { Sample, SeriesSet } from '@/lib/contracts/series';
import { HOUR_MS } from '@/lib/domain/time';
import { type Answer, toAnswer } from '../answer';
import type { SourceConfig } from '../config';
import { AppError } from '../errors';
import { gridOf, type RangeAsked } from '../prometheus/grid';
import type { ClientOptions } from '../upstream/cached';
import { hasStatus } from '../upstream/error';
import { firstKnown, tempoApi, toSecondsRange } from './api';
import { type TempoCatalog, tempoCatalog } from './catalog';
import { parseTraceId } from './ids';
import {
  type ComparedAttribute,
  type TraceExemplar,
  toComparison,
  toMetricSamples,
  toMetricSet,
  toTraceExemplars,
} from './metrics';
import { MetricsAnswer, SearchAnswer, TraceAnswer } from './schema';
import { type TraceHit, toTraceHit } from './search';
import { type Trace, toSpans } from './spans';
import { newestFirst } from './traceql';

/** Traces of one search at most. */
export const MAX_TRACES = 1_000;
/** The servers' own default bound of a search. */
export const MAX_SEARCH_MS = 168 * 3_600_000;
const MAX_SPANS_PER_TRACE = 100;

interface Range {
  startMs: number;
  endMs: number;
}

export interface SearchAsked extends Range {
  limit?: number;
  /** Matched spans listed per trace, 1 to 100. */
  spansPerTrace?: number;
  /** Newest first (2.8 and later; older servers give the first they find). */
  mostRecent?: boolean;
}

export interface TempoClient extends TempoCatalog {
  readonly source: SourceConfig;
  /** Traces with a matching span, newest first among those found. At most 168 hours: of more, the newest. */
  search(query: string, asked: SearchAsked, signal: AbortSignal): Promise<Answer<TraceHit[]>>;
  /** One trace by its id (any case, leading zeros optional); not_found when Tempo has no span of it. */
  trace(traceId: string, asked: { around?: Range }, signal: AbortSignal): Promise<Answer<Trace>>;
  /** A TraceQL metric on a grid aligned to the step, with the spans behind it. Durations are seconds. */
  metricsRange(
    query: string,
    range: RangeAsked & { exemplars?: number },
    signal: AbortSignal,
  ): Promise<Answer<{ set: SeriesSet; exemplars: TraceExemplar[] }>>;
  /** A TraceQL metric over the whole range as one number per series. */
  metricsInstant(query: string, range: Range, signal: AbortSignal): Promise<Answer<Sample[]>>;
  /** What is different in the spans that a `| compare({…})` selects. */
  compare(query: string, range: Range, signal: AbortSignal): Promise<Answer<ComparedAttribute[]>>;
}

/** A client of one Tempo, 2.4 to 3.0. */
export function tempoClient(source: SourceConfig, options: ClientOptions = {}): TempoClient {
  const api = tempoApi(source, options);

  const partial = (answer: { status?: unknown; message: string }): string | null =>
    answer.status === 'PARTIAL' || answer.status === 1
      ? `${source.name} left something out${answer.message === '' ? '' : `: ${answer.message}`}.`
      : null;

  const metrics = async (query: string, range: Range, signal: AbortSignal) => {
    const answer = await api({
      path: '/api/metrics/query',
      params: { q: query, ...toSecondsRange(range) },
      schema: MetricsAnswer,
      span: { endMs: range.endMs, stepMs: null },
      signal,
    });
    const asked = { language: 'traceql', query, startMs: range.startMs, endMs: range.endMs, stepMs: null } as const;
    const provenance = { ...answer, truncated: partial(answer.value), warnings: [] };
    return { asked, provenance, series: answer.value.series };
  };

  return {
    source,
    ...tempoCatalog(source, api),
    async search(query, asked, signal) {
      const limit = Math.max(1, Math.min(asked.limit ?? 20, MAX_TRACES));
      const startMs = Math.max(asked.startMs, asked.endMs - MAX_SEARCH_MS);
      const bounds = toSecondsRange({ startMs, endMs: asked.endMs });
      // Rounding outwards must not step over the server's bound.
      if (bounds.end - bounds.start > MAX_SEARCH_MS / 1000) bounds.start = bounds.end - MAX_SEARCH_MS / 1000;
      const ask = (q: string) =>
        api({
          path: '/api/search',
          params: {
            q,
            ...bounds,
            limit: limit + 1,
            spss: Math.max(1, Math.min(asked.spansPerTrace ?? 3, MAX_SPANS_PER_TRACE)),
          },
          schema: SearchAnswer,
          span: { endMs: asked.endMs, stepMs: null },
          signal,
        });
      // The hint is not known before 2.8, which calls it a mistake in the query.
      const answer = asked.mostRecent
        ? await firstKnown([() => ask(newestFirst(query)), () => ask(query)], 400)
        : await ask(query);
      const hits = answer.value.traces.map(toTraceHit).sort((a, b) => b.startMs - a.startMs);
      const { completedJobs, totalJobs } = answer.value.metrics ?? {};
      const cut: string[] = [];
      if (hits.length > limit) cut.push(`Only ${limit} traces are here; there are more.`);
      else if (typeof completedJobs === 'number' && typeof totalJobs === 'number' && completedJobs < totalJobs) {
        cut.push(`${source.name} searched ${completedJobs} of ${totalJobs} parts.`);
      }
      if (startMs > asked.startMs) cut.push('Only the last 168 hours of the range are searched.');
      return toAnswer(
        source,
        { language: 'traceql', query, startMs, endMs: asked.endMs, stepMs: null },
        hits.slice(0, limit),
        { ...answer, truncated: cut.length === 0 ? null : cut.join(' '), warnings: [] },
      );
    },
    async trace(written, { around }, signal) {
      const traceId = parseTraceId(written);
      const read = (params: { start?: number; end?: number }) =>
        firstKnown([
          () => api({ path: `/api/v2/traces/${traceId}`, params, schema: TraceAnswer, span: null, signal }),
          // Before 2.6; its 404 is about the trace.
          () => api({ path: `/api/traces/${traceId}`, params, schema: TraceAnswer, span: null, signal }),
        ]).catch((error) => {
          if (hasStatus(error, 404)) return null;
          throw error;
        });
      // A wrong window hides a trace, or part of it, without a word: padded, and given up when nothing is found.
      const window = around && toSecondsRange({ startMs: around.startMs - HOUR_MS, endMs: around.endMs + HOUR_MS });
      let answer = window === undefined ? null : await read(window);
      let spans = answer === null ? [] : toSpans(answer.value.resourceSpans);
      if (spans.length === 0) {
        answer = await read({});
        spans = answer === null ? [] : toSpans(answer.value.resourceSpans);
      }
      if (answer === null || spans.length === 0) {
        throw new AppError(
          'not_found',
          `${source.name} holds no trace ${traceId}: it may be older than its retention, not sampled, or not there yet.`,
          { source: source.name },
        );
      }
      const first = spans[0]?.startMs ?? 0;
      const last = spans.reduce((latest, span) => Math.max(latest, span.startMs + span.durationMs), first);
      const { partial: isPartial, message } = answer.value;
      return toAnswer(
        source,
        { language: 'none', query: traceId, startMs: Math.floor(first), endMs: Math.ceil(last), stepMs: null },
        { traceId, spans, partial: isPartial, message },
        {
          ...answer,
          truncated: isPartial ? `${source.name} left spans out${message === null ? '' : `: ${message}`}.` : null,
          warnings: [],
        },
      );
    },
    async metricsRange(query, asked, signal) {
      const grid = gridOf(asked);
      const answer = await api({
        path: '/api/metrics/query_range',
        params: {
          q: query,
          ...toSecondsRange(grid),
          // A Go duration: days are unknown to it.
          step: `${grid.stepMs / 1000}s`,
          exemplars: asked.exemplars !== undefined && asked.exemplars > 0 ? asked.exemplars : undefined,
        },
        schema: MetricsAnswer,
        span: { endMs: grid.endMs, stepMs: grid.stepMs },
        signal,
      });
      const { series } = answer.value;
      // Without the parameter, and with 0, newer servers send as many as they can.
      const exemplars = toTraceExemplars(series).slice(0, asked.exemplars ?? 0);
      return toAnswer(
        source,
        { language: 'traceql', query, ...grid },
        { set: toMetricSet(series, grid), exemplars },
        { ...answer, truncated: partial(answer.value), warnings: [] },
      );
    },
    async metricsInstant(query, range, signal) {
      const { asked, provenance, series } = await metrics(query, range, signal);
      return toAnswer(source, asked, toMetricSamples(series), provenance);
    },
    async compare(query, range, signal) {
      const { asked, provenance, series } = await metrics(query, range, signal);
      return toAnswer(source, asked, toComparison(series), provenance);
    },
  };
}
