import { type FeatureSide, joinSides, NO_SIDE, OTHER } from './feature-side';
import type { Buckets } from './histogram';

/** A reference as it is kept: histograms, ordered values and categories by feature, bounded in size. */

/** Ordered values that are kept of a feature at most: a share is then right to a twentieth of a percent. */
export const KEPT_VALUES = 1_000;
/** Ordered values of all features together. */
export const KEPT_IN_ALL = 400_000;
const KEPT_CATEGORIES = 2_000;
const MAX_BUCKETS = 1_000;
const MAX_NAME_CHARACTERS = 500;

export interface KeptFeature {
  readonly name: string;
  /** Cumulative; `upperBounds` are the finite ones, and `cumulative` has one more, for +Inf. */
  readonly histogram: { readonly upperBounds: readonly number[]; readonly cumulative: readonly number[] } | null;
  /** `kept` of `count` values, ascending and evenly spread over their ranks; all of them where they are as many. */
  readonly values: { readonly count: number; readonly kept: readonly number[] } | null;
  /** Most frequent first; `other` is the count of those beyond. */
  readonly categories: { readonly counts: readonly (readonly [string, number])[]; readonly other: number } | null;
  readonly missing: { readonly missing: number; readonly observed: number } | null;
}

/** What is wrong with a file, as a sentence for whoever sent it. */
export class BaselineFault extends Error {
  override readonly name = 'BaselineFault';
}

/** A name that fits a sentence, whatever it is made of. */
export const shown = (name: string): string => {
  const plain = name.replace(/\p{Cc}/gu, ' ').toWellFormed();
  return `“${plain.length > 60 ? `${plain.slice(0, 60).toWellFormed()}…` : plain}”`;
};

/** A feature's name as it may be kept. Throws BaselineFault. */
export function readName(name: string, where: string): string {
  const own = name.trim();
  if (own === '') throw new BaselineFault(`${where}: a feature has no name.`);
  if (own.length > MAX_NAME_CHARACTERS) {
    throw new BaselineFault(`${where}: a feature's name has more than ${MAX_NAME_CHARACTERS} characters.`);
  }
  return own.replaceAll('\u0000', '').toWellFormed();
}

/** A count as a file has it. Throws BaselineFault for what is none, NaN and negative ones included. */
export function readCount(value: unknown, where: string): number {
  const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof count !== 'number' || !Number.isFinite(count)) {
    throw new BaselineFault(`${where}: the count ${JSON.stringify(value) ?? 'is absent'} is not a number.`);
  }
  if (count < 0) throw new BaselineFault(`${where}: the count ${count} is negative.`);
  return count;
}

/** An upper bound: a number, or +Inf in any of its spellings. Throws BaselineFault. */
export function readBound(value: unknown, where: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (value === null) return Number.POSITIVE_INFINITY;
  const text = typeof value === 'string' ? value.trim() : '';
  if (/^\+?inf(inity)?$/i.test(text)) return Number.POSITIVE_INFINITY;
  const bound = text === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(bound))
    throw new BaselineFault(`${where}: ${JSON.stringify(value)} is not an upper bound (a number, or +Inf).`);
  return bound;
}

/** Cumulative buckets of a file, in any order. Throws BaselineFault where they are none. */
export function toHistogram(
  points: readonly { bound: number; count: number }[],
  where: string,
): NonNullable<KeptFeature['histogram']> {
  if (points.length > MAX_BUCKETS) throw new BaselineFault(`${where} has more than ${MAX_BUCKETS} buckets.`);
  const sorted = [...points].sort((a, b) => a.bound - b.bound);
  for (const [i, { bound, count }] of sorted.entries()) {
    const before = sorted[i - 1];
    if (before === undefined) continue;
    const called = Number.isFinite(bound) ? String(bound) : '+Inf';
    if (before.bound === bound) throw new BaselineFault(`${where} has the bucket le=${called} twice.`);
    if (count < before.count) {
      throw new BaselineFault(
        `${where}: the count at le=${called} (${count}) is below the one before it (${before.count}); counts are cumulative, as in Prometheus.`,
      );
    }
  }
  if (sorted.at(-1)?.bound !== Number.POSITIVE_INFINITY)
    throw new BaselineFault(`${where} has no bucket le=+Inf, which holds the total.`);
  if (sorted.length < 2) throw new BaselineFault(`${where} has one bucket only: at least one finite bound is needed.`);
  return {
    upperBounds: sorted.slice(0, -1).map(({ bound }) => bound),
    cumulative: sorted.map(({ count }) => count),
  };
}

