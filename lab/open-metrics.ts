import { MemoryMetricStore } from './memory-metrics';
import { compareLabels } from './prometheus/label-sets';
import type { Exemplar, Labels, Series } from './stores';

/** A line of an OpenMetrics exposition that cannot be read. */
export class BadExposition extends Error {
  constructor(line: number, problem: string) {
    super(`OpenMetrics line ${line}: ${problem}`);
  }
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})? (\S+) (\S+)(?: # (.*))?$/;
const EXEMPLAR = /^\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\} (\S+)(?: (\S+))?$/;
const LABEL = /\s*([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"\s*(?:,|$)/y;

const unescaped = (text: string): string =>
  text.includes('\\') ? text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character)) : text;

function toNumber(text: string): number | null {
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return NaN;
  const value = Number(text);
  return Number.isNaN(value) ? null : value;
}

function toLabels(text: string, line: number): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const found = LABEL.exec(text);
    if (found === null) throw new BadExposition(line, 'bad label set');
    labels[found[1] ?? ''] = unescaped(found[2] ?? '');
  }
  return labels;
}

interface Pending {
  labels: Labels;
  samples: { timeMs: number; value: number }[];
}

function toSeries({ labels, samples }: Pending): Series {
  samples.sort((a, b) => a.timeMs - b.timeMs);
  const kept = samples.filter(({ timeMs }, index) => timeMs !== samples[index + 1]?.timeMs);
  return {
    labels,
    timesMs: Float64Array.from(kept, ({ timeMs }) => timeMs),
    values: Float64Array.from(kept, ({ value }) => value),
  };
}

/**
 * Reads an OpenMetrics exposition whose samples carry timestamps (seconds) into a store, as `promtool tsdb
 * create-blocks-from openmetrics` does, with the exemplars and the metadata that promtool leaves out. Samples of a
 * series may come in any order; of two at one time the later line counts. Throws BadExposition.
 */
export function metricStoreFromOpenMetrics(text: string): MemoryMetricStore {
  const pending = new Map<string, Pending>();
  const exemplars: Exemplar[] = [];
  const metadata = new Map<string, { type: string; help: string; unit: string }>();
  let ended = false;
  text.split('\n').forEach((row, index) => {
    const line = index + 1;
    if (row === '') return;
    if (ended) throw new BadExposition(line, 'text after # EOF');
    if (row === '# EOF') {
      ended = true;
      return;
    }
    const about = /^# (TYPE|HELP|UNIT) (\S+) ?(.*)$/.exec(row);
    if (about !== null) {
      const family = metadata.get(about[2] ?? '') ?? { type: 'unknown', help: '', unit: '' };
      const field = about[1] === 'TYPE' ? 'type' : about[1] === 'HELP' ? 'help' : 'unit';
      metadata.set(about[2] ?? '', { ...family, [field]: unescaped(about[3] ?? '') });
      return;
    }
    const sample = SAMPLE.exec(row);
    if (sample === null) throw new BadExposition(line, 'neither a comment nor a sample with a timestamp');
    const [, name = '', labelText = '', valueText = '', timeText = '', exemplarText] = sample;
    const value = toNumber(valueText);
    const seconds = toNumber(timeText);
    if (value === null || seconds === null) throw new BadExposition(line, 'bad number');
    const timeMs = Math.round(seconds * 1000);
    const key = `${name}{${labelText}}`;
    let series = pending.get(key);
    if (series === undefined) {
      series = { labels: { __name__: name, ...toLabels(labelText, line) }, samples: [] };
      pending.set(key, series);
    }
    series.samples.push({ timeMs, value });
    if (exemplarText === undefined) return;
    const exemplar = EXEMPLAR.exec(exemplarText);
    const exemplarValue = toNumber(exemplar?.[2] ?? '');
    if (exemplar === null || exemplarValue === null) throw new BadExposition(line, 'bad exemplar');
    exemplars.push({
      seriesLabels: series.labels,
      labels: toLabels(exemplar[1] ?? '', line),
      value: exemplarValue,
      timestampMs: exemplar[3] === undefined ? timeMs : Math.round(Number(exemplar[3]) * 1000),
    });
  });
  if (!ended) throw new BadExposition(text.split('\n').length, 'data does not end with # EOF');
  // A block holds its series by labels; ties of topk depend on that order.
  const series = [...pending.values()].sort((a, b) => compareLabels(a.labels, b.labels)).map(toSeries);
  return new MemoryMetricStore({ series, exemplars, metadata });
}
