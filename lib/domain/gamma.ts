import { logGamma } from './sequential';

/** The incomplete gamma function and the chi-square distribution that comes of it. */

const MAX_TERMS = 10_000;

/**
 * Upper regularized incomplete gamma function Q(a, x) = Γ(a, x)/Γ(a), 0 to 1, for a > 0 and x ≥ 0, to about 1e-13
 * relative: its series below a + 1, its continued fraction (Lentz) from there. Numerical Recipes 6.2.
 */
export function upperGamma(a: number, x: number): number {
  if (!(x > 0)) return 1;
  const front = Math.exp(-x + a * Math.log(x) - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < MAX_TERMS && Math.abs(term) > Math.abs(sum) * 1e-17; n += 1) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - sum * front;
  }
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < MAX_TERMS; n += 1) {
    const an = -n * (n - a);
    b += 2;
    d = an * d + b;
    if (Math.abs(d) < tiny) d = tiny;
    c = b + an / c;
    if (Math.abs(c) < tiny) c = tiny;
    d = 1 / d;
    const change = d * c;
    h *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return front * h;
}

/** Chance that a chi-square variable of this many degrees of freedom exceeds the statistic, 0 to 1. */
export const chiSquareTail = (statistic: number, degreesOfFreedom: number): number =>
  degreesOfFreedom > 0 ? upperGamma(degreesOfFreedom / 2, statistic / 2) : 1;

/** Points that were asked for: a strip of features asks for a handful of them by the ten thousand. */
const points = new Map<number, Map<number, number>>();
const MAX_POINTS = 1_000;

/** The value a chi-square variable exceeds with this chance (0 to 1, both excluded), by bisection to the last bit. */
export function chiSquarePoint(chance: number, degreesOfFreedom: number): number {
  const own = points.get(chance) ?? new Map<number, number>();
  const known = own.get(degreesOfFreedom);
  if (known !== undefined) return known;
  const point = bisectPoint(chance, degreesOfFreedom);
  if (points.size < MAX_POINTS && own.size < MAX_POINTS) points.set(chance, own.set(degreesOfFreedom, point));
  return point;
}

function bisectPoint(chance: number, degreesOfFreedom: number): number {
  let low = 0;
  let high = Math.max(1, degreesOfFreedom);
  while (chiSquareTail(high, degreesOfFreedom) > chance) high *= 2;
  for (let step = 0; step < 200; step += 1) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (chiSquareTail(middle, degreesOfFreedom) > chance) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
