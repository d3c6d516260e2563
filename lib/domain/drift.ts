import { chiSquarePoint, chiSquareTail } from './gamma';

/**
 * Distances between two distributions over the same bins, from counts. r: reference, c: current, as shares. Every
 * distance is null when a side is empty: no data is not "no drift".
 */

type Counts = readonly number[];

/** Shares below this are raised to it in PSI, whose logarithm knows no zero. */
const PSI_FLOOR = 1e-4;

const sumOf = (counts: Counts): number => counts.reduce((sum, count) => sum + count, 0);

function sharesOf(reference: Counts, current: Counts): { r: number[]; c: number[] } | null {
  const n = sumOf(reference);
  const m = sumOf(current);
  if (!(n > 0) || !(m > 0) || reference.length !== current.length) return null;
  return { r: reference.map((count) => count / n), c: current.map((count) => count / m) };
}

/**
 * Population stability index.
 *   psi = Σ (cᵢ − rᵢ) · ln(cᵢ / rᵢ), empty shares raised to 1e-4
 * 0 for equal shapes, unbounded above, symmetric.
 */
export function psi(reference: Counts, current: Counts): number | null {
  const shares = sharesOf(reference, current);
  if (shares === null) return null;
  return shares.r.reduce((sum, share, i) => {
    const r = Math.max(share, PSI_FLOOR);
    const c = Math.max(shares.c[i] ?? 0, PSI_FLOOR);
    return sum + (c - r) * Math.log(c / r);
  }, 0);
}

/**
 * The PSI that sampling noise alone exceeds with chance `alpha`: (1/n + 1/m) · χ²_{B−1}. Null when a side is empty or
 * there is one bin. Yurdakul & Naranjo 2020.
 */
export function psiNoiseLimit(reference: Counts, current: Counts, alpha = 0.01): number | null {
  const n = sumOf(reference);
  const m = sumOf(current);
  if (!(n > 0) || !(m > 0) || reference.length < 2) return null;
  return (1 / n + 1 / m) * chiSquarePoint(alpha, reference.length - 1);
}

/** Jensen–Shannon distance, base 2: the root of the mean divergence from the middle. 0 to 1. */
export function jensenShannonDistance(reference: Counts, current: Counts): number | null {
  const shares = sharesOf(reference, current);
  if (shares === null) return null;
  const part = (p: number, q: number): number => (p > 0 ? p * Math.log2((2 * p) / (p + q)) : 0);
  const divergence = shares.r.reduce((sum, r, i) => sum + part(r, shares.c[i] ?? 0) + part(shares.c[i] ?? 0, r), 0) / 2;
  return Math.sqrt(Math.max(0, divergence));
}

/** Hellinger distance √(½ Σ (√r − √c)²), 0 to 1. */
export function hellingerDistance(reference: Counts, current: Counts): number | null {
  const shares = sharesOf(reference, current);
  if (shares === null) return null;
  return Math.sqrt(shares.r.reduce((sum, r, i) => sum + (Math.sqrt(r) - Math.sqrt(shares.c[i] ?? 0)) ** 2, 0) / 2);
}

/** Total variation ½ Σ |r − c|, 0 to 1: the share of the mass that would have to move. */
export function totalVariation(reference: Counts, current: Counts): number | null {
  const shares = sharesOf(reference, current);
  if (shares === null) return null;
  return shares.r.reduce((sum, r, i) => sum + Math.abs(r - (shares.c[i] ?? 0)), 0) / 2;
}

/** Kolmogorov–Smirnov on ordered bins: the widest gap of the cumulative shares, 0 to 1. */
export function ksOnBins(reference: Counts, current: Counts): number | null {
  const shares = sharesOf(reference, current);
  if (shares === null) return null;
  let gap = 0;
  let widest = 0;
  for (const [i, r] of shares.r.entries()) {
    gap += r - (shares.c[i] ?? 0);
    widest = Math.max(widest, Math.abs(gap));
  }
  return widest;
}

/**
 * Wasserstein-1 between the bins' midpoints: the area between the cumulative shares, in the unit of the bounds. Finite
 * bins only; the first begins at 0 when its bound is positive. Divide by the reference's standard deviation to compare
 * features.
 */
export function wasserstein(upperBounds: readonly number[], reference: Counts, current: Counts): number | null {
  const shares = sharesOf(reference, current);
  if (shares === null || upperBounds.length !== reference.length) return null;
  const middles = midpointsOf(upperBounds);
  let gap = 0;
  let area = 0;
  for (let i = 0; i + 1 < middles.length; i += 1) {
    gap += (shares.r[i] ?? 0) - (shares.c[i] ?? 0);
    area += Math.abs(gap) * ((middles[i + 1] ?? 0) - (middles[i] ?? 0));
  }
  return area;
}

/** Middles of finite bins by their upper bounds. */
const midpointsOf = (upperBounds: readonly number[]): number[] =>
  upperBounds.map((upper, i) => {
    const lower = i === 0 ? Math.min(0, upper) : (upperBounds[i - 1] ?? 0);
    return (lower + upper) / 2;
  });

/** Largest difference of a share, 0 to 1: the category that moved most. */
export function largestShareChange(reference: Counts, current: Counts): number | null {
  const shares = sharesOf(reference, current);
  if (shares === null) return null;
  return shares.r.reduce((most, r, i) => Math.max(most, Math.abs(r - (shares.c[i] ?? 0))), 0);
}

/**
 * Kullback–Leibler divergence Σ rᵢ ln(rᵢ/cᵢ) of the reference from the current side, nats, 0 and up; infinite where the
 * current side lacks what the reference has. PSI is the sum of both directions. Merging bins never raises it.
 */
export function klDivergence(reference: Counts, current: Counts): number | null {
  const shares = sharesOf(reference, current);
  if (shares === null) return null;
  const sum = shares.r.reduce((all, r, i) => all + (r > 0 ? r * Math.log(r / (shares.c[i] ?? 0)) : 0), 0);
  return Math.max(0, sum);
}

/** Standard deviation of the bins' midpoints, for dividing Wasserstein by; finite bins. Null when empty. */
export function deviationOfBins(upperBounds: readonly number[], counts: Counts): number | null {
  const n = sumOf(counts);
  if (!(n > 0) || upperBounds.length !== counts.length) return null;
  const middles = midpointsOf(upperBounds);
  const mean = counts.reduce((sum, count, i) => sum + (count * (middles[i] ?? 0)) / n, 0);
  return Math.sqrt(counts.reduce((sum, count, i) => sum + (count * ((middles[i] ?? 0) - mean) ** 2) / n, 0));
}

/** Two-sample chi-square over bins that either side has. Null when a side is empty or one bin holds everything. */
export function chiSquareTwoSample(
  reference: Counts,
  current: Counts,
): { statistic: number; pValue: number; degreesOfFreedom: number } | null {
  const n = sumOf(reference);
  const m = sumOf(current);
  if (!(n > 0) || !(m > 0) || reference.length !== current.length) return null;
  let statistic = 0;
  let bins = 0;
  for (const [i, r] of reference.entries()) {
    const c = current[i] ?? 0;
    const both = r + c;
    if (!(both > 0)) continue;
    bins += 1;
    const expectedR = (both * n) / (n + m);
    const expectedC = (both * m) / (n + m);
    statistic += (r - expectedR) ** 2 / expectedR + (c - expectedC) ** 2 / expectedC;
  }
  if (bins < 2) return null;
  return { statistic, pValue: chiSquareTail(statistic, bins - 1), degreesOfFreedom: bins - 1 };
}
