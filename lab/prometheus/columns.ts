import type { Labels } from '../stores';
import { ExecutionError } from './errors';
import { labelKey } from './label-sets';

/** The evaluation times: `count` of them, `stepMs` apart, from `startMs` on. */
export interface Grid {
  startMs: number;
  stepMs: number;
  count: number;
}

/** Unix milliseconds of a grid's point. */
export const timeAt = (grid: Grid, index: number): number => grid.startMs + index * grid.stepMs;

/** One series over a grid: where `has` is 0 there is no sample, and the value there means nothing. */
export interface Column {
  labels: Labels;
  values: Float64Array;
  has: Uint8Array;
}

/** A series without a sample at any of `count` times, to be filled. */
export const newColumn = (labels: Labels, count: number): Column => ({
  labels,
  values: new Float64Array(count),
  has: new Uint8Array(count),
});

/** What an expression is over a grid: a number at each time, series, or one text. */
export type Value =
  | { type: 'scalar'; values: Float64Array }
  | { type: 'vector'; columns: Column[] }
  | { type: 'string'; value: string };

const SAME = 'vector cannot contain metrics with the same labelset';

/**
 * Series of equal labels become one where no time has a sample of both; where one has, or where `apart` forbids
 * any two, the evaluation fails as it does in Prometheus.
 */
export function mergeColumns(columns: Column[], apart = false): Column[] {
  const byKey = new Map<string, Column>();
  for (const column of columns) {
    const key = labelKey(column.labels);
    const known = byKey.get(key);
    if (known === undefined) {
      byKey.set(key, column);
      continue;
    }
    if (apart) throw new ExecutionError(SAME);
    const merged = newColumn(column.labels, column.values.length);
    for (let index = 0; index < merged.values.length; index += 1) {
      if (known.has[index] === 1 && column.has[index] === 1) throw new ExecutionError(SAME);
      const from = known.has[index] === 1 ? known : column;
      merged.has[index] = from.has[index] ?? 0;
      merged.values[index] = from.values[index] ?? 0;
    }
    byKey.set(key, merged);
  }
  return byKey.size === columns.length ? columns : [...byKey.values()];
}

/** The column with a function put to every sample. */
export function mapColumn(column: Column, labels: Labels, change: (value: number, index: number) => number): Column {
  const values = new Float64Array(column.values.length);
  for (let index = 0; index < values.length; index += 1) {
    if (column.has[index] === 1) values[index] = change(column.values[index] ?? 0, index);
  }
  return { labels, values, has: column.has };
}

/** Whether there is a sample at any time; a series without one is left out of an answer. */
export const hasAny = (column: Column): boolean => column.has.includes(1);
