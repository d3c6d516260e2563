import type { LogStore } from '../stores';
import { aggregate } from './aggregation';
import type { Expr, MetricExpr } from './ast';
import { combine, operate, withScalar } from './binary';
import { LokiError, parseError } from './errors';
import { labelsKey, put } from './labels';
import { evaluateRange, isAdditive } from './range';
import { compileRe2 } from './regex';
import { emptyRow, type Row, type Steps } from './rows';
import type { ScanCost } from './windows';

interface Evaluation {
  store: LogStore;
  steps: Steps;
  cost: ScanCost;
}

/** The number that an expression of numbers alone amounts to; null when it reads anything. */
export function constantOf(expr: Expr): number | null {
  if (expr.kind === 'literal') return expr.value;
  if (expr.kind !== 'binary') return null;
  const [left, right] = [constantOf(expr.left), constantOf(expr.right)];
  return left === null || right === null ? null : operate(expr.op, left, right);
}

function replaceLabels(rows: readonly Row[], expr: Extract<MetricExpr, { kind: 'label_replace' }>): Row[] {
  let regex: ReturnType<typeof compileRe2>;
  try {
    regex = compileRe2(`^(?:${expr.pattern})$`);
  } catch {
    throw parseError(`invalid regex in label_replace: ${expr.pattern}`);
  }
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(expr.target))
    throw parseError(`invalid destination label name in label_replace: ${expr.target}`);
  const seen = new Set<string>();
  return rows.map((row) => {
    const source = Object.hasOwn(row.labels, expr.source) ? (row.labels[expr.source] ?? '') : '';
    const matcher = regex.matcher(source);
    const labels = { ...row.labels };
    if (matcher.matches()) {
      const value = expr.replacement.replace(/\$(?:\{(\w+)\}|(\w+)|\$)/g, (_, braced?: string, bare?: string) => {
        const group = braced ?? bare;
        if (group === undefined) return '$';
        if (/^\d+$/.test(group))
          return Number(group) <= matcher.groupCount() ? (matcher.group(Number(group)) ?? '') : '';
        const index = regex.namedGroups()[group];
        return index === undefined ? '' : (matcher.group(index) ?? '');
      });
      if (value === '') delete labels[expr.target];
      else put(labels, expr.target, value);
    }
    const key = labelsKey(labels);
    if (seen.has(key)) throw new LokiError(400, 'duplicated labelset in the resulting vector');
    seen.add(key);
    return { ...row, labels };
  });
}

/** Evaluates a metric query at every step. Rows come in no order but that of `sort` and `topk`. */
export function evaluateMetric(expr: MetricExpr, evaluation: Evaluation): Row[] {
  const { steps, store, cost } = evaluation;
  const constant = constantOf(expr);
  if (constant !== null || expr.kind === 'vector') {
    const row = emptyRow({}, steps.count);
    row.values.fill(constant ?? (expr.kind === 'vector' ? expr.value : 0));
    row.present.fill(1);
    return [row];
  }
  switch (expr.kind) {
    case 'range':
      return evaluateRange(store, expr, { steps, grouping: null, cost });
    case 'aggregation': {
      const { inner, grouping } = expr;
      const by = grouping ?? { without: false, labels: [] };
      if (expr.op === 'sum' && !by.without && inner.kind === 'range' && isAdditive(inner)) {
        return evaluateRange(store, inner, { steps, grouping: by, cost });
      }
      return aggregate(evaluateMetric(inner, evaluation), expr, steps.count);
    }
    case 'label_replace':
      return replaceLabels(evaluateMetric(expr.inner, evaluation), expr);
    case 'binary': {
      const left = constantOf(expr.left);
      const right = constantOf(expr.right);
      if (left !== null) return withScalar(evaluateMetric(expr.right, evaluation), left, expr, true);
      if (right !== null) return withScalar(evaluateMetric(expr.left, evaluation), right, expr, false);
      return combine(evaluateMetric(expr.left, evaluation), evaluateMetric(expr.right, evaluation), expr, steps.count);
    }
    default:
      return [];
  }
}
