import { parseGoDuration } from '../go/durations';
import type { Labels, LogStore } from '../stores';
import type { Grouping, RangeExpr, Unwrap } from './ast';
import { pipelineError } from './errors';
import { compileLabelFilter, filterNames } from './filters';
import { LineLabels, labelsKey, printLabels } from './labels';
import { withDetectedLevel } from './level';
import { parseBytes, parseGoFloat } from './literals';
import { compilePipeline, keepsLabels, type Passing, storeHints } from './pipeline';
import { groupLabels, type Steps } from './rows';
import { readWindows, type ScanCost } from './windows';

/** Samples of one series, in the order of time: nanoseconds relative to the first step, and values. */
export interface SampleSeries {
  labels: Record<string, string>;
  times: Float64Array;
  values: Float64Array;
}

class SeriesBuilder {
  readonly labels: Record<string, string>;
  private readonly times: number[] = [];
  private readonly values: number[] = [];
  private sorted = true;

  constructor(labels: Record<string, string>) {
    this.labels = labels;
  }

  add(time: number, value: number): void {
    if (this.sorted && this.times.length > 0 && time < (this.times[this.times.length - 1] ?? 0)) this.sorted = false;
    this.times.push(time);
    this.values.push(value);
  }

  build(): SampleSeries {
    const times = Float64Array.from(this.times);
    const values = Float64Array.from(this.values);
    if (this.sorted) return { labels: this.labels, times, values };
    const order = Uint32Array.from(times, (_, i) => i).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
    return {
      labels: this.labels,
      times: Float64Array.from(order, (i) => times[i] ?? 0),
      values: Float64Array.from(order, (i) => values[i] ?? 0),
    };
  }
}

/** The value of an unwrapped label in its unit (seconds for durations); null when the text is none. */
function unwrapValue(unwrap: Unwrap, text: string): number | null {
  if (unwrap.conversion === 'bytes') return parseBytes(text);
  if (unwrap.conversion === 'none') return parseGoFloat(text);
  const ns = parseGoDuration(text);
  return ns === null ? null : ns / 1e9;
}

/**
 * The samples of a range aggregation. `grouping` is the grouping of a sum directly around it, null where the series
 * keep all labels: counting by group here spares a series per line where ids are labels.
 */
export function collectSamples(
  store: LogStore,
  expr: RangeExpr,
  options: { steps: Steps; grouping: Grouping | null; cost: ScanCost },
): SampleSeries[] {
  const { steps, grouping, cost } = options;
  const { log, unwrap } = expr;
  const pushed = grouping && !grouping.without ? grouping : null;
  const by = pushed ?? (expr.grouping?.without === false ? expr.grouping : null);
  const needed = by
    ? new Set([...by.labels, ...(unwrap ? [unwrap.label, ...unwrap.filters.flatMap(filterNames)] : [])])
    : null;
  const pipeline = compilePipeline(log.stages, needed);
  const filters = unwrap?.filters.map(compileLabelFilter) ?? [];
  const hints = storeHints(log.stages);
  const isBytes = expr.op === 'bytes_over_time' || expr.op === 'bytes_rate';
  const builders = new Map<string, SeriesBuilder>();
  const builderOf = (labels: Record<string, string>): SeriesBuilder => {
    const key = labelsKey(labels);
    let builder = builders.get(key);
    if (!builder) {
      builder = new SeriesBuilder(labels);
      builders.set(key, builder);
    }
    return builder;
  };
  const passing: Passing = { line: '', timeNs: 0n, labels: new LineLabels() };
  const labels = passing.labels;
  const rangeNs = BigInt(expr.rangeNs);
  const offsetNs = BigInt(Math.round(expr.offsetNs));
  const first = steps.startNs - rangeNs - offsetNs + 1n;
  const end = steps.startNs + BigInt(steps.stepNs * (steps.count - 1)) - offsetNs + 1n;
  const originNs = steps.startNs - offsetNs;
  const plain =
    pushed && !unwrap && keepsLabels(log.stages) && !pushed.labels.includes('detected_level') ? pushed : null;
  const read = { matchers: log.matchers, startNs: first, endNs: end, backward: false, hints, cost, whole: true };
  for (const streams of readWindows(store, read)) {
    for (const stream of streams) {
      const fixed = plain ? builderOf(groupLabels(stream.labels, plain)) : null;
      for (const entry of stream.entries) {
        cost.lines++;
        cost.bytes += entry.line.length;
        passing.line = entry.line;
        passing.timeNs = entry.timeNs;
        const metadata = fixed ? entry.structuredMetadata : withDetectedLevel(stream.labels, entry);
        labels.reset(stream.labels, metadata);
        if (!passes(pipeline, passing)) continue;
        let value = isBytes ? byteLength(passing.line) : 1;
        if (unwrap) {
          const text = labels.get(unwrap.label);
          if (text === undefined) continue;
          const read = unwrapValue(unwrap, text);
          if (read === null) labels.fail('SampleExtractionErr', `cannot read ${JSON.stringify(text)} as a number`);
          value = read ?? 0;
          if (!filters.every((test) => test(labels))) continue;
        }
        if (labels.error !== '') throw pipelineError(labels.error, printLabels(labels.all()));
        const time = Number(entry.timeNs - originNs);
        if (fixed && plain && !plain.labels.some((name) => Object.hasOwn(metadata, name))) fixed.add(time, value);
        else builderOf(seriesLabels(labels, pushed ?? expr.grouping, unwrap)).add(time, value);
      }
    }
  }
  return [...builders.values()].map((builder) => builder.build()).filter((series) => series.times.length > 0);
}

function passes(pipeline: readonly ((passing: Passing) => boolean)[], passing: Passing): boolean {
  for (const step of pipeline) if (!step(passing)) return false;
  return true;
}

/** UTF-8 bytes of a line; the length of the text where every character is ASCII. */
function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

function seriesLabels(labels: LineLabels, grouping: Grouping | null, unwrap: Unwrap | null): Record<string, string> {
  if (grouping && !grouping.without) {
    const picked: Record<string, string> = {};
    for (const name of grouping.labels) {
      const value = labels.get(name);
      if (value !== undefined && value !== '') picked[name] = value;
    }
    return picked;
  }
  const all = labels.all();
  if (unwrap) delete all[unwrap.label];
  return grouping ? groupLabels(all, grouping) : all;
}

/** Labels that equality matchers fix: what absent_over_time can still say of a series that is not there. */
export function absentLabels(matchers: readonly { name: string; op: string; value: string }[]): Labels {
  const out: Record<string, string> = {};
  for (const { name, op, value } of matchers) if (op === '=') out[name] = value;
  return out;
}
