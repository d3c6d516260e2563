import type { LogStore } from '../stores';
import type { Grouping, RangeExpr } from './ast';
import { emptyRow, type Row, type Steps } from './rows';
import { absentLabels, collectSamples, type SampleSeries } from './samples';
import type { ScanCost } from './windows';

type Reduce = (values: Float64Array, times: Float64Array) => number;

const sum: Reduce = (values) => values.reduce((total, value) => total + value, 0);

/**
 * Linear interpolation between the two nearest ranks, rank = q · (n − 1). Infinite outside 0 ≤ q ≤ 1, NaN for no values.
 */
function quantile(q: number, values: Float64Array): number {
  if (values.length === 0 || Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  const sorted = Float64Array.from(values).sort();
  const rank = q * (sorted.length - 1);
  const lower = Math.floor(rank);
  const weight = rank - lower;
  const upper = Math.min(sorted.length - 1, lower + 1);
  return (sorted[lower] ?? 0) * (1 - weight) + (sorted[upper] ?? 0) * weight;
}

/** Population variance, in Welford's one-pass form as Loki computes it. */
export function variance(values: Float64Array): number {
  let mean = 0;
  let squares = 0;
  for (const [index, value] of values.entries()) {
    const delta = value - mean;
    mean += delta / (index + 1);
    squares += delta * (value - mean);
  }
  return squares / values.length;
}

/** Prometheus' extrapolated rate of a counter per second; null for fewer than two samples. */
function counterRate(
  values: Float64Array,
  times: Float64Array,
  window: { fromNs: number; toNs: number },
): number | null {
  const count = values.length;
  const [first, last] = [values[0], values[count - 1]];
  const [firstNs, lastNs] = [times[0], times[count - 1]];
  if (count < 2 || first === undefined || last === undefined || firstNs === undefined || lastNs === undefined)
    return null;
  let increase = last - first;
  for (let i = 1; i < count; i++) {
    const [before, now] = [values[i - 1] ?? 0, values[i] ?? 0];
    if (now < before) increase += before;
  }
  const sampled = lastNs - firstNs;
  if (sampled <= 0) return null;
  const average = sampled / (count - 1);
  let toStart = firstNs - window.fromNs;
  const toEnd = window.toNs - lastNs;
  if (increase > 0 && first >= 0) toStart = Math.min(toStart, sampled * (first / increase));
  const threshold = average * 1.1;
  const extended = sampled + (toStart < threshold ? toStart : average / 2) + (toEnd < threshold ? toEnd : average / 2);
  return (increase * (extended / sampled)) / ((window.toNs - window.fromNs) / 1e9);
}

function reducer(expr: RangeExpr): Reduce {
  const seconds = expr.rangeNs / 1e9;
  switch (expr.op) {
    case 'count_over_time':
      return (values) => values.length;
    case 'rate':
      return expr.unwrap ? (values, times) => sum(values, times) / seconds : (values) => values.length / seconds;
    case 'bytes_rate':
      return (values, times) => sum(values, times) / seconds;
    case 'avg_over_time':
      return (values, times) => sum(values, times) / values.length;
    case 'min_over_time':
      return (values) => values.reduce((least, value) => (value < least || Number.isNaN(least) ? value : least));
    case 'max_over_time':
      return (values) => values.reduce((most, value) => (value > most || Number.isNaN(most) ? value : most));
    case 'first_over_time':
      return (values) => values[0] ?? Number.NaN;
    case 'last_over_time':
      return (values) => values[values.length - 1] ?? Number.NaN;
    case 'stdvar_over_time':
      return variance;
    case 'stddev_over_time':
      return (values) => Math.sqrt(variance(values));
    case 'quantile_over_time':
      return (values) => quantile(expr.parameter ?? Number.NaN, values);
    default:
      return sum;
  }
}

function rowOf(series: SampleSeries, expr: RangeExpr, steps: Steps): Row {
  const row = emptyRow(series.labels, steps.count);
  const reduce = reducer(expr);
  const { times, values } = series;
  let from = 0;
  let to = 0;
  for (let step = 0; step < steps.count; step++) {
    const now = step * steps.stepNs;
    // Start excluded, end included, as Loki's range vectors are.
    while (to < times.length && (times[to] ?? 0) <= now) to++;
    while (from < to && (times[from] ?? 0) <= now - expr.rangeNs) from++;
    if (from === to) continue;
    const window = values.subarray(from, to);
    const windowTimes = times.subarray(from, to);
    const value =
      expr.op === 'rate_counter'
        ? counterRate(window, windowTimes, { fromNs: now - expr.rangeNs, toNs: now })
        : reduce(window, windowTimes);
    if (value === null) continue;
    row.values[step] = value;
    row.present[step] = 1;
  }
  return row;
}

/** Operations whose sum over series equals the operation over all their samples together. */
const ADDITIVE = new Set(['count_over_time', 'rate', 'bytes_over_time', 'bytes_rate', 'sum_over_time']);

/** Whether a sum around this range aggregation may be counted in the scan itself. */
export const isAdditive = (expr: RangeExpr): boolean => ADDITIVE.has(expr.op) && expr.grouping === null;

/** Evaluates a range aggregation; `grouping` when it stands directly in a sum by labels (see isAdditive). */
export function evaluateRange(
  store: LogStore,
  expr: RangeExpr,
  options: { steps: Steps; grouping: Grouping | null; cost: ScanCost },
): Row[] {
  const rows = collectSamples(store, expr, options).map((series) => rowOf(series, expr, options.steps));
  if (expr.op !== 'absent_over_time') return rows.filter((row) => row.present.includes(1));
  const absent = emptyRow({ ...absentLabels(expr.log.matchers) }, options.steps.count);
  for (let step = 0; step < options.steps.count; step++) {
    if (rows.some((row) => row.present[step] === 1)) continue;
    absent.values[step] = 1;
    absent.present[step] = 1;
  }
  return absent.present.includes(1) ? [absent] : [];
}
