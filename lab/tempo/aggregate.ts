import type { AttributeRef, MetricsStage, OverTimeName } from './ast';
import { printAttribute } from './ast';
import type { Read } from './attribute';
import { compileAttribute } from './attribute';
import type { Intervals } from './intervals';
import { log2Bucket, log2Quantile } from './quantile';
import type { Static } from './static';
import { isNumeric, staticKey } from './static';
import type { TraceView } from './trace-view';

export interface SeriesLabel {
  key: string;
  value: Static;
}

/** One line of the answer: a value for each slot, NaN where there is none. */
export interface MetricSeries {
  labels: readonly SeriesLabel[];
  values: Float64Array;
}

/** Takes spans in any order and gives series at the end. */
export interface Aggregator {
  /** Counts a span into a slot. Returns which group it went to and its own value in seconds or its unit; null: none. */
  observe(view: TraceView, span: number, slot: number): Observation | null;
  series(): MetricSeries[];
  /** The series and value under which an observed span is shown as an exemplar; null where it has none. */
  exemplar(observation: Observation, series: readonly MetricSeries[]): { series: MetricSeries; value: number } | null;
}

export interface Observation {
  group: string;
  slot: number;
  value: number;
}

type SeriesStage = Exclude<MetricsStage, { metric: 'compare' }>;

/** A metrics function with its `by (…)`. */
export function createAggregator(stage: SeriesStage, intervals: Intervals): Aggregator {
  const grouping = createGrouping(stage.by);
  switch (stage.metric) {
    case 'rate':
    case 'count_over_time':
      return new CountAggregator(stage.metric, grouping, intervals);
    case 'histogram_over_time':
      return new BucketAggregator(stage.field, grouping, intervals, null);
    case 'quantile_over_time':
      return new BucketAggregator(stage.field, grouping, intervals, stage.quantiles);
    default:
      return new ValueAggregator(stage.metric, stage.field, grouping, intervals);
  }
}

interface Grouping {
  size: number;
  of(view: TraceView, span: number): { key: string; labels: SeriesLabel[] };
}

function createGrouping(by: readonly AttributeRef[]): Grouping {
  const readers = by.map((attribute) => ({ key: printAttribute(attribute), read: compileAttribute(attribute) }));
  return {
    size: readers.length,
    of: (view, span) => {
      const labels = readers.map(({ key, read }) => ({ key, value: read(view, span) }));
      return { key: labels.map(({ value }) => staticKey(value)).join('\u0000'), labels };
    },
  };
}

/** A series without labels is named after its function. */
const named = (labels: readonly SeriesLabel[], grouping: Grouping, metric: string): readonly SeriesLabel[] =>
  grouping.size > 0 ? labels : [{ key: '__name__', value: { type: 'string', value: metric } }];

abstract class GroupedAggregator<T> {
  protected readonly groups = new Map<string, { labels: readonly SeriesLabel[]; slots: T[] }>();
  constructor(
    protected readonly grouping: Grouping,
    protected readonly intervals: Intervals,
  ) {}

  protected slotsOf(view: TraceView, span: number, empty: () => T): { key: string; slots: T[] } {
    const { key, labels } = this.grouping.of(view, span);
    let group = this.groups.get(key);
    if (group === undefined) {
      group = { labels, slots: Array.from({ length: this.intervals.count }, empty) };
      this.groups.set(key, group);
    }
    return { key, slots: group.slots };
  }
}

/** Spans, or spans a second: slots without spans are 0. */
class CountAggregator extends GroupedAggregator<number> implements Aggregator {
  private readonly byGroup = new Map<string, MetricSeries>();
  constructor(
    private readonly metric: 'rate' | 'count_over_time',
    grouping: Grouping,
    intervals: Intervals,
  ) {
    super(grouping, intervals);
  }

  observe(view: TraceView, span: number, slot: number): Observation {
    const { key, slots } = this.slotsOf(view, span, () => 0);
    slots[slot] = (slots[slot] ?? 0) + 1;
    return { group: key, slot, value: 1 };
  }

  series(): MetricSeries[] {
    const factor = this.metric === 'rate' ? 1e9 / Number(this.intervals.stepNs) : 1;
    return Array.from(this.groups, ([key, { labels, slots }]) => {
      const series = {
        labels: named(labels, this.grouping, this.metric),
        values: Float64Array.from(slots, (count) => count * factor),
      };
      this.byGroup.set(key, series);
      return series;
    });
  }

  exemplar({ group, slot }: Observation): { series: MetricSeries; value: number } | null {
    const series = this.byGroup.get(group);
    return series === undefined ? null : { series, value: series.values[slot] ?? Number.NaN };
  }
}

