import type { LabAnswer, LabRequest } from '../http';
import { formatPlain } from '../prometheus/numbers';
import type { LogStore } from '../stores';
import { lokiJson, statsBlock, toMatrix, toStreams, toVector } from './answers';
import type { Expr, MetricExpr } from './ast';
import { LokiError } from './errors';
import { constantOf, evaluateMetric } from './metric';
import { checkEntries, checkRange, durationParam, isBackward, limitOf, parseTime, rangeOf, stepOf } from './params';
import { parseQuery } from './parse';
import { type Row, sortRows } from './rows';
import { findLines } from './scan';
import { noCost } from './windows';

/** max_query_series of Loki's defaults. */
const MAX_SERIES = 500;

/** Whether a request asks for the three categories of labels apart. */
export function wantsCategories(headers: LabRequest['headers']): boolean {
  const name = Object.keys(headers).find((key) => key.toLowerCase() === 'x-loki-response-encoding-flags');
  return (name ? (headers[name] ?? '') : '').split(',').some((flag) => flag.trim() === 'categorize-labels');
}

function checkSeries(rows: readonly Row[]): void {
  if (rows.length > MAX_SERIES)
    throw new LokiError(400, `maximum of series (${MAX_SERIES}) reached for a single query`);
}

const keepsOrder = (expr: Expr): boolean =>
  expr.kind === 'aggregation' && ['sort', 'sort_desc', 'topk', 'bottomk'].includes(expr.op);

function rangeMetric(store: LogStore, expr: MetricExpr, request: LabRequest): LabAnswer {
  const started = performance.now();
  const range = rangeOf(request.params, request.nowMs);
  const stepNs = stepOf(request.params, range);
  checkRange(range);
  // Loki's frontend moves the start down and the end up to whole steps before it splits the query.
  const step = BigInt(stepNs);
  const startNs = range.startNs - (range.startNs % step);
  const over = range.endNs % step;
  const endNs = over === 0n ? range.endNs : range.endNs + step - over;
  const steps = { startNs, stepNs, count: Number((endNs - startNs) / step) + 1 };
  const cost = noCost();
  const rows = sortRows(evaluateMetric(expr, { store, steps, cost })).filter((row) => row.present.includes(1));
  checkSeries(rows);
  cost.returned = rows.length;
  const data = { resultType: 'matrix', result: toMatrix(rows, steps), stats: statsBlock(cost, started) };
  return lokiJson({ status: 'success', data });
}

/** `/query_range`: streams for a log query, a matrix for a metric query. */
export function queryRange(store: LogStore, request: LabRequest): LabAnswer {
  const { params } = request;
  const started = performance.now();
  const limit = limitOf(params);
  const backward = isBackward(params);
  const range = rangeOf(params, request.nowMs);
  if (range.endNs < range.startNs) checkRange(range);
  const expr = parseQuery(params.get('query') ?? '');
  if (expr.kind !== 'log') return rangeMetric(store, expr, request);
  if (params.get('step')) stepOf(params, range);
  checkEntries(limit);
  checkRange(range);
  const cost = noCost();
  const intervalNs = BigInt(durationParam(params, 'interval') ?? 0);
  const lines = findLines(store, { expr, ...range, limit, backward, intervalNs }, cost);
  const categorized = wantsCategories(request.headers);
  const data = {
    resultType: 'streams',
    ...(categorized && { encodingFlags: ['categorize-labels'] }),
    result: toStreams(lines, categorized),
    stats: statsBlock(cost, started),
  };
  return lokiJson({ status: 'success', data });
}

/** `/query`: metric queries at one time; log queries are refused as of Loki 3.2. */
export function queryInstant(store: LogStore, request: LabRequest): LabAnswer {
  const started = performance.now();
  const { params, nowMs } = request;
  limitOf(params);
  const expr = parseQuery(params.get('query') ?? '');
  if (expr.kind === 'log') {
    throw new LokiError(
      400,
      'log queries are not supported as an instant query type, please change your query to a range query type',
    );
  }
  const time = params.get('time');
  const atNs = time ? parseTime(time) : BigInt(Math.floor(nowMs)) * 1_000_000n;
  const cost = noCost();
  const constant = constantOf(expr);
  if (constant !== null) {
    const result = [Number(atNs / 1_000_000n) / 1000, formatPlain(constant)];
    return lokiJson({ status: 'success', data: { resultType: 'scalar', result, stats: statsBlock(cost, started) } });
  }
  const rows = evaluateMetric(expr, { store, steps: { startNs: atNs, stepNs: 1, count: 1 }, cost });
  const shown = (keepsOrder(expr) ? rows : sortRows(rows)).filter((row) => row.present[0] === 1);
  checkSeries(shown);
  cost.returned = shown.length;
  const data = { resultType: 'vector', result: toVector(shown, atNs), stats: statsBlock(cost, started) };
  return lokiJson({ status: 'success', data });
}
