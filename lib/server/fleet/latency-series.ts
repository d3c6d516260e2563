import 'server-only';
import type { SeriesSet } from '@/lib/contracts/series';
import { type Buckets, histogramQuantile, toBuckets, woodruffInterval } from '@/lib/domain/histogram';
import { UNIT_MS } from '../signals/preset';
import type { SignalMap } from '../signals/signal-map';
import { toMs } from './counts';
import { versionOf } from './labels';

export const CHART_QUANTILES = [0.5, 0.95, 0.99] as const;

/** Histograms of one version over time; null where the point has none. Bounds in milliseconds. */
export interface VersionHistograms {
  version: string;
  points: (Buckets | null)[];
}

/** Bucket series (label `le`) as histograms by version and point. */
export function histogramsOf(map: SignalMap, set: SeriesSet): VersionHistograms[] {
  const factor = map.latency.kind === 'histogram' ? UNIT_MS[map.latency.unit] : 1;
  const versions = new Map<string, { bound: number; values: readonly (number | null)[] }[]>();
  for (const { labels, values } of set.series) {
    const version = versionOf(map, labels);
    const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : toMs(Number(labels.le), factor);
    const list = versions.get(version) ?? [];
    list.push({ bound, values });
    versions.set(version, list);
  }
  const length = set.series[0]?.values.length ?? 0;
  return [...versions].map(([version, list]) => ({
    version,
    points: Array.from({ length }, (_, i) => {
      const points = list.map(({ bound, values }) => ({ upperBound: bound, count: values[i] ?? null }));
      return points.every(({ count }) => count === null) ? null : (toBuckets(points)?.buckets ?? null);
    }),
  }));
}

/** Quantiles over time by version, labels `version` and `quantile`; a point in the open last bucket is its bound. */
export const quantileSeries = (histograms: readonly VersionHistograms[]): SeriesSet['series'] =>
  histograms.flatMap(({ version, points }) =>
    CHART_QUANTILES.map((q) => ({
      labels: { version, quantile: String(q) },
      values: points.map((point) => (point === null ? null : histogramQuantile(point, q).value)),
    })),
  );

/** 95 % Woodruff interval of P95 over time by version, labels `version` and `bound`. */
export const bandSeries = (histograms: readonly VersionHistograms[]): SeriesSet['series'] =>
  histograms.flatMap(({ version, points }) => {
    const intervals = points.map((point) => (point === null ? null : woodruffInterval(point, 0.95)));
    return (['low', 'high'] as const).map((bound) => ({
      labels: { version, bound },
      values: intervals.map((interval) => interval?.[bound] ?? null),
    }));
  });
