import { chiSquareTail } from './gamma';

/** Below this p the observed split is not the configured one, and the comparison itself is in doubt. */
export const SAMPLE_RATIO_ALPHA = 0.001;

/**
 * Sample-ratio mismatch: chi-square of observed counts against configured shares (which need not add up to 1).
 *   χ² = Σ (oᵢ − n·wᵢ)² / (n·wᵢ)
 * Sides with a share of 0 are left out. Null with fewer than two sides, or without requests: nothing to check.
 */
export function sampleRatioTest(
  observed: readonly number[],
  shares: readonly number[],
): { statistic: number; pValue: number } | null {
  const sides = observed.flatMap((count, i) => ((shares[i] ?? 0) > 0 ? [{ count, share: shares[i] ?? 0 }] : []));
  const total = sides.reduce((sum, { count }) => sum + count, 0);
  const weight = sides.reduce((sum, { share }) => sum + share, 0);
  if (sides.length < 2 || !(total > 0)) return null;
  const statistic = sides.reduce((sum, { count, share }) => {
    const expected = (total * share) / weight;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
  return { statistic, pValue: chiSquareTail(statistic, sides.length - 1) };
}
