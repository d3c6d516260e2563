import { type Proportion, wilsonInterval } from './comparison';
import { type PairedCategories, sumOf } from './drift-bins';
import type { Interval } from './histogram';

/** A category that is gone must have been so frequent that chance leaves it out once in a hundred windows. */
const VANISHED_ALPHA = 0.01;
/** Share of values never seen before from which it is worth a look. */
export const NOTABLE_UNSEEN_SHARE = 0.01;
/** Names listed at most; how many there are is counted in full. */
const MAX_LISTED = 20;

export interface CategoryShare {
  readonly name: string;
  /** Share of the side that has it, 0 to 1. */
  readonly share: number;
}

export interface CategoryChange {
  /** Categories of now that the reference never had, the most frequent first. */
  readonly unseen: readonly CategoryShare[];
  readonly unseenCount: number;
  /** Share of all values of now that are unseen, with its Wilson interval. Null without values on both sides. */
  readonly unseenShare: { readonly share: number; readonly interval: Interval } | null;
  /** Categories of the reference that should have come and did not, the most frequent first. */
  readonly vanished: readonly CategoryShare[];
  readonly vanishedCount: number;
}

const byShare = (a: CategoryShare, b: CategoryShare) => b.share - a.share || (a.name < b.name ? -1 : 1);

/**
 * Unseen and vanished categories. A category counts as vanished only where a window of this size would have missed it
 * by chance less than once in a hundred: (1 − r)^m < 0.01, r its share of the reference, m the values of now.
 */
export function categoryChange({ categories, reference, current }: PairedCategories): CategoryChange {
  const n = sumOf(reference);
  const m = sumOf(current);
  if (!(n > 0) || !(m > 0)) return { unseen: [], unseenCount: 0, unseenShare: null, vanished: [], vanishedCount: 0 };
  const unseen: CategoryShare[] = [];
  const vanished: CategoryShare[] = [];
  let unseenValues = 0;
  for (const [i, name] of categories.entries()) {
    const r = reference[i] ?? 0;
    const c = current[i] ?? 0;
    if (r <= 0 && c > 0) {
      unseen.push({ name, share: c / m });
      unseenValues += c;
    } else if (r > 0 && c <= 0 && m * Math.log1p(-Math.min(r / n, 1 - 1e-12)) < Math.log(VANISHED_ALPHA)) {
      vanished.push({ name, share: r / n });
    }
  }
  const counted: Proportion = { successes: unseenValues, total: m };
  const interval = wilsonInterval(counted);
  return {
    unseen: unseen.sort(byShare).slice(0, MAX_LISTED),
    unseenCount: unseen.length,
    unseenShare: interval === null ? null : { share: unseenValues / m, interval },
    vanished: vanished.sort(byShare).slice(0, MAX_LISTED),
    vanishedCount: vanished.length,
  };
}
