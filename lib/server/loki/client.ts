import 'server-only';
import type { Sample, SeriesSet } from '@/lib/contracts/series';
import { MAX_POINTS, toQueryDuration } from '@/lib/domain/time';
import { type Answer, toAnswer } from '../answer';
import type { SourceConfig } from '../config';
import { AppError } from '../errors';
import { gridOf, type RangeAsked } from '../prometheus/grid';
import { toSamples, toSeriesSet } from '../prometheus/results';
import type { ClientOptions } from '../upstream/cached';
import { hasStatus } from '../upstream/error';
import { lokiApi } from './api';
import { type LokiCatalog, lokiCatalog } from './catalog';
import {
  boundsAfter,
  CATEGORIZE,
  cursorAfter,
  type Direction,
  type LogEntry,
  mergeStreams,
  readCursor,
  withoutGiven,
  writeCursor,
} from './entries';
import { MetricAnswer, StreamsAnswer } from './schema';
import { type TailAsked, type TailFrame, tailLoki } from './tail';
import { addNs, toNs } from './time';

/** Lines of one request at most: the servers' own default bound. */
export const MAX_LINES = 5_000;
/** Series of one metric answer at most. */
const MAX_LOG_SERIES = 1_000;

export interface LogsAsked {
  startMs: number;
  /** Exclusive, as in Loki. */
  endMs: number;
  limit?: number;
  /** Newest first unless said otherwise. */
  direction?: Direction;
  /** The `next` of an earlier page with the same query, range and direction. */
  cursor?: string;
}

export interface LogPage {
  entries: LogEntry[];
  /** Whether labels, metadata and parsed fields are told apart (Loki 3.0 and later). */
  categorized: boolean;
  /** Where the next page begins; null when this is the last. */
  next: string | null;
  /** What the query cost, where the server says so. */
  bytesProcessed: number | null;
}

export interface LokiClient extends LokiCatalog {
  readonly source: SourceConfig;
  /** Log lines of all streams as one list in time, page by page. */
  logs(query: string, asked: LogsAsked, signal: AbortSignal): Promise<Answer<LogPage>>;
  /** A metric query on a grid aligned to the step. */
  range(query: string, range: RangeAsked, signal: AbortSignal): Promise<Answer<SeriesSet>>;
  /** A metric query at an instant. */
  instant(query: string, timeMs: number, signal: AbortSignal): Promise<Answer<Sample[]>>;
  /** Lines as they arrive, until the signal aborts. A broken connection throws. */
  tail(query: string, asked: TailAsked, signal: AbortSignal): AsyncGenerator<TailFrame, void>;
}

