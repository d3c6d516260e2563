/** A function of one sample and of the scalar arguments at its time. */
export type SampleFunction = (value: number, args: readonly number[]) => number;

const degrees = 180 / Math.PI;

function round(value: number, to: number): number {
  // Multiplying by the inverse keeps 0.1-like steps exact where dividing would not.
  const inverse = 1 / to;
  return Math.floor(value * inverse + 0.5) / inverse;
}

/** Functions that change each sample alone and drop the metric name. */
export const SAMPLE_FUNCTIONS: ReadonlyMap<string, SampleFunction> = new Map<string, SampleFunction>([
  ['abs', Math.abs],
  ['ceil', Math.ceil],
  ['floor', Math.floor],
  ['exp', Math.exp],
  ['ln', Math.log],
  ['log2', Math.log2],
  ['log10', Math.log10],
  ['sqrt', Math.sqrt],
  ['sgn', Math.sign],
  ['sin', Math.sin],
  ['cos', Math.cos],
  ['tan', Math.tan],
  ['asin', Math.asin],
  ['acos', Math.acos],
  ['atan', Math.atan],
  ['sinh', Math.sinh],
  ['cosh', Math.cosh],
  ['tanh', Math.tanh],
  ['asinh', Math.asinh],
  ['acosh', Math.acosh],
  ['atanh', Math.atanh],
  ['deg', (value) => value * degrees],
  ['rad', (value) => value / degrees],
  ['clamp', (value, [low = NaN, high = NaN]) => Math.max(low, Math.min(high, value))],
  ['clamp_min', (value, [low = NaN]) => Math.max(low, value)],
  ['clamp_max', (value, [high = NaN]) => Math.min(high, value)],
  ['round', (value, [to = 1]) => round(value, to)],
]);

const inUtc = (of: (date: Date) => number) => (seconds: number) => {
  // Go cuts the seconds to whole ones, towards zero.
  const date = new Date(Math.trunc(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? NaN : of(date);
};

const DAY_MS = 86_400_000;

/** Functions that read a sample as seconds since the epoch, in UTC; without an argument they read the time of evaluation. */
export const DATE_FUNCTIONS: ReadonlyMap<string, (seconds: number) => number> = new Map([
  ['minute', inUtc((date) => date.getUTCMinutes())],
  ['hour', inUtc((date) => date.getUTCHours())],
  ['day_of_month', inUtc((date) => date.getUTCDate())],
  ['day_of_week', inUtc((date) => date.getUTCDay())],
  ['day_of_year', inUtc((date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1)],
  ['days_in_month', inUtc((date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate())],
  ['month', inUtc((date) => date.getUTCMonth() + 1)],
  ['year', inUtc((date) => date.getUTCFullYear())],
]);
