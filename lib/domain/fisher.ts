import type { Proportion } from './comparison';

/** ln n!, by Stirling's series from 256 on (to 1e-15), summed below. */
const SMALL: readonly number[] = Array.from({ length: 256 }).reduce<number[]>((sums, _unused, n) => {
  sums.push(n < 2 ? 0 : (sums[n - 1] ?? 0) + Math.log(n));
  return sums;
}, []);

function lnFactorial(n: number): number {
  const known = SMALL[n];
  if (known !== undefined) return known;
  const x = n + 1;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3);
}

/** Tables as likely as the one seen, but for rounding, count as no likelier. */
const SAME = 1 + 1e-7;

/**
 * Two-sided p of Fisher's exact test that two proportions are equal: the chance of a table no likelier than the one
 * seen, its margins given. Whole counts; 0 to 1; null when a side has no trials. Exact where the z test is too sure of
 * itself: at small counts and shares near 0 and 1. Fisher 1922; the two-sided rule is R's and SciPy's.
 */
export function fisherExact(a: Proportion, b: Proportion): number | null {
  if (!(a.total > 0) || !(b.total > 0)) return null;
  const hits = a.successes + b.successes;
  const all = a.total + b.total;
  const fixed =
    lnFactorial(hits) + lnFactorial(all - hits) + lnFactorial(a.total) + lnFactorial(b.total) - lnFactorial(all);
  const chance = (k: number): number =>
    Math.exp(
      fixed - lnFactorial(k) - lnFactorial(hits - k) - lnFactorial(a.total - k) - lnFactorial(b.total - hits + k),
    );
  const seen = chance(a.successes) * SAME;
  let p = 0;
  for (let k = Math.max(0, hits - b.total); k <= Math.min(hits, a.total); k += 1) {
    const one = chance(k);
    if (one <= seen) p += one;
  }
  return Math.min(1, p);
}
