import { type Interval, Z_95 } from './histogram';

/**
 * Effect sizes, intervals and tests between two versions. Proportions are 0 to 1; confidence is 95 %. Null where a side
 * has no requests: no data is not "no difference".
 */

/** Events among trials; fractional where increase() extrapolated. */
export interface Proportion {
  readonly successes: number;
  readonly total: number;
}

/** Under this many requests on a side a difference is "not enough data", whatever its interval. */
export const MIN_REQUESTS_TO_COMPARE = 100;

/** Extrapolation can count a fraction more errors than requests; a ratio is never outside [0, 1]. */
const ratioOf = ({ successes, total }: Proportion): number => Math.min(1, Math.max(0, successes / total));

/**
 * Wilson score interval of one proportion.
 *   (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n)
 * Within [0, 1]. Null when total is 0. Wilson 1927.
 */
export function wilsonInterval(proportion: Proportion, z = Z_95): Interval | null {
  const { total } = proportion;
  if (!(total > 0)) return null;
  const p = ratioOf(proportion);
  const z2 = z * z;
  const centre = p + z2 / (2 * total);
  const half = z * Math.sqrt((p * (1 - p)) / total + z2 / (4 * total * total));
  const scale = 1 + z2 / total;
  return { low: p === 0 ? 0 : (centre - half) / scale, high: p === 1 ? 1 : (centre + half) / scale };
}

/**
 * Difference of two proportions (challenger − champion) with Newcombe's hybrid score interval: the Wilson intervals of
 * the sides, combined as by MOVER. Within [−1, 1]. Null when a side has no trials. Newcombe 1998, method 10.
 */
export function newcombeDifference(
  champion: Proportion,
  challenger: Proportion,
  z = Z_95,
): { difference: number; interval: Interval } | null {
  const a = wilsonInterval(champion, z);
  const b = wilsonInterval(challenger, z);
  if (a === null || b === null) return null;
  const pa = ratioOf(champion);
  const pb = ratioOf(challenger);
  const difference = pb - pa;
  return {
    difference,
    interval: {
      low: difference - Math.hypot(pb - b.low, a.high - pa),
      high: difference + Math.hypot(b.high - pb, pa - a.low),
    },
  };
}

/**
 * Two-sided p of the pooled z test that both proportions are equal, 0 to 1. 1 when nothing or everything failed on both
 * sides; null when a side has no trials.
 */
export function pooledZTest(champion: Proportion, challenger: Proportion): number | null {
  if (!(champion.total > 0) || !(challenger.total > 0)) return null;
  const pooled = (champion.successes + challenger.successes) / (champion.total + challenger.total);
  const variance = pooled * (1 - pooled) * (1 / champion.total + 1 / challenger.total);
  if (!(variance > 0)) return 1;
  const z = (challenger.successes / challenger.total - champion.successes / champion.total) / Math.sqrt(variance);
  return erfc(Math.abs(z) / Math.SQRT2);
}

/**
 * Complementary error function, for x ≥ 0 to about 1e-14 relative: its series below 2, its continued fraction (Lentz)
 * from there. Abramowitz & Stegun 7.1.6 and 7.1.14.
 */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > sum * 1e-17 && n < 200; n += 1) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let fraction = 0;
  for (let n = 120; n > 0; n -= 1) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}
