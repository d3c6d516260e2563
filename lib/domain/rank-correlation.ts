/** Fewer pairs than this say nothing. */
const MIN_PAIRS = 8;

/** Ranks of values, equal ones sharing the mean of theirs. */
function ranksOf(values: readonly number[]): number[] {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const ranks = new Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && order[to + 1]?.value === order[from]?.value) to += 1;
    for (let i = from; i <= to; i += 1) {
      const at = order[i]?.index;
      if (at !== undefined) ranks[at] = (from + to) / 2 + 1;
    }
    from = to + 1;
  }
  return ranks;
}

/**
 * Spearman's rank correlation of pairs, −1 to 1: the correlation of their ranks. Pairs with a null are left out; null
 * with fewer than MIN_PAIRS of them, or where one side does not vary.
 */
export function rankCorrelation(
  pairs: readonly (readonly [number | null, number | null])[],
): { value: number; n: number } | null {
  const known = pairs.flatMap(([x, y]) => (x === null || y === null ? [] : [[x, y] as const]));
  const n = known.length;
  if (n < MIN_PAIRS) return null;
  const rx = ranksOf(known.map(([x]) => x));
  const ry = ranksOf(known.map(([, y]) => y));
  const mean = (n + 1) / 2;
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (let i = 0; i < n; i += 1) {
    const dx = (rx[i] ?? 0) - mean;
    const dy = (ry[i] ?? 0) - mean;
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx > 0 && yy > 0 ? { value: xy / Math.sqrt(xx * yy), n } : null;
}