/** The number an attribute stands for, durations in seconds; null where it is no number. */
function numberOf(value: Static): number | null {
  if (!isNumeric(value)) return null;
  return value.type === 'duration' ? value.value / 1e9 : value.value;
}

interface Summary {
  count: number;
  sum: number;
  min: number;
  max: number;
}

/** min, max, sum and avg over time: slots without a number are absent. */
class ValueAggregator extends GroupedAggregator<Summary> implements Aggregator {
  private readonly read: Read;
  private readonly byGroup = new Map<string, MetricSeries>();
  constructor(
    private readonly metric: OverTimeName,
    field: AttributeRef,
    grouping: Grouping,
    intervals: Intervals,
  ) {
    super(grouping, intervals);
    this.read = compileAttribute(field);
  }

  observe(view: TraceView, span: number, slot: number): Observation | null {
    const value = numberOf(this.read(view, span));
    const { key, slots } = this.slotsOf(view, span, () => ({ count: 0, sum: 0, min: Infinity, max: -Infinity }));
    const summary = slots[slot];
    if (value === null || summary === undefined) return null;
    summary.count++;
    summary.sum += value;
    summary.min = Math.min(summary.min, value);
    summary.max = Math.max(summary.max, value);
    return { group: key, slot, value };
  }

  series(): MetricSeries[] {
    return Array.from(this.groups, ([key, { labels, slots }]) => {
      const series = {
        labels: named(labels, this.grouping, this.metric),
        values: Float64Array.from(slots, (summary) => this.reduce(summary)),
      };
      this.byGroup.set(key, series);
      return series;
    });
  }

  private reduce({ count, sum, min, max }: Summary): number {
    if (count === 0) return Number.NaN;
    return { min_over_time: min, max_over_time: max, sum_over_time: sum, avg_over_time: sum / count }[this.metric];
  }

  exemplar({ group, value }: Observation): { series: MetricSeries; value: number } | null {
    const series = this.byGroup.get(group);
    return series === undefined ? null : { series, value };
  }
}

/** Histograms with power-of-two buckets: one series for each bucket, or for each quantile. */
class BucketAggregator extends GroupedAggregator<Map<number, number>> implements Aggregator {
  private readonly read: Read;
  private readonly byGroup = new Map<string, MetricSeries[]>();
  constructor(
    field: AttributeRef,
    grouping: Grouping,
    intervals: Intervals,
    private readonly quantiles: readonly number[] | null,
  ) {
    super(grouping, intervals);
    this.read = compileAttribute(field);
  }

  observe(view: TraceView, span: number, slot: number): Observation | null {
    const field = this.read(view, span);
    // The server has buckets for durations and integers only.
    if (field.type !== 'duration' && field.type !== 'int') return null;
    const power = log2Bucket(field.value);
    if (power === null) return null;
    const unit = field.type === 'duration' ? 1e9 : 1;
    const { key, slots } = this.slotsOf(view, span, () => new Map());
    const bucket = power / unit;
    const counts = slots[slot];
    counts?.set(bucket, (counts.get(bucket) ?? 0) + 1);
    return { group: key, slot, value: field.value / unit };
  }

  series(): MetricSeries[] {
    const { quantiles } = this;
    for (const [key, { labels, slots }] of this.groups) {
      const own =
        quantiles === null
          ? this.bucketSeries(labels, slots)
          : quantiles.map((p) => ({
              labels: [...labels, { key: 'p', value: { type: 'float' as const, value: p } }],
              values: Float64Array.from(slots, (counts) => log2Quantile(p, counts)),
            }));
      this.byGroup.set(key, own);
    }
    return [...this.byGroup.values()].flat();
  }

  private bucketSeries(labels: readonly SeriesLabel[], slots: readonly Map<number, number>[]): MetricSeries[] {
    const bounds = [...new Set(slots.flatMap((counts) => [...counts.keys()]))].sort((a, b) => a - b);
    return bounds.map((bound) => ({
      labels: [...labels, { key: '__bucket', value: { type: 'float', value: bound } }],
      values: Float64Array.from(slots, (counts) => counts.get(bound) ?? 0),
    }));
  }

  exemplar({ group, slot, value }: Observation): { series: MetricSeries; value: number } | null {
    const own = this.byGroup.get(group) ?? [];
    if (this.quantiles !== null) {
      // A span belongs to the first quantile that reaches it.
      const series = own.find(({ values }) => (values[slot] ?? 0) >= value) ?? own.at(-1);
      return series === undefined ? null : { series, value };
    }
    const series = own.find(({ labels }) => {
      const bound = labels.at(-1)?.value;
      return bound !== undefined && isNumeric(bound) && bound.value >= value;
    });
    return series === undefined ? null : { series, value: series.values[slot] ?? Number.NaN };
  }
}
