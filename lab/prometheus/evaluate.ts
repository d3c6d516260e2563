import type { Labels } from '../stores';
import { aggregate } from './aggregate';
import { operate } from './arithmetic';
import {
  type Aggregate,
  type Binary,
  type Call,
  type Expr,
  isSetOperator,
  type Matrix,
  type Subquery,
  unwrap,
} from './ast';
import { scalarOperation, setOperation, vectorOperation } from './binary';
import { type Column, type Grid, hasAny, mapColumn, mergeColumns, newColumn, timeAt, type Value } from './columns';
import { ApiError, unsupported } from './errors';
import { histogramFraction, histogramQuantile } from './histogram';
import { labelJoin, labelReplace, sortByLabel } from './label-functions';
import { dropName } from './label-sets';
import { absent, sorted } from './presence-and-order';
import { RANGE_FUNCTIONS, resetsOf, type Window } from './range-functions';
import {
  checkDeadline,
  checkSize,
  type Evaluation,
  type Reference,
  reference,
  type Samples,
  selectInstant,
  selectRange,
} from './selection';
import { DATE_FUNCTIONS, SAMPLE_FUNCTIONS } from './vector-functions';

const KEEP_NAME: ReadonlySet<string> = new Set(['last_over_time', 'first_over_time']);

const constant = (grid: Grid, value: number): Float64Array => new Float64Array(grid.count).fill(value);

/** Evaluates an expression at every time of a grid at once: each selector reads its series once. */
export function evaluate(evaluation: Evaluation, expr: Expr, grid: Grid): Value {
  switch (expr.kind) {
    case 'number':
      return { type: 'scalar', values: constant(grid, expr.value) };
    case 'string':
      return { type: 'string', value: expr.value };
    case 'paren':
      return evaluate(evaluation, expr.inner, grid);
    case 'unary': {
      const inner = evaluate(evaluation, expr.inner, grid);
      if (expr.op === '+' || inner.type === 'string') return inner;
      if (inner.type === 'scalar') return { type: 'scalar', values: inner.values.map((value) => -value) };
      return vector(
        mergeColumns(inner.columns.map((column) => mapColumn(column, dropName(column.labels), (value) => -value))),
      );
    }
    case 'selector':
      return vector(selectInstant(evaluation, expr, grid));
    case 'binary':
      return evaluateBinary(evaluation, expr, grid);
    case 'aggregate':
      return vector(evaluateAggregate(evaluation, expr, grid));
    case 'call':
      return evaluateCall(evaluation, expr, grid);
    default:
      throw new ApiError(422, 'execution', `unexpected range vector at ${expr.from}`);
  }
}

const vector = (columns: Column[]): Value => ({ type: 'vector', columns });

function columnsOf(evaluation: Evaluation, expr: Expr | undefined, grid: Grid): Column[] {
  const value = expr === undefined ? null : evaluate(evaluation, expr, grid);
  return value?.type === 'vector' ? value.columns : [];
}

function scalarsOf(evaluation: Evaluation, expr: Expr | undefined, grid: Grid): Float64Array {
  const value = expr === undefined ? null : evaluate(evaluation, expr, grid);
  return value?.type === 'scalar' ? value.values : constant(grid, NaN);
}

const textsOf = (args: readonly Expr[]): string[] =>
  args.map(unwrap).flatMap((argument) => (argument.kind === 'string' ? [argument.value] : []));

function evaluateBinary(evaluation: Evaluation, node: Binary, grid: Grid): Value {
  const left = evaluate(evaluation, node.left, grid);
  const right = evaluate(evaluation, node.right, grid);
  if (left.type === 'scalar' && right.type === 'scalar') {
    return {
      type: 'scalar',
      values: left.values.map((value, index) => operate(node.op, value, right.values[index] ?? NaN)),
    };
  }
  if (left.type === 'vector' && right.type === 'vector') {
    if (isSetOperator(node.op)) return vector(setOperation(node, left.columns, right.columns));
    return vector(vectorOperation(node, left.columns, right.columns, grid.count));
  }
  if (left.type === 'vector' && right.type === 'scalar')
    return vector(scalarOperation(node, left.columns, right.values, false));
  if (left.type === 'scalar' && right.type === 'vector')
    return vector(scalarOperation(node, right.columns, left.values, true));
  throw unsupported(`the operator ${node.op} between a ${left.type} and a ${right.type}`);
}

