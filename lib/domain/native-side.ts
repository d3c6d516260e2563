import type { FeatureSide } from './feature-side';
import type { Buckets } from './histogram';
import { nativeTotal, type SparseHistogram, signedBuckets } from './native-buckets';

/** Bins that native histograms are coarsened to, equally frequent on the reference. */
const NATIVE_BINS = 20;

/**
 * Sides that hold native histograms alone, brought to buckets. Beside a side that has bounds of its own they are counted
 * into those; two native ones into at most NATIVE_BINS bins of edges that both have, equally frequent on the reference.
 */
export function resolveNative(
  reference: FeatureSide | null,
  current: FeatureSide | null,
): { reference: FeatureSide | null; current: FeatureSide | null } {
  const then = nativeOf(reference);
  const now = nativeOf(current);
  if (then === null && now === null) return { reference, current };
  if (then !== null && now !== null) {
    const [own, other] = signedBuckets([then, now]);
    const bins = own == null ? null : coarsened(own, equalBins(own));
    const same = bins === null || other == null ? (other ?? null) : coarsened(other, bins.upperBounds);
    return { reference: withBuckets(reference, bins), current: withBuckets(current, same ?? null) };
  }
  if (now !== null) return { reference, current: beside(current, now, reference?.buckets ?? null) };
  return { reference: beside(reference, then, current?.buckets ?? null), current };
}

/** What is to be brought to buckets; null where a side has buckets, or no native histogram with a value. */
function nativeOf(side: FeatureSide | null): SparseHistogram | null {
  if (side === null || side.buckets !== null || side.native === null) return null;
  return (nativeTotal(side.native) ?? 0) > 0 ? side.native : null;
}

function beside(side: FeatureSide | null, native: SparseHistogram | null, other: Buckets | null): FeatureSide | null {
  if (side === null || native === null) return side;
  if (other === null) {
    const [own] = signedBuckets([native]);
    return withBuckets(side, own == null ? null : coarsened(own, equalBins(own)));
  }
  const counted = nativeOverBounds(native, other);
  if (counted === null) return side;
  const { buckets, split, widest } = counted;
  const width = widest === null ? '' : ` (up to ${Math.round(100 * widest)} % wide)`;
  const note = `${split} of the ${other.upperBounds.length - 1} bounds it is held against lie inside buckets of its native histogram${width}: the distances are the least that these allow.`;
  return { ...side, buckets, notes: split === 0 ? side.notes : [...side.notes, note] };
}

const withBuckets = (side: FeatureSide | null, buckets: Buckets | null): FeatureSide | null =>
  side === null ? null : { ...side, buckets };

/** Bounds among those of a histogram between which its values are as equally frequent as they allow; +Inf is the last. */
export function equalBins({ upperBounds, cumulative }: Buckets, bins = NATIVE_BINS): number[] {
  const total = cumulative.at(-1) ?? 0;
  const bounds: number[] = [];
  let next = 1;
  for (const [i, count] of cumulative.entries()) {
    if (count * bins < next * total) continue;
    bounds.push(upperBounds[i] ?? Number.POSITIVE_INFINITY);
    while (next <= bins && count * bins >= next * total) next += 1;
    if (next > bins) break;
  }
  return bounds.at(-1) === Number.POSITIVE_INFINITY ? bounds : [...bounds, Number.POSITIVE_INFINITY];
}

/** The edges of a native histogram nearest to bounds that are wished for: values can be counted into those exactly. */
export function nearestEdges(native: SparseHistogram, wished: readonly number[]): number[] {
  const [own] = signedBuckets([native]);
  const edges = own?.upperBounds.filter(Number.isFinite) ?? [];
  if (edges.length === 0) return [...wished];
  const nearest = wished.map((bound) =>
    edges.reduce((best, edge) => (Math.abs(edge - bound) < Math.abs(best - bound) ? edge : best)),
  );
  return [...new Set(nearest)].sort((a, b) => a - b);
}

/** A histogram over some of its own bounds. */
function coarsened({ upperBounds, cumulative }: Buckets, wished: readonly number[]): Buckets {
  const at = new Map(upperBounds.map((bound, i) => [bound, i]));
  const kept = wished.filter((bound) => at.has(bound));
  return { upperBounds: kept, cumulative: kept.map((bound) => cumulative[at.get(bound) ?? 0] ?? 0) };
}

/**
 * A native histogram over the bounds of another side. How many values lie below a bound inside one of its buckets is
 * known only to lie between two counts, and of all distributions between those the one nearest to the other side is
 * taken: every distance is the least that the histogram allows, and a width of buckets is never called drift.
 * `split`: bounds that lie inside a bucket; `widest`: of those buckets with positive bounds the widest, as a part of its
 * lower bound. Null where either side holds nothing.
 */
