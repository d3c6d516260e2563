import type { ChangeEvent } from '@/lib/contracts/event';
import type { SeriesSet } from '@/lib/contracts/series';
import { formatMs } from './format';
import { findStepUp } from './step-change';

/** Where a request's time goes, by stage. Milliseconds; null is "not measured". */

/** A split closer to an end than this share of the range would leave too little to compare. */
const MARGIN = 0.1;

/** The stage that stands for what no stage measures. */
const OTHER_STAGE = 'other';

/**
 * Where a range is split into before and after: where the time of a request went up and stayed up, else at the newest
 * change that leaves enough on both sides, else in its middle. An alert fires minutes after what it tells of.
 */
export function splitOf(
  range: { startMs: number; endMs: number },
  events: readonly ChangeEvent[],
  stages: SeriesSet,
): { splitMs: number; splitReason: string } {
  const length = stages.series[0]?.values.length ?? 0;
  const whole = Array.from({ length }, (_, i) => {
    const known = stages.series.flatMap(({ values }) => values[i] ?? []);
    return known.length === 0 ? null : known.reduce((sum, ms) => sum + ms, 0);
  });
  const step = findStepUp(whole);
  if (step !== null) {
    return {
      splitMs: stages.startMs + (step.index - 1) * stages.stepMs,
      splitReason: `the rise from ${formatMs(step.before)} to ${formatMs(step.after)}`,
    };
  }
  const margin = (range.endMs - range.startMs) * MARGIN;
  const newest = events
    .filter(({ kind, atMs }) => kind !== 'note' && atMs >= range.startMs + margin && atMs <= range.endMs - margin)
    .reduce<ChangeEvent | null>((best, one) => (best === null || one.atMs >= best.atMs ? one : best), null);
  if (newest !== null) return { splitMs: newest.atMs, splitReason: newest.text };
  return { splitMs: Math.round((range.startMs + range.endMs) / 2), splitReason: 'middle of the range' };
}

/**
 * Mean milliseconds per request by stage, from the time all requests spent in each (milliseconds per second) and the
 * requests per second. `whole` is the time of whole requests; what the stages leave of it is "other". A point without
 * requests is a gap.
 */
export function perRequest(
  stages: SeriesSet,
  requests: readonly (number | null)[],
  whole: readonly (number | null)[] | null,
): SeriesSet {
  const divided = (values: readonly (number | null)[]) =>
    values.map((value, i) => {
      const count = requests[i] ?? null;
      return value === null || count === null || !(count > 0) ? null : value / count;
    });
  const series = stages.series.map(({ labels, values }) => ({ labels, values: divided(values) }));
  if (whole === null || series.length === 0) return { ...stages, series };
  const rest = divided(whole).map((total, i) => {
    if (total === null) return null;
    const known = series.reduce((sum, { values }) => sum + (values[i] ?? 0), 0);
    return Math.max(0, total - known);
  });
  return { ...stages, series: [...series, { labels: { stage: OTHER_STAGE }, values: rest }] };
}

/** Means of each stage before and from the split on, weighted by requests. */
export function halvesOf(
  set: SeriesSet,
  requests: readonly (number | null)[],
  splitMs: number,
): { before: Record<string, number | null>; after: Record<string, number | null> } {
  const cut = Math.ceil((splitMs - set.startMs) / set.stepMs);
  const mean = (values: readonly (number | null)[], from: number, to: number): number | null => {
    let time = 0;
    let count = 0;
    for (let i = Math.max(0, from); i < Math.min(values.length, to); i += 1) {
      const value = values[i] ?? null;
      const weight = requests[i] ?? null;
      if (value === null || weight === null) continue;
      time += value * weight;
      count += weight;
    }
    return count > 0 ? time / count : null;
  };
  const half = (from: number, to: number) =>
    Object.fromEntries(set.series.map(({ labels, values }) => [labels.stage ?? '', mean(values, from, to)]));
  return { before: half(0, cut), after: half(cut, Number.POSITIVE_INFINITY) };
}
