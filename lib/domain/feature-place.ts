import type { Distribution, FeatureRow, FeatureValue, Place } from '@/lib/contracts/request-story';
import { formatCount, formatRatioPercent } from './format';
import { type Buckets, totalOf } from './histogram';

/** Where one value lies in a distribution that is known by its buckets only. */

/** A value with at most this share of all observations on its far side is unusual. */
const UNUSUAL_TAIL = 0.01;
/** A bucket that reaches into the tail but holds more than this says nothing about the tail. */
const UNSURE_SHARE = 0.05;
/** Fewer observations than this tell neither usual nor unusual. */
const MIN_OBSERVATIONS = 100;
/** A category is rare when fewer than this share of observations have it. */
const RARE_SHARE = 0.001;

/** Index of the bucket a value falls in: the first whose bound is not below it; buckets include their upper bound. */
export const bucketIndex = (buckets: Buckets, value: number): number => {
  const index = buckets.upperBounds.findIndex((bound) => value <= bound);
  return index === -1 ? buckets.upperBounds.length - 1 : index;
};

/**
 * Shares of all observations that lie surely below a value and at most below it: its true quantile is between them.
 *   low = F(lower bound of its bucket),  high = F(upper bound)
 * 0 ≤ low ≤ high ≤ 1. Null without observations or for a value that is no number.
 */
export function placeOf(buckets: Buckets, value: number): Place | null {
  const total = totalOf(buckets);
  if (!(total > 0) || Number.isNaN(value)) return null;
  const index = bucketIndex(buckets, value);
  const share = (count: number | undefined) => Math.min(1, Math.max(0, (count ?? 0) / total));
  return { low: index === 0 ? 0 : share(buckets.cumulative[index - 1]), high: share(buckets.cumulative[index]) };
}

/** The buckets as bars, with the one of `value` named. */
export function toDistribution(buckets: Buckets, value: number): Distribution {
  const total = totalOf(buckets);
  const finite = (bound: number | undefined) => (bound === undefined || !Number.isFinite(bound) ? null : bound);
  return {
    lower: buckets.upperBounds.map((_, i) => (i === 0 ? null : finite(buckets.upperBounds[i - 1]))),
    upper: buckets.upperBounds.map(finite),
    share: buckets.cumulative.map((count, i) =>
      total > 0 ? (count - (i === 0 ? 0 : (buckets.cumulative[i - 1] ?? 0))) / total : 0,
    ),
    total,
    at: bucketIndex(buckets, value),
  };
}

/** "above 99.8 %", "below 99 %", "among the middle: above 21.3 % and below 43 %". */
function placeWords({ low, high }: Place, of: string): string {
  if (low >= 0.5 && high >= 1 - 1e-12) return `above at least ${formatRatioPercent(low)} of ${of}`;
  if (low <= 1e-12 && high < 0.5) return `among the lowest ${formatRatioPercent(high)} of ${of}`;
  if (low <= 1e-12 && high >= 1 - 1e-12) return `in a bucket that holds all of ${of}`;
  return `between ${formatRatioPercent(low)} and ${formatRatioPercent(high)} of ${of}`;
}

type Judged = Pick<FeatureRow, 'verdict' | 'words' | 'place'>;

/**
 * Verdict on a number against buckets: unusual when all of its bucket is in a tail of UNUSUAL_TAIL; unsure when a small
 * bucket or the open last one reaches into the tail; usual otherwise, as far as buckets tell. `of` names the distribution: "training".
 */
export function judgeNumber(value: number, buckets: Buckets, of: string): Judged {
  const place = placeOf(buckets, value);
  const total = totalOf(buckets);
  if (place === null) return { verdict: 'unknown', words: `nothing was observed in ${of}`, place: null };
  if (total < MIN_OBSERVATIONS) {
    return { verdict: 'unknown', words: `not enough data (${formatCount(total)} values of ${of})`, place };
  }
  const { low, high } = place;
  const bounds = buckets.upperBounds;
  const last = bounds.length - 1;
  // The last bucket has no end: how far out a value in it lies is not told at all.
  const isOpen = bucketIndex(buckets, value) === last;
  const beyond = isOpen ? `, beyond the last bound (${bounds[last - 1] ?? 'none'})` : '';
  const words = `${placeWords(place, of)}${beyond}`;
  if (1 - low <= UNUSUAL_TAIL || high <= UNUSUAL_TAIL) return { verdict: 'unusual', words, place };
  const reachesTail = high > 1 - UNUSUAL_TAIL || low < UNUSUAL_TAIL;
  if (reachesTail && (isOpen || high - low <= UNSURE_SHARE)) {
    return { verdict: 'unsure', words: `${words}; its bucket is too wide to say more`, place };
  }
  return { verdict: 'usual', words, place };
}

/** Verdict on a category against the counts of those that were seen. */
export function judgeCategory(value: string, counts: ReadonlyMap<string, number>, of: string): Judged {
  let total = 0;
  for (const count of counts.values()) total += count;
  if (total < MIN_OBSERVATIONS) {
    return { verdict: 'unknown', words: `not enough data (${formatCount(total)} values of ${of})`, place: null };
  }
  const own = counts.get(value) ?? 0;
  if (own <= 0) {
    const known = `${counts.size} ${counts.size === 1 ? 'category' : 'categories'}`;
    return {
      verdict: 'unseen',
      words: `not one of the ${known} among ${formatCount(total)} values of ${of}`,
      place: null,
    };
  }
  const share = own / total;
  const words = `${formatRatioPercent(share)} of ${of} have it`;
  return { verdict: share < RARE_SHARE ? 'unusual' : 'usual', words, place: null };
}

/** What a feature is compared with: its training first, else what came in lately. */
export interface FeatureReference {
  /** "training", "training of 2.3.0", "the 24 h before". */
  of: string;
  buckets: Buckets | null;
  categories: ReadonlyMap<string, number> | null;
}

/** A feature of a request beside its reference; null: there is none. */
export function featureRow(name: string, value: FeatureValue, reference: FeatureReference | null): FeatureRow {
  const base = { name, value, place: null, distribution: null, against: reference?.of ?? null };
  if (value === null) return { ...base, verdict: 'missing', words: 'logged as null' };
  if (reference === null) return { ...base, verdict: 'unknown', words: 'no distribution to compare with' };
  if (typeof value === 'number' && reference.buckets !== null) {
    const judged = judgeNumber(value, reference.buckets, reference.of);
    return { ...base, ...judged, distribution: toDistribution(reference.buckets, value) };
  }
  if (reference.categories !== null)
    return { ...base, ...judgeCategory(String(value), reference.categories, reference.of) };
  return {
    ...base,
    verdict: 'unknown',
    words: typeof value === 'number' ? 'no buckets to compare with' : 'a text, where the distribution is of numbers',
  };
}

const WEIGHT: Readonly<Record<FeatureRow['verdict'], number>> = {
  unseen: 0,
  unusual: 1,
  missing: 2,
  unsure: 3,
  usual: 4,
  unknown: 5,
};

/** The unusual first; of one verdict in the order of the log. */
export const byVerdict = (rows: readonly FeatureRow[]): FeatureRow[] =>
  [...rows].sort((a, b) => WEIGHT[a.verdict] - WEIGHT[b.verdict]);