export function nativeOverBounds(
  native: SparseHistogram,
  other: Buckets,
): { buckets: Buckets; split: number; widest: number | null } | null {
  const total = nativeTotal(native) ?? 0;
  const otherTotal = other.cumulative.at(-1) ?? 0;
  if (!(total > 0) || !(otherTotal > 0)) return null;
  const own = native.buckets.toSorted((a, b) => (a.upper ?? Infinity) - (b.upper ?? Infinity));
  const tube: TubePoint[] = [];
  let next = 0;
  let below = 0;
  let split = 0;
  let widest: number | null = null;
  for (const [i, bound] of other.upperBounds.entries()) {
    for (let bucket = own[next]; bucket !== undefined && isUpTo(bucket.upper, bound); bucket = own[next]) {
      below += bucket.count;
      next += 1;
    }
    const open = own[next];
    const isOpen = open !== undefined && Number.isFinite(bound) && !isUpTo(bound, open.lower ?? -Infinity);
    if (isOpen && open.count > 0) {
      split += 1;
      const width = open.lower !== null && open.lower > 0 && open.upper !== null ? open.upper / open.lower - 1 : null;
      if (width !== null) widest = Math.max(widest ?? 0, width);
    }
    const low = Number.isFinite(bound) ? Math.min(1, below / total) : 1;
    tube.push({
      x: Math.max(tube.at(-1)?.x ?? 0, (other.cumulative[i] ?? 0) / otherTotal),
      low,
      high: isOpen ? Math.min(1, (below + open.count) / total) : low,
    });
  }
  const cumulative = tautString(tube).map((share) => share * total);
  return { buckets: { upperBounds: other.upperBounds, cumulative }, split, widest };
}

/** Whether a bound lies at or below another; bounds are written with up to 17 digits, and read as they are meant. */
const isUpTo = (bound: number | null, other: number): boolean =>
  (bound ?? Infinity) <= other + 1e-9 * (Number.isFinite(other) ? Math.abs(other) : 0);

interface TubePoint {
  readonly x: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The shortest path from (0, 0) through a tube whose walls rise, at each of its points; x ascending. Of all rising paths
 * through the tube it makes every Σ Δx·φ(Δy/Δx) with a convex φ least, so PSI, Jensen–Shannon and Hellinger at once.
 * Barlow, Bartholomew, Bremner & Brunk 1972.
 */
export function tautString(tube: readonly TubePoint[]): number[] {
  const path: number[] = [];
  let x = 0;
  let y = 0;
  while (path.length < tube.length) {
    const from = path.length;
    let floor = { slope: Number.NEGATIVE_INFINITY, at: -1 };
    let ceiling = { slope: Number.POSITIVE_INFINITY, at: -1 };
    let bend: { at: number; y: number } | null = null;
    for (let i = from; i < tube.length && bend === null; i += 1) {
      const point = tube[i];
      if (point === undefined) break;
      const low = slopeTo(point.low - y, point.x - x);
      const high = slopeTo(point.high - y, point.x - x);
      if (low > ceiling.slope) bend = { at: ceiling.at, y: tube[ceiling.at]?.high ?? y };
      else if (high < floor.slope) bend = { at: floor.at, y: tube[floor.at]?.low ?? y };
      else {
        if (low >= floor.slope) floor = { slope: low, at: i };
        if (high <= ceiling.slope) ceiling = { slope: high, at: i };
      }
    }
    const end = bend ?? { at: tube.length - 1, y: tube.at(-1)?.low ?? y };
    const endX = tube[end.at]?.x ?? x;
    for (let i = from; i <= end.at; i += 1) {
      const point = tube[i];
      const part = endX > x ? ((point?.x ?? x) - x) / (endX - x) : 1;
      const straight = i === end.at ? end.y : y + part * (end.y - y);
      // Within the walls whatever rounding says, and never falling.
      path.push(Math.max(path.at(-1) ?? 0, point?.low ?? 0, Math.min(point?.high ?? 1, straight)));
    }
    x = endX;
    y = path.at(-1) ?? y;
  }
  return path;
}

/** Slope of a step; straight up or down where it has no width, and level where it is none. */
const slopeTo = (dy: number, dx: number): number =>
  dx > 0 ? dy / dx : dy > 0 ? Number.POSITIVE_INFINITY : dy < 0 ? Number.NEGATIVE_INFINITY : 0;
