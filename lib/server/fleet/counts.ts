import 'server-only';
import type { Sample } from '@/lib/contracts/series';
import { type Buckets, toBuckets } from '@/lib/domain/histogram';
import { UNIT_MS } from '../signals/preset';
import type { SignalMap } from '../signals/signal-map';

/** Requests, failures and latency of one thing over a window. Null: not measured. Bounds in milliseconds. */
export interface Counts {
  requests: number | null;
  errors: number | null;
  buckets: Buckets | null;
}

/** The answers of one window, as Prometheus gave them; null where a part failed or has no query. */
export interface CountAnswers {
  requests: readonly Sample[] | null;
  errors: readonly Sample[] | null;
  buckets: readonly Sample[] | null;
}

/** Whether failures are told at all: a counter of its own that is not there says nothing, not 0. */
export const tellsErrors = (map: SignalMap): boolean => !map.missing.some(({ signal }) => signal === 'errors');

/**
 * Sums answers under a key made from labels (a model, a model and a version). A key with requests and no failing series
 * has no failures, where failures are told at all.
 */
export function countsBy(
  map: SignalMap,
  { requests, errors, buckets }: CountAnswers,
  keyOf: (labels: Sample['labels']) => string,
): Map<string, Counts> {
  const totals = sumBy(requests, keyOf);
  const failures = sumBy(errors, keyOf);
  const histograms = bucketsBy(map, buckets, keyOf);
  const told = errors !== null && tellsErrors(map);
  const keys = new Set([...totals.keys(), ...failures.keys(), ...histograms.keys()]);
  const counts = new Map<string, Counts>();
  for (const key of keys) {
    const counted = totals.get(key) ?? null;
    // A failing series that holds no number is not the same as none.
    const none = failures.has(key) || counted === null ? null : 0;
    const failed = told ? (failures.get(key) ?? none) : null;
    const all = map.requests?.successOnly === true && failed !== null ? (counted ?? 0) + failed : counted;
    counts.set(key, { requests: all, errors: failed, buckets: histograms.get(key) ?? null });
  }
  return counts;
}

/** Sums by key; null where one of the summands is no number: the rest would be too few. */
function sumBy(
  samples: readonly Sample[] | null,
  keyOf: (labels: Sample['labels']) => string,
): Map<string, number | null> {
  const sums = new Map<string, number | null>();
  for (const { labels, value } of samples ?? []) {
    const key = keyOf(labels);
    const sum = sums.has(key) ? (sums.get(key) ?? null) : 0;
    sums.set(key, value === null || sum === null ? null : sum + value);
  }
  return sums;
}

/**
 * The bound of a bucket in the unit of its metric; NaN where the label is absent or no number, which toBuckets passes
 * over.
 */
export const boundOf = (le: string | undefined): number =>
  le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le ?? 'NaN');

/** Histograms by key, bounds in milliseconds. */
export function bucketsBy(
  map: SignalMap,
  samples: readonly Sample[] | null,
  keyOf: (labels: Sample['labels']) => string,
): Map<string, Buckets> {
  const factor = map.latency.kind === 'histogram' ? UNIT_MS[map.latency.unit] : 1;
  const points = new Map<string, { upperBound: number; count: number | null }[]>();
  for (const { labels, value } of samples ?? []) {
    const key = keyOf(labels);
    const own = points.get(key) ?? [];
    own.push({ upperBound: toMs(boundOf(labels.le), factor), count: value });
    points.set(key, own);
  }
  const histograms = new Map<string, Buckets>();
  for (const [key, own] of points) {
    const read = toBuckets(own);
    if (read !== null) histograms.set(key, read.buckets);
  }
  return histograms;
}

/** A bound in milliseconds without the dust of binary fractions: 0.3 s is 300 ms. */
export const toMs = (value: number, factor: number): number =>
  Number.isFinite(value) ? Number((value * factor).toPrecision(12)) : value;
