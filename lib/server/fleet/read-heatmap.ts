import 'server-only';
import type { MissingSignal } from '@/lib/contracts/fleet';
import { stepForRange } from '@/lib/domain/time';
import { bucketsQuery } from '../prometheus/signal-queries';
import { histogramsOf } from './latency-series';
import type { ModelPanel } from './model-panel';

/** Columns of a heat map: more cannot be told apart at the width of a page. */
const COLUMNS = 120;

export interface HeatmapGrid {
  startMs: number;
  stepMs: number;
  upperBoundsMs: (number | null)[];
  counts: (number | null)[][];
}

/** Requests of all versions together by latency bucket and column; each request is counted in one cell. */
export async function readHeatmap(
  { telemetry, gather, missing }: ModelPanel,
  { model, startMs, endMs }: { model: string; startMs: number; endMs: number },
  signal: AbortSignal,
): Promise<{ grid: HeatmapGrid; missing: readonly MissingSignal[] }> {
  const { prometheus, map, source } = telemetry;
  // An increase needs two scrapes, so a column is never narrower than two.
  const stepMs = stepForRange(endMs - startMs, COLUMNS, 2 * source.scrapeIntervalMs);
  const query = bucketsQuery(map, { fn: 'increase', windowMs: stepMs, model, byVersion: false });
  if (query === null) {
    const grid = { startMs, stepMs, upperBoundsMs: [], counts: [] };
    const native = { signal: 'latency heat map', reason: 'It needs classic histogram buckets.', remedy: null };
    return { grid, missing: map.latency.kind === 'native' ? [...missing, native] : missing };
  }
  const set = await gather.need('latency buckets', prometheus.range(query, { startMs, endMs, stepMs }, signal));
  // Asked without versions, so there is one list at most.
  const points = histogramsOf(map, set)[0]?.points ?? [];
  const bounds = points.find((point) => point !== null)?.upperBounds ?? [];
  return {
    missing,
    grid: {
      startMs: set.startMs,
      stepMs: set.stepMs,
      upperBoundsMs: bounds.map((bound) => (Number.isFinite(bound) ? bound : null)),
      counts: bounds.map((bound, row) =>
        points.map((point) => {
          // A deploy that changed the buckets leaves columns that this grid cannot show: gaps, not zeros.
          if (point === null || point.upperBounds.length !== bounds.length || point.upperBounds[row] !== bound) {
            return null;
          }
          return (point.cumulative[row] ?? 0) - (row === 0 ? 0 : (point.cumulative[row - 1] ?? 0));
        }),
      ),
    },
  };
}
