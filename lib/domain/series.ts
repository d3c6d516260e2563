import type { Labels, SeriesSet } from '@/lib/contracts/series';

/** Series on one grid: gaps, sums, ratios. A null is a gap, never a zero. */

type Values = readonly (number | null)[];

/** Sum of the measured values; null when there are none. */
export function sumValues(values: Values): number | null {
  let sum: number | null = null;
  for (const value of values) if (value !== null) sum = (sum ?? 0) + value;
  return sum;
}

/** Share of the grid that is measured, 0 to 1; 0 for an empty grid. */
export const coverageOf = (values: Values): number =>
  values.length === 0 ? 0 : values.filter((value) => value !== null).length / values.length;

/**
 * Ratio of two sets point by point, matched by `keyOf`. Where the whole is measured and the part is absent, the part is
 * `absent` (0 for a counter of errors that never counted; null when its absence says nothing). A whole of 0 is a gap:
 * no requests have no error ratio.
 */
export function ratioSeries(
  part: SeriesSet,
  whole: SeriesSet,
  keyOf: (labels: Labels) => string,
  absent: 0 | null,
): SeriesSet {
  const parts = new Map(part.series.map((one) => [keyOf(one.labels), one.values]));
  return {
    startMs: whole.startMs,
    stepMs: whole.stepMs,
    series: whole.series.map(({ labels, values }) => {
      const own = parts.get(keyOf(labels));
      return {
        labels,
        values: values.map((total, i) => {
          if (total === null || !(total > 0)) return null;
          const value = own?.[i] ?? absent;
          return value === null ? null : Math.min(1, Math.max(0, value / total));
        }),
      };
    }),
  };
}

/** A set without series on a grid of one point: what a panel shows when its signal is not measured. */
export const emptySet = (range: { startMs: number; endMs: number }, stepMs: number): SeriesSet => ({
  startMs: range.startMs,
  stepMs,
  series: [],
});

/** Runs of measured, positive points: [first, last] indices, both included. Used for what is "on" or "off". */
export function episodesOf(values: Values, isOn: (value: number) => boolean): { from: number; to: number }[] {
  const episodes: { from: number; to: number }[] = [];
  let from: number | null = null;
  for (let i = 0; i <= values.length; i += 1) {
    const value = values[i] ?? null;
    const on = value !== null && isOn(value);
    if (on && from === null) from = i;
    if (!on && from !== null) {
      episodes.push({ from, to: i - 1 });
      from = null;
    }
  }
  return episodes;
}