/** A client of one Loki, 2.9 to 3.x. */
export function lokiClient(source: SourceConfig, options: ClientOptions = {}): LokiClient {
  const api = lokiApi(source, options);

  const askLines = async (
    query: string,
    bounds: { startNs: string; endNs: string; endMs: number },
    wanted: number,
    direction: Direction,
    signal: AbortSignal,
  ) => {
    const ask = (limit: number) =>
      api({
        path: '/loki/api/v1/query_range',
        // Without a step: it would only bring the limit of 11,000 points to a log query.
        params: { query, start: bounds.startNs, end: bounds.endNs, limit, direction },
        headers: { 'x-loki-response-encoding-flags': CATEGORIZE },
        schema: StreamsAnswer,
        span: { endMs: bounds.endMs, stepMs: null },
        signal,
      });
    try {
      return { answer: await ask(wanted), asked: wanted };
    } catch (error) {
      // A server with a lower bound than the default says it: "limit > max_entries_limit_per_query (5000 > 1000)".
      const bound = hasStatus(error, 400)
        ? /max entries limit.*\(\d+ > (\d{1,6})\)/.exec(error.message)?.[1]
        : undefined;
      if (bound === undefined || Number(bound) < 1 || Number(bound) >= wanted) throw error;
      return { answer: await ask(Number(bound)), asked: Number(bound) };
    }
  };

  const askMetric = async (
    path: string,
    params: Record<string, string | number>,
    endMs: number,
    stepMs: number | null,
    signal: AbortSignal,
  ) => {
    const answer = await api({ path, params, schema: MetricAnswer, span: { endMs, stepMs }, signal });
    const { data } = answer.value;
    if (data.resultType === 'streams') {
      throw new AppError(
        'upstream_rejected',
        'The query gives log lines, where numbers are needed: count or rate them.',
        {
          source: source.name,
        },
      );
    }
    return { ...answer, data, warnings: [...(answer.value.warnings ?? [])].sort() };
  };

  /** Warnings of Loki speak of partial results. */
  const partial = (warnings: readonly string[], cut: string | null): string | null =>
    cut ?? (warnings[0] === undefined ? null : `${source.name} says: ${warnings[0]}.`);

  return {
    source,
    ...lokiCatalog(source, api),
    async logs(query, asked, signal) {
      const { startMs, endMs, direction = 'backward' } = asked;
      const limit = Math.max(1, Math.min(asked.limit ?? 1_000, MAX_LINES));
      const cursor = asked.cursor === undefined ? null : readCursor(asked.cursor);
      if (asked.cursor !== undefined && cursor === null) {
        throw new AppError('bad_request', 'cursor: this is not a place in a list of log lines.');
      }
      const range = { startNs: toNs(startMs), endNs: toNs(endMs) };
      const bounds = cursor === null ? range : boundsAfter(cursor, direction, range);
      // One more tells whether there are more; a single line may be so large that a second one is too much.
      const wanted = Math.min(limit + (cursor?.given.length ?? 0) + (limit === 1 ? 0 : 1), MAX_LINES);
      const { answer, asked: asks } = await askLines(query, { ...bounds, endMs }, wanted, direction, signal);
      const { result, encodingFlags, stats } = answer.value.data;
      const merged = mergeStreams(result, direction);
      const fresh = cursor === null ? merged : withoutGiven(merged, cursor);
      const entries = fresh.slice(0, limit);
      const more = merged.length >= asks || fresh.length > limit;
      let next = more ? cursorAfter(entries, cursor) : null;
      let cut: string | null = more ? `Only ${entries.length} lines are here; there are more.` : null;
      if (more && next === null && cursor !== null) {
        // One nanosecond holds more lines than may be asked for: step over it rather than ask for ever.
        next = { ns: direction === 'backward' ? addNs(cursor.ns, -1n) : addNs(cursor.ns, 1n), given: [] };
        cut = `More than ${asks} lines share one instant; the others of that instant are left out.`;
      }
      const warnings = [...(answer.value.warnings ?? [])].sort();
      const page: LogPage = {
        entries,
        // The echo decides, not the version: an older server ignores the header.
        categorized: encodingFlags?.includes(CATEGORIZE) ?? false,
        next: next === null ? null : writeCursor(next),
        bytesProcessed: stats?.summary?.totalBytesProcessed ?? null,
      };
      return toAnswer(source, { language: 'logql', query, startMs, endMs, stepMs: null }, page, {
        ...answer,
        truncated: partial(warnings, cut),
        warnings,
      });
    },
    async range(query, asked, signal) {
      const grid = gridOf(asked);
      const params = {
        query,
        start: toNs(grid.startMs),
        end: toNs(grid.endMs),
        step: grid.stepMs / 1000,
      };
      const answer = await askMetric('/loki/api/v1/query_range', params, grid.endMs, grid.stepMs, signal);
      const { set } = toSeriesSet(source, answer.data, grid);
      const cut = set.series.length > MAX_LOG_SERIES;
      if (asked.stepMs !== undefined && asked.stepMs !== grid.stepMs) {
        answer.warnings.push(
          `The step is ${toQueryDuration(grid.stepMs)} instead of ${toQueryDuration(asked.stepMs)}, so that no series has more than ${MAX_POINTS} points.`,
        );
      }
      return toAnswer(
        source,
        { language: 'logql', query, ...grid },
        { ...set, series: set.series.slice(0, MAX_LOG_SERIES) },
        {
          ...answer,
          truncated: partial(
            answer.value.warnings ?? [],
            cut ? `Only ${MAX_LOG_SERIES} of ${set.series.length} series are here.` : null,
          ),
        },
      );
    },
    async instant(query, timeMs, signal) {
      const params = { query, time: toNs(timeMs) };
      const answer = await askMetric('/loki/api/v1/query', params, timeMs, null, signal);
      const { samples } = toSamples(source, answer.data);
      const asked = { language: 'logql', query, startMs: timeMs, endMs: timeMs, stepMs: null } as const;
      return toAnswer(source, asked, samples.slice(0, MAX_LOG_SERIES), {
        ...answer,
        truncated: partial(
          answer.warnings,
          samples.length > MAX_LOG_SERIES ? `Only ${MAX_LOG_SERIES} of ${samples.length} series are here.` : null,
        ),
      });
    },
    tail: (query, asked, signal) => tailLoki(source, query, asked, signal),
  };
}
