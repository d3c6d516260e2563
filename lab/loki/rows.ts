import type { Labels } from '../stores';
import { labelsKey, put } from './labels';

/** The steps at which a metric query is evaluated, nanoseconds relative to the first. */
export interface Steps {
  startNs: bigint;
  stepNs: number;
  count: number;
}

/** One series over all steps; `present[i]` 0: no sample at this step, which NaN could not say. */
export interface Row {
  labels: Record<string, string>;
  values: Float64Array;
  present: Uint8Array;
}

/** A row without a sample at any of `count` steps, to be filled. */
export const emptyRow = (labels: Record<string, string>, count: number): Row => ({
  labels,
  values: new Float64Array(count),
  present: new Uint8Array(count),
});

/** The labels of a grouping: those named by `by`, all but those named by `without`. */
export function groupLabels(
  labels: Labels,
  grouping: { without: boolean; labels: readonly string[] } | null,
): Record<string, string> {
  const out: Record<string, string> = {};
  if (!grouping) return out;
  if (grouping.without) {
    for (const name of Object.keys(labels)) if (!grouping.labels.includes(name)) put(out, name, labels[name] ?? '');
  } else {
    for (const name of grouping.labels) {
      const value = Object.hasOwn(labels, name) ? labels[name] : undefined;
      if (value !== undefined && value !== '') put(out, name, value);
    }
  }
  return out;
}

/** Rows in the order of their labels. */
export function sortRows(rows: readonly Row[]): Row[] {
  const keyed = rows.map((row) => ({ row, key: labelsKey(row.labels) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ row }) => row);
}