/** The most frequent categories, and the rest as one count. */
export function toCategories(counts: ReadonlyMap<string, number>): NonNullable<KeptFeature['categories']> {
  const sorted = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return {
    counts: sorted.slice(0, KEPT_CATEGORIES),
    other: sorted.slice(KEPT_CATEGORIES).reduce((sum, [, count]) => sum + count, 0),
  };
}

/** Ordered values thinned out to `most`: the middles of equal stretches of ranks. Sorts its argument in place. */
export function toKeptValues(values: Float64Array, most: number): NonNullable<KeptFeature['values']> {
  values.sort();
  const count = values.length;
  if (count <= most) return { count, kept: [...values] };
  return { count, kept: Array.from({ length: most }, (_, i) => values[Math.floor(((i + 0.5) * count) / most)] ?? 0) };
}

/** How many values a kept feature stands for. */
export function rowsOf({ histogram, values, categories, missing }: KeptFeature): number {
  const counted = (categories?.counts ?? []).reduce((sum, [, count]) => sum + count, categories?.other ?? 0);
  return Math.max(histogram?.cumulative.at(-1) ?? 0, values?.count ?? 0, counted, missing?.observed ?? 0);
}

/**
 * A kept feature as a side. Values are counted into the bounds of the other side, since no bin of their own could be
 * shared with it; without such bounds into twenty of equal frequency.
 */
export function keptSide(kept: KeptFeature, bounds: readonly number[] | null): FeatureSide {
  const { histogram, values, categories, missing } = kept;
  let side: FeatureSide = NO_SIDE;
  if (histogram !== null) {
    const buckets: Buckets = {
      upperBounds: [...histogram.upperBounds, Number.POSITIVE_INFINITY],
      cumulative: histogram.cumulative,
    };
    side = joinSides(side, { ...NO_SIDE, buckets, total: histogram.cumulative.at(-1) ?? 0 });
  } else if (values !== null && values.kept.length > 0) {
    side = joinSides(side, valuesSide(values, bounds));
  }
  if (categories !== null) {
    const counts = new Map(categories.counts);
    if (categories.other > 0) counts.set(OTHER, categories.other);
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    side = joinSides(side, { ...NO_SIDE, categories: counts, total });
  }
  if (missing !== null) {
    side = joinSides(side, { ...NO_SIDE, missing: { successes: missing.missing, total: missing.observed } });
  }
  return side;
}

/** Bins of equal frequency where the other side has none. */
const OWN_BINS = 20;

/** Ordered values counted into bounds: buckets include their upper bound, as in Prometheus. */
export function valuesSide(
  { count, kept }: { readonly count: number; readonly kept: readonly number[] },
  bounds: readonly number[] | null,
): FeatureSide {
  const finite = bounds === null ? equalBounds(kept) : bounds.filter(Number.isFinite);
  const upperBounds = [...finite, Number.POSITIVE_INFINITY];
  const each = kept.length === 0 ? 0 : count / kept.length;
  let at = 0;
  const cumulative = upperBounds.map((bound) => {
    while (at < kept.length && (kept[at] ?? 0) <= bound) at += 1;
    return at * each;
  });
  const thinned =
    kept.length < count
      ? [
          `${kept.length} of ${count} ordered values are kept: shares are right to ${(50 / kept.length).toPrecision(1)} %.`,
        ]
      : [];
  const buckets = upperBounds.length < 2 ? null : { upperBounds, cumulative };
  return { ...NO_SIDE, buckets, total: count, notes: thinned };
}

/** Bounds of bins in which ordered values are equally frequent; fewer where values repeat. */
export function equalBounds(kept: readonly number[]): number[] {
  const cuts = Array.from(
    { length: OWN_BINS - 1 },
    (_, i) => kept[Math.floor(((i + 1) * kept.length) / OWN_BINS)] ?? 0,
  );
  return [...new Set(cuts)].sort((a, b) => a - b);
}
