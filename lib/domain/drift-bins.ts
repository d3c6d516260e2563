import type { Buckets } from './histogram';

/** Two sides brought onto the same bins: counts of each bin, and the bins' own bounds or names. */
export interface Paired {
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

export interface PairedBuckets extends Paired {
  /** Upper bounds, ascending, the last +Infinity. */
  readonly upperBounds: readonly number[];
  /** Bounds that only one side has, so that their bins were merged. */
  readonly dropped: number;
}

export interface PairedCategories extends Paired {
  readonly categories: readonly string[];
}

const perBucket = (buckets: Buckets, bounds: readonly number[]): number[] => {
  const cumulative = bounds.map((bound) => buckets.cumulative[buckets.upperBounds.indexOf(bound)] ?? 0);
  return cumulative.map((count, i) => Math.max(0, count - (i === 0 ? 0 : (cumulative[i - 1] ?? 0))));
};

/**
 * Counts per bin over the bounds that both sides have; never interpolated. Null where no finite bound is common: one
 * bin compares nothing. Merged bins make f-divergences smaller, never larger.
 */
export function pairBuckets(reference: Buckets, current: Buckets): PairedBuckets | null {
  const own = new Set(current.upperBounds);
  const upperBounds = reference.upperBounds.filter((bound) => own.has(bound));
  if (upperBounds.length < 2 || upperBounds.at(-1) !== Number.POSITIVE_INFINITY) return null;
  const dropped = reference.upperBounds.length + current.upperBounds.length - 2 * upperBounds.length;
  return {
    upperBounds,
    reference: perBucket(reference, upperBounds),
    current: perBucket(current, upperBounds),
    dropped,
  };
}

/** Counts over all categories of either side, the reference's first, each side's by name. */
export function pairCategories(
  reference: ReadonlyMap<string, number>,
  current: ReadonlyMap<string, number>,
): PairedCategories {
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  const categories = [
    ...[...reference.keys()].sort(order),
    ...[...current.keys()].filter((name) => !reference.has(name)).sort(order),
  ];
  return {
    categories,
    reference: categories.map((name) => Math.max(0, reference.get(name) ?? 0)),
    current: categories.map((name) => Math.max(0, current.get(name) ?? 0)),
  };
}

/** Least expected count of a bin for the chi-square law to hold. Cochran 1954. */
export const MIN_EXPECTED = 5;

/** Bins that either side has: empty ones on both carry nothing, and would only widen the noise. */
export function occupied({ reference, current }: Paired): Paired {
  const kept = reference.flatMap((r, i) => (r > 0 || (current[i] ?? 0) > 0 ? [i] : []));
  return { reference: kept.map((i) => reference[i] ?? 0), current: kept.map((i) => current[i] ?? 0) };
}

/**
 * Bins merged until each is expected to hold MIN_EXPECTED on both sides if nothing moved. Ordered bins join their
 * neighbour; categories, which have no neighbours, join one bin of the rare.
 */
export function mergeSparse(paired: Paired, isOrdered: boolean): Paired {
  const n = sumOf(paired.reference);
  const m = sumOf(paired.current);
  const smaller = Math.min(n, m) / (n + m);
  const isSparse = (r: number, c: number) => (r + c) * smaller < MIN_EXPECTED;
  const reference: number[] = [];
  const current: number[] = [];
  let r = 0;
  let c = 0;
  const close = () => {
    reference.push(r);
    current.push(c);
    r = 0;
    c = 0;
  };
  for (const [i, own] of paired.reference.entries()) {
    const other = paired.current[i] ?? 0;
    if (!isOrdered && !isSparse(own, other)) {
      reference.push(own);
      current.push(other);
      continue;
    }
    r += own;
    c += other;
    if (isOrdered && !isSparse(r, c)) close();
  }
  if (r + c > 0) {
    if (isOrdered && reference.length > 0) {
      const last = reference.length - 1;
      reference[last] = (reference[last] ?? 0) + r;
      current[last] = (current[last] ?? 0) + c;
    } else close();
  }
  return { reference, current };
}

/** Values of a side over all bins; 0 for none. */
export const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
