import type { Column, SeriesTable } from './series-table';

/** `le` as Prometheus 3 writes it: a float with a point. */
export const leOf = (bound: number): string => (Number.isInteger(bound) ? bound.toFixed(1) : String(bound));

/** A counter's columns: counts up in memory, writes at each scrape. */
export class CounterColumn {
  private total = 0;
  private readonly column: Column;

  constructor(table: SeriesTable, name: string, labels: Record<string, string>) {
    this.column = table.column({ __name__: name, ...labels });
  }

  add(amount: number): void {
    this.total += amount;
  }

  scrape(): void {
    this.column.set(this.total);
  }
}

/** A classic histogram: `_bucket` for each bound and +Inf, `_sum`, `_count`. */
export class HistogramColumns {
  private readonly counts: Float64Array;
  private readonly scaledBounds: Float64Array;
  private sum = 0;
  private readonly buckets: Column[];
  private readonly sumColumn: Column;
  private readonly countColumn: Column;

  /** Without bounds it is an average alone: no buckets at all. `scale` is what an observation of one unit of the bounds comes as: 1e6 where seconds are observed in microseconds. */
  constructor(
    table: SeriesTable,
    name: string,
    labels: Record<string, string>,
    private readonly bounds: readonly number[],
    private readonly scale = 1,
  ) {
    this.counts = new Float64Array(bounds.length + 1);
    this.scaledBounds = Float64Array.from(bounds, (bound) => bound * scale);
    const shown = bounds.length === 0 ? [] : [...bounds.map(leOf), '+Inf'];
    this.buckets = shown.map((le) => table.column({ __name__: `${name}_bucket`, ...labels, le }));
    this.sumColumn = table.column({ __name__: `${name}_sum`, ...labels });
    this.countColumn = table.column({ __name__: `${name}_count`, ...labels });
  }

  /** Counts one value, in the scaled unit. */
  observe(value: number): void {
    let bucket = 0;
    const bounds = this.scaledBounds;
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket++;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += value;
  }

  scrape(): void {
    let running = 0;
    for (let bucket = 0; bucket <= this.bounds.length; bucket++) {
      running += this.counts[bucket] ?? 0;
      this.buckets[bucket]?.set(running);
    }
    this.sumColumn.set(this.sum / this.scale);
    this.countColumn.set(running);
  }
}
