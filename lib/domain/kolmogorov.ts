/** The Kolmogorov–Smirnov statistic where values are known by their bins only. */

/** Terms of the series; the sixth is below 1e-15 wherever the series is used. */
const TERMS = 100;

/**
 * Chance that two samples of one law differ as much as D, by Kolmogorov's limit 2 Σ (−1)^{k−1} e^{−2k²λ²} with
 * λ = D·√(nm/(n+m)). On bins D is smaller than between them, so that this p is too large rather than too small. 0 to 1.
 */
export function kolmogorovTail(statistic: number, n: number, m: number): number {
  const lambda = statistic * Math.sqrt((n * m) / (n + m));
  // Below this the sum is 1 to the last digit, and its terms no longer fall.
  if (!(lambda > 0.2)) return 1;
  let sum = 0;
  for (let k = 1; k <= TERMS; k += 1) {
    const term = Math.exp(-2 * k * k * lambda * lambda);
    sum += k % 2 === 1 ? term : -term;
    if (term < 1e-18) break;
  }
  return Math.min(1, Math.max(0, 2 * sum));
}

/**
 * What D may be at most between the bounds of bins: D on the bins plus the heaviest share of a bin on either side. 0 to
 * 1. Null when a side is empty.
 */
export function ksAtMost(onBins: number, reference: readonly number[], current: readonly number[]): number | null {
  const n = reference.reduce((sum, count) => sum + count, 0);
  const m = current.reduce((sum, count) => sum + count, 0);
  if (!(n > 0) || !(m > 0)) return null;
  const heaviest = reference.reduce((most, r, i) => Math.max(most, r / n, (current[i] ?? 0) / m), 0);
  return Math.min(1, onBins + heaviest);
}
