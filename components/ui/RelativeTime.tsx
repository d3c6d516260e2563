'use client';

import { useSyncExternalStore } from 'react';
import { formatAge, formatInstant, NOT_MEASURED } from '@/lib/domain/format';
import { useFrozen } from './frozen';
import { useZone } from './preference';
import { Hint } from './Tooltip';

const EVERY_MS = 10_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let nowMs = 0;

/** One timer for every age on the page; it stops with the last of them. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    nowMs = Date.now();
    timer = setInterval(() => {
      nowMs = Date.now();
      for (const each of listeners) each();
    }, EVERY_MS);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function read(): number {
  if (nowMs === 0) nowMs = Date.now();
  return nowMs;
}

/**
 * An instant by its age, "12 min ago", with the exact time on hover and focus, in the reader's zone or UTC. In a frozen
 * copy the exact time itself: an age of today says nothing about what was seen then.
 */
export function RelativeTime({ atMs }: { atMs: number | null }) {
  // The server has no "now" of the reader's: it writes the instant itself, and the age after mount.
  const now = useSyncExternalStore(subscribe, read, () => null);
  const { zone } = useZone();
  const isFrozen = useFrozen() !== null;
  if (atMs === null) return <span className="text-t3">{NOT_MEASURED}</span>;
  const exact = formatInstant(atMs, now === null ? 'UTC' : zone);
  return (
    <Hint text={exact}>
      <time dateTime={new Date(atMs).toISOString()} className="whitespace-nowrap" suppressHydrationWarning>
        {now === null || isFrozen ? exact : formatAge(Math.min(atMs, Math.max(now, atMs)), Math.max(now, atMs))}
      </time>
    </Hint>
  );
}
