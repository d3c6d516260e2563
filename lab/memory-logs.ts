import { labelsKey } from './loki/labels';
import { compileMatcherTest } from './loki/matcher';
import { readPushStreams } from './loki/push';
import type { Labels, LogEntry, LogStore, LogStream, Matcher } from './stores';

/** The first index, among the first `count`, whose entry is not before a time. */
function lowerBound(entries: readonly LogEntry[], timeNs: bigint, count = entries.length): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = entries[middle];
    if (entry && entry.timeNs < timeNs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether the same line is there at the same time: a push sent twice is kept once, as Loki does. */
function isKnown(entries: readonly LogEntry[], wanted: LogEntry, count: number): boolean {
  for (let at = lowerBound(entries, wanted.timeNs, count); ; at++) {
    const entry = entries[at];
    if (!entry || entry.timeNs !== wanted.timeNs) return false;
    if (entry.line === wanted.line && labelsKey(entry.structuredMetadata) === labelsKey(wanted.structuredMetadata))
      return true;
  }
}

/** A predicate on label sets; a label that is not there has the empty value. */
function compileMatchers(matchers: readonly Matcher[]): (labels: Labels) => boolean {
  const tests = matchers.map((matcher) => ({ name: matcher.name, test: compileMatcherTest(matcher) }));
  return (labels) => tests.every(({ name, test }) => test(Object.hasOwn(labels, name) ? (labels[name] ?? '') : ''));
}

interface Listener {
  accepts: (labels: Labels) => boolean;
  onEntry: (labels: Labels, entry: LogEntry) => void;
}

/** A LogStore that keeps all it is given in memory. Hints are not used: looking is cheap here. */
export class MemoryLogStore implements LogStore {
  private readonly streams = new Map<string, LogStream>();
  private readonly listeners = new Set<Listener>();

  select(matchers: readonly Matcher[], startNs: bigint, endNs: bigint): LogStream[] {
    const accepts = compileMatchers(matchers);
    const found: LogStream[] = [];
    for (const stream of this.streams.values()) {
      if (!accepts(stream.labels)) continue;
      const from = lowerBound(stream.entries, startNs);
      const to = lowerBound(stream.entries, endNs);
      if (from < to) found.push({ labels: stream.labels, entries: stream.entries.slice(from, to) });
    }
    return found;
  }

  series(matchers: readonly Matcher[], startNs: bigint, endNs: bigint): Labels[] {
    const accepts = compileMatchers(matchers);
    return [...this.streams.values()]
      .filter(({ labels }) => accepts(labels))
      .filter(({ entries }) => {
        const first = entries[lowerBound(entries, startNs)];
        return first !== undefined && first.timeNs < endNs;
      })
      .map(({ labels }) => labels);
  }

  push(streams: readonly LogStream[]): void {
    for (const { labels, entries } of streams) {
      const key = labelsKey(labels);
      let stream = this.streams.get(key);
      if (!stream) {
        stream = { labels, entries: [] };
        this.streams.set(key, stream);
      }
      const last = stream.entries.at(-1);
      const count = stream.entries.length;
      let sorted = true;
      let before = last?.timeNs;
      for (const entry of entries) {
        if (last !== undefined && entry.timeNs <= last.timeNs && isKnown(stream.entries, entry, count)) continue;
        if (before !== undefined && entry.timeNs < before) sorted = false;
        before = entry.timeNs;
        stream.entries.push(entry);
      }
      // A stable sort keeps entries of one timestamp in the order of their arrival.
      if (!sorted) stream.entries.sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0));
      for (const { accepts, onEntry } of this.listeners) {
        if (accepts(labels)) for (const entry of entries) onEntry(labels, entry);
      }
    }
  }

  tail(matchers: readonly Matcher[], onEntry: (labels: Labels, entry: LogEntry) => void): () => void {
    const listener = { accepts: compileMatchers(matchers), onEntry };
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** A store with the streams of a body of Loki's push API (parsed JSON). Throws where the body is not one. */
export function logStoreFromPushBody(json: unknown): MemoryLogStore {
  const store = new MemoryLogStore();
  store.push(readPushStreams(json));
  return store;
}
