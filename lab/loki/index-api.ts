import type { LabAnswer, LabRequest } from '../http';
import type { Labels, LogEntry, LogStore, Matcher } from '../stores';
import { lokiJson, statsBlock } from './answers';
import { LokiError, parseError } from './errors';
import { labelsKey, sortLabels } from './labels';
import { withDetectedLevel } from './level';
import { checkRange, integerParam, rangeOf, stepOf, type TimeRange } from './params';
import { parseQuery, parseSelector } from './parse';
import { groupLabels } from './rows';
import { noCost, readWindows, type ScanCost } from './windows';

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
class StoredStream {
  readonly labels: Labels;
  bytes = 0;
  entries = 0;
  private readonly symbols = new Set<string>();

  constructor(labels: Labels) {
    this.labels = labels;
  }

  private addSymbol(symbol: string): void {
    if (this.symbols.has(symbol)) return;
    this.symbols.add(symbol);
    this.bytes += Buffer.byteLength(symbol);
  }

  add(entry: LogEntry): void {
    this.entries++;
    this.bytes += Buffer.byteLength(entry.line);
    const metadata = withDetectedLevel(this.labels, entry);
    for (const name of Object.keys(metadata)) {
      this.bytes += 8;
      this.addSymbol(name);
      this.addSymbol(metadata[name] ?? '');
    }
  }
}

function storedStreams(
  store: LogStore,
  matchers: readonly Matcher[],
  range: TimeRange,
  cost: ScanCost,
): StoredStream[] {
  const found = new Map<string, StoredStream>();
  const read = { matchers, ...range, backward: false, hints: { contains: [] }, cost, whole: true };
  for (const streams of readWindows(store, read)) {
    for (const { labels, entries } of streams) {
      const key = labelsKey(labels);
      const stored = found.get(key) ?? new StoredStream(labels);
      found.set(key, stored);
      for (const entry of entries) {
        cost.lines++;
        cost.bytes += entry.line.length;
        stored.add(entry);
      }
    }
  }
  return [...found.values()].filter(({ entries }) => entries > 0);
}

function matchersOf(request: LabRequest): Matcher[] {
  const expr = parseQuery(request.params.get('query') ?? '');
  if (expr.kind !== 'log') throw parseError('only label matchers is supported');
  return expr.matchers;
}

/** `/index/stats`: what a query would read. The lab keeps one chunk a stream. */
export function indexStats(store: LogStore, request: LabRequest): LabAnswer {
  const range = checkedRange(request);
  const streams = storedStreams(store, matchersOf(request), range, noCost());
  const bytes = streams.reduce((sum, stream) => sum + stream.bytes, 0);
  const entries = streams.reduce((sum, stream) => sum + stream.entries, 0);
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
  const cost = noCost();
  for (const { from, to, stampS } of buckets) {
    const totals = new Map<string, { metric: Record<string, string>; bytes: number }>();
    for (const stream of storedStreams(store, matchers, { startNs: from, endNs: to }, cost)) {
      for (const metric of keysOf(stream.labels)) {
        const key = labelsKey(metric);
        const total = totals.get(key) ?? { metric, bytes: 0 };
        total.bytes += stream.bytes;
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
