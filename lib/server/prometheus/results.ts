import 'server-only';
import type { z } from 'zod';
import type { Labels, Sample, SeriesSet } from '@/lib/contracts/series';
import { gridLength } from '@/lib/domain/time';
import type { SourceConfig } from '../config';
import { AppError } from '../errors';
import type { Grid } from './grid';
import { type Exemplars, type QueryData, type RawHistogram, toNumber } from './schema';

/** One bucket of a native histogram, not cumulative. Null bounds are infinite. */
export interface NativeBucket {
  lower: number | null;
  upper: number | null;
  lowerInclusive: boolean;
  upperInclusive: boolean;
  count: number;
}

export interface NativeHistogram {
  labels: Labels;
  count: number | null;
  sum: number | null;
  buckets: NativeBucket[];
}

/** Native histograms on a grid; null: the series has none at that point. */
export interface NativeSeriesSet {
  startMs: number;
  stepMs: number;
  series: { labels: Labels; values: (NativeHistogram | null)[] }[];
}

/** An observation with a trace. `traceId` is 32 lowercase hex digits, null when no label holds one. */
export interface Exemplar {
  seriesLabels: Labels;
  labels: Labels;
  traceId: string | null;
  timeMs: number;
  value: number | null;
}

const wrongShape = (source: SourceConfig, got: string, wanted: string): AppError =>
  new AppError('upstream_rejected', `The query gives ${got}, where ${wanted} is needed.`, { source: source.name });

export const HISTOGRAM_WARNING =
  'Some series are native histograms, which have no single value: ask for a quantile, a count or their buckets.';

/** An instant answer as samples; a scalar is one sample without labels. */
export function toSamples(source: SourceConfig, data: QueryData): { samples: Sample[]; hasHistograms: boolean } {
  if (data.resultType === 'scalar') {
    return { samples: [{ labels: {}, value: toNumber(data.result[1]) }], hasHistograms: false };
  }
  if (data.resultType === 'string') throw wrongShape(source, 'a text', 'a number');
  if (data.resultType === 'matrix') throw wrongShape(source, 'values over a range', 'one value per series');
  return {
    samples: data.result.map(({ metric, value }) => ({
      labels: metric,
      value: value === undefined ? null : toNumber(value[1]),
    })),
    hasHistograms: data.result.some(({ histogram }) => histogram !== undefined),
  };
}

/** A text for the label set, the same for the same labels in any order. */
export const labelsKey = (labels: Labels): string =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));

/** A range answer on its grid: a missing, NaN or infinite point is a gap. Series are in the order of their labels. */
export function toSeriesSet(
  source: SourceConfig,
  data: QueryData,
  grid: Grid,
): { set: SeriesSet; hasHistograms: boolean } {
  if (data.resultType !== 'matrix') throw wrongShape(source, `a ${data.resultType}`, 'series over a range');
  const points = gridLength(grid.startMs, grid.endMs, grid.stepMs);
  const series = data.result.map(({ metric, values = [] }) => {
    const row: (number | null)[] = new Array(points).fill(null);
    for (const [seconds, text] of values) {
      const index = Math.round((seconds * 1000 - grid.startMs) / grid.stepMs);
      if (index >= 0 && index < points) row[index] = toNumber(text);
    }
    return { labels: metric, values: row };
  });
  return {
    set: { startMs: grid.startMs, stepMs: grid.stepMs, series: inOrder(series) },
    hasHistograms: data.result.some(({ histograms }) => histograms !== undefined && histograms.length > 0),
  };
}

function inOrder(series: SeriesSet['series']): SeriesSet['series'] {
  return series
    .map((one) => ({ one, key: labelsKey(one.labels) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ one }) => one);
}

/** Part of a set, both ends included and within it. A series without a value in that part is left out, as a server would. */
export function sliceSet(set: SeriesSet, startMs: number, endMs: number): SeriesSet {
  const from = Math.round((startMs - set.startMs) / set.stepMs);
  const to = Math.round((endMs - set.startMs) / set.stepMs) + 1;
  const series = set.series
    .map(({ labels, values }) => ({ labels, values: values.slice(from, to) }))
    .filter(({ values }) => values.some((value) => value !== null));
  return { startMs, stepMs: set.stepMs, series };
}

