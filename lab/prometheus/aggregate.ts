import type { Labels } from '../stores';
import type { Annotations } from './annotations';
import type { Aggregate } from './ast';
import { type Column, newColumn } from './columns';
import { ExecutionError, unsupported } from './errors';
import { dropLabels, keepLabels, labelKey, withLabel } from './label-sets';
import { formatPlain } from './numbers';
import { compareValues, mean, quantile, variance } from './sums';

interface Group {
  labels: Labels;
  columns: Column[];
}

/** Series by their group, groups in the order in which they are met. */
function groups(node: Aggregate, columns: readonly Column[]): Group[] {
  const names = new Set(node.without ? [...node.labels, '__name__'] : node.labels);
  const found = new Map<string, Group>();
  for (const column of columns) {
    const labels = node.without ? dropLabels(column.labels, names) : keepLabels(column.labels, names);
    const key = labelKey(labels);
    const group = found.get(key);
    if (group === undefined) found.set(key, { labels, columns: [column] });
    else group.columns.push(column);
  }
  return [...found.values()];
}

type Reduce = (values: readonly number[], parameter: number) => number;

const extreme =
  (beats: (value: number, best: number) => boolean): Reduce =>
  (values) => {
    let best = values[0] ?? NaN;
    for (const value of values) if (beats(value, best) || Number.isNaN(best)) best = value;
    return best;
  };

const over =
  (of: (count: number, at: (index: number) => number) => number | null): Reduce =>
  (values) =>
    of(values.length, (index) => values[index] ?? NaN) ?? NaN;

const REDUCTIONS: ReadonlyMap<string, Reduce> = new Map<string, Reduce>([
  ['avg', over(mean)],
  ['min', extreme((value, best) => value < best)],
  ['max', extreme((value, best) => value > best)],
  ['count', (values) => values.length],
  ['group', () => 1],
  ['stdvar', over(variance)],
  ['stddev', (values) => Math.sqrt(over(variance)(values, NaN))],
  ['quantile', (values, phi) => quantile(phi, values.slice())],
]);

function reduced(found: readonly Group[], count: number, reduce: Reduce, parameters: Float64Array | null): Column[] {
  return found.map(({ labels, columns }) => {
    const result = newColumn(labels, count);
    const values: number[] = [];
    for (let index = 0; index < count; index += 1) {
      values.length = 0;
      for (const column of columns) if (column.has[index] === 1) values.push(column.values[index] ?? 0);
      if (values.length === 0) continue;
      result.values[index] = reduce(values, parameters?.[index] ?? NaN);
      result.has[index] = 1;
    }
    return result;
  });
}

/** Sums series by series instead of time by time, which reads memory in order; the order of addition is the same. */
function summed(found: readonly Group[], count: number): Column[] {
  return found.map(({ labels, columns }) => {
    const result = newColumn(labels, count);
    const compensations = new Float64Array(count);
    for (const { values, has } of columns) {
      for (let index = 0; index < count; index += 1) {
        if (has[index] !== 1) continue;
        const value = values[index] ?? 0;
        const sum = result.values[index] ?? 0;
        const total = sum + value;
        const lost = Math.abs(sum) >= Math.abs(value) ? sum - total + value : value - total + sum;
        if (total === Infinity || total === -Infinity) compensations[index] = 0;
        else compensations[index] = (compensations[index] ?? 0) + lost;
        result.values[index] = total;
        result.has[index] = 1;
      }
    }
    for (let index = 0; index < count; index += 1) {
      result.values[index] = (result.values[index] ?? 0) + (compensations[index] ?? 0);
    }
    return result;
  });
}

/** topk and bottomk keep samples of their input; of equal ones the first stays. Best first within a group. */
function ranked(found: readonly Group[], count: number, sizes: Float64Array, top: boolean): Column[] {
  for (const size of sizes) {
    if (Number.isNaN(size)) throw new ExecutionError('Parameter value is NaN');
    if (size >= 2 ** 63) throw new ExecutionError(`Scalar value ${formatPlain(size)} overflows int64`);
    if (size <= -(2 ** 63)) throw new ExecutionError(`Scalar value ${formatPlain(size)} underflows int64`);
  }
  const results: Column[] = [];
  for (const { columns } of found) {
    const kept = columns.map((column) => ({
      labels: column.labels,
      values: column.values,
      has: new Uint8Array(count),
    }));
    let order = kept;
    for (let index = 0; index < count; index += 1) {
      const size = Math.trunc(sizes[index] ?? 0);
      if (size < 1) continue;
      const present = kept.filter((_, place) => columns[place]?.has[index] === 1);
      // NaN loses against every number, from either side.
      present.sort((a, b) => {
        const [left, right] = [a.values[index] ?? NaN, b.values[index] ?? NaN];
        if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
        return top ? compareValues(right, left) : compareValues(left, right);
      });
      const chosen = present.slice(0, size);
      for (const column of chosen) column.has[index] = 1;
      if (count === 1) order = chosen;
    }
    results.push(...order.filter(({ has }) => has.includes(1)));
  }
  return results;
}

function countValues(node: Aggregate, columns: readonly Column[], count: number, label: string): Column[] {
  if (label === '') throw new ExecutionError('invalid label name ""');
  const found = new Map<string, Column>();
  for (const group of groups(node, columns)) {
    for (const column of group.columns) {
      for (let index = 0; index < count; index += 1) {
        if (column.has[index] !== 1) continue;
        const labels = withLabel(group.labels, label, formatPlain(column.values[index] ?? 0));
        const key = labelKey(labels);
        const result = found.get(key) ?? newColumn(labels, count);
        found.set(key, result);
        result.values[index] = (result.values[index] ?? 0) + 1;
        result.has[index] = 1;
      }
    }
  }
  return [...found.values()];
}

/** An aggregation over a grid. `parameter` is the number at each time, or the label of count_values. */
export function aggregate(
  node: Aggregate,
  columns: readonly Column[],
  count: number,
  parameter: Float64Array | string | null,
  annotations: Annotations,
): Column[] {
  if (typeof parameter === 'string') return countValues(node, columns, count, parameter);
  const found = groups(node, columns);
  if (node.op === 'topk' || node.op === 'bottomk') {
    return ranked(found, count, parameter ?? new Float64Array(count), node.op === 'topk');
  }
  if (node.op === 'sum') return summed(found, count);
  const reduce = REDUCTIONS.get(node.op);
  if (reduce === undefined) throw unsupported(`the aggregation ${node.op}`);
  if (node.op === 'quantile' && node.parameter !== null) {
    const bad = parameter?.find((phi) => Number.isNaN(phi) || phi < 0 || phi > 1);
    if (bad !== undefined) annotations.warn(`quantile value should be between 0 and 1, got ${bad}`, node.parameter);
  }
  return reduced(found, count, reduce, parameter);
}
