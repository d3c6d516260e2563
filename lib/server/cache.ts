import 'server-only';
import { LRUCache } from 'lru-cache';
import { countCacheAnswer } from './console/metrics';
import { processWide } from './process-wide';

/** Answers that reach into the newest five minutes are never kept: scrapes and log lines still arrive there. */
export const NEVER_KEPT_MS = 5 * 60_000;
/** How long an answer about settled time is kept; late corrections show after this at the latest. */
export const KEPT_MS = 10 * 60_000;
/** Many readers on one snapped grid are one question: what is fresh is shared for this long, and never over a step. */
export const SHARED_MS = 10_000;
const CACHE_BYTES = 64 * 1024 * 1024;

interface Flight {
  promise: Promise<unknown>;
  readers: number;
  controller: AbortController;
}

export interface CachedQuery<T> {
  /** Source, path and parameters: everything that decides the answer. */
  key: string;
  /** The asking reader's; the upstream is left only when the last reader has gone. */
  signal: AbortSignal;
  load: (signal: AbortSignal) => Promise<T>;
  /** Milliseconds this answer may be given again; 0 shares it in flight only. */
  keepMs: (value: T) => number;
  sizeBytes: (value: T) => number;
}

/** How long an answer may be given again, from the newest instant it speaks of and its step (null for an instant). */
export function keepMsOf(answer: { endMs: number; stepMs: number | null }, nowMs: number): number {
  if (answer.endMs <= nowMs - NEVER_KEPT_MS) return KEPT_MS;
  return Math.min(answer.stepMs ?? SHARED_MS, SHARED_MS);
}

const leavesOf = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `leave` when a reader leaves, until what is returned is called. An answer of many questions waits on one signal
 * for each of them: one listener for all is no leak to Node, whatever runtime the signal is of.
 */
function whenLeaving(signal: AbortSignal, leave: () => void): () => void {
  const known = leavesOf.get(signal);
  const leaves = known ?? new Set<() => void>();
  if (known === undefined) {
    leavesOf.set(signal, leaves);
    signal.addEventListener(
      'abort',
      () => {
        for (const each of leaves) each();
      },
      { once: true },
    );
  }
  leaves.add(leave);
  return () => leaves.delete(leave);
}

/** Identical queries in flight are one request; settled answers are kept for a short time, bounded in bytes. */
export class QueryCache {
  readonly #kept: LRUCache<string, { value: unknown }>;
  readonly #flights = new Map<string, Flight>();

  constructor(maxBytes = CACHE_BYTES, maxEntryBytes = maxBytes / 4) {
    this.#kept = new LRUCache({ maxSize: maxBytes, maxEntrySize: Math.max(1, Math.floor(maxEntryBytes)) });
  }

  get bytes(): number {
    return this.#kept.calculatedSize;
  }

  get inFlight(): number {
    return this.#flights.size;
  }

  /** The answer and whether it came from memory or from another reader's request. */
  async get<T>(query: CachedQuery<T>): Promise<{ value: T; cached: boolean }> {
    query.signal.throwIfAborted();
    const kept = this.#kept.get(query.key);
    const existing = this.#flights.get(query.key);
    countCacheAnswer(kept === undefined && existing === undefined ? 'miss' : 'hit');
    if (kept !== undefined) return { value: kept.value as T, cached: true };
    const flight = existing ?? this.#start(query);
    return { value: await this.#join<T>(query.key, flight, query.signal), cached: existing !== undefined };
  }

  /** What is kept under a key, for an answer made of an older and a newer part. */
  peek<T>(key: string): T | null {
    return (this.#kept.get(key)?.value as T | undefined) ?? null;
  }

  keep<T>(key: string, value: T, sizeBytes: number, ttlMs: number): void {
    if (ttlMs > 0) this.#kept.set(key, { value }, { size: Math.max(1, Math.ceil(sizeBytes)), ttl: ttlMs });
  }

  clear(): void {
    this.#kept.clear();
  }

  #start<T>(query: CachedQuery<T>): Flight {
    const controller = new AbortController();
    const promise = query.load(controller.signal).then((value) => {
      this.keep(query.key, value, query.sizeBytes(value), query.keepMs(value));
      return value;
    });
    const flight: Flight = { promise, readers: 0, controller };
    this.#flights.set(query.key, flight);
    const land = () => {
      if (this.#flights.get(query.key) === flight) this.#flights.delete(query.key);
    };
    promise.then(land, land);
    return flight;
  }

  #join<T>(key: string, flight: Flight, signal: AbortSignal): Promise<T> {
    flight.readers += 1;
    return new Promise<T>((resolve, reject) => {
      const leave = () => {
        flight.readers -= 1;
        reject(signal.reason);
        if (flight.readers > 0) return;
        // A later reader of the same question must not join a request that is being given up.
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
        flight.controller.abort(signal.reason);
      };
      const stay = whenLeaving(signal, leave);
      flight.promise.then(
        (value) => {
          stay();
          resolve(value as T);
        },
        (error) => {
          stay();
          reject(error);
        },
      );
    });
  }
}

/** The cache of this process. */
export const queryCache = (): QueryCache => processWide('query-cache', () => new QueryCache());
