import type { MetricSeries } from './aggregate';
import type { MetricsStage } from './ast';
import type { Condition, Test } from './expression';
import { compileTest } from './expression';
import type { Intervals } from './intervals';
import type { Static } from './static';
import { KIND_WORDS, NIL, STATUS_WORDS, staticKey, staticOf, staticText } from './static';
import type { TraceView } from './trace-view';
import { serviceOf } from './trace-view';

/** Attributes with a column of their own in the server's blocks: absent, they are counted as nil. */
const DEDICATED_RESOURCE = [
  'cluster',
  'container',
  'k8s.cluster.name',
  'k8s.container.name',
  'k8s.namespace.name',
  'k8s.pod.name',
  'namespace',
  'pod',
] as const;
const DEDICATED_SPAN = [
  'http.method',
  'http.request.method',
  'http.route',
  'http.status_code',
  'http.url',
  'server.address',
  'url.path',
  'url.route',
] as const;

/** Intrinsics that the server counts twice when the query's own filter has fetched them before. */
const COUNTED_TWICE: ReadonlySet<string> = new Set(['name', 'status', 'statusMessage', 'kind']);

interface Side {
  values: Map<string, Map<string, { value: Static; counts: Float64Array }>>;
  totals: Map<string, Float64Array>;
}

/** `compare({…})`: counts every attribute value on both sides of the selection. */
export class CompareAggregator {
  private readonly baseline: Side = { values: new Map(), totals: new Map() };
  private readonly selection: Side = { values: new Map(), totals: new Map() };
  private readonly selects: Test;
  private readonly fetched: readonly string[];

  constructor(
    private readonly stage: Extract<MetricsStage, { metric: 'compare' }>,
    private readonly intervals: Intervals,
    conditions: readonly Condition[],
  ) {
    this.selects = compileTest(stage.filter.expression);
    this.fetched = [
      ...new Set(
        conditions.flatMap(({ attribute }) =>
          attribute.node === 'intrinsic' && COUNTED_TWICE.has(attribute.intrinsic) ? [attribute.intrinsic] : [],
        ),
      ),
    ];
  }

  observe(view: TraceView, index: number, slot: number): void {
    const span = view.spans[index];
    if (span === undefined) return;
    const { startNs, endNs } = this.stage;
    const atNs = Number(span.startNs);
    const inWindow = startNs === 0 || (atNs >= startNs && atNs < endNs);
    const side = inWindow && this.selects(view, index) ? this.selection : this.baseline;
    const count = (key: string, value: Static): void => this.count(side, key, value, slot);

    const intrinsics = new Map<string, Static>([
      ['name', { type: 'string', value: span.name }],
      ['status', { type: 'status', value: STATUS_WORDS[span.statusCode] ?? 'unset' }],
      ['statusMessage', { type: 'string', value: span.statusMessage }],
      ['kind', { type: 'kind', value: KIND_WORDS[span.kind] ?? 'unspecified' }],
      ['instrumentation:name', { type: 'string', value: span.scope.name }],
      ['instrumentation:version', { type: 'string', value: span.scope.version }],
    ]);
    const root = view.rootSpan();
    if (root !== null) {
      intrinsics.set('rootName', { type: 'string', value: root.name });
      intrinsics.set('rootServiceName', { type: 'string', value: serviceOf(root) });
    }
    for (const [key, value] of intrinsics) count(key, value);
    for (const key of this.fetched) count(key, intrinsics.get(key) ?? NIL);
    for (const { key, value } of span.resource) count(`resource.${key}`, staticOf(value));
    for (const { key, value } of span.attributes) count(`span.${key}`, staticOf(value));
    for (const key of DEDICATED_RESOURCE) {
      if (!span.resource.some((attribute) => attribute.key === key)) count(`resource.${key}`, NIL);
    }
    for (const key of DEDICATED_SPAN) {
      if (!span.attributes.some((attribute) => attribute.key === key)) count(`span.${key}`, NIL);
    }
  }

  private count(side: Side, key: string, value: Static, slot: number): void {
    let values = side.values.get(key);
    if (values === undefined) {
      values = new Map();
      side.values.set(key, values);
    }
    const id = staticKey(value);
    let entry = values.get(id);
    if (entry === undefined) {
      entry = { value, counts: new Float64Array(this.intervals.count) };
      values.set(id, entry);
    }
    let totals = side.totals.get(key);
    if (totals === undefined) {
      totals = new Float64Array(this.intervals.count);
      side.totals.set(key, totals);
    }
    entry.counts[slot] = (entry.counts[slot] ?? 0) + 1;
    totals[slot] = (totals[slot] ?? 0) + 1;
  }

  /**
   * Values of each attribute by falling count, at most `topN` of them, and the totals of all. The server marks cut
   * attributes by a series without samples, which its own answer then leaves out. Equal counts: by text.
   */
  series(): MetricSeries[] {
    const sides = [
      { type: 'baseline', side: this.baseline },
      { type: 'selection', side: this.selection },
    ];
    return sides.flatMap(({ type, side }) => [
      ...Array.from(side.values, ([key, values]) =>
        [...values.values()]
          .map((entry) => ({ ...entry, total: entry.counts.reduce((sum, count) => sum + count, 0) }))
          .sort((a, b) => b.total - a.total || (staticText(a.value) < staticText(b.value) ? -1 : 1))
          .slice(0, this.stage.topN)
          .map(({ value, counts }) => metaSeries(type, key, value, counts)),
      ).flat(),
      ...Array.from(side.totals, ([key, totals]) => metaSeries(`${type}_total`, key, NIL, totals)),
    ]);
  }
}

const metaSeries = (type: string, key: string, value: Static, values: Float64Array): MetricSeries => ({
  labels: [
    { key: '__meta_type', value: { type: 'string', value: type } },
    { key, value },
  ],
  values,
});
