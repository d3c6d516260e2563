import type { Labels, Matcher, MetricStore } from '../stores';
import type { Annotations } from './annotations';
import type { At, Selector } from './ast';
import { type Column, type Grid, newColumn, timeAt } from './columns';
import { ApiError, ExecutionError } from './errors';

/** What one evaluation carries along. */
export interface Evaluation {
  store: MetricStore;
  annotations: Annotations;
  /** The ends of the whole query, for `@ start()` and `@ end()`. */
  startMs: number;
  endMs: number;
  lookbackMs: number;
  defaultStepMs: number;
  /** Monotonic milliseconds after which the query is given up; the clock is the caller's. */
  deadlineMs: number;
  clock: () => number;
  /** Samples that were looked at, for `stats`. */
  samples: number;
}

/** Throws 503 `timeout`, as Prometheus does; asked between series, since nothing else can interrupt an evaluation. */
export function checkDeadline(evaluation: Evaluation): void {
  if (evaluation.clock() >= evaluation.deadlineMs) {
    throw new ApiError(503, 'timeout', 'query timed out in expression evaluation');
  }
}

/** The server's bound on the samples that one query may hold. */
const MAX_SAMPLES = 50_000_000;

/** Refuses what would not fit: so many series, each with a sample at every time. */
export function checkSize(seriesCount: number, timeCount: number): void {
  if (seriesCount * timeCount > MAX_SAMPLES) {
    throw new ExecutionError('query processing would load too many samples into memory in query execution');
  }
}

/** One series without stale markers: what range functions look at. */
export interface Samples {
  labels: Labels;
  timesMs: Float64Array;
  values: Float64Array;
}

/** The time a selector looks at for each time of the grid: shifted by `offset`, or fixed by `@`. */
export interface Reference {
  of: (index: number) => number;
  firstMs: number;
  lastMs: number;
}

/** `@` fixes the time for the whole grid, `offset` in milliseconds moves it either way; null: the grid's own times. */
export function reference(evaluation: Evaluation, grid: Grid, at: At | null, offsetMs: number): Reference {
  if (at === null) {
    return {
      of: (index) => timeAt(grid, index) - offsetMs,
      firstMs: grid.startMs - offsetMs,
      lastMs: timeAt(grid, grid.count - 1) - offsetMs,
    };
  }
  const fixed = (at === 'start' ? evaluation.startMs : at === 'end' ? evaluation.endMs : at) - offsetMs;
  return { of: () => fixed, firstMs: fixed, lastMs: fixed };
}

/** Prometheus' staleness marker is one NaN among many: 0x7ff0000000000002. */
function staleness(values: Float64Array): (index: number) => boolean {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  return (index) => words[index * 2] === 2 && words[index * 2 + 1] === 0x7ff00000;
}

function withoutStale(labels: Labels, timesMs: Float64Array, values: Float64Array): Samples {
  const isStale = staleness(values);
  const kept: number[] = [];
  for (let index = 0; index < values.length; index += 1) if (!isStale(index)) kept.push(index);
  if (kept.length === values.length) return { labels, timesMs, values };
  return {
    labels,
    timesMs: Float64Array.from(kept, (index) => timesMs[index] ?? 0),
    values: Float64Array.from(kept, (index) => values[index] ?? 0),
  };
}

/** The samples that the windows (t - rangeMs, t] of every time of the reference can hold. */
export function selectRange(
  evaluation: Evaluation,
  matchers: readonly Matcher[],
  times: Reference,
  rangeMs: number,
): Samples[] {
  checkDeadline(evaluation);
  const found = evaluation.store.select(matchers, times.firstMs - rangeMs, times.lastMs);
  return found.map(({ labels, timesMs, values }) => withoutStale(labels, timesMs, values));
}

/**
 * The latest sample of each series in (t - lookback, t], unless it is a staleness marker. With `timestamps` the
 * value is the time of that sample in seconds.
 */
export function selectInstant(evaluation: Evaluation, selector: Selector, grid: Grid, timestamps = false): Column[] {
  checkDeadline(evaluation);
  const times = reference(evaluation, grid, selector.at, selector.offsetMs);
  const found = evaluation.store.select(selector.matchers, times.firstMs - evaluation.lookbackMs, times.lastMs);
  checkSize(found.length, grid.count);
  const columns: Column[] = [];
  for (const series of found) {
    const { timesMs, values } = series;
    const isStale = staleness(values);
    const column = newColumn(series.labels, grid.count);
    let next = 0;
    let filled = 0;
    for (let index = 0; index < grid.count; index += 1) {
      const timeMs = times.of(index);
      while (next < timesMs.length && (timesMs[next] ?? 0) <= timeMs) next += 1;
      if (next === 0) continue;
      const sampleMs = timesMs[next - 1] ?? 0;
      if (sampleMs <= timeMs - evaluation.lookbackMs || isStale(next - 1)) continue;
      column.values[index] = timestamps ? sampleMs / 1000 : (values[next - 1] ?? 0);
      column.has[index] = 1;
      filled += 1;
    }
    evaluation.samples += filled;
    if (filled > 0) columns.push(column);
  }
  return columns;
}

/** The samples of each series in the window (t - rangeMs, t] of one time: a range vector as an instant query shows it. */
export function selectWindow(
  evaluation: Evaluation,
  source: readonly Samples[],
  timeMs: number,
  rangeMs: number,
): Samples[] {
  const windows: Samples[] = [];
  for (const { labels, timesMs, values } of source) {
    const from = timesMs.findIndex((time) => time > timeMs - rangeMs);
    const past = timesMs.findIndex((time) => time > timeMs);
    const to = past < 0 ? timesMs.length : past;
    if (from < 0 || from >= to) continue;
    evaluation.samples += to - from;
    windows.push({ labels, timesMs: timesMs.subarray(from, to), values: values.subarray(from, to) });
  }
  return windows;
}
