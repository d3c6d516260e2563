import 'server-only';
import type { SeriesSet } from '@/lib/contracts/series';
import type { Grid } from '../prometheus/grid';
import { type QueryData, toNumber } from '../prometheus/schema';

/**
 * Volumes on a grid: value i is the bytes of the step that begins at grid point i. Loki stamps a volume with the last
 * millisecond of its step (3.x) or with its first (2.9), and the last one with the end of the range.
 */
export function volumeSet(data: QueryData, { startMs, endMs, stepMs }: Grid): SeriesSet {
  const steps = Math.max(1, Math.round((endMs - startMs) / stepMs));
  // With one sample per series at most, Loki answers with a vector instead of a matrix.
  const rows =
    data.resultType === 'matrix'
      ? data.result.map(({ metric, values = [] }) => ({ metric, values }))
      : data.resultType === 'vector'
        ? data.result.map(({ metric, value }) => ({ metric, values: value === undefined ? [] : [value] }))
        : [];
  const series = rows.map(({ metric, values }) => {
    const row: (number | null)[] = new Array(steps).fill(null);
    for (const [seconds, text] of values) {
      const sinceStartMs = Math.round(seconds * 1000) - startMs;
      const index = Math.min(steps - 1, Math.floor(sinceStartMs / stepMs));
      const value = toNumber(text);
      if (index >= 0 && value !== null) row[index] = (row[index] ?? 0) + value;
    }
    return { labels: metric, values: row };
  });
  return { startMs, stepMs, series };
}
