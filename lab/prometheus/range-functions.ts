import { compareValues, KahanSum, mean, quantile, variance } from './sums';

/** What a range function sees: samples `from` ≤ i < `to` of a series, in the window (startMs, endMs] of timeMs. */
export interface Window {
  timesMs: Float64Array;
  values: Float64Array;
  from: number;
  to: number;
  startMs: number;
  endMs: number;
  /** The time of evaluation, which `offset` and `@` do not move. */
  timeMs: number;
  /** Scalar arguments at this time. */
  args: readonly number[];
  /** Indexes of the whole series at which it is lower than before, ascending; the first `passed` of them are ≤ from. */
  resets: readonly number[];
  passed: number;
}

/** Where a series falls: found once, so that no window has to look through its samples for resets. */
export function resetsOf(values: Float64Array): number[] {
  const found: number[] = [];
  for (let index = 1; index < values.length; index += 1) {
    if ((values[index] ?? NaN) < (values[index - 1] ?? NaN)) found.push(index);
  }
  return found;
}

/** Null: no sample at this time. */
export type RangeFunction = (window: Window) => number | null;

const at = (array: Float64Array, index: number): number => array[index] ?? NaN;

/** Extrapolated change between the ends of the window [promql/functions.go extrapolatedRate of 3.5]. */
function extrapolated(window: Window, isCounter: boolean, isRate: boolean): number | null {
  const { timesMs, values, from, to } = window;
  if (to - from < 2) return null;
  const first = at(values, from);
  let change = at(values, to - 1) - first;
  if (isCounter) {
    const { resets } = window;
    for (let place = window.passed; place < resets.length; place += 1) {
      const index = resets[place] ?? to;
      if (index >= to) break;
      change += at(values, index - 1);
    }
  }
  const sampledS = (at(timesMs, to - 1) - at(timesMs, from)) / 1000;
  let toStartS = (at(timesMs, from) - window.startMs) / 1000;
  let toEndS = (window.endMs - at(timesMs, to - 1)) / 1000;
  const averageS = sampledS / (to - from - 1);
  const threshold = averageS * 1.1;
  if (toStartS >= threshold) toStartS = averageS / 2;
  if (isCounter) {
    // A counter cannot have been below zero: it is not extended past the point where it would have been.
    const toZeroS = change > 0 && first >= 0 ? sampledS * (first / change) : toStartS;
    if (toZeroS < toStartS) toStartS = toZeroS;
  }
  if (toEndS >= threshold) toEndS = averageS / 2;
  const factor = (sampledS + toStartS + toEndS) / sampledS;
  return change * (isRate ? factor / ((window.endMs - window.startMs) / 1000) : factor);
}

function lastTwo({ timesMs, values, from, to }: Window, isRate: boolean): number | null {
  if (to - from < 2) return null;
  const last = at(values, to - 1);
  const previous = at(values, to - 2);
  if (!isRate) return last - previous;
  const seconds = (at(timesMs, to - 1) - at(timesMs, to - 2)) / 1000;
  return seconds === 0 ? null : (last < previous ? last : last - previous) / seconds;
}

/** Least squares; the intercept is the value at `interceptMs`. Null of fewer than two samples. */
function regression(
  { timesMs, values, from, to }: Window,
  interceptMs: number,
): { slope: number; intercept: number } | null {
  if (to - from < 2) return null;
  const initial = at(values, from);
  const count = to - from;
  let constant = true;
  const [x, y, xy, xx] = [new KahanSum(), new KahanSum(), new KahanSum(), new KahanSum()];
  for (let index = from; index < to; index += 1) {
    const value = at(values, index);
    if (value !== initial) constant = false;
    const seconds = (at(timesMs, index) - interceptMs) / 1000;
    x.add(seconds);
    y.add(value);
    xy.add(seconds * value);
    xx.add(seconds * seconds);
  }
  if (constant) {
    return Number.isFinite(initial) ? { slope: 0, intercept: initial } : { slope: NaN, intercept: NaN };
  }
  const covariance = xy.total - (x.total * y.total) / count;
  const spread = xx.total - (x.total * x.total) / count;
  const slope = covariance / spread;
  return { slope, intercept: y.total / count - (slope * x.total) / count };
}