/** Two sets of one step, the second beginning a step after the first ends. A series of one part only has gaps in the other. */
export function stitch(older: SeriesSet, olderEndMs: number, newer: SeriesSet, newerEndMs: number): SeriesSet {
  const olderPoints = gridLength(older.startMs, olderEndMs, older.stepMs);
  const newerPoints = gridLength(newer.startMs, newerEndMs, newer.stepMs);
  const gap = (points: number): (number | null)[] => new Array(points).fill(null);
  const tails = new Map(newer.series.map((one) => [labelsKey(one.labels), one]));
  const series = older.series.map(({ labels, values }) => {
    const key = labelsKey(labels);
    const tail = tails.get(key);
    tails.delete(key);
    return { labels, values: [...values, ...(tail?.values ?? gap(newerPoints))] };
  });
  for (const { labels, values } of tails.values()) series.push({ labels, values: [...gap(olderPoints), ...values] });
  return { startMs: older.startMs, stepMs: older.stepMs, series: inOrder(series) };
}

function toBuckets(histogram: RawHistogram): NativeBucket[] {
  // Rules of the API: 0 is (l, u], 1 is [l, u), 2 is (l, u), 3 is [l, u].
  return (histogram.buckets ?? []).map(([rule, lower, upper, count]) => ({
    lower: toNumber(lower),
    upper: toNumber(upper),
    lowerInclusive: rule === 1 || rule === 3,
    upperInclusive: rule === 0 || rule === 3,
    count: toNumber(count) ?? 0,
  }));
}

const toNativeHistogram = (labels: Labels, raw: RawHistogram): NativeHistogram => ({
  labels,
  count: toNumber(raw.count),
  sum: toNumber(raw.sum ?? ''),
  buckets: toBuckets(raw),
});

/** The native histograms of an instant answer; series with plain values are left out. */
export function toNativeHistograms(source: SourceConfig, data: QueryData): NativeHistogram[] {
  if (data.resultType !== 'vector') throw wrongShape(source, `a ${data.resultType}`, 'histograms');
  return data.result.flatMap(({ metric, histogram }) =>
    histogram === undefined ? [] : [toNativeHistogram(metric, histogram[1])],
  );
}

/** The native histograms of a range answer on its grid; series with plain values alone are left out. */
export function toNativeSeriesSet(source: SourceConfig, data: QueryData, grid: Grid): NativeSeriesSet {
  if (data.resultType !== 'matrix') throw wrongShape(source, `a ${data.resultType}`, 'histograms over a range');
  const points = gridLength(grid.startMs, grid.endMs, grid.stepMs);
  const series = data.result.flatMap(({ metric, histograms = [] }) => {
    if (histograms.length === 0) return [];
    const values: (NativeHistogram | null)[] = new Array(points).fill(null);
    for (const [seconds, raw] of histograms) {
      const index = Math.round((seconds * 1000 - grid.startMs) / grid.stepMs);
      if (index >= 0 && index < points) values[index] = toNativeHistogram(metric, raw);
    }
    return [{ labels: metric, values }];
  });
  return { startMs: grid.startMs, stepMs: grid.stepMs, series };
}

const TRACE_LABEL = /^(?:trace_?id|otel_?trace_?id)$/i;

/** The trace id among an exemplar's labels, whatever the service called it: lowercase, leading zeros restored. */
function traceIdOf(labels: Labels): string | null {
  for (const [name, value] of Object.entries(labels)) {
    if (TRACE_LABEL.test(name) && /^[0-9a-f]{1,32}$/i.test(value)) return value.toLowerCase().padStart(32, '0');
  }
  return null;
}

/**
 * Exemplars with times in whole milliseconds. `traceId` null: no label holds one; `value` null: it was no finite
 * number.
 */
export const toExemplars = (data: z.infer<typeof Exemplars>): Exemplar[] =>
  (data ?? []).flatMap(({ seriesLabels, exemplars }) =>
    exemplars.map(({ labels, value, timestamp }) => ({
      seriesLabels,
      labels,
      traceId: traceIdOf(labels),
      timeMs: Math.round(timestamp * 1000),
      value: toNumber(value),
    })),
  );