function evaluateAggregate(evaluation: Evaluation, node: Aggregate, grid: Grid): Column[] {
  const parameter = node.parameter === null ? null : evaluate(evaluation, node.parameter, grid);
  const columns = columnsOf(evaluation, node.inner, grid);
  const given = parameter?.type === 'string' ? parameter.value : parameter?.type === 'scalar' ? parameter.values : null;
  return aggregate(node, columns, grid.count, given, evaluation.annotations);
}

export interface RangeSource {
  samples: Samples[];
  times: Reference;
  rangeMs: number;
}

/** The samples of a range vector selector or of a subquery, for all times of the grid. */
export function rangeSource(evaluation: Evaluation, node: Matrix | Subquery, grid: Grid): RangeSource {
  if (node.kind === 'matrix') {
    const times = reference(evaluation, grid, node.selector.at, node.selector.offsetMs);
    return {
      samples: selectRange(evaluation, node.selector.matchers, times, node.rangeMs),
      times,
      rangeMs: node.rangeMs,
    };
  }
  const times = reference(evaluation, grid, node.at, node.offsetMs);
  const stepMs = node.stepMs ?? evaluation.defaultStepMs;
  // Steps of a subquery stand on multiples of the step, whatever the time of the query; its window is left-open.
  const startMs = (Math.floor((times.firstMs - node.rangeMs) / stepMs) + 1) * stepMs;
  const count = Math.floor((times.lastMs - startMs) / stepMs) + 1;
  if (count <= 0) return { samples: [], times, rangeMs: node.rangeMs };
  const inner = { startMs, stepMs, count };
  const samples = columnsOf(evaluation, node.inner, inner).map((column) => {
    const present: number[] = [];
    for (let index = 0; index < count; index += 1) if (column.has[index] === 1) present.push(index);
    return {
      labels: column.labels,
      timesMs: Float64Array.from(present, (index) => timeAt(inner, index)),
      values: Float64Array.from(present, (index) => column.values[index] ?? 0),
    };
  });
  return { samples, times, rangeMs: node.rangeMs };
}

function evaluateRangeCall(evaluation: Evaluation, node: Call, range: Matrix | Subquery, grid: Grid): Column[] {
  const scalars = node.args
    .filter((argument) => unwrap(argument) !== range)
    .map((argument) => scalarsOf(evaluation, argument, grid));
  const { samples, times, rangeMs } = rangeSource(evaluation, range, grid);
  const apply =
    node.name === 'absent_over_time' ? RANGE_FUNCTIONS.get('present_over_time') : RANGE_FUNCTIONS.get(node.name);
  if (apply === undefined) throw unsupported(`the function ${node.name}`);
  const bad =
    node.name === 'quantile_over_time' ? scalars[0]?.find((phi) => Number.isNaN(phi) || phi < 0 || phi > 1) : undefined;
  if (bad !== undefined && node.args[0] !== undefined) {
    evaluation.annotations.warn(`quantile value should be between 0 and 1, got ${bad}`, node.args[0]);
  }
  checkSize(samples.length, grid.count);
  const ofCounter = node.name === 'rate' || node.name === 'increase';
  const columns: Column[] = [];
  for (const series of samples) {
    checkDeadline(evaluation);
    const column = newColumn(KEEP_NAME.has(node.name) ? series.labels : dropName(series.labels), grid.count);
    const { timesMs, values } = series;
    const resets = ofCounter ? resetsOf(values) : [];
    const window: Window = {
      timesMs,
      values,
      from: 0,
      to: 0,
      startMs: 0,
      endMs: 0,
      timeMs: 0,
      args: [],
      resets,
      passed: 0,
    };
    let seen = 0;
    for (let index = 0; index < grid.count; index += 1) {
      window.endMs = times.of(index);
      window.startMs = window.endMs - rangeMs;
      window.timeMs = timeAt(grid, index);
      while (window.to < timesMs.length && (timesMs[window.to] ?? 0) <= window.endMs) window.to += 1;
      while (window.from < window.to && (timesMs[window.from] ?? 0) <= window.startMs) window.from += 1;
      while (window.passed < resets.length && (resets[window.passed] ?? 0) <= window.from) window.passed += 1;
      seen += window.to - window.from;
      if (scalars.length > 0) window.args = scalars.map((scalar) => scalar[index] ?? NaN);
      const value = apply(window);
      if (value === null) continue;
      column.values[index] = value;
      column.has[index] = 1;
    }
    evaluation.samples += seen;
    if (hasAny(column)) columns.push(column);
    if (seen > 0 && ofCounter) informOfGauge(evaluation, range, series.labels);
  }
  if (node.name === 'absent_over_time') return absent(columns, range, grid);
  return mergeColumns(columns, true);
}

