/**
 * Counter-based randomness: every draw of the fleet follows from a key (seed, cell, window), never from what was
 * drawn before it elsewhere, so that any window can be computed alone and in any order.
 */

/** Mixes two 32-bit integers into one (the finaliser of MurmurHash3 over their combination). Range: unsigned 32 bits. */
export function mix(a: number, b: number): number {
  let hash = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return hash >>> 0;
}

/** A 32-bit key of any number of integers; numbers past 32 bits enter with their low and high halves. */
export function keyOf(...parts: readonly number[]): number {
  let key = 0x51ed270b;
  for (const part of parts) {
    key = mix(key, part >>> 0);
    if (part > 0xffffffff) key = mix(key, Math.floor(part / 0x100000000));
  }
  return key;
}

/** The generator mulberry32 (Tommy Ettinger, public domain): 32 bits of state, enough for the few thousand draws of a window. */
export class Random {
  private state: number;

  constructor(key: number) {
    this.state = key | 0;
  }

  /** Uniform in 0 ≤ x < 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** Whole number in 0 ≤ n < bound. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** Standard normal, by Box–Muller. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** Poisson count of this mean: Knuth's product for small means, the rounded normal above 30. */
  poisson(mean: number): number {
    if (mean <= 0) return 0;
    if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.next(); product > limit; product *= this.next()) count++;
    return count;
  }

  /** Rounds up with the probability of the fraction, so that the mean stays. */
  roundFairly(value: number): number {
    return Math.floor(value + this.next());
  }
}
