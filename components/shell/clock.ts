'use client';

import { useSyncExternalStore } from 'react';
import { useFrozen } from '@/components/ui/frozen';
import type { Refresh } from '@/lib/contracts/view';

export const REFRESH_MS: Readonly<Record<Refresh, number | null>> = {
  off: null,
  '15s': 15_000,
  '30s': 30_000,
  '1m': 60_000,
  '5m': 300_000,
};

/**
 * The one clock behind relative ranges. It ticks at the interval asked for and stands still in a hidden tab and when
 * live refresh is off, so that "now" is the same instant in every panel and moves only when the page asks again.
 */
class Clock {
  private nowMs = Date.now();
  private intervalMs: number | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (this.listeners.size === 1) document.addEventListener('visibilitychange', this.onVisibility);
    this.restart();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) document.removeEventListener('visibilitychange', this.onVisibility);
      this.restart();
    };
  };

  readonly now = (): number => this.nowMs;

  /** How often to tick; null stands still. */
  setInterval(intervalMs: number | null): void {
    if (this.intervalMs === intervalMs) return;
    this.intervalMs = intervalMs;
    this.restart();
  }

  /** Moves to the present at once: the reader asked. */
  readonly tick = (): void => {
    this.nowMs = Date.now();
    for (const listener of this.listeners) listener();
  };

  private readonly onVisibility = (): void => {
    if (!document.hidden && this.intervalMs !== null && Date.now() - this.nowMs >= this.intervalMs) this.tick();
    this.restart();
  };

  private restart(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    if (this.intervalMs !== null && this.listeners.size > 0 && !document.hidden) {
      this.timer = setInterval(this.tick, this.intervalMs);
    }
  }
}

export const clock = new Clock();

/** The instant of the last tick, or of the freezing within a frozen copy. Only rendered after mount, so the server's zero is never seen. */
export function useNow(): number {
  const nowMs = useSyncExternalStore(clock.subscribe, clock.now, () => 0);
  return useFrozen()?.atMs ?? nowMs;
}

const subscribeVisibility = (listener: () => void) => {
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
};

/** Whether this tab is hidden, in which case nothing is asked. */
export const useHidden = (): boolean =>
  useSyncExternalStore(
    subscribeVisibility,
    () => document.hidden,
    () => false,
  );
