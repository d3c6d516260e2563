import type { TraceStore } from '../stores';
import type { Aggregator, MetricSeries, Observation, SeriesLabel } from './aggregate';
import { createAggregator } from './aggregate';
import type { RootExpression } from './ast';
import { printAttribute } from './ast';
import { compileAttribute } from './attribute';
import { CompareAggregator } from './compare';
import type { Condition } from './expression';
import type { Intervals } from './intervals';
import { intervalOf, timestampMs } from './intervals';
import { TraceqlError } from './lexer';
import { MAX_EXEMPLARS, parseMetricsRequest } from './metrics-params';
import { RequestError } from './params';
import { parseTraceql } from './parse';
import { applySecondStages } from './second-stage';
import { compilePipeline } from './spanset';
import { anyValueOf, jsonDouble, staticText } from './static';
import { TraceView } from './trace-view';

/** GET /api/metrics/query_range and, as one slot, /api/metrics/query. */
export function metricsQuery(
  store: TraceStore,
  params: URLSearchParams,
  nowMs: number,
  instant: boolean,
): Record<string, unknown> {
  const request = parseMetricsRequest(params, nowMs, instant);
  const root = parseMetricsTraceql(request.query);
  const jobs = { completedJobs: 1, totalJobs: 1 };
  if (request.intervals === null) return { series: [], metrics: jobs };
  const { intervals } = request;
  const maxExemplars = instant ? 0 : exemplarHint(root, request.maxExemplars);
  const { series, exemplars } = collect(store, root, intervals, maxExemplars);
  const staged = applySecondStages(root.secondStages, series);
  const answered = staged
    .map((one) => ({ text: seriesText(one.labels), json: seriesJson(one, intervals, exemplars.get(one) ?? []) }))
    .filter(({ json }) => json !== null)
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ json }) => json);
  if (request.maxSeries > 0 && answered.length > request.maxSeries) {
    return {
      series: answered.slice(0, request.maxSeries),
      metrics: jobs,
      status: 'PARTIAL',
      message:
        `Response exceeds maximum series limit of ${request.maxSeries}, a partial response is returned. ` +
        'Warning: the accuracy of each individual value is not guaranteed.',
    };
  }
  return { series: answered, metrics: jobs };
}

function parseMetricsTraceql(query: string): RootExpression {
  try {
    const root = parseTraceql(query);
    if (root.metrics === null) throw new RequestError(400, 'not a metrics query');
    return root;
  } catch (error) {
    if (!(error instanceof TraceqlError)) throw error;
    throw new RequestError(400, error.message);
  }
}

/** `with (exemplars=…)` wins over the parameter: a number, or false for none. */
function exemplarHint(root: RootExpression, requested: number): number {
  const hint = root.hints.get('exemplars');
  if (hint?.type === 'bool') return hint.value ? requested : 0;
  if (hint?.type === 'int') return Math.max(0, Math.min(hint.value, MAX_EXEMPLARS));
  return requested;
}

interface Exemplar {
  labels: readonly SeriesLabel[];
  value: number;
  atMs: bigint;
}

function collect(
  store: TraceStore,
  root: RootExpression,
  intervals: Intervals,
  maxExemplars: number,
): { series: MetricSeries[]; exemplars: Map<MetricSeries, Exemplar[]> } {
  const { metrics } = root;
  const pipeline = compilePipeline(root.pipeline);
  if (metrics === null) return { series: [], exemplars: new Map() };
  if (metrics.metric === 'compare') {
    const compare = new CompareAggregator(metrics, intervals, pipeline.conditions);
    eachSpan(store, pipeline.run, intervals, (view, index, slot) => compare.observe(view, index, slot));
    return { series: compare.series(), exemplars: new Map() };
  }
  const aggregator = createAggregator(metrics, intervals);
  const read: Condition[] = [
    ...pipeline.conditions,
    ...('field' in metrics ? [{ attribute: metrics.field, accepts: null }] : []),
    ...metrics.by.map((attribute) => ({ attribute, accepts: null })),
  ];
  const sampler = new ExemplarSampler(intervals, maxExemplars, read);
  eachSpan(store, pipeline.run, intervals, (view, index, slot) => {
    const observation = aggregator.observe(view, index, slot);
    if (observation !== null) sampler.offer(view, index, observation);
  });
  const series = aggregator.series();
  return { series, exemplars: sampler.assign(aggregator, series) };
}

