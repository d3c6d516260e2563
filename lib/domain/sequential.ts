import type { Proportion } from './comparison';
import type { Interval } from './histogram';

/**
 * Tests that stay valid however often they are read. A page refreshes every half minute; an ordinary 95 % interval read
 * that often raises a false alarm in about a third of quiet hours.
 */

/** Failures a side from which the confidence sequence, an asymptotic one, may be believed. */
const MIN_ERRORS_FOR_SEQUENCE = 10;

/** Sample size at which the confidence sequence is tightest. */
export const TUNED_AT = 1_000;

const DEFAULT_ALPHA = 0.05;

/**
 * Asymptotic confidence sequence of the difference of two proportions, challenger − champion (Waudby-Smith, Arbour,
 * Sinha, Kennedy, Ramdas 2021).
 *   n = min(n₁, n₂), v = n·(p₁(1−p₁)/n₁ + p₂(1−p₂)/n₂), ρ = √((−2 ln α + ln(−2 ln α) + 1)/n₀), n₀ = 1000
 *   half width = √( 2(nρ²+1)/(n²ρ²) · ln(√(nρ²+1)/α) · v )
 * Ratios of −1 to 1. Null when a side has no requests. Under ten failures a side it is not to be believed: ask
 * `hasErrorsForSequence` first.
 */
export function confidenceSequence(
  champion: Proportion,
  challenger: Proportion,
  alpha = DEFAULT_ALPHA,
): Interval | null {
  if (!(champion.total > 0) || !(challenger.total > 0)) return null;
  const p1 = Math.min(1, champion.successes / champion.total);
  const p2 = Math.min(1, challenger.successes / challenger.total);
  const n = Math.min(champion.total, challenger.total);
  const variance = n * ((p1 * (1 - p1)) / champion.total + (p2 * (1 - p2)) / challenger.total);
  const rho2 = (-2 * Math.log(alpha) + Math.log(-2 * Math.log(alpha)) + 1) / TUNED_AT;
  const spread = n * rho2 + 1;
  const half = Math.sqrt(((2 * spread) / (n * n * rho2)) * Math.log(Math.sqrt(spread) / alpha) * variance);
  return { low: p2 - p1 - half, high: p2 - p1 + half };
}

/** Whether both sides have failures enough for the confidence sequence's asymptotics. */
export const hasErrorsForSequence = (champion: Proportion, challenger: Proportion): boolean =>
  Math.min(champion.successes, challenger.successes) >= MIN_ERRORS_FOR_SEQUENCE;

/** Failures of two sides and the share of the requests that the challenger took. */
export interface CountedErrors {
  /** Failures of the challenger; counts from a counter's increase may be fractions. */
  challengerErrors: number;
  /** Failures of both. */
  totalErrors: number;
  /** θ, the challenger's share of the requests, between 0 and 1, both excluded. */
  challengerShare: number;
}

/**
 * Natural log of the e-value of counts (Lindon & Malek 2022): given that a request failed, it is the challenger's with
 * probability θ unless the versions differ.
 *   ln E = ln B(1+k, b+n−k) − ln B(1, b) − k ln θ − (n−k) ln(1−θ),  b = (1−θ)/θ
 * Evidence for any difference; 0 without failures. p = min(1, 1/max E so far). Null when θ is not inside (0, 1).
 */
export function countLogEvidence({
  challengerErrors: k,
  totalErrors: n,
  challengerShare: theta,
}: CountedErrors): number | null {
  if (!(theta > 0 && theta < 1) || !(k >= 0 && n >= k)) return null;
  const b = (1 - theta) / theta;
  return logBeta(1 + k, b + n - k) - logBeta(1, b) - k * Math.log(theta) - (n - k) * Math.log1p(-theta);
}

/** Whether the counts speak against the challenger at this level: enough evidence, and more failures than its share. */
export function countsSpeakAgainst(counts: CountedErrors, alpha = DEFAULT_ALPHA): boolean {
  const evidence = countLogEvidence(counts);
  if (evidence === null || counts.totalErrors === 0) return false;
  return evidence >= -Math.log(alpha) && counts.challengerErrors / counts.totalErrors > counts.challengerShare;
}

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

// Lanczos, g = 7, nine terms (Godfrey): relative error under 1e-13 for positive arguments.
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const z = x - 1;
  const sum = LANCZOS.reduce((total, term, index) => (index === 0 ? term : total + term / (z + index)), 0);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}
