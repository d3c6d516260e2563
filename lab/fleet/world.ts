import { LRUCache } from 'lru-cache';
import { UNTRACED_SERVICE } from './faults';
import { Ids, type RequestPlace } from './ids';
import { CELLS, type Cell } from './models';
import type { Scenario } from './scenario';
import { WINDOW_MS } from './scenario';
import { type RequestWindow, simulateWindow } from './window';

/** Memory that windows computed for queries may keep. */
const CACHE_BYTES = 32 * 1024 * 1024;

/** Ids have room for sixteen cells: those of the upper half name a service's own trace of a request. */
const SPLIT_CELLS = 8;

/** The simulated past and present: windows of requests, computed when asked for, and their ids. */
export class World {
  readonly ids: Ids;
  private readonly cache = new LRUCache<string, RequestWindow>({
    maxSize: CACHE_BYTES,
    sizeCalculation: (requests) => requests.sizeBytes,
  });

  private readonly scratch = new Map<number, RequestWindow>();

  /** `now` and `firstMs` bound what exists: requests that completed in firstMs ≤ t ≤ now. */
  constructor(
    readonly seed: number,
    readonly scenario: Scenario,
    readonly now: () => number,
    readonly firstMs: () => number,
  ) {
    this.ids = new Ids(seed);
  }

  /** The requests of a cell in a window, whether they have happened yet or not. Shared: do not write. */
  requests(cell: Cell, window: number): RequestWindow {
    const key = `${cell.index}:${window}`;
    const cached = this.cache.get(key);
    if (cached !== undefined) return cached;
    const requests = simulateWindow(this, cell, window);
    this.cache.set(key, requests);
    return requests;
  }

  /**
   * The same requests, but good only until the next glance at this cell: a look through three days for the few that failed
   * leaves no windows behind.
   */
  glance(cell: Cell, window: number): RequestWindow {
    const cached = this.cache.get(`${cell.index}:${window}`);
    if (cached !== undefined) return cached;
    const scratch = this.scratch.get(cell.index);
    if (scratch?.window === window) return scratch;
    const requests = simulateWindow(this, cell, window, scratch);
    this.scratch.set(cell.index, requests);
    return requests;
  }

  /** The windows that touch startMs ≤ t < endMs and exist, from first to last; empty when last < first. */
  windowsOf(startMs: number, endMs: number): { first: number; last: number } {
    const first = Math.floor(Math.max(startMs, this.firstMs()) / WINDOW_MS);
    const last = Math.floor(Math.min(endMs - 1e-6, this.now()) / WINDOW_MS);
    return { first, last };
  }

  /** The request of a place, or null where none is or none is yet. */
  find(place: RequestPlace): { requests: RequestWindow; index: number } | null {
    const cell = CELLS[place.cell];
    const { first, last } = this.windowsOf(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    if (cell === undefined || place.window < first || place.window > last) return null;
    const requests = this.requests(cell, place.window);
    if (place.index >= requests.count) return null;
    const completedMs = requests.startMs + (requests.offsetUs[place.index] ?? 0) / 1000;
    return completedMs <= this.now() ? { requests, index: place.index } : null;
  }

  /** The trace of its own under which a service that is split writes its spans and lines of a request. */
  serviceTraceId(requests: RequestWindow, index: number): string {
    const place = this.placeOf(requests, index);
    return this.ids.traceId({ ...place, cell: place.cell + SPLIT_CELLS });
  }

  /** Whether the service of a cell begins a trace of its own. */
  isSplit(cell: Cell): boolean {
    return cell.model.service === UNTRACED_SERVICE && this.scenario.faults.has('no propagation');
  }

  /** The place that a trace id was made of, and whether it is a service's own trace. */
  placeOfTrace(traceId: string): { place: RequestPlace; isOwn: boolean } | null {
    const place = this.ids.placeOfTrace(traceId);
    if (place === null || place.cell < SPLIT_CELLS) return place === null ? null : { place, isOwn: false };
    return { place: { ...place, cell: place.cell - SPLIT_CELLS }, isOwn: true };
  }

  placeOf(requests: RequestWindow, index: number): RequestPlace {
    return { cell: requests.cell.index, window: requests.window, index };
  }
}
