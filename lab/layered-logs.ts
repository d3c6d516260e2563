import type { Labels, LogEntry, LogHints, LogStore, LogStream, Matcher } from './stores';

const keyOf = (labels: Labels): string => JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Two ascending runs of entries as one; at equal times those of `a` come first. */
function mergeEntries(a: readonly LogEntry[], b: readonly LogEntry[]): LogEntry[] {
  const merged: LogEntry[] = [];
  let i = 0;
  for (const entry of b) {
    for (let next = a[i]; next !== undefined && next.timeNs <= entry.timeNs; next = a[++i]) merged.push(next);
    merged.push(entry);
  }
  for (let next = a[i]; next !== undefined; next = a[++i]) merged.push(next);
  return merged;
}

/** Two log stores read as one; what is pushed goes to the upper. */
export class LayeredLogStore implements LogStore {
  constructor(
    private readonly lower: LogStore,
    private readonly upper: LogStore,
  ) {}

  select(matchers: readonly Matcher[], startNs: bigint, endNs: bigint, hints?: LogHints): LogStream[] {
    const below = this.lower.select(matchers, startNs, endNs, hints);
    const above = this.upper.select(matchers, startNs, endNs, hints);
    if (above.length === 0) return below;
    const streams = new Map(below.map((stream) => [keyOf(stream.labels), stream]));
    for (const stream of above) {
      const key = keyOf(stream.labels);
      const same = streams.get(key);
      streams.set(
        key,
        same === undefined ? stream : { labels: same.labels, entries: mergeEntries(same.entries, stream.entries) },
      );
    }
    return [...streams.values()];
  }

  series(matchers: readonly Matcher[], startNs: bigint, endNs: bigint): Labels[] {
    const both = [...this.lower.series(matchers, startNs, endNs), ...this.upper.series(matchers, startNs, endNs)];
    return [...new Map(both.map((labels) => [keyOf(labels), labels])).values()];
  }

  push(streams: readonly LogStream[]): void {
    this.upper.push(streams);
  }

  tail(matchers: readonly Matcher[], onEntry: (labels: Labels, entry: LogEntry) => void): () => void {
    const stops = [this.lower.tail(matchers, onEntry), this.upper.tail(matchers, onEntry)];
    return () => {
      for (const stop of stops) stop();
    };
  }
}
