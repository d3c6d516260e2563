import 'server-only';
import type { Database } from '../db';
import { AppError } from '../errors';
import { log } from '../log';
import { type HeldLease, hold, LeaseLost, newHolder } from './lease';

/** A piece of work that is done again and again while the console runs. */
export interface BackgroundLoop {
  /** Unique; the name of its lease and of its lines in the log. Kebab-case. */
  name: string;
  /** Pause between two runs, milliseconds; a tenth of it more or less at random. */
  intervalMs: number;
  /** The first run after this many milliseconds; at once without it. */
  firstAfterMs?: number;
  /**
   * `one`: only one process of all that share the database runs it, and goes on being the one until it stops.
   * `each`: every process runs its own.
   */
  runs: 'one' | 'each';
  /** How long after the death of its process another takes over, milliseconds; 30 s without it. For `one` only. */
  leaseTtlMs?: number;
  /** Returns the milliseconds until the next run is wanted; null for the usual interval. What it throws is logged, with a back-off. */
  run(context: LoopContext): Promise<number | null>;
  /**
   * What runs left going on beside them. Awaited when the loop stops, before its lease goes back, so that its outcome is
   * stored. Never rejects.
   */
  underWay?(): Promise<unknown>;
}

export interface LoopContext {
  database: Database;
  /** Aborts when the console stops or, for `one`, when the lease is lost. Pass it to everything that waits. */
  signal: AbortSignal;
  /** For `runs: 'one'`: the first statement of each transaction that must be the holder's. Does nothing for `each`. */
  guard: HeldLease['guard'];
  nowMs: number;
}

const DEFAULT_TTL_MS = 30_000;
/** How long a failing loop pauses at most, as a multiple of its interval and in milliseconds. */
const LONGEST_BACK_OFF_MS = 5 * 60_000;
const LONGEST_STOP_MS = 5_000;

interface RunningLoop {
  /** Runs now instead of after the pause; while it runs, once more after that. */
  wake(): void;
  /** Waits this long for what is under way, milliseconds; five seconds without it. */
  stop(patienceMs?: number): Promise<void>;
}

/** Starts one loop. `random` is 0 to 1. */
export function startLoop(loop: BackgroundLoop, database: Database, random: () => number = Math.random): RunningLoop {
  const stopping = new AbortController();
  const holder = newHolder();
  const held: { lease: HeldLease | null } = { lease: null };
  let failures = 0;
  let woken = false;
  let wakeUp: () => void = () => undefined;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (woken || stopping.signal.aborted) return resolve();
      const timer = setTimeout(resolve, ms);
      // A console that has nothing else to do may end.
      timer.unref();
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  /** One run; returns the pause until the next, milliseconds. */
  const once = async (): Promise<number> => {
    const usualMs = loop.intervalMs * (0.9 + 0.2 * random());
    try {
      if (loop.runs === 'one' && (held.lease === null || held.lease.signal.aborted)) {
        const wanted = { name: loop.name, holder, ttlMs: loop.leaseTtlMs ?? DEFAULT_TTL_MS };
        held.lease = await hold(wanted, database);
        // Somebody else is at it. Asking at the pace of the lease is soon enough.
        if (held.lease === null) return Math.max(usualMs, wanted.ttlMs / 3);
      }
      const { lease } = held;
      const signal = lease === null ? stopping.signal : AbortSignal.any([stopping.signal, lease.signal]);
      const againAfterMs = await loop.run({
        database,
        signal,
        guard: lease === null ? async () => undefined : (transaction) => lease.guard(transaction),
        nowMs: Date.now(),
      });
      if (failures > 0) log.info({ loop: loop.name, failures }, `The background work ${loop.name} works again.`);
      failures = 0;
      return againAfterMs ?? usualMs;
    } catch (error) {
      if (stopping.signal.aborted) return 0;
      if (error instanceof LeaseLost || held.lease?.signal.aborted) {
        log.info({ loop: loop.name }, `The background work ${loop.name} is done by another process now.`);
        return usualMs;
      }
      failures += 1;
      const backOffMs = Math.min(usualMs * 2 ** Math.min(failures, 16), Math.max(LONGEST_BACK_OFF_MS, usualMs));
      const reason = error instanceof AppError ? error.message : 'The reason stands in this line.';
      log.error(
        { loop: loop.name, failures, err: error },
        `The background work ${loop.name} failed and is tried again in ${Math.ceil(backOffMs / 1000)} s. ${reason}`,
      );
      return backOffMs;
    }
  };

  const running = (async () => {
    let pauseMs = loop.firstAfterMs ?? 0;
    while (!stopping.signal.aborted) {
      await pause(pauseMs);
      if (stopping.signal.aborted) break;
      woken = false;
      pauseMs = await once();
    }
    await loop.underWay?.();
    await held.lease?.release();
  })();

  return {
    wake: () => {
      woken = true;
      wakeUp();
    },
    stop: async (patienceMs = LONGEST_STOP_MS) => {
      stopping.abort();
      wakeUp();
      // Work that does not listen to its signal must not keep a console from ending; its lease runs out by itself.
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patienceMs);
      });
      await Promise.race([running, patience]);
      clearTimeout(timer);
    },
  };
}

// On globalThis because Next.js gives each bundle its own copy of this module: a route must wake the loops that
// instrumentation.ts started.
const holder = globalThis as typeof globalThis & { windsockLoops?: Map<string, RunningLoop> };

/** Starts the loops of a process that are not running yet. */
export function startLoops(loops: readonly BackgroundLoop[], database: Database): void {
  holder.windsockLoops ??= new Map();
  for (const loop of loops) {
    if (!holder.windsockLoops.has(loop.name)) holder.windsockLoops.set(loop.name, startLoop(loop, database));
  }
}

/** Lets a loop of this process run now, where it has one: what was just stored need not wait for the next round. */
export const wakeLoop = (name: string): void => holder.windsockLoops?.get(name)?.wake();

/** Stops every loop and gives the leases back; waits five seconds at most. */
export async function stopLoops(): Promise<void> {
  const loops = [...(holder.windsockLoops?.values() ?? [])];
  holder.windsockLoops?.clear();
  await Promise.all(loops.map((loop) => loop.stop()));
}
