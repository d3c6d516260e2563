/** A measured request on a chart. */
interface Dot {
  atMs: number;
  valueMs: number;
}

/**
 * The slowest dot of each of `columns` equal stretches of the range, in time order. Hundreds of dots hide the lines they
 * explain; the slowest of a stretch is the one whose trace is wanted. Dots outside the range are left out.
 */
export function slowestPerColumn<T extends Dot>(
  dots: readonly T[],
  range: { startMs: number; endMs: number },
  columns: number,
): T[] {
  const width = (range.endMs - range.startMs) / columns;
  const slowest = new Map<number, T>();
  for (const dot of dots) {
    if (dot.atMs < range.startMs || dot.atMs > range.endMs || !(width > 0)) continue;
    const column = Math.min(columns - 1, Math.floor((dot.atMs - range.startMs) / width));
    const known = slowest.get(column);
    if (known === undefined || dot.valueMs > known.valueMs) slowest.set(column, dot);
  }
  return [...slowest.values()].sort((a, b) => a.atMs - b.atMs);
}
