/** Sum with Kahan's compensation in Neumaier's form, as Prometheus adds [promql/functions.go kahanSumInc]. */
export class KahanSum {
  private sum = 0;
  private compensation = 0;

  add(value: number): void {
    const total = this.sum + value;
    if (!Number.isFinite(total) && !Number.isNaN(total)) this.compensation = 0;
    else if (Math.abs(this.sum) >= Math.abs(value)) this.compensation += this.sum - total + value;
    else this.compensation += value - total + this.sum;
    this.sum = total;
  }

  get total(): number {
    return this.sum + this.compensation;
  }
}

/** Mean of count numbers given one by one; an overflow of the sum falls back to a running mean. Null of none. */
export function mean(count: number, at: (index: number) => number): number | null {
  if (count === 0) return null;
  const sum = new KahanSum();
  for (let index = 0; index < count; index += 1) sum.add(at(index));
  const total = sum.total;
  if (Number.isFinite(total)) return total / count;
  let running = 0;
  for (let index = 0; index < count; index += 1) {
    const value = at(index);
    if (!Number.isFinite(running) && !Number.isNaN(running)) {
      if (value === running || Number.isFinite(value)) continue;
    }
    running += value / (index + 1) - running / (index + 1);
  }
  return running;
}

/** Population variance after Welford, both sums compensated; null of no numbers. */
export function variance(count: number, at: (index: number) => number): number | null {
  if (count === 0) return null;
  const average = new KahanSum();
  const squares = new KahanSum();
  for (let index = 0; index < count; index += 1) {
    const value = at(index);
    const delta = value - average.total;
    average.add(delta / (index + 1));
    squares.add(delta * (value - average.total));
  }
  return squares.total / count;
}

/** NaN sorts below every number, as in Prometheus' heaps. */
export function compareValues(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
  if (Number.isNaN(b)) return 1;
  return a - b || 0;
}

/** Quantile with linear interpolation between ranks; sorts the values. -Inf below 0, +Inf above 1. */
export function quantile(phi: number, values: number[]): number {
  if (values.length === 0 || Number.isNaN(phi)) return NaN;
  if (phi < 0) return -Infinity;
  if (phi > 1) return Infinity;
  values.sort(compareValues);
  const rank = phi * (values.length - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(values.length - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  return (values[lower] ?? NaN) * (1 - weight) + (values[upper] ?? NaN) * weight;
}