/** Calls back for every matching span of the range, once, with its slot. */
function eachSpan(
  store: TraceStore,
  run: ReturnType<typeof compilePipeline>['run'],
  intervals: Intervals,
  onSpan: (view: TraceView, index: number, slot: number) => void,
): void {
  const startMs = Number(intervals.startNs / 1_000_000n);
  const endMs = Number(intervals.endNs / 1_000_000n) + 1;
  for (const trace of store.scan(startMs, endMs)) {
    const view = new TraceView(trace);
    for (const set of run(view)) {
      for (const index of set.spans) {
        const slot = intervalOf(intervals, view.spans[index]?.startNs ?? 0n);
        if (slot >= 0) onSpan(view, index, slot);
      }
    }
  }
}

/** Keeps one span a trace and one for each of `max` stretches of the range, so exemplars are spread over time. */
class ExemplarSampler {
  private readonly taken = new Set<number>();
  private readonly kept: { labels: SeriesLabel[]; atMs: bigint; observation: Observation }[] = [];
  private lastTrace = '';
  private readonly readers: { key: string; accepts: Condition['accepts']; read: ReturnType<typeof compileAttribute> }[];

  constructor(
    private readonly intervals: Intervals,
    private readonly max: number,
    read: readonly Condition[],
  ) {
    this.readers = read.map(({ attribute, accepts }) => ({
      key: printAttribute(attribute),
      accepts,
      read: compileAttribute(attribute),
    }));
  }

  offer(view: TraceView, index: number, observation: Observation): void {
    if (this.max === 0 || view.traceId === this.lastTrace) return;
    const startNs = view.spans[index]?.startNs ?? 0n;
    const width = (this.intervals.endNs - this.intervals.startNs) / BigInt(this.max) + 1n;
    const stretch = Number((startNs - this.intervals.startNs) / width);
    if (this.taken.has(stretch)) return;
    this.taken.add(stretch);
    this.lastTrace = view.traceId;
    const labels = new Map<string, SeriesLabel>();
    for (const { key, accepts, read } of this.readers) {
      const value = read(view, index);
      if (value.type !== 'nil' && (accepts === null || accepts(value))) labels.set(key, { key, value });
    }
    const traceId = view.traceId.replace(/^0+(?=.)/, '');
    labels.set('trace:id', { key: 'trace:id', value: { type: 'string', value: traceId } });
    this.kept.push({ labels: [...labels.values()], atMs: startNs / 1_000_000n, observation });
  }

  assign(aggregator: Aggregator, series: readonly MetricSeries[]): Map<MetricSeries, Exemplar[]> {
    const bySeries = new Map<MetricSeries, Exemplar[]>();
    for (const { labels, atMs, observation } of this.kept) {
      const place = aggregator.exemplar(observation, series);
      if (place === null) continue;
      const exemplar = { labels, value: place.value, atMs };
      const list = bySeries.get(place.series);
      if (list === undefined) bySeries.set(place.series, [exemplar]);
      else list.push(exemplar);
    }
    for (const list of bySeries.values()) list.sort((a, b) => Number(a.atMs - b.atMs));
    return bySeries;
  }
}

const labelsJson = (labels: readonly SeriesLabel[]): unknown[] =>
  labels.map(({ key, value }) => ({ key, value: anyValueOf(value) }));

/** Zero values are left out, absent slots have no sample, and a series without samples is null. */
function seriesJson(series: MetricSeries, intervals: Intervals, exemplars: readonly Exemplar[]): unknown {
  const labels = labelsJson(series.labels);
  if (intervals.instant) {
    const value = series.values[0] ?? Number.NaN;
    if (Number.isNaN(value)) return null;
    return { labels, ...(value === 0 ? {} : { value: jsonDouble(value) }) };
  }
  const samples = Array.from(series.values).flatMap((value, index) =>
    Number.isNaN(value)
      ? []
      : [{ timestampMs: String(timestampMs(intervals, index)), ...(value === 0 ? {} : { value: jsonDouble(value) }) }],
  );
  if (samples.length === 0) return null;
  return {
    labels,
    samples,
    ...(exemplars.length === 0
      ? {}
      : {
          exemplars: exemplars.map((exemplar) => ({
            labels: labelsJson(exemplar.labels),
            ...(exemplar.value === 0 ? {} : { value: jsonDouble(exemplar.value) }),
            timestampMs: String(exemplar.atMs),
          })),
        }),
  };
}

/** Labels by name, as the answer's order has them. */
const seriesText = (labels: readonly SeriesLabel[]): string =>
  labels
    .map(({ key, value }) => `${key}=${JSON.stringify(staticText(value))}`)
    .sort()
    .join(',');
