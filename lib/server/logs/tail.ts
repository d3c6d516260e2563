import 'server-only';
import { setTimeout as wait } from 'node:timers/promises';
import type { LogTailEvent } from '@/lib/contracts/logs';
import { formatDuration } from '@/lib/domain/format';
import { AppError } from '../errors';
import type { LokiClient } from '../loki/client';
import type { LogEntry } from '../loki/entries';
import { getRedactor } from '../redaction/redact';
import { type LogFilter, writeQuery } from './filter';
import { lineHash, toRows } from './row';

/** Lines of one event at most; what arrives beyond it within one beat is dropped, oldest first, and counted. */
export const BEAT_LINES = 250;
const BEAT_MS = 250;
/** Lines older than this on arrival mean that the tail runs behind. */
const BEHIND_MS = 15_000;
const HISTORY_MS = 5 * 60_000;
const HISTORY_LINES = 100;
/** Late lines arrive behind newer ones. */
const OVERLAP_MS = 5_000;
const POLL_LINES = 1_000;
const REMEMBERED = 20_000;
/** Failures of listening and of asking, both, in a row. */
const MAX_FAILURES = 10;

export interface TailPace {
  /** Waits between tries after a broken connection; the last one repeats. */
  retryMs: readonly number[];
  nowMs: () => number;
}

const PACE: TailPace = { retryMs: [1_000, 2_000, 4_000, 8_000, 15_000], nowMs: Date.now };

type State = Extract<LogTailEvent, { type: 'state' }>['state'];

/** Ids of the lines given last: one that comes twice, after a reconnection or a late poll, is given once. */
class Given {
  #ids = new Set<string>();
  take(entries: readonly LogEntry[]): LogEntry[] {
    return entries.filter((entry) => {
      const id = `${entry.ns}-${lineHash(entry.line)}-${JSON.stringify(entry.labels)}`;
      if (this.#ids.has(id)) return false;
      this.#ids.add(id);
      if (this.#ids.size > REMEMBERED) {
        for (const oldest of this.#ids) {
          this.#ids.delete(oldest);
          break;
        }
      }
      return true;
    });
  }
}

/** Lines that arrived and are not told yet, bounded: what is too much is dropped, oldest first, and counted. */
class Held {
  readonly #given = new Given();
  #pending: LogEntry[] = [];
  /** Null: nobody knows how many. */
  #dropped: number | null = 0;

  /** @param latestMs time of the newest line so far, from which listening goes on after a break */
  constructor(public latestMs: number) {}

  take(entries: readonly LogEntry[], lost: number | null): void {
    const fresh = this.#given.take(entries);
    for (const { timeMs } of fresh) this.latestMs = Math.max(this.latestMs, timeMs);
    this.#pending.push(...fresh);
    const over = this.#pending.splice(0, Math.max(0, this.#pending.length - BEAT_LINES)).length;
    this.#dropped = this.#dropped === null || lost === null ? null : this.#dropped + lost + over;
  }

