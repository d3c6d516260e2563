import 'server-only';
import type { LogSummary } from '@/lib/contracts/logs';
import type { SeriesSet } from '@/lib/contracts/series';
import { byLevel } from '@/lib/domain/log-answer';
import { toLevel } from '@/lib/domain/log-level';
import { stepForRange } from '@/lib/domain/time';
import { whyOf } from '../answer';
import { AppError } from '../errors';
import type { LokiClient } from '../loki/client';
import { countLines } from './count';
import { diagnoseEmptiness } from './emptiness';
import { type LogFilter, writeQuery } from './filter';

/** Levels as one series each, worst first; a stream's own label goes before what Loki detected. */
function toLevels(set: SeriesSet): SeriesSet {
  const named = {
    ...set,
    series: set.series.map(({ labels, values }) => {
      const own = toLevel(labels.level);
      return { labels: { level: own === 'unknown' ? toLevel(labels.detected_level) : own }, values };
    }),
  };
  return { ...set, series: byLevel(named).map(({ level, values }) => ({ labels: { level }, values })) };
}

/** How many lines match, by level over time; and if none, why. */
export async function summariseLogs(
  loki: LokiClient,
  asked: LogFilter & { startMs: number; endMs: number },
  signal: AbortSignal,
): Promise<LogSummary> {
  const { query, why } = await writeQuery(loki, asked, asked, signal);
  const counted = await countLines(loki, query, asked, signal).catch((error: unknown) => {
    // A count may be refused for its cost where the lines themselves are not; a mistake in the query is told.
    if (!(error instanceof AppError) || error.details.position !== undefined || error.code === 'upstream_unreachable') {
      throw error;
    }
    return error;
  });
  if (counted instanceof AppError) {
    const stepMs = stepForRange(asked.endMs - asked.startMs);
    return {
      query,
      volume: { startMs: asked.startMs, stepMs, series: [] },
      totals: {},
      notCounted: counted.message,
      partial: null,
      emptiness: null,
      why,
    };
  }
  const volume = toLevels(counted.value);
  const totals = Object.fromEntries(
    volume.series.map(({ labels, values }) => [
      labels.level ?? 'unknown',
      values.reduce<number>((sum, value) => sum + (value ?? 0), 0),
    ]),
  );
  const isEmpty = Object.values(totals).every((total) => total === 0);
  const diagnosed = isEmpty ? await diagnoseEmptiness(loki, query, asked, signal) : { emptiness: null, why: [] };
  return {
    query,
    volume,
    totals,
    notCounted: null,
    partial: counted.why.truncated,
    emptiness: diagnosed.emptiness,
    why: [...why, whyOf(counted, 'lines by level over time'), ...diagnosed.why],
  };
}
