/**
 * Quantiles of classic Prometheus histograms, their uncertainty and their resolution. Values are in the unit of the
 * bounds; null is "not measured".
 */

/** A histogram over a window: cumulative counts up to and including each bound; the last bound is +Infinity. */
export interface Buckets {
  readonly upperBounds: readonly number[];
  readonly cumulative: readonly number[];
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A quantile. Null: not measured. `atLeast`: it lies in the open last bucket, so the value is a lower bound. */
export interface QuantileEstimate {
  readonly value: number | null;
  readonly atLeast: boolean;
}

/** Two-sided 95 % point of the standard normal distribution. */
export const Z_95 = 1.959963984540054;

const NOTHING: QuantileEstimate = { value: null, atLeast: false };

/**
 * Buckets from one scrape or increase(), in any order, made fit for quantiles: sorted, one count per bound, and a count
 * below the one before it (scrape race, extrapolation) raised to it. `repaired` says how many were raised by more than
 * a part in a million of the count, which is Prometheus's own tolerance for rounding.
 * Null without a +Infinity bucket: then the total is unknown, and Prometheus too gives no quantile.
 */
export function toBuckets(
  points: readonly { upperBound: number; count: number | null }[],
): { buckets: Buckets; repaired: number } | null {
  const byBound = new Map<number, number>();
  for (const { upperBound, count } of points) {
    // The same bound written twice ("1" and "1.0" of two exporters) is one bucket, as in Prometheus.
    if (!Number.isNaN(upperBound) && count !== null) byBound.set(upperBound, (byBound.get(upperBound) ?? 0) + count);
  }
  if (!byBound.has(Number.POSITIVE_INFINITY) || byBound.size < 2) return null;
  const upperBounds = [...byBound.keys()].sort((a, b) => a - b);
  let repaired = 0;
  let highest = Number.NEGATIVE_INFINITY;
  const cumulative = upperBounds.map((bound) => {
    const count = byBound.get(bound) ?? 0;
    if (count < highest - Math.abs(highest) * 1e-6) repaired += 1;
    highest = Math.max(highest, count);
    return highest;
  });
  return { buckets: { upperBounds, cumulative }, repaired };
}

/** Observations in the window; 0 for none. Fractional where increase() extrapolated. */
export const totalOf = (buckets: Buckets): number => buckets.cumulative.at(-1) ?? 0;

/** Index of the bucket that holds rank q·n; the last one when none does. */
function bucketOf(buckets: Buckets, q: number): number {
  const rank = q * totalOf(buckets);
  const index = buckets.cumulative.findIndex((count) => count >= rank);
  return index === -1 ? buckets.cumulative.length - 1 : index;
}

/**
 * Quantile q (0 to 1) by Prometheus's rule: rank q·n, linear inside its bucket; the first bucket starts at 0 when its
 * bound is positive, and is its bound when it is not; in the +Infinity bucket the last finite bound, marked `atLeast`.
 * Null without observations or for a q outside [0, 1].
 * https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 */
export function histogramQuantile(buckets: Buckets, q: number): QuantileEstimate {
  const total = totalOf(buckets);
  if (!(total > 0) || !(q >= 0 && q <= 1) || buckets.upperBounds.length < 2) return NOTHING;
  const index = bucketOf(buckets, q);
  const last = buckets.upperBounds.length - 1;
  if (index === last) return { value: buckets.upperBounds[last - 1] ?? null, atLeast: true };
  const upper = buckets.upperBounds[index] ?? 0;
  if (index === 0 && upper <= 0) return { value: upper, atLeast: false };
  const lower = index === 0 ? 0 : (buckets.upperBounds[index - 1] ?? 0);
  const below = index === 0 ? 0 : (buckets.cumulative[index - 1] ?? 0);
  const inside = (buckets.cumulative[index] ?? 0) - below;
  const rank = q * total - below;
  return { value: inside > 0 ? lower + (upper - lower) * (rank / inside) : lower, atLeast: false };
}

/**
 * 95 % Woodruff interval of a quantile: the quantiles at q ± z·√(q(1−q)/n), clamped to [0, 1]. Its upper end is only a
 * lower bound when `openEnd`. Null without observations.
 */
export function woodruffInterval(
  buckets: Buckets,
  q: number,
  z = Z_95,
): (Interval & { readonly openEnd: boolean }) | null {
  const total = totalOf(buckets);
  if (!(total > 0)) return null;
  const half = z * Math.sqrt((q * (1 - q)) / total);
  const low = histogramQuantile(buckets, Math.max(0, q - half));
  const high = histogramQuantile(buckets, Math.min(1, q + half));
  if (low.value === null || high.value === null) return null;
  return { low: low.value, high: high.value, openEnd: high.atLeast };
}

/**
 * Difference of two estimates (challenger − champion) with a 95 % interval by MOVER from the interval of each:
 *   d = B − A;  [d − √((B−lb)² + (ua−A)²),  d + √((ub−B)² + (A−la)²)]
 * Zou & Donner 2008. In the unit of the estimates.
 */
export function moverDifference(
  champion: { value: number; interval: Interval },
  challenger: { value: number; interval: Interval },
): { difference: number; interval: Interval } {
  const { value: a, interval: ia } = champion;
  const { value: b, interval: ib } = challenger;
  const difference = b - a;
  return {
    difference,
    interval: {
      low: difference - Math.hypot(b - ib.low, ia.high - a),
      high: difference + Math.hypot(ib.high - b, a - ia.low),
    },
  };
}

/** Difference of a quantile between two histograms. Null when either has none. `resolved` as in isResolved. */
export function quantileDifference(
  champion: Buckets,
  challenger: Buckets,
  q: number,
): { difference: number; interval: Interval; resolved: boolean } | null {
  const a = histogramQuantile(champion, q);
  const b = histogramQuantile(challenger, q);
  const ia = woodruffInterval(champion, q);
  const ib = woodruffInterval(challenger, q);
  if (a.value === null || b.value === null || ia === null || ib === null) return null;
  return {
    ...moverDifference({ value: a.value, interval: ia }, { value: b.value, interval: ib }),
    resolved: isResolved(champion, challenger, q),
  };
}

/** Width of the bucket that holds a quantile; infinite in the open last one. */
export function bucketWidth(buckets: Buckets, q: number): number {
  const index = bucketOf(buckets, q);
  const upper = buckets.upperBounds[index] ?? Number.POSITIVE_INFINITY;
  if (index === 0) return upper > 0 ? upper : Number.POSITIVE_INFINITY;
  return upper - (buckets.upperBounds[index - 1] ?? 0);
}

/**
 * Whether the buckets are fine enough to tell two quantiles apart: not in one bucket, and at least as far apart as the
 * wider of their buckets. Where this is false the difference is "limited by bucket width" and decides nothing.
 */
export function isResolved(champion: Buckets, challenger: Buckets, q: number): boolean {
  const a = histogramQuantile(champion, q);
  const b = histogramQuantile(challenger, q);
  if (a.value === null || b.value === null || a.atLeast || b.atLeast) return false;
  const upperA = champion.upperBounds[bucketOf(champion, q)];
  const upperB = challenger.upperBounds[bucketOf(challenger, q)];
  if (upperA === upperB) return false;
  return Math.abs(b.value - a.value) >= Math.max(bucketWidth(champion, q), bucketWidth(challenger, q));
}

/** Sum of histograms over the bounds that all of them have. Null for none, or without a common finite bound. */
export function addBuckets(list: readonly Buckets[]): Buckets | null {
  const [first, ...rest] = list;
  if (first === undefined) return null;
  const bounds = first.upperBounds.filter((bound) => rest.every(({ upperBounds }) => upperBounds.includes(bound)));
  if (bounds.length < 2 || bounds.at(-1) !== Number.POSITIVE_INFINITY) return null;
  const cumulative = bounds.map((bound) =>
    list.reduce((sum, one) => sum + (one.cumulative[one.upperBounds.indexOf(bound)] ?? 0), 0),
  );
  return { upperBounds: bounds, cumulative };
}
