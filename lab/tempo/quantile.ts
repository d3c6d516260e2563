/** The power of two at or above a number of nanoseconds or an integer; null under 2, which the server does not count. */
export function log2Bucket(value: number): number | null {
  if (!(value >= 2)) return null;
  return 2 ** Math.ceil(Math.log2(value));
}

/**
 * Quantile of a histogram whose buckets are powers of two, by exponential interpolation inside the bucket:
 *   2^(lo + (hi − lo) · share)      lo, hi: log2 of the bucket's bounds; share: wanted part of its samples
 * `p` from 0 to 1; `buckets` maps upper bound → samples. 0 for an empty histogram, as the server answers.
 */
export function log2Quantile(p: number, buckets: ReadonlyMap<number, number>): number {
  const sorted = [...buckets].sort(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return 0;
  // Rounding up, and at least one sample, serves high quantiles of few samples better.
  const wanted = Math.max(1, Math.ceil(p * total));
  let before = 0;
  for (const [position, [bound, count]] of sorted.entries()) {
    if (before + count < wanted) {
      before += count;
      continue;
    }
    const high = Math.log2(bound);
    const previous = sorted[position - 1];
    const low = previous === undefined ? high - 1 : Math.log2(previous[0]);
    return 2 ** (low + (high - low) * ((wanted - before) / count));
  }
  return sorted.at(-1)?.[0] ?? 0;
}
