import type { VectorAggregationExpr } from './ast';
import { labelsKey } from './labels';
import { variance } from './range';
import { emptyRow, groupLabels, type Row } from './rows';

function reduceGroup(op: string, values: Float64Array): number {
  switch (op) {
    case 'sum':
      return values.reduce((total, value) => total + value, 0);
    case 'avg':
      return values.reduce((total, value) => total + value, 0) / values.length;
    case 'min':
      return values.reduce((least, value) => (value < least || Number.isNaN(least) ? value : least));
    case 'max':
      return values.reduce((most, value) => (value > most || Number.isNaN(most) ? value : most));
    case 'count':
      return values.length;
    case 'stdvar':
      return variance(values);
    default:
      return Math.sqrt(variance(values));
  }
}

function groupsOf(
  rows: readonly Row[],
  expr: VectorAggregationExpr,
): { labels: Record<string, string>; rows: Row[] }[] {
  const groups = new Map<string, { labels: Record<string, string>; rows: Row[] }>();
  for (const row of rows) {
    const labels = groupLabels(row.labels, expr.grouping);
    const key = labelsKey(labels);
    const group = groups.get(key);
    if (group) group.rows.push(row);
    else groups.set(key, { labels, rows: [row] });
  }
  return [...groups.values()];
}

/** The rows of a group with a sample at a step, by value: largest first for topk, NaN last in both. */
function ranked(rows: readonly Row[], step: number, descending: boolean): Row[] {
  const present = rows.filter((row) => row.present[step] === 1);
  return present.sort((a, b) => {
    const [x, y] = [a.values[step] ?? 0, b.values[step] ?? 0];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return descending ? y - x : x - y;
  });
}

/** An aggregation over series, step by step; `sort` orders the rows by their first step, which instant queries show. */
export function aggregate(rows: readonly Row[], expr: VectorAggregationExpr, count: number): Row[] {
  if (expr.op === 'sort' || expr.op === 'sort_desc') {
    const ordered = ranked(rows, 0, expr.op === 'sort_desc');
    return [...ordered, ...rows.filter((row) => !ordered.includes(row))];
  }
  if (expr.op === 'topk' || expr.op === 'bottomk') {
    const kept = new Map<Row, Row>();
    for (const group of groupsOf(rows, expr)) {
      for (let step = 0; step < count; step++) {
        for (const row of ranked(group.rows, step, expr.op === 'topk').slice(0, expr.parameter ?? 0)) {
          const out = kept.get(row) ?? emptyRow(row.labels, count);
          kept.set(row, out);
          out.values[step] = row.values[step] ?? 0;
          out.present[step] = 1;
        }
      }
    }
    return [...kept.values()];
  }
  return groupsOf(rows, expr).map((group) => {
    const out = emptyRow(group.labels, count);
    const buffer = new Float64Array(group.rows.length);
    for (let step = 0; step < count; step++) {
      let size = 0;
      for (const row of group.rows) if (row.present[step] === 1) buffer[size++] = row.values[step] ?? 0;
      if (size === 0) continue;
      out.values[step] = reduceGroup(expr.op, buffer.subarray(0, size));
      out.present[step] = 1;
    }
    return out;
  });
}
