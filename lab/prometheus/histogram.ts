import { quote } from '../go/strings';
import type { Labels } from '../stores';
import type { Annotations } from './annotations';
import type { Span } from './ast';
import { type Column, hasAny, mergeColumns, newColumn } from './columns';
import { dropLabels, dropName, labelKey } from './label-sets';
import { parseNumber } from './numbers';

interface Bucket {
  upper: number;
  count: number;
}

const TOLERANCE = 1e-12;

function almostEqual(a: number, b: number): boolean {
  if (a === b) return true;
  const sum = Math.abs(a) + Math.abs(b);
  const smallest = 2.2250738585072014e-308;
  if (a === 0 || b === 0 || sum < smallest) return Math.abs(a - b) < TOLERANCE * smallest;
  return Math.abs(a - b) / Math.min(sum, Number.MAX_VALUE) < TOLERANCE;
}

/** Buckets of one bound added up; the buckets must be sorted. */
function coalesced(buckets: readonly Bucket[]): Bucket[] {
  const merged: Bucket[] = [];
  for (const { upper, count } of buckets) {
    const last = merged.at(-1);
    if (last !== undefined && last.upper === upper) last.count += count;
    else merged.push({ upper, count });
  }
  return merged;
}

/** Raises counts that fall below the one before; true where that was more than an error of rounding. */
function makeMonotonic(buckets: Bucket[]): boolean {
  let forced = false;
  let previous = buckets[0]?.count ?? 0;
  for (const bucket of buckets.slice(1)) {
    if (bucket.count === previous) continue;
    if (almostEqual(previous, bucket.count)) bucket.count = previous;
    else if (bucket.count < previous) {
      bucket.count = previous;
      forced = true;
    } else previous = bucket.count;
  }
  return forced;
}

/** Quantile of sorted cumulative buckets [promql/quantile.go BucketQuantile of 3.5], and whether they had to be repaired. */
export function bucketQuantile(phi: number, sorted: readonly Bucket[]): { value: number; forced: boolean } {
  const plain = (value: number): { value: number; forced: boolean } => ({ value, forced: false });
  if (Number.isNaN(phi)) return plain(NaN);
  if (phi < 0) return plain(-Infinity);
  if (phi > 1) return plain(Infinity);
  if (sorted.at(-1)?.upper !== Infinity) return plain(NaN);
  const buckets = coalesced(sorted);
  const forced = makeMonotonic(buckets);
  const observations = buckets.at(-1)?.count ?? 0;
  if (buckets.length < 2 || observations === 0) return { value: NaN, forced };
  let rank = phi * observations;
  const last = buckets.length - 1;
  let index = 0;
  while (index < last && !((buckets[index]?.count ?? 0) >= rank)) index += 1;
  const bucket = buckets[index] ?? { upper: NaN, count: NaN };
  const below = buckets[index - 1];
  if (index === last) return { value: below?.upper ?? NaN, forced };
  if (below === undefined && bucket.upper <= 0) return { value: bucket.upper, forced };
  let { count } = bucket;
  if (below !== undefined) {
    count -= below.count;
    rank -= below.count;
  }
  const start = below?.upper ?? 0;
  return { value: start + (bucket.upper - start) * (rank / count), forced };
}

/** Share of observations in lower…upper, linear within a bucket [promql/quantile.go BucketFraction of 3.5]. */
export function bucketFraction(lower: number, upper: number, sorted: readonly Bucket[]): number {
  if (sorted.at(-1)?.upper !== Infinity) return NaN;
  const buckets = coalesced(sorted);
  const total = buckets.at(-1)?.count ?? 0;
  if (total === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return NaN;
  if (lower >= upper) return 0;
  const rankOf = (bound: number): number => {
    let rank = 0;
    let from = -Infinity;
    for (const { upper: to, count } of buckets) {
      // Positive buckets start at zero, as in the quantile.
      const start = from === -Infinity && to > 0 ? 0 : from;
      if (start >= bound) return Math.min(rank, total);
      if (to > bound)
        return Math.min(start === -Infinity ? rank : rank + ((count - rank) * (bound - start)) / (to - start), total);
      rank = count;
      from = to;
    }
    return total;
  };
  return (rankOf(upper) - rankOf(lower)) / total;
}

interface Histogram {
  labels: Labels;
  buckets: { upper: number; column: Column }[];
}

const LE: ReadonlySet<string> = new Set(['le']);

function histograms(columns: readonly Column[], annotations: Annotations, span: Span): Histogram[] {
  const found = new Map<string, Histogram>();
  for (const column of columns) {
    if (!hasAny(column)) continue;
    const le = column.labels.le ?? '';
    const upper = parseNumber(le);
    if (upper === null) {
      const name = column.labels.__name__ ?? '';
      annotations.warn(
        `bucket label "le" is missing or has a malformed value of ${quote(le)} for metric name ${quote(name)}`,
        span,
      );
      continue;
    }
    const rest = dropLabels(column.labels, LE);
    const key = labelKey(rest);
    const histogram = found.get(key) ?? { labels: rest, buckets: [] };
    histogram.buckets.push({ upper, column });
    found.set(key, histogram);
  }
  for (const { buckets } of found.values()) buckets.sort((a, b) => a.upper - b.upper);
  return [...found.values()];
}

function overHistograms(
  found: readonly Histogram[],
  of: (buckets: Bucket[], index: number, labels: Labels) => number,
): Column[] {
  const columns = found.map(({ labels, buckets }) => {
    const column = newColumn(dropName(labels), buckets[0]?.column.values.length ?? 0);
    for (let index = 0; index < column.values.length; index += 1) {
      const present: Bucket[] = [];
      for (const bucket of buckets) {
        if (bucket.column.has[index] === 1)
          present.push({ upper: bucket.upper, count: bucket.column.values[index] ?? 0 });
      }
      if (present.length === 0) continue;
      column.values[index] = of(present, index, labels);
      column.has[index] = 1;
    }
    return column;
  });
  return mergeColumns(columns);
}

/** histogram_quantile over classic buckets; `spans` are the arguments' places for what has to be said about them. */
export function histogramQuantile(
  phis: Float64Array,
  columns: readonly Column[],
  annotations: Annotations,
  spans: { phi: Span; vector: Span },
): Column[] {
  const bad = phis.find((phi) => Number.isNaN(phi) || phi < 0 || phi > 1);
  if (bad !== undefined) annotations.warn(`quantile value should be between 0 and 1, got ${bad}`, spans.phi);
  return overHistograms(histograms(columns, annotations, spans.vector), (buckets, index, labels) => {
    const { value, forced } = bucketQuantile(phis[index] ?? NaN, buckets);
    if (forced) {
      const name = labels.__name__ ?? '';
      annotations.inform(
        `input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile) for metric name ${quote(name)}`,
        spans.vector,
      );
    }
    return value;
  });
}

/** histogram_fraction over classic buckets. */
export function histogramFraction(
  lowers: Float64Array,
  uppers: Float64Array,
  columns: readonly Column[],
  annotations: Annotations,
  span: Span,
): Column[] {
  return overHistograms(histograms(columns, annotations, span), (buckets, index) =>
    bucketFraction(lowers[index] ?? NaN, uppers[index] ?? NaN, buckets),
  );
}
