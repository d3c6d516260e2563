import { labelsTest, matcherTest } from '../label-matchers';
import { firstIndex } from '../memory-metrics';
import type { Labels, Matcher, Series } from '../stores';

/** A series whose samples stand at the table's scrape instants, from one of them to another without a hole. */
export class Column {
  private first = -1;
  private end = 0;

  constructor(
    readonly labels: Labels,
    private readonly table: SeriesTable,
    private readonly values: Float64Array,
  ) {}

  /** The sample of the current scrape. */
  set(value: number): void {
    const row = this.table.row;
    if (this.first < 0) this.first = row;
    this.values[row] = value;
    this.end = row + 1;
  }

  get isEmpty(): boolean {
    return this.end <= 0;
  }

  slice(timesMs: Float64Array, from: number, to: number): Series | null {
    const start = Math.max(from, this.first);
    const end = Math.min(to, this.end);
    if (this.first < 0 || start >= end) return null;
    return { labels: this.labels, timesMs: timesMs.subarray(start, end), values: this.values.subarray(start, end) };
  }

  drop(rows: number): void {
    if (this.first < 0) return;
    this.values.copyWithin(0, rows);
    this.first = Math.max(0, this.first - rows);
    this.end -= rows;
  }
}

/** A series with samples at some scrape instants only, as ALERTS are; its value is always 1. */
export class SparseColumn {
  private timesMs: number[] = [];

  constructor(readonly labels: Labels) {}

  add(timeMs: number): void {
    this.timesMs.push(timeMs);
  }

  slice(startMs: number, endMs: number): Series | null {
    const times = Float64Array.from(this.timesMs.filter((timeMs) => timeMs >= startMs && timeMs <= endMs));
    return times.length === 0
      ? null
      : { labels: this.labels, timesMs: times, values: new Float64Array(times.length).fill(1) };
  }

  dropBefore(timeMs: number): void {
    this.timesMs = this.timesMs.filter((time) => time >= timeMs);
  }
}

/** Series that are scraped together: one array of times for all, one array of values each, of a fixed capacity. */
export class SeriesTable {
  private readonly timesMs: Float64Array;
  private rows = 0;
  private readonly columns = new Map<string, Column[]>();
  private readonly sparse = new Map<string, SparseColumn[]>();

  /** Keeps at least keepRows scrapes; `slackRows` more are gathered before the oldest are dropped at one go. */
  constructor(
    private readonly keepRows: number,
    private readonly slackRows: number,
  ) {
    this.timesMs = new Float64Array(keepRows + slackRows);
  }

  /** Index of the current scrape. */
  get row(): number {
    return this.rows - 1;
  }

  /** Time of the oldest scrape that is kept, or null before the first. */
  get firstMs(): number | null {
    return this.rows === 0 ? null : (this.timesMs[0] ?? null);
  }

  column(labels: Labels): Column {
    const column = new Column(labels, this, new Float64Array(this.timesMs.length));
    const name = labels.__name__ ?? '';
    const siblings = this.columns.get(name);
    if (siblings === undefined) this.columns.set(name, [column]);
    else siblings.push(column);
    return column;
  }

  sparseColumn(labels: Labels): SparseColumn {
    const column = new SparseColumn(labels);
    const name = labels.__name__ ?? '';
    const siblings = this.sparse.get(name);
    if (siblings === undefined) this.sparse.set(name, [column]);
    else siblings.push(column);
    return column;
  }

  /** Begins a scrape; timeMs is later than every one before. */
  beginScrape(timeMs: number): void {
    if (this.rows === this.timesMs.length) {
      this.timesMs.copyWithin(0, this.slackRows);
      this.rows = this.keepRows;
      for (const siblings of this.columns.values()) for (const column of siblings) column.drop(this.slackRows);
      const firstMs = this.timesMs[0] ?? 0;
      for (const siblings of this.sparse.values()) for (const column of siblings) column.dropBefore(firstMs);
    }
    this.timesMs[this.rows] = timeMs;
    this.rows++;
  }

  select(matchers: readonly Matcher[], startMs: number, endMs: number): Series[] {
    const times = this.timesMs.subarray(0, this.rows);
    const from = firstIndex(times, startMs);
    const to = firstIndex(times, endMs, true);
    const selected: Series[] = [];
    const nameTests = matchers.filter(({ name }) => name === '__name__').map(matcherTest);
    const wanted = labelsTest(matchers.filter(({ name }) => name !== '__name__'));
    const isNamed = (name: string): boolean => nameTests.every((test) => test(name));
    const keep = (series: Series | null): void => {
      if (series !== null) selected.push(series);
    };
    for (const [name, siblings] of this.columns) {
      if (!isNamed(name)) continue;
      for (const column of siblings) if (wanted(column.labels)) keep(column.slice(this.timesMs, from, to));
    }
    for (const [name, siblings] of this.sparse) {
      if (!isNamed(name)) continue;
      for (const column of siblings) if (wanted(column.labels)) keep(column.slice(startMs, endMs));
    }
    return selected;
  }
}
