/** When failures began to be more. */

export interface Rise {
  /** Index of the first step of the higher rate. */
  index: number;
  /** Mean per step before and from there on. */
  before: number;
  after: number;
}

/** Least failures after the rise, least factor, and least evidence (twice the log likelihood ratio) to speak of one. */
const RISE_MIN_COUNT = 10;
const RISE_MIN_FACTOR = 2;
const RISE_MIN_EVIDENCE = 20;
/** A rise needs this many steps on both sides. */
const MIN_STEPS = 3;

const termOf = (sum: number, steps: number): number => (sum === 0 ? 0 : sum * Math.log(sum / steps));

/**
 * The step from which counts are higher than before, where that is beyond doubt: the split of the series into two
 * Poisson rates with the greatest likelihood ratio
 *   G = 2 · [Σ₁ ln(Σ₁/n₁) + Σ₂ ln(Σ₂/n₂) − Σ ln(Σ/n)],   divided by the dispersion of the counts about the two rates
 * (Pearson's χ²/(n−2), at least 1: log lines come in bursts). Null for a fall, a factor under 2, fewer than 10 counts
 * after it, or G under 20: with some 240 places to split, chance passes it about once in 1,000 quiet series.
 */
export function findRise(counts: readonly number[]): Rise | null {
  const n = counts.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (n < 2 * MIN_STEPS || total < RISE_MIN_COUNT) return null;
  const whole = termOf(total, n);
  let best: Rise | null = null;
  let bestG = 0;
  let left = 0;
  for (let k = 1; k < n; k += 1) {
    left += counts[k - 1] ?? 0;
    if (k < MIN_STEPS || n - k < MIN_STEPS) continue;
    const right = total - left;
    const before = left / k;
    const after = right / (n - k);
    if (after < RISE_MIN_FACTOR * before || right < RISE_MIN_COUNT) continue;
    const g = 2 * (termOf(left, k) + termOf(right, n - k) - whole);
    if (g > bestG) {
      bestG = g;
      best = { index: k, before, after };
    }
  }
  if (best === null) return null;
  const { index, before, after } = best;
  const pearson = counts.reduce((sum, count, i) => {
    const rate = i < index ? before : after;
    return rate === 0 ? sum : sum + (count - rate) ** 2 / rate;
  }, 0);
  const dispersion = Math.max(1, pearson / (n - 2));
  return bestG / dispersion >= RISE_MIN_EVIDENCE ? best : null;
}
