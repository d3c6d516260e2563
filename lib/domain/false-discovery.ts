/**
 * q values of many tests: the smallest false discovery rate at which each is still called a discovery.
 *   q₍ᵢ₎ = min over j ≥ i of p₍ⱼ₎ · m / j      p₍₁₎ ≤ … ≤ p₍ₘ₎
 * In the order of the p-values given, 0 to 1. Benjamini & Hochberg 1995.
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => b.p - a.p);
  const q = new Array<number>(pValues.length).fill(1);
  let least = 1;
  for (const [at, { p, index }] of order.entries()) {
    least = Math.min(least, (p * pValues.length) / (pValues.length - at));
    q[index] = least;
  }
  return q;
}
