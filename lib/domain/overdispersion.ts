import type { Proportion } from './comparison';

/** Cells under this say nothing about dispersion: with fewer, φ itself is noise. */
const MIN_CELLS = 10;

/**
 * Overdispersion of a proportion over minute cells: φ = Pearson χ²/df, with p the share over all cells.
 *   χ² = Σ (kᵢ − nᵢp)² / (nᵢ p(1−p)),  df = cells − 1
 * 1 for independent requests, above it where minutes have good and bad spells. Null: nothing or everything failed, or
 * fewer than ten cells with requests.
 */
export function dispersionOf(cells: readonly Proportion[]): number | null {
  const used = cells.filter(({ total }) => total > 0);
  const all = used.reduce((sum, { total }) => sum + total, 0);
  const p = used.reduce((sum, { successes }) => sum + successes, 0) / all;
  if (used.length < MIN_CELLS || !(p > 0 && p < 1)) return null;
  const statistic = used.reduce(
    (sum, { successes, total }) => sum + (successes - total * p) ** 2 / (total * p * (1 - p)),
    0,
  );
  return statistic / (used.length - 1);
}

/**
 * Overdispersion of the difference of two sides that share the clock. A bad minute that hits both cancels in their
 * difference; what is left is how far the challenger's share of each minute's events strays from its share of them all:
 *   χ² = Σ (k₂ − kθ)² / (kθ(1−θ) · (n−k)/(n−1)),  θ = r·n₂/(r·n₂ + n₁),  r = ratio of the sides' shares,  df = minutes − 1
 * over minutes with events, k of n requests. Null with fewer than ten such minutes or where one side has no events.
 */
export function pairedDispersion(champion: readonly Proportion[], challenger: readonly Proportion[]): number | null {
  const sum = (cells: readonly Proportion[], of: keyof Proportion) => cells.reduce((all, cell) => all + cell[of], 0);
  const r =
    sum(challenger, 'successes') / sum(challenger, 'total') / (sum(champion, 'successes') / sum(champion, 'total'));
  if (!(r > 0) || !Number.isFinite(r)) return null;
  let statistic = 0;
  let minutes = 0;
  for (const [i, a] of champion.entries()) {
    const b = challenger[i];
    if (b === undefined || !(a.total > 0) || !(b.total > 0)) continue;
    const k = a.successes + b.successes;
    const n = a.total + b.total;
    if (!(k > 0) || !(n > k) || !(n > 1)) continue;
    const theta = (r * b.total) / (r * b.total + a.total);
    statistic += (b.successes - k * theta) ** 2 / (k * theta * (1 - theta) * Math.min(1, (n - k) / (n - 1)));
    minutes += 1;
  }
  return minutes < MIN_CELLS ? null : statistic / (minutes - 1);
}

/** What variances are multiplied by: max(1, φ), and 1 where φ is not known. */
export const varianceFactor = (phi: number | null): number => Math.max(1, phi ?? 1);

/** The same share of as many independent requests as these are worth: both counts divided by the variance factor. */
export const effective = ({ successes, total }: Proportion, factor: number): Proportion => ({
  successes: successes / factor,
  total: total / factor,
});
