import type { LabAnswer, LabRequest } from '../http';
import type { Labels, LogStore, LogStream, Matcher } from '../stores';
import { lokiJson, statsBlock } from './answers';
import { LokiError, parseError } from './errors';
import { labelsKey, sortLabels } from './labels';
import { withDetectedLevel } from './level';
import { checkRange, integerParam, rangeOf, stepOf, type TimeRange } from './params';
import { parseQuery, parseSelector } from './parse';
import { groupLabels } from './rows';
import { noCost } from './scan';

function checkedRange(request: LabRequest): TimeRange {
  const range = rangeOf(request.params, request.nowMs);
  checkRange(range);
  return range;
}

/** Loki leaves `data` out where a list of names is empty. */
const nameList = (names: Iterable<string>): LabAnswer => {
  const data = [...new Set(names)].sort();
  return lokiJson({ status: 'success', ...(data.length > 0 && { data }) });
};

const seriesInRange = (store: LogStore, matchers: readonly Matcher[], { startNs, endNs }: TimeRange) =>
  store.series(matchers, startNs, endNs);

/** `/labels`: names of stream labels. */
export function labelNames(store: LogStore, request: LabRequest): LabAnswer {
  const range = checkedRange(request);
  const matchers = parseSelector(request.params.get('query') ?? '');
  return nameList(seriesInRange(store, matchers, range).flatMap((labels) => Object.keys(labels)));
}

/** `/label/<name>/values`. */
export function labelValues(store: LogStore, request: LabRequest, name: string): LabAnswer {
  const range = checkedRange(request);
  const matchers = parseSelector(request.params.get('query') ?? '');
  return nameList(
    seriesInRange(store, matchers, range).flatMap((labels) =>
      Object.hasOwn(labels, name) ? [labels[name] ?? ''] : [],
    ),
  );
}

/** `/series`: label sets of the streams of all selectors; of every stream when none is given. */
export function seriesList(store: LogStore, request: LabRequest): LabAnswer {
  const range = checkedRange(request);
  const selectors = [...request.params.getAll('match[]'), ...request.params.getAll('match')];
  const found = new Map<string, Record<string, string>>();
  for (const selector of selectors.length > 0 ? selectors : ['{}']) {
    for (const labels of seriesInRange(store, parseSelector(selector), range)) {
      found.set(labelsKey(labels), sortLabels(labels));
    }
  }
  return lokiJson({ status: 'success', data: [...found.values()] });
}

/**
 * Bytes of a stream as Loki's unflushed chunks count them: lines, 8 bytes for each label of structured metadata of
 * each line, and each different name and value of those labels once.
 */
function storedBytes(stream: LogStream): number {
  let bytes = 0;
  const symbols = new Set<string>();
  for (const entry of stream.entries) {
    bytes += Buffer.byteLength(entry.line);
    const metadata = withDetectedLevel(stream.labels, entry);
    for (const name of Object.keys(metadata)) {
      bytes += 8;
      symbols.add(name);
      symbols.add(metadata[name] ?? '');
    }
  }
  for (const symbol of symbols) bytes += Buffer.byteLength(symbol);
  return bytes;
}

function matchersOf(request: LabRequest): Matcher[] {
  const expr = parseQuery(request.params.get('query') ?? '');
  if (expr.kind !== 'log') throw parseError('only label matchers is supported');
  return expr.matchers;
}

/** `/index/stats`: what a query would read. The lab keeps one chunk a stream. */
export function indexStats(store: LogStore, request: LabRequest): LabAnswer {
  const { startNs, endNs } = checkedRange(request);
  const streams = store.select(matchersOf(request), startNs, endNs).filter((stream) => stream.entries.length > 0);
  const bytes = streams.reduce((sum, stream) => sum + storedBytes(stream), 0);
  const entries = streams.reduce((sum, stream) => sum + stream.entries.length, 0);
  return lokiJson({ streams: streams.length, chunks: streams.length, bytes, entries });
}

