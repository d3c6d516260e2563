import type { Distributions } from '@/lib/contracts/drift';
import { sumOf } from './drift-bins';
import { type FeaturePair, shapeOf } from './feature-drift';
import { foldCategories, NO_SIDE, OTHER } from './feature-side';

/** Both sides of a feature over their common bins or categories, for drawing; one side alone over its own. */
export function distributionsOf(pair: FeaturePair): Distributions | null {
  const reference = pair.reference ?? NO_SIDE;
  const current = pair.current ?? NO_SIDE;
  const { sides, names, buckets } = shapeOf(pair, true);
  if (buckets !== null) return binsOf(buckets.upperBounds, buckets.reference, buckets.current);
  if (names !== null && sides.paired !== null) return categoriesOf(names, sides.paired.reference, sides.paired.current);
  const only = reference.buckets ?? current.buckets;
  if (only !== null) {
    const counts = only.cumulative.map((count, i) => count - (i === 0 ? 0 : (only.cumulative[i - 1] ?? 0)));
    const isReference = reference.buckets !== null;
    return binsOf(only.upperBounds, isReference ? counts : null, isReference ? null : counts);
  }
  const own = reference.categories ?? current.categories;
  if (own === null) return null;
  const folded = foldCategories(own, new Map()).reference;
  const listed = [...folded.keys()];
  const counts = listed.map((name) => folded.get(name) ?? 0);
  const isReference = reference.categories !== null;
  return categoriesOf(listed, isReference ? counts : null, isReference ? null : counts);
}

const shareOf = (counts: readonly number[] | null, i: number): { count: number | null; share: number | null } => {
  if (counts === null) return { count: null, share: null };
  const total = sumOf(counts);
  const count = counts[i] ?? 0;
  return { count, share: total > 0 ? count / total : null };
};

function binsOf(
  upperBounds: readonly number[],
  reference: readonly number[] | null,
  current: readonly number[] | null,
): Distributions {
  const finite = (bound: number | undefined) => (bound === undefined || !Number.isFinite(bound) ? null : bound);
  return {
    bins: upperBounds.map((upper, i) => {
      const r = shareOf(reference, i);
      const c = shareOf(current, i);
      return {
        lower: i === 0 ? null : finite(upperBounds[i - 1]),
        upper: finite(upper),
        name: null,
        isOther: false,
        reference: r.share,
        current: c.share,
        referenceCount: r.count,
        currentCount: c.count,
      };
    }),
  };
}

function categoriesOf(
  names: readonly string[],
  reference: readonly number[] | null,
  current: readonly number[] | null,
): Distributions {
  return {
    bins: names.map((name, i) => {
      const r = shareOf(reference, i);
      const c = shareOf(current, i);
      return {
        lower: null,
        upper: null,
        name: name === OTHER ? 'all others' : name,
        isOther: name === OTHER,
        reference: r.share,
        current: c.share,
        referenceCount: r.count,
        currentCount: c.count,
      };
    }),
  };
}
