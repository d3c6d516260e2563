import { labelsTest, matcherTest } from './label-matchers';
import type { Exemplar, Labels, Matcher, MetricStore, Series } from './stores';

/** Index of the first time that is ≥ timeMs (or > timeMs where `after`); the length where there is none. */
export function firstIndex(timesMs: Float64Array, timeMs: number, after = false): number {
  let low = 0;
  let high = timesMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const time = timesMs[middle] ?? 0;
    if (after ? time <= timeMs : time < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface MemoryMetrics {
  series: readonly Series[];
  exemplars?: readonly Exemplar[];
  metadata?: ReadonlyMap<string, { type: string; help: string; unit: string }>;
  ruleGroups?: (nowMs: number) => readonly unknown[];
  targets?: (nowMs: number) => readonly unknown[];
}

/** A metric store over series held in memory, indexed by metric name. Times of every series must ascend. */
export class MemoryMetricStore implements MetricStore {
  private readonly byName = new Map<string, Series[]>();
  private readonly held: MemoryMetrics;

  constructor(held: MemoryMetrics) {
    this.held = held;
    for (const series of held.series) {
      const name = series.labels.__name__ ?? '';
      const siblings = this.byName.get(name);
      if (siblings === undefined) this.byName.set(name, [series]);
      else siblings.push(series);
    }
  }

  select(matchers: readonly Matcher[], startMs: number, endMs: number): Series[] {
    const selected: Series[] = [];
    for (const series of this.matching(matchers)) {
      const from = firstIndex(series.timesMs, startMs);
      const to = firstIndex(series.timesMs, endMs, true);
      if (from >= to) continue;
      selected.push({
        labels: series.labels,
        timesMs: series.timesMs.subarray(from, to),
        values: series.values.subarray(from, to),
      });
    }
    return selected;
  }

  series(matchers: readonly Matcher[], startMs: number, endMs: number): Labels[] {
    const selected: Labels[] = [];
    for (const { labels, timesMs } of this.matching(matchers)) {
      const first = timesMs[firstIndex(timesMs, startMs)];
      if (first !== undefined && first <= endMs) selected.push(labels);
    }
    return selected;
  }

  exemplars(matchers: readonly Matcher[], startMs: number, endMs: number): Exemplar[] {
    const wanted = labelsTest(matchers);
    return (this.held.exemplars ?? []).filter(
      ({ timestampMs, seriesLabels }) => timestampMs >= startMs && timestampMs <= endMs && wanted(seriesLabels),
    );
  }

  metadata(): ReadonlyMap<string, { type: string; help: string; unit: string }> {
    return this.held.metadata ?? new Map();
  }

  ruleGroups(nowMs: number): readonly unknown[] {
    return this.held.ruleGroups?.(nowMs) ?? [];
  }

  targets(nowMs: number): readonly unknown[] {
    return this.held.targets?.(nowMs) ?? [];
  }

  private *matching(matchers: readonly Matcher[]): Iterable<Series> {
    const nameTests = matchers.filter(({ name }) => name === '__name__').map(matcherTest);
    const wanted = labelsTest(matchers.filter(({ name }) => name !== '__name__'));
    const exact = matchers.find(({ name, op }) => name === '__name__' && op === '=');
    const names = exact === undefined ? this.byName.keys() : [exact.value];
    for (const name of names) {
      if (!nameTests.every((test) => test(name))) continue;
      for (const series of this.byName.get(name) ?? []) if (wanted(series.labels)) yield series;
    }
  }
}