function volumeKeys(request: LabRequest, matchers: readonly Matcher[]): (labels: Labels) => Record<string, string>[] {
  const target = request.params.get('targetLabels');
  const names = target ? target.split(',').map((n) => n.trim()) : [...new Set(matchers.map((m) => m.name))];
  const aggregateBy = request.params.get('aggregateBy') ?? 'series';
  if (aggregateBy === 'labels') {
    return (labels) =>
      Object.keys(labels)
        .filter((name) => !target || names.includes(name))
        .map((name) => ({ [name]: '' }));
  }
  if (aggregateBy !== 'series') throw new LokiError(400, `invalid aggregation option`);
  return (labels) => {
    const group = groupLabels(labels, { without: false, labels: names });
    return Object.keys(group).length > 0 ? [group] : [];
  };
}

interface Volume {
  metric: Record<string, string>;
  values: [number, string][];
  first: number;
}

function volumes(
  store: LogStore,
  request: LabRequest,
  buckets: readonly { from: bigint; to: bigint; stampS: number }[],
): Volume[] {
  const matchers = matchersOf(request);
  const keysOf = volumeKeys(request, matchers);
  const found = new Map<string, Volume>();
  for (const { from, to, stampS } of buckets) {
    const totals = new Map<string, { metric: Record<string, string>; bytes: number }>();
    for (const stream of store.select(matchers, from, to)) {
      if (stream.entries.length === 0) continue;
      const bytes = storedBytes(stream);
      for (const metric of keysOf(stream.labels)) {
        const key = labelsKey(metric);
        const total = totals.get(key) ?? { metric, bytes: 0 };
        total.bytes += bytes;
        totals.set(key, total);
      }
    }
    for (const [key, { metric, bytes }] of totals) {
      const volume = found.get(key) ?? { metric: sortLabels(metric), values: [], first: bytes };
      volume.values.push([stampS, String(bytes)]);
      found.set(key, volume);
    }
  }
  const limit = integerParam(request.params, 'limit', 100);
  return [...found.values()].sort((a, b) => b.first - a.first).slice(0, limit);
}

const toSeconds = (ns: bigint): number => Number(ns / 1_000_000n) / 1000;

const volumeAnswer = (resultType: string, result: unknown[], startedMs: number): LabAnswer =>
  lokiJson({
    status: 'success',
    data: { resultType, result, stats: statsBlock({ ...noCost(), returned: result.length }, startedMs) },
  });

/** `/index/volume`: bytes by label, stamped with the end of the range. */
export function volume(store: LogStore, request: LabRequest): LabAnswer {
  const started = performance.now();
  const { startNs, endNs } = checkedRange(request);
  const found = volumes(store, request, [{ from: startNs, to: endNs, stampS: toSeconds(endNs) }]);
  return volumeAnswer(
    'vector',
    found.map(({ metric, values }) => ({ metric, value: values[0] })),
    started,
  );
}

/** `/index/volume_range`: one sample a step at its end; a vector, not a matrix, where no series has more than one. */
export function volumeRange(store: LogStore, request: LabRequest): LabAnswer {
  const started = performance.now();
  const range = checkedRange(request);
  const step = BigInt(stepOf(request.params, range));
  const buckets: { from: bigint; to: bigint; stampS: number }[] = [];
  for (let from = range.startNs; from < range.endNs; ) {
    const next = from - (from % step) + step;
    const isLast = next > range.endNs;
    const to = isLast ? range.endNs : next;
    buckets.push({ from, to, stampS: toSeconds(isLast ? to : to - 1_000_000n) });
    from = to;
  }
  const found = volumes(store, request, buckets);
  if (found.some(({ values }) => values.length > 1)) {
    return volumeAnswer(
      'matrix',
      found.map(({ metric, values }) => ({ metric, values })),
      started,
    );
  }
  return volumeAnswer(
    'vector',
    found.map(({ metric, values }) => ({ metric, value: values[0] })),
    started,
  );
}
