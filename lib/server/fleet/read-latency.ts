import 'server-only';
import type { SeriesSet } from '@/lib/contracts/series';
import { emptySet } from '@/lib/domain/series';
import { bucketsQuery, meanLatencyQuery, quantilesQuery } from '../prometheus/signal-queries';
import { UNIT_MS } from '../signals/preset';
import { bandSeries, CHART_QUANTILES, histogramsOf, quantileSeries } from './latency-series';
import type { ModelPanel } from './model-panel';
import { byVersionLabel } from './version-series';

/**
 * Latency over time by version, milliseconds. Increases over the rate's window, so that the band knows how many requests
 * a point stands on. A stack with a mean only gives a series with the quantile "mean" and no band.
 */
export async function readLatency(
  { telemetry, gather, stepMs, windowMs }: ModelPanel,
  { model, startMs, endMs }: { model: string; startMs: number; endMs: number },
  signal: AbortSignal,
): Promise<{ quantiles: SeriesSet; band: SeriesSet }> {
  const { prometheus, map } = telemetry;
  const asked = { fn: 'increase', windowMs, model, byVersion: true } as const;
  const range = { startMs, endMs, stepMs };
  const none = emptySet({ startMs, endMs }, stepMs);
  const { latency } = map;
  if (latency.kind === 'histogram') {
    const query = bucketsQuery(map, asked);
    if (query === null) return { quantiles: none, band: none };
    const set = await gather.need('latency buckets by version', prometheus.range(query, range, signal));
    const histograms = histogramsOf(map, set);
    return {
      quantiles: { ...set, series: quantileSeries(histograms) },
      band: { ...set, series: bandSeries(histograms) },
    };
  }
  const query = latency.kind === 'native' ? quantilesQuery(map, CHART_QUANTILES, asked) : meanLatencyQuery(map, asked);
  if (query === null || latency.kind === 'none') return { quantiles: none, band: none };
  const set = await gather.need('latency by version', prometheus.range(query, range, signal));
  const factor = UNIT_MS[latency.unit];
  const named = byVersionLabel(map, set, ['quantile']);
  const series = named.series.map(({ labels, values }) => ({
    labels: latency.kind === 'mean' ? { ...labels, quantile: 'mean' } : labels,
    values: values.map((value) => (value === null ? null : value * factor)),
  }));
  return { quantiles: { ...named, series }, band: { ...none, startMs: set.startMs, stepMs: set.stepMs } };
}