function count(window: Window, differs: (previous: number, value: number) => boolean): number | null {
  if (window.from === window.to) return null;
  let found = 0;
  for (let index = window.from + 1; index < window.to; index += 1) {
    if (differs(at(window.values, index - 1), at(window.values, index))) found += 1;
  }
  return found;
}

/** Index of the sample that beats the others; NaN is beaten by everything. -1 of none. */
function best({ values, from, to }: Window, beats: (value: number, best: number) => boolean): number {
  if (from === to) return -1;
  let found = from;
  for (let index = from + 1; index < to; index += 1) {
    const known = at(values, found);
    if (beats(at(values, index), known) || Number.isNaN(known)) found = index;
  }
  return found;
}

const higher = (value: number, known: number): boolean => value > known;
const lower = (value: number, known: number): boolean => value < known;
const atLeast = (value: number, known: number): boolean => value >= known;
const atMost = (value: number, known: number): boolean => value <= known;

const sample = (array: Float64Array, index: number): number | null => (index < 0 ? null : at(array, index));
const seconds = (window: Window, index: number): number | null =>
  index < window.from ? null : at(window.timesMs, index) / 1000;

const reader =
  ({ values, from }: Window) =>
  (index: number) =>
    at(values, from + index);
const list = ({ values, from, to }: Window): number[] => Array.from(values.subarray(from, to));

function sum({ values, from, to }: Window): number | null {
  if (from === to) return null;
  const total = new KahanSum();
  for (let index = from; index < to; index += 1) total.add(at(values, index));
  return total.total;
}

function deviation(window: Window): number | null {
  const found = variance(window.to - window.from, reader(window));
  return found === null ? null : Math.sqrt(found);
}

/** Median of the distances from the median. */
function medianDeviation(window: Window): number | null {
  if (window.from === window.to) return null;
  const values = list(window);
  const median = quantile(0.5, values);
  return quantile(0.5, values.map((value) => Math.abs(value - median)).sort(compareValues));
}

/** The functions over range vectors that give one number for each window. */
export const RANGE_FUNCTIONS: ReadonlyMap<string, RangeFunction> = new Map<string, RangeFunction>([
  ['rate', (window) => extrapolated(window, true, true)],
  ['increase', (window) => extrapolated(window, true, false)],
  ['delta', (window) => extrapolated(window, false, false)],
  ['irate', (window) => lastTwo(window, true)],
  ['idelta', (window) => lastTwo(window, false)],
  ['deriv', (window) => regression(window, at(window.timesMs, window.from))?.slope ?? null],
  [
    'predict_linear',
    (window) => {
      const line = regression(window, window.timeMs);
      return line === null ? null : line.slope * (window.args[0] ?? NaN) + line.intercept;
    },
  ],
  ['resets', (window) => count(window, (previous, value) => value < previous)],
  [
    'changes',
    (window) => count(window, (before, value) => value !== before && !(Number.isNaN(value) && Number.isNaN(before))),
  ],
  ['avg_over_time', (window) => mean(window.to - window.from, reader(window))],
  ['sum_over_time', sum],
  ['min_over_time', (window) => sample(window.values, best(window, lower))],
  ['max_over_time', (window) => sample(window.values, best(window, higher))],
  ['count_over_time', (window) => (window.to > window.from ? window.to - window.from : null)],
  ['last_over_time', (window) => (window.to > window.from ? at(window.values, window.to - 1) : null)],
  ['first_over_time', (window) => (window.to > window.from ? at(window.values, window.from) : null)],
  ['present_over_time', (window) => (window.to > window.from ? 1 : null)],
  ['stdvar_over_time', (window) => variance(window.to - window.from, reader(window))],
  ['stddev_over_time', deviation],
  ['mad_over_time', medianDeviation],
  ['quantile_over_time', (window) => (window.to > window.from ? quantile(window.args[0] ?? NaN, list(window)) : null)],
  ['ts_of_last_over_time', (window) => seconds(window, window.to - 1)],
  ['ts_of_first_over_time', (window) => (window.to > window.from ? seconds(window, window.from) : null)],
  ['ts_of_max_over_time', (window) => seconds(window, best(window, atLeast))],
  ['ts_of_min_over_time', (window) => seconds(window, best(window, atMost))],
]);