  /** What is to be told, and the time of its newest line; null where nothing arrived. */
  drain(): { event: LogTailEvent; newestMs: number | null } | null {
    const [pending, dropped] = [this.#pending, this.#dropped];
    if (pending.length === 0 && dropped === 0) return null;
    this.#pending = [];
    this.#dropped = 0;
    const event: LogTailEvent = { type: 'lines', rows: toRows(pending, getRedactor()), dropped };
    return { event, newestMs: pending.at(-1)?.timeMs ?? null };
  }
}

/** What trying again cannot mend: the query is wrong, or the reader may not. A full server may have room later. */
const isFinal = (error: unknown): boolean =>
  error instanceof AppError &&
  (error.code === 'bad_request' ||
    error.code === 'not_configured' ||
    (error.code === 'upstream_rejected' && !/concurrent|too many|asked too much|limit/i.test(error.message)));

/**
 * Follows a query until the signal aborts or it cannot go on. Every change of state is told with its reason: nothing
 * flows silently. A broken connection is bridged by asking every few seconds, and listened to again. `emit` resolves
 * when the reader has room; what arrives meanwhile is bounded and counted.
 */
export async function followLogs(
  loki: LokiClient,
  filter: LogFilter & { sinceMs?: number },
  emit: (event: LogTailEvent) => Promise<void>,
  signal: AbortSignal,
  pace: TailPace = PACE,
): Promise<void> {
  const startedMs = pace.nowMs();
  let query = filter.query ?? '';
  let state: State | null = null;
  const tell = async (next: State, reason: string | null) => {
    if (next === state && reason === null) return;
    state = next;
    await emit({ type: 'state', state: next, reason, query });
  };
  try {
    ({ query } = await writeQuery(loki, filter, { startMs: startedMs - 3_600_000, endMs: startedMs }, signal));
  } catch (error) {
    if (!signal.aborted) await tell('ended', reasonOf(error));
    return;
  }

  const held = new Held(filter.sinceMs ?? startedMs - HISTORY_MS);
  const flush = async (isHistory: boolean) => {
    const drained = held.drain();
    if (drained === null) return;
    await emit(drained.event);
    const lateMs = drained.newestMs === null ? 0 : pace.nowMs() - drained.newestMs;
    if (state === 'live' && !isHistory && lateMs > BEHIND_MS) {
      await tell(
        'behind',
        `The newest line is ${formatDuration(lateMs)} old: it arrives late, or more comes than is read.`,
      );
    } else if (state === 'behind' && lateMs <= BEHIND_MS) await tell('live', null);
  };

  let failures = 0;
  while (!signal.aborted) {
    const openedMs = { at: null as number | null };
    const beating = new AbortController();
    const both = AbortSignal.any([signal, beating.signal]);
    const beat = (async () => {
      while (!both.aborted) {
        await wait(BEAT_MS, undefined, { signal: both }).catch(() => undefined);
        if (!both.aborted) await flush(pace.nowMs() - startedMs < 3_000);
      }
    })();
    try {
      const asked = {
        startMs: state === null ? held.latestMs : held.latestMs - OVERLAP_MS,
        limit: HISTORY_LINES,
        onOpen: ({ polled }: { polled: boolean }) => {
          openedMs.at = pace.nowMs();
          void tell(
            polled ? 'polled' : 'live',
            polled ? 'Loki cannot be listened to here, so it is asked every 3 s.' : null,
          );
        },
      };
      for await (const frame of loki.tail(query, asked, signal)) held.take(frame.entries, frame.dropped);
      if (signal.aborted) return;
    } catch (error) {
      if (signal.aborted) return;
      if (isFinal(error)) {
        await flush(true);
        await tell('ended', reasonOf(error));
        return;
      }
      await flush(true);
      // A connection that held for a while broke by itself; one that breaks at once is a failure like the one before.
      if (openedMs.at !== null && pace.nowMs() - openedMs.at > 5_000) failures = 0;
      await tell('recovering', `${reasonOf(error)} It is asked instead, and listened to again soon.`);
    } finally {
      beating.abort();
      await beat;
    }
    const waitMs = pace.retryMs[Math.min(failures, pace.retryMs.length - 1)] ?? 1_000;
    await wait(waitMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      const nowMs = pace.nowMs();
      const page = await loki.logs(
        query,
        { startMs: held.latestMs - OVERLAP_MS, endMs: nowMs + 1_000, direction: 'backward', limit: POLL_LINES },
        signal,
      );
      held.take([...page.value.entries].reverse(), page.value.next === null ? 0 : null);
      await flush(true);
      failures = Math.min(failures + 1, pace.retryMs.length);
      await tell('polled', 'The live connection broke; Loki is asked every few seconds until it is back.');
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      if (failures >= MAX_FAILURES || isFinal(error)) {
        await tell('ended', reasonOf(error));
        return;
      }
      await tell('recovering', reasonOf(error));
    }
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof AppError ? error.message : 'The console failed on this tail. Its log has the reason.';
