import 'server-only';
import type { SeriesSet } from '@/lib/contracts/series';
import { histogramQuantile, quantileDifference } from '@/lib/domain/histogram';
import { emptySet, sumValues } from '@/lib/domain/series';
import { MINUTE_MS } from '@/lib/domain/time';
import { type CellsRead, mergeBuckets } from './read-cells';

const CHART_POINTS = 120;

/** Both sides over time, cells put together until a chart can show them. */
export function overTimeOf(
  cells: CellsRead | null,
  versions: { champion: string; challenger: string },
  range: { startMs: number; endMs: number },
): { overTime: SeriesSet; p95Difference: SeriesSet } {
  if (cells === null) {
    const none = emptySet(range, MINUTE_MS);
    return { overTime: none, p95Difference: none };
  }
  const { startMs, stepMs } = cells;
  const length = cells.champion.requests.length;
  const every = Math.max(1, Math.ceil(length / CHART_POINTS));
  // The first group may be short, so that the last one ends at the present.
  const groups: [number, number][] = [];
  for (let to = length; to > 0; to -= every) groups.unshift([Math.max(0, to - every), to]);
  const side = (name: 'champion' | 'challenger') => {
    const own = cells[name];
    const requests = groups.map(([from, to]) => sumValues(own.requests.slice(from, to)));
    const errors = groups.map(([from, to]) => sumValues(own.errors.slice(from, to)));
    const buckets = groups.map(([from, to]) => mergeBuckets(own.buckets.slice(from, to)));
    // A rate is over what was measured: at the ends of a side's own part of the window a group is its in part only.
    const seconds = groups.map(
      ([from, to]) => (own.requests.slice(from, to).filter((value) => value !== null).length * stepMs) / 1000,
    );
    return {
      buckets,
      series: [
        {
          measure: 'requests',
          values: requests.map((value, i) => (value === null ? null : value / (seconds[i] ?? stepMs / 1000))),
        },
        {
          measure: 'errors',
          values: requests.map((value, i) => {
            const failed = errors[i] ?? null;
            return value === null || failed === null || !(value > 0) ? null : Math.min(1, failed / value);
          }),
        },
        ...([0.5, 0.95] as const).map((q) => ({
          measure: `p${q * 100}`,
          values: buckets.map((one) => (one === null ? null : histogramQuantile(one, q).value)),
        })),
      ].map(({ measure, values }) => ({ labels: { side: name, version: versions[name], measure }, values })),
    };
  };
  const champion = side('champion');
  const challenger = side('challenger');
  const differences = champion.buckets.map((one, i) => {
    const other = challenger.buckets[i] ?? null;
    return one === null || other === null ? null : quantileDifference(one, other, 0.95);
  });
  const grid = { startMs: startMs + ((groups[0]?.[1] ?? 1) - 1) * stepMs, stepMs: stepMs * every };
  return {
    overTime: { ...grid, series: [...champion.series, ...challenger.series] },
    p95Difference: {
      ...grid,
      series: (['low', 'estimate', 'high'] as const).map((bound) => ({
        labels: { bound },
        values: differences.map((one) =>
          one === null ? null : bound === 'estimate' ? one.difference : one.interval[bound],
        ),
      })),
    },
  };
}
