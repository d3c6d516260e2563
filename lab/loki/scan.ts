import type { Labels, LogEntry, LogStore, LogStream } from '../stores';
import type { LogExpr } from './ast';
import { LineLabels } from './labels';
import { withDetectedLevel } from './level';
import { compilePipeline, type Passing, storeHints } from './pipeline';
import { readWindows, type ScanCost } from './windows';

export interface FoundLine {
  timeNs: bigint;
  line: string;
  stream: Record<string, string>;
  metadata: Record<string, string>;
  parsed: Record<string, string>;
}

export interface LogQuery {
  expr: LogExpr;
  startNs: bigint;
  endNs: bigint;
  limit: number;
  backward: boolean;
  /** At most one line per interval and stream; 0 for all. */
  intervalNs: bigint;
}

/** Entries of all streams in the order of time (newest first when backward); a heap on the next entry of each stream. */
function* mergeStreams(
  streams: readonly LogStream[],
  backward: boolean,
): Generator<{ labels: Labels; entry: LogEntry }> {
  const heap: { stream: LogStream; order: number; at: number; entry: LogEntry }[] = [];
  type Item = (typeof heap)[number];
  const before = (a: Item, b: Item): boolean => {
    if (a.entry.timeNs !== b.entry.timeNs) return a.entry.timeNs < b.entry.timeNs !== backward;
    return a.order < b.order;
  };
  const sink = (start: number): void => {
    let at = start;
    for (;;) {
      let best = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        const [a, b] = [heap[child], heap[best]];
        if (a && b && before(a, b)) best = child;
      }
      const [a, b] = [heap[at], heap[best]];
      if (best === at || !a || !b) return;
      heap[at] = b;
      heap[best] = a;
      at = best;
    }
  };
  for (const [order, stream] of streams.entries()) {
    const at = backward ? stream.entries.length - 1 : 0;
    const entry = stream.entries[at];
    if (entry) heap.push({ stream, order, at, entry });
  }
  for (let at = heap.length >> 1; at >= 0; at--) sink(at);
  for (let top = heap[0]; top; top = heap[0]) {
    yield { labels: top.stream.labels, entry: top.entry };
    top.at += backward ? -1 : 1;
    const next = top.stream.entries[top.at];
    if (next) top.entry = next;
    else {
      const last = heap.pop();
      if (last && last !== top) heap[0] = last;
    }
    sink(0);
  }
}

/** Runs a log query: the first `limit` lines in its direction that pass the pipeline. */
export function findLines(store: LogStore, query: LogQuery, cost: ScanCost): FoundLine[] {
  const { expr, backward, intervalNs } = query;
  const steps = compilePipeline(expr.stages, null);
  const hints = storeHints(expr.stages);
  const passing: Passing = { line: '', timeNs: 0n, labels: new LineLabels() };
  const lastNs = new Map<string, bigint>();
  const found: FoundLine[] = [];
  const { startNs, endNs } = query;
  const read = { matchers: expr.matchers, startNs, endNs, backward, hints, cost, whole: false };
  for (const streams of readWindows(store, read)) {
    for (const { labels, entry } of mergeStreams(streams, backward)) {
      cost.lines++;
      cost.bytes += entry.line.length;
      passing.line = entry.line;
      passing.timeNs = entry.timeNs;
      passing.labels.reset(labels, withDetectedLevel(labels, entry));
      if (!steps.every((step) => step(passing))) continue;
      const stream = passing.labels.streamLabels();
      if (intervalNs > 0n) {
        const key = JSON.stringify(stream);
        const last = lastNs.get(key);
        const gap = last === undefined ? intervalNs : backward ? last - entry.timeNs : entry.timeNs - last;
        if (gap < intervalNs) continue;
        lastNs.set(key, entry.timeNs);
      }
      found.push({
        timeNs: entry.timeNs,
        line: passing.line,
        stream,
        metadata: passing.labels.metadataLabels(),
        parsed: passing.labels.parsedLabels(),
      });
      if (found.length >= query.limit) {
        cost.returned = found.length;
        return found;
      }
    }
  }
  cost.returned = found.length;
  return found;
}
