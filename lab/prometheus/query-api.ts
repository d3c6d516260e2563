import type { LabAnswer, LabRequest } from '../http';
import type { MetricStore } from '../stores';
import { Annotations } from './annotations';
import { success, TRUNCATED } from './answers';
import { type Expr, unwrap } from './ast';
import { typeName, typeOf } from './check-types';
import type { Column, Grid } from './columns';
import { badData } from './errors';
import { evaluate, rangeSource } from './evaluate';
import { compareLabels, sortedLabels } from './label-sets';
import { formatSample } from './numbers';
import {
  durationParam,
  limitParam,
  lookbackParam,
  optionalDurationParam,
  optionalTimeParam,
  queryParam,
  timeParam,
} from './params';
import { type Evaluation, type Samples, selectWindow } from './selection';

const DEFAULT_LOOKBACK_MS = 300_000;
/** Prometheus' default evaluation interval, which is the step of `[1h:]`. */
const DEFAULT_STEP_MS = 60_000;
const DEFAULT_TIMEOUT_MS = 120_000;
const MAX_POINTS = 11_000;

type Point = [seconds: number, value: string];

interface Result {
  resultType: string;
  result: unknown[];
}

function newEvaluation(store: MetricStore, { params }: LabRequest, clock: () => number, grid: Grid): Evaluation {
  const timeoutMs = optionalDurationParam(params, 'timeout');
  const lookbackMs = lookbackParam(params);
  return {
    store,
    annotations: new Annotations(params.get('query') ?? ''),
    startMs: grid.startMs,
    endMs: grid.startMs + (grid.count - 1) * grid.stepMs,
    lookbackMs: lookbackMs !== null && lookbackMs > 0 ? lookbackMs : DEFAULT_LOOKBACK_MS,
    defaultStepMs: DEFAULT_STEP_MS,
    deadlineMs: clock() + Math.min(timeoutMs ?? DEFAULT_TIMEOUT_MS, DEFAULT_TIMEOUT_MS),
    clock,
    samples: 0,
  };
}

function answer(
  evaluation: Evaluation,
  { params }: LabRequest,
  { resultType, result }: Result,
  startedMs: number,
): LabAnswer {
  const limit = limitParam(params);
  const series = resultType === 'vector' || resultType === 'matrix';
  const cut = series && limit > 0 && result.length > limit;
  const { annotations } = evaluation;
  const seconds = (evaluation.clock() - startedMs) / 1000;
  const stats = {
    timings: {
      evalTotalTime: seconds,
      resultSortTime: 0,
      queryPreparationTime: 0,
      innerEvalTime: seconds,
      execQueueTime: 0,
      execTotalTime: seconds,
    },
    samples: { totalQueryableSamples: evaluation.samples, peakSamples: evaluation.samples },
  };
  const data = {
    resultType,
    result: cut ? result.slice(0, limit) : result,
    ...((params.get('stats') ?? '') === '' ? {} : { stats }),
  };
  return success(data, {
    warnings: [...annotations.warnings, ...(cut ? [TRUNCATED] : [])],
    infos: [...annotations.infos],
  });
}

const pointsOf = ({ timesMs, values }: Samples): Point[] =>
  Array.from(timesMs, (timeMs, index) => [timeMs / 1000, formatSample(values[index] ?? NaN)]);

function matrixOf(series: readonly Samples[]): Result {
  const result = series
    .toSorted((a, b) => compareLabels(a.labels, b.labels))
    .map((one) => ({ metric: sortedLabels(one.labels), values: pointsOf(one) }));
  return { resultType: 'matrix', result };
}

function instantResult(evaluation: Evaluation, expr: Expr, grid: Grid): Result {
  const bare = unwrap(expr);
  const seconds = grid.startMs / 1000;
  if (bare.kind === 'matrix' || bare.kind === 'subquery') {
    const { samples, times, rangeMs } = rangeSource(evaluation, bare, grid);
    return matrixOf(selectWindow(evaluation, samples, times.of(0), rangeMs));
  }
  const value = evaluate(evaluation, expr, grid);
  if (value.type === 'string') return { resultType: 'string', result: [seconds, value.value] };
  if (value.type === 'scalar') return { resultType: 'scalar', result: [seconds, formatSample(value.values[0] ?? NaN)] };
  const result = value.columns
    .filter(({ has }) => has[0] === 1)
    .map(({ labels, values }) => ({ metric: sortedLabels(labels), value: [seconds, formatSample(values[0] ?? NaN)] }));
  return { resultType: 'vector', result };
}

/** GET and POST /api/v1/query. */
export function instantQuery(store: MetricStore, request: LabRequest, clock: () => number): LabAnswer {
  const startedMs = clock();
  const timeMs = optionalTimeParam(request.params, 'time', request.nowMs);
  const grid = { startMs: timeMs, stepMs: 1, count: 1 };
  limitParam(request.params);
  const evaluation = newEvaluation(store, request, clock, grid);
  const expr = queryParam(request.params);
  return answer(evaluation, request, instantResult(evaluation, expr, grid), startedMs);
}

function rangeSeries(columns: readonly Column[], grid: Grid): Result {
  const series = columns.map(({ labels, values, has }) => {
    const points: Point[] = [];
    for (let index = 0; index < grid.count; index += 1) {
      if (has[index] === 1)
        points.push([(grid.startMs + index * grid.stepMs) / 1000, formatSample(values[index] ?? NaN)]);
    }
    return { labels, points };
  });
  const result = series
    .filter(({ points }) => points.length > 0)
    .sort((a, b) => compareLabels(a.labels, b.labels))
    .map(({ labels, points }) => ({ metric: sortedLabels(labels), values: points }));
  return { resultType: 'matrix', result };
}

/** GET and POST /api/v1/query_range. */
export function rangeQuery(store: MetricStore, request: LabRequest, clock: () => number): LabAnswer {
  const startedMs = clock();
  const { params } = request;
  limitParam(params);
  const startMs = timeParam(params, 'start');
  const endMs = timeParam(params, 'end');
  if (endMs < startMs) throw badData('invalid parameter "end": end timestamp must not be before start time');
  const stepMs = durationParam(params, 'step');
  if (stepMs <= 0) {
    throw badData(
      'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  }
  if (Math.floor((endMs - startMs) / stepMs) > MAX_POINTS) {
    throw badData(
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    );
  }
  // The server's clock has milliseconds; a step below one cannot move it.
  const wholeStepMs = Math.max(1, Math.trunc(stepMs));
  const grid = { startMs, stepMs: wholeStepMs, count: Math.floor((endMs - startMs) / wholeStepMs) + 1 };
  const evaluation = { ...newEvaluation(store, request, clock, grid), endMs };
  const expr = queryParam(params);
  const type = typeOf(expr);
  if (type !== 'scalar' && type !== 'vector') {
    throw badData(
      `invalid parameter "query": invalid expression type "${typeName(type)}" for range query, must be Scalar or instant Vector`,
    );
  }
  const value = evaluate(evaluation, expr, grid);
  const columns =
    value.type === 'vector'
      ? value.columns
      : value.type === 'scalar'
        ? [{ labels: {}, values: value.values, has: new Uint8Array(grid.count).fill(1) }]
        : [];
  return answer(evaluation, request, rangeSeries(columns, grid), startedMs);
}
