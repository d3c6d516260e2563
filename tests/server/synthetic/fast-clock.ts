import { setTimeout as sleep } from 'node:timers/promises';

/** Time goes by so many times faster: a scrape every 30 s is one every 1.5 s. */
export const SPEED = 20;

/** A clock for prober and lab that ran like any other until `bornMs`. */
export const fastClock = (bornMs: number) => ({
  now: (): number => bornMs + (Date.now() - bornMs) * SPEED,
  wait: (ms: number, signal: AbortSignal): Promise<void> => sleep(Math.max(1, ms / SPEED), undefined, { signal }),
});
