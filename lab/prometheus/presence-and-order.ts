import { type Expr, unwrap } from './ast';
import { type Column, type Grid, hasAny, newColumn } from './columns';
import { compareValues } from './sums';

/** 1 where no series has a sample, with the labels that the selector asks for by equality, once each. */
export function absent(columns: readonly Column[], selector: Expr, grid: Grid): Column[] {
  const inner = unwrap(selector);
  const matchers = inner.kind === 'selector' ? inner.matchers : inner.kind === 'matrix' ? inner.selector.matchers : [];
  const labels: Record<string, string> = {};
  const met = new Set<string>();
  for (const { name, op, value } of matchers) {
    if (name === '__name__') continue;
    if (op === '=' && !met.has(name)) labels[name] = value;
    else delete labels[name];
    if (op === '=') met.add(name);
  }
  const result = newColumn(labels, grid.count);
  for (let index = 0; index < grid.count; index += 1) {
    if (columns.some(({ has }) => has[index] === 1)) continue;
    result.values[index] = 1;
    result.has[index] = 1;
  }
  return hasAny(result) ? [result] : [];
}

/** Sorts by value at the one time of an instant query, NaN last either way; a range query keeps its own order. */
export function sorted(columns: Column[], grid: Grid, descending: boolean): Column[] {
  if (grid.count > 1) return columns;
  return columns.toSorted((a, b) => {
    const [left, right] = [a.values[0] ?? NaN, b.values[0] ?? NaN];
    if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    return descending ? compareValues(right, left) : compareValues(left, right);
  });
}
