'use client';

import { useEffect, useRef, useState } from 'react';
import type { LogFilterInput, LogRow } from '@/lib/contracts/logs';
import { followLogs } from '@/lib/queries/logs';

/** Lines a live view holds; older ones leave it. */
export const TAIL_HELD = 5_000;
/** Lines that wait while the view is paused; beyond it the oldest are dropped and counted. */
const WAITING = 5_000;
const RATE_MS = 10_000;

export interface Tail {
  state: 'connecting' | 'live' | 'polled' | 'behind' | 'recovering' | 'lost' | 'ended';
  reason: string | null;
  /** Oldest first. */
  rows: readonly LogRow[];
  /** Lines that came while the view was paused. */
  waiting: number;
  /** Lines left out on the way since the tail began. */
  dropped: number;
  /** Whether some were left out that nobody counted. */
  isDroppedUncounted: boolean;
  /** Lines a second over the last ten. */
  perSecond: number;
}

const START: Tail = {
  state: 'connecting',
  reason: null,
  rows: [],
  waiting: 0,
  dropped: 0,
  isDroppedUncounted: false,
  perSecond: 0,
};

/** Follows the filter while `isOn`. Paused, lines wait; what waits too long is dropped, and that is counted. */
export function useTail(filter: LogFilterInput, { isOn, isPaused }: { isOn: boolean; isPaused: boolean }): Tail {
  const [tail, setTail] = useState<Tail>(START);
  const waiting = useRef<LogRow[]>([]);
  const paused = useRef(isPaused);
  const key = JSON.stringify(filter);

  // The stream of the server: open for as long as this filter is followed.
  useEffect(() => {
    if (!isOn) return;
    setTail(START);
    waiting.current = [];
    const arrivals: { atMs: number; count: number }[] = [];
    const seen = new Set<string>();
    const rate = () => {
      const sinceMs = Date.now() - RATE_MS;
      while ((arrivals[0]?.atMs ?? sinceMs) < sinceMs) arrivals.shift();
      return arrivals.reduce((sum, { count }) => sum + count, 0) / (RATE_MS / 1_000);
    };
    const stop = followLogs(JSON.parse(key), {
      onLost: () =>
        setTail((held) =>
          held.state === 'ended'
            ? held
            : { ...held, state: 'lost', reason: 'The console cannot be reached; the browser tries again.' },
        ),
      onEvent: (event) => {
        if (event.type === 'state') {
          setTail((held) => ({ ...held, state: event.state, reason: event.reason }));
          return;
        }
        // A reopened stream begins with lines that were here already.
        const rows = event.rows.filter(({ id }) => !seen.has(id));
        for (const { id } of rows) seen.add(id);
        if (seen.size > 4 * TAIL_HELD) for (const id of [...seen].slice(0, TAIL_HELD)) seen.delete(id);
        arrivals.push({ atMs: Date.now(), count: rows.length + (event.dropped ?? 0) });
        let overflow = 0;
        if (paused.current) {
          waiting.current.push(...rows);
          overflow = Math.max(0, waiting.current.length - WAITING);
          waiting.current.splice(0, overflow);
        }
        setTail((held) => ({
          ...held,
          rows: paused.current ? held.rows : [...held.rows, ...rows].slice(-TAIL_HELD),
          waiting: waiting.current.length,
          dropped: held.dropped + (event.dropped ?? 0) + overflow,
          isDroppedUncounted: held.isDroppedUncounted || event.dropped === null,
          perSecond: rate(),
        }));
      },
    });
    const timer = setInterval(() => setTail((held) => ({ ...held, perSecond: rate() })), 2_000);
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [isOn, key]);

  // The lines that waited, once the reader goes on.
  useEffect(() => {
    paused.current = isPaused;
    if (isPaused || waiting.current.length === 0) return;
    const held = waiting.current;
    waiting.current = [];
    setTail((before) => ({ ...before, rows: [...before.rows, ...held].slice(-TAIL_HELD), waiting: 0 }));
  }, [isPaused]);

  return tail;
}
