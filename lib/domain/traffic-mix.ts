import { alwaysValidZ, shareVariance } from './always-valid';
import type { Proportion } from './comparison';
import type { Interval } from './histogram';

/** Failures among requests of one segment, by side. */
export interface SegmentCounts {
  segment: string;
  champion: Proportion;
  challenger: Proportion;
}

/** Segments with fewer requests on a side are pooled. */
const MIN_SEGMENT_REQUESTS = 30;

/** What the pooled small segments are called. */
const OTHER_SEGMENT = 'other';

const add = (a: Proportion, b: Proportion): Proportion => ({
  successes: a.successes + b.successes,
  total: a.total + b.total,
});

/** Segments large enough to stand alone, in the order given; the small ones pooled as "other", last. */
export function poolSegments(segments: readonly SegmentCounts[]): SegmentCounts[] {
  const isSmall = ({ champion, challenger }: SegmentCounts): boolean =>
    Math.min(champion.total, challenger.total) < MIN_SEGMENT_REQUESTS;
  const small = segments.filter(isSmall);
  const large = segments.filter((one) => !isSmall(one));
  if (small.length === 0) return large;
  const none: Proportion = { successes: 0, total: 0 };
  return [
    ...large,
    small.reduce<SegmentCounts>(
      (sum, one) => ({
        segment: OTHER_SEGMENT,
        champion: add(sum.champion, one.champion),
        challenger: add(sum.challenger, one.challenger),
      }),
      { segment: OTHER_SEGMENT, champion: none, challenger: none },
    ),
  ];
}

export interface MixAdjusted {
  /** Shares as they would be if both sides had the pooled mix. */
  champion: number;
  challenger: number;
  difference: number;
  interval: Interval;
  /** Whether crude and adjusted difference point in opposite directions. */
  changesSign: boolean;
  /** Segments the difference is made of, after pooling. */
  segments: SegmentCounts[];
  /** Share of the requests in segments that one side does not have, which nothing can adjust; 0 to 1. */
  uncovered: number;
}

/**
 * Difference of two shares adjusted to one traffic mix: Σ w_s (p₂s − p₁s), w_s the pooled share of segment s, with an
 * interval that stays valid while it is watched (variance Σ w_s² Σ φ·p(1−p)/n). Segments under 30 requests on a side
 * are pooled; what one side lacks altogether is left out and said. Null without a segment both sides have.
 */
export function mixAdjustedDifference(
  segments: readonly SegmentCounts[],
  factors: { champion: number; challenger: number } = { champion: 1, challenger: 1 },
): MixAdjusted | null {
  const pooled = poolSegments(segments);
  const shared = pooled.filter(({ champion, challenger }) => champion.total > 0 && challenger.total > 0);
  const sizeOf = ({ champion, challenger }: SegmentCounts): number => champion.total + challenger.total;
  const everything = pooled.reduce((sum, one) => sum + sizeOf(one), 0);
  const total = shared.reduce((sum, one) => sum + sizeOf(one), 0);
  if (shared.length === 0 || !(total > 0)) return null;
  let champion = 0;
  let challenger = 0;
  let variance = 0;
  for (const one of shared) {
    const weight = sizeOf(one) / total;
    champion += weight * Math.min(1, one.champion.successes / one.champion.total);
    challenger += weight * Math.min(1, one.challenger.successes / one.challenger.total);
    variance +=
      weight ** 2 * (shareVariance(one.champion, factors.champion) + shareVariance(one.challenger, factors.challenger));
  }
  const sum = (side: 'champion' | 'challenger') =>
    shared.reduce<Proportion>((all, one) => add(all, one[side]), { successes: 0, total: 0 });
  const [a, b] = [sum('champion'), sum('challenger')];
  const crude = b.successes / b.total - a.successes / a.total;
  const difference = challenger - champion;
  const half = alwaysValidZ(Math.min(a.total, b.total)) * Math.sqrt(variance);
  return {
    champion,
    challenger,
    difference,
    interval: { low: difference - half, high: difference + half },
    changesSign: crude * difference < 0,
    segments: pooled,
    uncovered: everything > 0 ? 1 - total / everything : 0,
  };
}
