import type { BinScore } from './drift-rank';

/** Scores of a model gathered by the bin that a feature's value lay in. */
export class ScoreByBin {
  private readonly counts: number[];
  private readonly sums: number[];
  private readonly squares: number[];

  constructor(bins: number) {
    this.counts = new Array<number>(bins).fill(0);
    this.sums = new Array<number>(bins).fill(0);
    this.squares = new Array<number>(bins).fill(0);
  }

  add(bin: number, score: number): void {
    if (bin < 0 || bin >= this.counts.length) return;
    this.counts[bin] = (this.counts[bin] ?? 0) + 1;
    this.sums[bin] = (this.sums[bin] ?? 0) + score;
    this.squares[bin] = (this.squares[bin] ?? 0) + score * score;
  }

  get total(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** Mean and standard deviation by bin. */
  scores(): BinScore[] {
    return this.counts.map((count, i) => {
      const mean = count > 0 ? (this.sums[i] ?? 0) / count : null;
      const spread = mean === null ? 0 : (this.squares[i] ?? 0) - count * mean * mean;
      return { count, mean, deviation: count > 1 ? Math.sqrt(Math.max(0, spread) / (count - 1)) : null };
    });
  }
}
