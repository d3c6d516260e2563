import type { Buckets } from './histogram';

/** A native histogram as Prometheus answers it: buckets that hold something, not cumulative; null bounds are infinite. */
export interface SparseHistogram {
  readonly buckets: readonly { readonly lower: number | null; readonly upper: number | null; readonly count: number }[];
}

const edgesOf = ({ buckets }: SparseHistogram): number[] =>
  buckets.flatMap(({ lower, upper }) => [lower, upper].filter((edge) => edge !== null));

/** What a native histogram counted; 0 for none, null for a count that is negative or no number. */
export function nativeTotal({ buckets }: SparseHistogram): number | null {
  let total = 0;
  for (const { count } of buckets) {
    if (!(count >= 0) || !Number.isFinite(count)) return null;
    total += count;
  }
  return total;
}

/**
 * Cumulative buckets of native histograms, each over every edge that any of them has and that lies in none of its own
 * buckets: empty stretches are not in the answer, so two versions would else share few bounds. Bounds are multiplied by
 * `factor` (to milliseconds) and rounded to twelve digits. Null for one that holds nothing or a count that is no number.
 * Inside a bucket the console interpolates linearly, Prometheus since 3.0 exponentially: at the usual resolution, where a
 * bucket is 9 % wide, that is less than 0.1 % of the value.
 */
export function nativeBuckets(list: readonly SparseHistogram[], factor = 1): (Buckets | null)[] {
  return overEdges(
    list,
    list.flatMap(edgesOf).filter((edge) => edge > 0),
    factor,
  );
}

/** The same over every edge, negative ones and zero among them: of values that may lie anywhere. */
export const signedBuckets = (list: readonly SparseHistogram[]): (Buckets | null)[] =>
  overEdges(list, list.flatMap(edgesOf), 1);

function overEdges(list: readonly SparseHistogram[], all: readonly number[], factor: number): (Buckets | null)[] {
  const edges = [...new Set(all)].sort((a, b) => a - b);
  return list.map((histogram) => {
    const { buckets } = histogram;
    const total = nativeTotal(histogram);
    if (total === null || !(total > 0)) return null;
    const own = buckets.toSorted((a, b) => (a.upper ?? Infinity) - (b.upper ?? Infinity));
    const bounds: number[] = [];
    const cumulative: number[] = [];
    let next = 0;
    let below = 0;
    for (const edge of edges) {
      for (let bucket = own[next]; bucket !== undefined && (bucket.upper ?? Infinity) <= edge; bucket = own[next]) {
        below += bucket.count;
        next += 1;
      }
      const open = own[next];
      // Within a bucket nobody knows how much of it lies below.
      if (open !== undefined && (open.lower ?? -Infinity) < edge && (open.upper ?? Infinity) > edge) continue;
      bounds.push(Number((edge * factor).toPrecision(12)));
      cumulative.push(below);
    }
    return bounds.length === 0
      ? null
      : { upperBounds: [...bounds, Number.POSITIVE_INFINITY], cumulative: [...cumulative, total] };
  });
}
