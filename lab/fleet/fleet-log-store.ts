import { labelsTest } from '../label-matchers';
import type { Labels, LogEntry, LogHints, LogStore, LogStream, Matcher } from '../stores';
import { TooMuchToRead } from '../stores';
import type { BatchJobs } from './batch-jobs';
import { conditionsOf } from './conditions';
import type { FleetEntry } from './log-entries';
import type { FleetStream } from './log-streams';
import { fleetStreams } from './log-streams';
import { WINDOW_MS } from './scenario';
import type { World } from './world';

/** Lines that one query may make. */
const MOST_LINES = 400_000;
/** Windows that `series` looks through for a stream's first line, newest first: two hours. */
const SERIES_WINDOWS = 240;
const TAIL_INTERVAL_MS = 250;

interface Listener {
  wanted: (labels: Labels) => boolean;
  onEntry: (labels: Labels, entry: LogEntry) => void;
}

/** The fleet's Loki: lines are made when they are asked for, out of the same requests that the metrics count. */
export class FleetLogStore implements LogStore {
  private readonly streams: { labels: Labels; sources: FleetStream[] }[] = [];
  private readonly listeners = new Set<Listener>();
  private timer: NodeJS.Timeout | null = null;
  private tailedUs = 0;

  constructor(
    private readonly world: World,
    private readonly jobs: BatchJobs,
  ) {
    for (const source of fleetStreams(world, jobs)) {
      const key = JSON.stringify(source.labels);
      const same = this.streams.find(({ labels }) => JSON.stringify(labels) === key);
      if (same === undefined) this.streams.push({ labels: source.labels, sources: [source] });
      else same.sources.push(source);
    }
  }

  select(matchers: readonly Matcher[], startNs: bigint, endNs: bigint, hints?: LogHints): LogStream[] {
    const wanted = labelsTest(matchers);
    const streams = this.streams.filter(({ labels }) => wanted(labels));
    const windows = this.windowsWith(startNs, endNs, hints);
    this.refuseTooMuch(streams, windows);
    const startUs = Number(startNs) / 1000;
    const endUs = Number(endNs) / 1000;
    const found = streams.map(({ labels }) => ({ labels, entries: [] as FleetEntry[] }));
    for (const window of windows) {
      for (const [i, { sources }] of streams.entries())
        this.append(found[i]?.entries ?? [], sources, window, startUs, endUs);
    }
    return found.filter(({ entries }) => entries.length > 0);
  }

  series(matchers: readonly Matcher[], startNs: bigint, endNs: bigint): Labels[] {
    const wanted = labelsTest(matchers);
    const missing = new Set(this.streams.filter(({ labels }) => wanted(labels)));
    const found: Labels[] = [];
    const windows = this.windowsWith(startNs, endNs).reverse().slice(0, SERIES_WINDOWS);
    for (const window of windows) {
      for (const stream of missing) {
        const entries: FleetEntry[] = [];
        this.append(entries, stream.sources, window, Number(startNs) / 1000, Number(endNs) / 1000);
        if (entries.length === 0) continue;
        missing.delete(stream);
        found.push(stream.labels);
      }
      if (missing.size === 0) break;
    }
    return found;
  }

  push(): void {
    throw new Error('the simulated fleet writes its own logs; pushed ones belong into the layer above it');
  }

  /** Hands over each line at its own time, a quarter of a second late at most. */
  tail(matchers: readonly Matcher[], onEntry: (labels: Labels, entry: LogEntry) => void): () => void {
    const listener = { wanted: labelsTest(matchers), onEntry };
    if (this.listeners.size === 0) this.tailedUs = this.world.now() * 1000;
    this.listeners.add(listener);
    this.timer ??= setInterval(() => this.deliver(), TAIL_INTERVAL_MS).unref();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0 || this.timer === null) return;
      clearInterval(this.timer);
      this.timer = null;
    };
  }

  private deliver(): void {
    const nowUs = this.world.now() * 1000;
    const fromUs = this.tailedUs + 1;
    if (nowUs < fromUs) return;
    this.tailedUs = nowUs;
    const arrived: { labels: Labels; entry: FleetEntry }[] = [];
    const { first, last } = this.world.windowsOf(fromUs / 1000, nowUs / 1000 + 1);
    const listeners = [...this.listeners];
    for (const { labels, sources } of this.streams) {
      if (!listeners.some(({ wanted }) => wanted(labels))) continue;
      const entries: FleetEntry[] = [];
      for (let window = first; window <= last; window++) this.append(entries, sources, window, fromUs, nowUs + 1);
      for (const entry of entries) arrived.push({ labels, entry });
    }
    arrived.sort((a, b) => a.entry.us - b.entry.us);
    for (const { labels, entry } of arrived) {
      for (const { wanted, onEntry } of listeners) if (wanted(labels)) onEntry(labels, entry);
    }
  }

  /** Adds a stream's entries of a window with startUs ≤ t < endUs, none of the future, in order of time. */
  private append(
    into: FleetEntry[],
    sources: readonly FleetStream[],
    window: number,
    startUs: number,
    endUs: number,
  ): void {
    const limitUs = Math.min(endUs, this.world.now() * 1000 + 1);
    const windowUs = window * WINDOW_MS * 1000;
    const isWhole = startUs <= windowUs && limitUs >= windowUs + WINDOW_MS * 1000;
    let entries =
      sources.length === 1 && sources[0] !== undefined
        ? sources[0].entries(window)
        : sources.flatMap((source) => source.entries(window));
    if (!isWhole) entries = entries.filter(({ us }) => us >= startUs && us < limitUs);
    entries.sort((a, b) => a.us - b.us);
    for (const entry of entries) into.push(entry);
  }

  /** The windows to look at, oldest first: those of the range, or the one or two where a hinted id lives. */
  private windowsWith(startNs: bigint, endNs: bigint, hints?: LogHints): number[] {
    const { first, last } = this.world.windowsOf(Number(startNs) / 1_000_000, Number(endNs) / 1_000_000);
    for (const text of hints?.contains ?? []) {
      const homes = this.homesOf(text);
      if (homes !== null) return homes.filter((window) => window >= first && window <= last);
    }
    const windows: number[] = [];
    for (let window = first; window <= last; window++) windows.push(window);
    return windows;
  }

  /** Windows whose lines may hold an id that the text names; null where it names none, so that any line may. */
  private homesOf(text: string): number[] | null {
    const trace = /(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/.exec(text)?.[0];
    if (trace !== undefined) {
      const job = this.jobs.ofTrace(trace);
      if (job !== null) return [Math.floor(job.startMs / WINDOW_MS), Math.floor(job.endMs / WINDOW_MS)];
      const place = this.world.ids.placeOfTrace(trace);
      return place === null ? [] : [place.window];
    }
    const request = /req-[0-9a-f]{12}(?![0-9a-f])/.exec(text)?.[0];
    if (request === undefined) return null;
    const place = this.world.ids.placeOfRequest(request);
    return place === null ? [] : [place.window];
  }

  private refuseTooMuch(streams: readonly { sources: readonly FleetStream[] }[], windows: readonly number[]): void {
    const cells = streams.flatMap(({ sources }) => sources.flatMap(({ everyRequestOf }) => everyRequestOf));
    let expected = 0;
    for (const window of windows) {
      for (const cell of cells) {
        expected += (conditionsOf(cell, window * WINDOW_MS, this.world.scenario).requestsPerSecond * WINDOW_MS) / 1000;
      }
      if (expected > MOST_LINES)
        throw new TooMuchToRead(`the query would read more than ${MOST_LINES} log lines of the simulated fleet`);
    }
  }
}
