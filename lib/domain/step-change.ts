/** When a figure went up and stayed there. */

export interface StepUp {
  /** Index of the first point of the higher level. */
  index: number;
  /** Medians before and from there on, in the unit of the values. */
  before: number;
  after: number;
}

/** Least points on both sides, least factor, and least share of the spread that the one step has to explain. */
const STEP_MIN_POINTS = 3;
const STEP_MIN_FACTOR = 1.2;
const STEP_MIN_EXPLAINED = 0.8;

/**
 * The point from which a series lies higher than before, where one step tells nearly all there is to tell: the split into
 * two levels that leaves the least squared error,
 *   R² = 1 − (Σ₁(x − x̄₁)² + Σ₂(x − x̄₂)²) ÷ Σ(x − x̄)²
 * Null for a fall, a rise under a fifth, fewer than three points on a side, or R² under 0.8. A straight climb reaches 0.75
 * and noise about 0.2 of 48 points, so neither is called a step; what went up and came down again is none either. Gaps
 * are passed over.
 */
export function findStepUp(values: readonly (number | null)[]): StepUp | null {
  const points = values.flatMap((value, index) =>
    value === null || !Number.isFinite(value) ? [] : [{ index, value }],
  );
  const n = points.length;
  if (n < 2 * STEP_MIN_POINTS) return null;
  const mean = points.reduce((sum, { value }) => sum + value, 0) / n;
  const spread = points.reduce((sum, { value }) => sum + (value - mean) ** 2, 0);
  if (!(spread > 0)) return null;
  let left = 0;
  let best = { at: 0, explained: 0 };
  for (let k = 1; k < n; k += 1) {
    // Centred, so that large values lose no digits: the sum of the right side is minus that of the left.
    left += (points[k - 1]?.value ?? mean) - mean;
    if (k < STEP_MIN_POINTS || n - k < STEP_MIN_POINTS || left >= 0) continue;
    const explained = (left * left * n) / (k * (n - k)) / spread;
    if (explained > best.explained) best = { at: k, explained };
  }
  const first = points[best.at];
  if (best.at === 0 || first === undefined || best.explained < STEP_MIN_EXPLAINED) return null;
  const before = median(points.slice(0, best.at).map(({ value }) => value));
  const after = median(points.slice(best.at).map(({ value }) => value));
  return before > 0 && after >= STEP_MIN_FACTOR * before ? { index: first.index, before, after } : null;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const upper = sorted[Math.floor(half)] ?? Number.NaN;
  return Number.isInteger(half) ? ((sorted[half - 1] ?? upper) + upper) / 2 : upper;
}
