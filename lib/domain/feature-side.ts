import type { Proportion } from './comparison';
import { type Buckets, toBuckets, totalOf } from './histogram';
import { nativeTotal, type SparseHistogram } from './native-buckets';

/** What is known of one feature on one side: a histogram or the counts of its categories, and its missing values. */
export interface FeatureSide {
  readonly buckets: Buckets | null;
  readonly categories: ReadonlyMap<string, number> | null;
  /** A native histogram: brought to buckets once the other side is known, and finer than they are. */
  readonly native: SparseHistogram | null;
  /** Values, missing ones not counted; fractional where increase() extrapolated. Null: the side does not have it. */
  readonly total: number | null;
  /** Missing among observed; null: not counted. */
  readonly missing: Proportion | null;
  /** What reading repaired or cut, as sentences. */
  readonly notes: readonly string[];
  /** Whether it is there and could not be read: then nothing is said of it, least of all that it vanished. */
  readonly isUnread: boolean;
}

/** Sides by the name of the feature. Names are text from outside: a map, never an object. */
export type Sides = Map<string, FeatureSide>;

export const NO_SIDE: FeatureSide = {
  buckets: null,
  categories: null,
  native: null,
  total: null,
  missing: null,
  notes: [],
  isUnread: false,
};

/** A side that is there and could not be read, with the reason where it is the feature's own. */
export const unreadSide = (notes: readonly string[] = []): FeatureSide => ({ ...NO_SIDE, notes, isUnread: true });

/**
 * A histogram of points as increase() or a file gave them. A histogram that has no bucket besides +Inf, or none that is
 * +Inf, keeps its total where there is one and says so.
 */
export function histogramSide(points: readonly { upperBound: number; count: number | null }[]): FeatureSide {
  const known = points.filter(({ count }) => count !== null);
  if (known.length === 0) return NO_SIDE;
  if (known.some(({ count }) => (count ?? 0) < 0)) return unreadSide([BELOW_NOTHING]);
  const read = toBuckets(known);
  if (read === null) {
    const all = known.find(({ upperBound }) => upperBound === Number.POSITIVE_INFINITY);
    const note =
      all === undefined
        ? 'Its histogram has no +Inf bucket, so nothing is known of the whole.'
        : 'Its histogram has one bucket only.';
    return all === undefined ? unreadSide([note]) : { ...NO_SIDE, total: all.count, notes: [note] };
  }
  return bucketSide(read.buckets, read.repaired);
}

const BELOW_NOTHING = 'Its histogram has a count below 0, so it was not read.';

/**
 * The same of one window among many whose bounds are known to be the same, ascending and each there once: counts in the
 * order of the bounds, the last of +Inf. Windows come by the ten thousand, and sorting each anew would be half the work.
 */
export function windowSide(upperBounds: readonly number[], counts: readonly (number | null)[]): FeatureSide {
  const isWhole =
    upperBounds.length > 1 &&
    upperBounds.at(-1) === Number.POSITIVE_INFINITY &&
    counts.every((count) => count !== null && count >= 0);
  if (!isWhole) {
    return histogramSide(upperBounds.map((upperBound, i) => ({ upperBound, count: counts[i] ?? null })));
  }
  let repaired = 0;
  let highest = Number.NEGATIVE_INFINITY;
  const cumulative = counts.map((count) => {
    const own = count ?? 0;
    // Prometheus's own tolerance for rounding, as in toBuckets.
    if (own < highest - Math.abs(highest) * 1e-6) repaired += 1;
    highest = Math.max(highest, own);
    return highest;
  });
  return bucketSide({ upperBounds, cumulative }, repaired);
}

function bucketSide(buckets: Buckets, repaired: number): FeatureSide {
  const notes: string[] = [];
  if (repaired > 0) {
    notes.push(
      `${repaired} ${repaired === 1 ? 'bucket was' : 'buckets were'} lower than the one before and raised to it (scrape race).`,
    );
  }
  const total = totalOf(buckets);
  const open = total - (buckets.cumulative.at(-2) ?? 0);
  if (total > 0 && open / total >= OPEN_SHARE) {
    const last = buckets.upperBounds.at(-2);
    notes.push(
      `${Math.round((100 * open) / total)} % of the values lie beyond the last bound (${last}), which tells no more of them.`,
    );
  }
  return { ...NO_SIDE, buckets, total, notes };
}

/** Share of a histogram in its open bucket from which it is said. */
const OPEN_SHARE = 0.2;

/** A native histogram. One that is negative somewhere, or no number, is there and could not be read. */
export function nativeSide(native: SparseHistogram): FeatureSide {
  const total = nativeTotal(native);
  if (total === null) return unreadSide(['Its native histogram holds a count that is negative or no number.']);
  return { ...NO_SIDE, native, total };
}

/** Counts of categories. */
export function categorySide(categories: ReadonlyMap<string, number>, notes: readonly string[] = []): FeatureSide {
  let total = 0;
  for (const count of categories.values()) total += Math.max(0, count);
  return { ...NO_SIDE, categories, total, notes };
}

/** Two parts of a side put together; a feature that is both, numbers and categories, keeps both. */
export const joinSides = (a: FeatureSide, b: FeatureSide): FeatureSide => ({
  buckets: a.buckets ?? b.buckets,
  categories: a.categories ?? b.categories,
  native: a.native ?? b.native,
  total: a.total === null ? b.total : b.total === null ? a.total : Math.max(a.total, b.total),
  missing: a.missing ?? b.missing,
  notes: [...a.notes, ...b.notes],
  isUnread: a.isUnread || b.isUnread,
});

/** Categories that are told apart at most; the rarer are one bin. */
export const MAX_CATEGORIES = 200;

/** The name of the bin of all categories beyond the named ones; no category is called so, since it holds a line end. */
export const OTHER = 'other\n';

/**
 * Both sides over the MAX_CATEGORIES categories that are most frequent on both together, all others one bin: categories
 * that are rare everywhere tell nothing but noise, and 10,000 of them would be the whole answer.
 */
export function foldCategories(
  reference: ReadonlyMap<string, number>,
  current: ReadonlyMap<string, number>,
): { reference: Map<string, number>; current: Map<string, number>; folded: number } {
  const n = [...reference.values()].reduce((sum, count) => sum + count, 0) || 1;
  const m = [...current.values()].reduce((sum, count) => sum + count, 0) || 1;
  const names = [...new Set([...reference.keys(), ...current.keys()])];
  if (names.length <= MAX_CATEGORIES) {
    return { reference: new Map(reference), current: new Map(current), folded: 0 };
  }
  const weight = (name: string) => (reference.get(name) ?? 0) / n + (current.get(name) ?? 0) / m;
  const kept = new Set(
    names
      .map((name) => ({ name, own: weight(name) }))
      .sort((a, b) => b.own - a.own || (a.name < b.name ? -1 : 1))
      .slice(0, MAX_CATEGORIES)
      .map(({ name }) => name),
  );
  const fold = (side: ReadonlyMap<string, number>): Map<string, number> => {
    const own = new Map<string, number>();
    let rest = 0;
    for (const [name, count] of side) {
      if (kept.has(name)) own.set(name, count);
      else rest += count;
    }
    return rest > 0 ? own.set(OTHER, rest) : own;
  };
  return { reference: fold(reference), current: fold(current), folded: names.length - MAX_CATEGORIES };
}
