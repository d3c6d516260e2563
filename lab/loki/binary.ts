import type { BinaryExpr, VectorMatching } from './ast';
import { LokiError } from './errors';
import { labelsKey, printLabels, put } from './labels';
import { emptyRow, groupLabels, type Row } from './rows';

const COMPARISONS = new Set(['==', '!=', '>', '>=', '<', '<=']);

/** An arithmetic result, 1 or 0 for a comparison. Division by zero is NaN in Loki, not infinity. */
export function operate(op: string, a: number, b: number): number {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? Number.NaN : a / b;
    case '%':
      return b === 0 ? Number.NaN : a % b;
    case '^':
      return a ** b;
    case '==':
      return Number(a === b);
    case '!=':
      return Number(a !== b);
    case '>':
      return Number(a > b);
    case '>=':
      return Number(a >= b);
    case '<':
      return Number(a < b);
    default:
      return Number(a <= b);
  }
}

/** The value of an operator between samples: null where a comparison without `bool` filters the sample out. */
function sampleOf(expr: BinaryExpr, values: { left: number; right: number; kept: number }): number | null {
  const result = operate(expr.op, values.left, values.right);
  if (!COMPARISONS.has(expr.op) || expr.bool) return result;
  return result === 1 ? values.kept : null;
}

/** A vector and a number, on either side. */
export function withScalar(rows: readonly Row[], scalar: number, expr: BinaryExpr, scalarIsLeft: boolean): Row[] {
  return rows.map((row) => {
    const out = emptyRow(row.labels, row.values.length);
    for (const [step, value] of row.values.entries()) {
      if (row.present[step] !== 1) continue;
      const left = scalarIsLeft ? scalar : value;
      const right = scalarIsLeft ? value : scalar;
      const result = sampleOf(expr, { left, right, kept: value });
      if (result === null) continue;
      out.values[step] = result;
      out.present[step] = 1;
    }
    return out;
  });
}

function signature(row: Row, matching: VectorMatching | null): string {
  if (!matching) return labelsKey(row.labels);
  return labelsKey(groupLabels(row.labels, { without: !matching.on, labels: matching.labels }));
}

function setOperation(left: readonly Row[], right: readonly Row[], expr: BinaryExpr): Row[] {
  const has = (rows: readonly Row[]) => {
    const bySignature = new Map<string, Row[]>();
    for (const row of rows) {
      const key = signature(row, expr.matching);
      bySignature.set(key, [...(bySignature.get(key) ?? []), row]);
    }
    return (row: Row, step: number) =>
      bySignature.get(signature(row, expr.matching))?.some((other) => other.present[step] === 1) ?? false;
  };
  const filter = (rows: readonly Row[], keep: (row: Row, step: number) => boolean) =>
    rows.map((row) => ({ ...row, present: row.present.map((p, step) => (p === 1 && keep(row, step) ? 1 : 0)) }));
  const inRight = has(right);
  if (expr.op === 'and') return filter(left, inRight);
  if (expr.op === 'unless') return filter(left, (row, step) => !inRight(row, step));
  const inLeft = has(left);
  const merged = new Map(left.map((row) => [labelsKey(row.labels), row]));
  for (const row of filter(right, (r, step) => !inLeft(r, step))) {
    const key = labelsKey(row.labels);
    const same = merged.get(key);
    if (!same) {
      merged.set(key, row);
      continue;
    }
    const present = same.present.map((p, step) => (p === 1 || row.present[step] === 1 ? 1 : 0));
    const values = same.values.map((value, step) => (same.present[step] === 1 ? value : (row.values[step] ?? 0)));
    merged.set(key, { labels: same.labels, values, present });
  }
  return [...merged.values()];
}

function resultLabels(many: Row, one: Row, matching: VectorMatching | null): Record<string, string> {
  if (!matching) return many.labels;
  if (matching.card === 'one-to-one')
    return groupLabels(many.labels, { without: !matching.on, labels: matching.labels });
  const out: Record<string, string> = { ...many.labels };
  for (const name of matching.include) {
    const value = Object.hasOwn(one.labels, name) ? one.labels[name] : undefined;
    if (value === undefined || value === '') delete out[name];
    else put(out, name, value);
  }
  return out;
}

/** Two vectors under their matching, one result row a pair, with Loki's errors where several series match. */
export function combine(left: readonly Row[], right: readonly Row[], expr: BinaryExpr, count: number): Row[] {
  if (expr.op === 'and' || expr.op === 'or' || expr.op === 'unless') return setOperation(left, right, expr);
  const swapped = expr.matching?.card === 'one-to-many';
  const [manyRows, oneRows] = swapped ? [right, left] : [left, right];
  const oneBySignature = new Map<string, Row[]>();
  for (const row of oneRows) {
    const key = signature(row, expr.matching);
    oneBySignature.set(key, [...(oneBySignature.get(key) ?? []), row]);
  }
  const results = new Map<string, Row>();
  const isGrouped = expr.matching !== null && expr.matching.card !== 'one-to-one';
  for (const many of manyRows) {
    const candidates = oneBySignature.get(signature(many, expr.matching));
    if (!candidates) continue;
    for (let step = 0; step < count; step++) {
      if (many.present[step] !== 1) continue;
      const matches = candidates.filter((row) => row.present[step] === 1);
      const [one] = matches;
      if (!one) continue;
      if (matches.length > 1)
        throw new LokiError(
          500,
          `found duplicate series on the ${swapped ? 'left' : 'right'} hand-side; many-to-many matching not allowed: matching labels must be unique on one side`,
        );
      const [a, b] = [many.values[step] ?? 0, one.values[step] ?? 0];
      const sides = swapped ? { left: b, right: a } : { left: a, right: b };
      const value = sampleOf(expr, { ...sides, kept: sides.left });
      const labels = resultLabels(many, one, expr.matching);
      const key = labelsKey(labels);
      const row = results.get(key) ?? emptyRow(labels, count);
      results.set(key, row);
      if (row.present[step] === 1) {
        throw new LokiError(
          500,
          isGrouped
            ? `multiple matches for labels: grouping labels must ensure unique matches: ${printLabels(labels)}`
            : 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
        );
      }
      if (value === null) continue;
      row.values[step] = value;
      row.present[step] = 1;
    }
  }
  return [...results.values()];
}
