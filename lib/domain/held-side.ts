import { equalBounds, type KeptFeature, keptSide } from './baseline-content';
import type { FeatureSide } from './feature-side';
import { nearestEdges, resolveNative } from './native-side';

/** A side as it is held: binned already, or as values that can be counted into any bins. */
export type HeldSide = { readonly shaped: FeatureSide } | { readonly kept: KeptFeature };

const boundsOf = (side: HeldSide | null): readonly number[] | null => {
  if (side === null) return null;
  if ('shaped' in side) return side.shaped.buckets?.upperBounds ?? null;
  return side.kept.histogram?.upperBounds ?? null;
};

/**
 * Both sides over the bins of whichever is binned already; values against values over twenty bins in which the
 * reference's values are equally frequent, and against a native histogram over its edges nearest to those.
 */
export function shapeBoth(
  reference: HeldSide | null,
  current: HeldSide | null,
): { reference: FeatureSide | null; current: FeatureSide | null } {
  const values = reference !== null && 'kept' in reference ? reference.kept.values : null;
  const equal = values === null ? null : equalBounds(values.kept);
  const native = nativeOf(current) ?? nativeOf(reference);
  const own = native === null || equal === null ? equal : nearestEdges(native, equal);
  const bounds = boundsOf(reference) ?? boundsOf(current) ?? own;
  const shaped = (side: HeldSide | null): FeatureSide | null =>
    side === null ? null : 'shaped' in side ? side.shaped : keptSide(side.kept, bounds);
  return resolveNative(shaped(reference), shaped(current));
}

const nativeOf = (side: HeldSide | null): FeatureSide['native'] =>
  side !== null && 'shaped' in side && side.shaped.buckets === null ? side.shaped.native : null;

/** Sides that are binned already, as held ones. */
export const heldOf = (sides: ReadonlyMap<string, FeatureSide>): Map<string, HeldSide> =>
  new Map([...sides].map(([name, shaped]) => [name, { shaped }]));
