import 'server-only';
import type { Labels, Sample, SeriesSet } from '@/lib/contracts/series';
import { gridLength } from '@/lib/domain/time';
import type { Grid } from '../prometheus/grid';
import { labelsKey } from '../prometheus/results';
import { type KeyValue, toAttributeValue } from './attributes';
import type { RawMetricSeries } from './schema';

/** A span behind a metric: `traceId` has 32 hex digits. */
export interface TraceExemplar {
  labels: Labels;
  traceId: string;
  spanId: string | null;
  timeMs: number;
  /** For rates and counts the value of the line at that time, so that the dot lies on it. */
  value: number | null;
}

/** How often each value of one attribute is seen in the selection and in the rest. */
export interface ComparedAttribute {
  /** As TraceQL prints it: "span.model_version", "name". */
  name: string;
  baselineTotal: number;
  selectionTotal: number;
  values: { value: string; baseline: number; selection: number }[];
  /** True when Tempo left values out because there are too many. */
  cut: boolean;
}

/** Labels by name. Types are lost: 200 and "200" look the same, and a missing attribute is "nil". */
function toLabels(pairs: readonly KeyValue[] | null | undefined): Labels {
  const labels: Labels = {};
  for (const { key, value } of pairs ?? []) labels[key] = String(toAttributeValue(value) ?? '');
  return labels;
}

/** Series on their grid. An absent value is 0, an absent sample is a gap. */
export function toMetricSet(series: readonly RawMetricSeries[], grid: Grid): SeriesSet {
  const points = gridLength(grid.startMs, grid.endMs, grid.stepMs);
  const rows = series.map(({ labels, samples }) => {
    const values: (number | null)[] = new Array(points).fill(null);
    for (const { timestampMs, value } of samples) {
      const index = Math.round((Number(timestampMs) - grid.startMs) / grid.stepMs);
      // From 2.9 an extra point may lie before the start.
      if (index >= 0 && index < points) values[index] = value;
    }
    return { labels: toLabels(labels), values };
  });
  const keyed = rows.map((row) => ({ row, key: labelsKey(row.labels) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return { startMs: grid.startMs, stepMs: grid.stepMs, series: keyed.map(({ row }) => row) };
}

/** The answer of one number a series. `value` null: the series has none. */
export const toMetricSamples = (series: readonly RawMetricSeries[]): Sample[] =>
  series.map(({ labels, value }) => ({ labels: toLabels(labels), value }));

const HEX_ID = /^[0-9a-f]{1,32}$/i;

/**
 * Spans behind a metric, ids with their leading zeros. Those without a trace id are left out; `spanId` null: it was
 * not told.
 */
export const toTraceExemplars = (series: readonly RawMetricSeries[]): TraceExemplar[] =>
  series.flatMap(({ labels: own, exemplars }) =>
    exemplars.flatMap(({ labels: pairs, value, timestampMs }) => {
      const found = toLabels(pairs);
      const traceId = found['trace:id'] ?? '';
      if (!HEX_ID.test(traceId)) return [];
      const spanId = found['span:id'] ?? '';
      return [
        {
          labels: toLabels(own),
          traceId: traceId.toLowerCase().padStart(32, '0'),
          spanId: HEX_ID.test(spanId) ? spanId.toLowerCase().padStart(16, '0') : null,
          timeMs: Number(timestampMs),
          value,
        },
      ];
    }),
  );

/** The answer of compare() by attribute, in the order of their names; values by how often the selection has them. */
export function toComparison(series: readonly RawMetricSeries[]): ComparedAttribute[] {
  const attributes = new Map<
    string,
    ComparedAttribute & { byValue: Map<string, { baseline: number; selection: number }> }
  >();
  for (const { labels, value, samples } of series) {
    const { __meta_type: type, __meta_error: error, ...rest } = toLabels(labels);
    const count = samples.length > 0 ? samples.reduce((sum, sample) => sum + (sample.value ?? 0), 0) : (value ?? 0);
    for (const [name, text] of Object.entries(rest)) {
      const known = attributes.get(name);
      const one = known ?? {
        name,
        baselineTotal: 0,
        selectionTotal: 0,
        values: [],
        cut: false,
        byValue: new Map<string, { baseline: number; selection: number }>(),
      };
      if (known === undefined) attributes.set(name, one);
      if (error !== undefined) {
        one.cut = true;
      } else if (type === 'baseline_total') one.baselineTotal += count;
      else if (type === 'selection_total') one.selectionTotal += count;
      else if (type === 'baseline' || type === 'selection') {
        const counts = one.byValue.get(text) ?? { baseline: 0, selection: 0 };
        counts[type] += count;
        one.byValue.set(text, counts);
      }
    }
  }
  return [...attributes.values()]
    .map(({ byValue, ...one }) => ({
      ...one,
      values: [...byValue]
        .map(([value, counts]) => ({ value, ...counts }))
        .sort((a, b) => b.selection - a.selection || b.baseline - a.baseline || (a.value < b.value ? -1 : 1)),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
