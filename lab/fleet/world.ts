import { LRUCache } from 'lru-cache';
import { Ids, type RequestPlace } from './ids';
import { CELLS, type Cell } from './models';
import type { Scenario } from './scenario';
import { WINDOW_MS } from './scenario';
import { type RequestWindow, simulateWindow } from './window';

/** Memory that windows computed for queries may keep. */
const CACHE_BYTES = 32 * 1024 * 1024;

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

  placeOf(requests: RequestWindow, index: number): RequestPlace {
    return { cell: requests.cell.index, window: requests.window, index };
  }
}