function informOfGauge(evaluation: Evaluation, range: Matrix | Subquery, labels: Labels): void {
  const name = labels.__name__ ?? '';
  if (name === '' || /(_total|_sum|_count|_bucket)$/.test(name)) return;
  evaluation.annotations.inform(
    `metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "${name}"`,
    range,
  );
}

function evaluateCall(evaluation: Evaluation, node: Call, grid: Grid): Value {
  const [first, second, third] = node.args;
  for (const argument of node.args) {
    const inner = unwrap(argument);
    if (inner.kind === 'matrix' || inner.kind === 'subquery')
      return vector(evaluateRangeCall(evaluation, node, inner, grid));
  }
  const times = (): Float64Array => Float64Array.from({ length: grid.count }, (_, index) => timeAt(grid, index) / 1000);
  switch (node.name) {
    case 'time':
      return { type: 'scalar', values: times() };
    case 'pi':
      return { type: 'scalar', values: constant(grid, Math.PI) };
    case 'scalar': {
      const columns = columnsOf(evaluation, first, grid);
      const values = constant(grid, NaN).map((_, index) => {
        const present = columns.filter(({ has }) => has[index] === 1);
        return present.length === 1 ? (present[0]?.values[index] ?? NaN) : NaN;
      });
      return { type: 'scalar', values };
    }
    case 'vector':
      return vector([
        { labels: {}, values: scalarsOf(evaluation, first, grid), has: new Uint8Array(grid.count).fill(1) },
      ]);
    case 'absent':
      return first === undefined ? vector([]) : vector(absent(columnsOf(evaluation, first, grid), first, grid));
    case 'timestamp': {
      const inner = first === undefined ? undefined : unwrap(first);
      const columns =
        inner?.kind === 'selector' ? selectInstant(evaluation, inner, grid, true) : columnsOf(evaluation, first, grid);
      const read = (value: number, index: number): number =>
        inner?.kind === 'selector' ? value : timeAt(grid, index) / 1000;
      return vector(mergeColumns(columns.map((column) => mapColumn(column, dropName(column.labels), read))));
    }
    case 'sort':
    case 'sort_desc':
      return vector(sorted(columnsOf(evaluation, first, grid), grid, node.name === 'sort_desc'));
    case 'sort_by_label':
    case 'sort_by_label_desc':
      return vector(
        sortByLabel(columnsOf(evaluation, first, grid), textsOf(node.args.slice(1)), node.name.endsWith('_desc')),
      );
    case 'label_replace':
      return vector(labelReplace(columnsOf(evaluation, first, grid), textsOf(node.args.slice(1))));
    case 'label_join':
      return vector(labelJoin(columnsOf(evaluation, first, grid), textsOf(node.args.slice(1))));
    case 'histogram_quantile': {
      if (first === undefined || second === undefined) break;
      const phis = scalarsOf(evaluation, first, grid);
      const columns = columnsOf(evaluation, second, grid);
      return vector(histogramQuantile(phis, columns, evaluation.annotations, { phi: first, vector: second }));
    }
    case 'histogram_fraction': {
      if (third === undefined) break;
      const [lowers, uppers] = [scalarsOf(evaluation, first, grid), scalarsOf(evaluation, second, grid)];
      return vector(
        histogramFraction(lowers, uppers, columnsOf(evaluation, third, grid), evaluation.annotations, third),
      );
    }
  }
  const ofDate = DATE_FUNCTIONS.get(node.name);
  if (ofDate !== undefined) {
    const columns =
      first === undefined
        ? [{ labels: {}, values: times(), has: new Uint8Array(grid.count).fill(1) }]
        : columnsOf(evaluation, first, grid);
    return vector(mergeColumns(columns.map((column) => mapColumn(column, dropName(column.labels), ofDate))));
  }
  const ofSample = SAMPLE_FUNCTIONS.get(node.name);
  if (ofSample === undefined) throw unsupported(`the function ${node.name}`);
  const scalars = node.args.slice(1).map((argument) => scalarsOf(evaluation, argument, grid));
  const columns = columnsOf(evaluation, first, grid).map((column) => {
    const changed = mapColumn(column, dropName(column.labels), (value, index) =>
      ofSample(
        value,
        scalars.map((scalar) => scalar[index] ?? NaN),
      ),
    );
    const [low, high] = scalars;
    if (node.name !== 'clamp' || low === undefined || high === undefined) return changed;
    return {
      ...changed,
      has: changed.has.map((present, index) => ((high[index] ?? NaN) < (low[index] ?? NaN) ? 0 : present)),
    };
  });
  return vector(mergeColumns(columns.filter(hasAny)));
}
