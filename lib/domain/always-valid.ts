import { newcombeDifference, type Proportion } from './comparison';
import type { Interval } from './histogram';
import { hasErrorsForSequence, TUNED_AT } from './sequential';

/**
 * The multiplier of a standard error that makes an interval valid however often it is read: 1.96's counterpart in the
 * asymptotic confidence sequence of Waudby-Smith et al., so that half width = z(n) · standard error.
 *   z(n) = √( 2(nρ²+1)/(nρ²) · ln(√(nρ²+1)/α) ),  ρ² = (−2 ln α + ln(−2 ln α) + 1)/n₀,  n₀ = 1000
 * n: the smaller side. Never below 1.96; infinite without observations.
 */
export function alwaysValidZ(n: number, alpha = 0.05): number {
  if (!(n > 0)) return Number.POSITIVE_INFINITY;
  const rho2 = (-2 * Math.log(alpha) + Math.log(-2 * Math.log(alpha)) + 1) / TUNED_AT;
  const spread = n * rho2 + 1;
  return Math.sqrt(((2 * spread) / (n * rho2)) * Math.log(Math.sqrt(spread) / alpha));
}

const shareOf = ({ successes, total }: Proportion): number => Math.min(1, Math.max(0, successes / total));

/** Variance of a share under overdispersion: φ·p(1−p)/n. */
export function shareVariance(proportion: Proportion, factor: number): number {
  const p = shareOf(proportion);
  return (factor * p * (1 - p)) / proportion.total;
}

/**
 * Difference of two shares, challenger − champion, with an interval that stays valid while it is watched: the confidence
 * sequence with variances multiplied by each side's factor; below ten events a side, where that is not to be believed,
 * Newcombe's interval with the same multiplier. Null when a side has no requests.
 */
export function watchedDifference(
  champion: Proportion,
  challenger: Proportion,
  factors: { champion: number; challenger: number },
): { difference: number; interval: Interval } | null {
  if (!(champion.total > 0) || !(challenger.total > 0)) return null;
  const z = alwaysValidZ(Math.min(champion.total, challenger.total));
  const difference = shareOf(challenger) - shareOf(champion);
  if (!hasErrorsForSequence(champion, challenger)) {
    const worth = (side: Proportion, factor: number): Proportion => ({
      successes: side.successes / factor,
      total: side.total / factor,
    });
    return newcombeDifference(worth(champion, factors.champion), worth(challenger, factors.challenger), z);
  }
  const variance = shareVariance(champion, factors.champion) + shareVariance(challenger, factors.challenger);
  const half = z * Math.sqrt(variance);
  return { difference, interval: { low: difference - half, high: difference + half } };
}
