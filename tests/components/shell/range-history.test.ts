// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { clock } from '@/components/shell/clock';
import { rangeHistory } from '@/components/shell/range-history';

const ends = (from: string) => ({ from, to: 'now' });

describe('ranges looked at before', () => {
  it('go back one by one, forward again, and end', () => {
    rangeHistory.leave(ends('now-1h'));
    rangeHistory.leave(ends('now-3h'));
    expect(rangeHistory.back(ends('now-6h'))).toEqual(ends('now-3h'));
    expect(rangeHistory.back(ends('now-3h'))).toEqual(ends('now-1h'));
    expect(rangeHistory.back(ends('now-1h'))).toBeNull();
    expect(rangeHistory.snapshot()).toEqual({ back: false, forward: true });
    expect(rangeHistory.forward(ends('now-1h'))).toEqual(ends('now-3h'));
    rangeHistory.leave(ends('now-3h'));
    expect(rangeHistory.forward(ends('now-7d'))).toBeNull();
  });
});

describe('the clock behind relative ranges', () => {
  afterEach(() => {
    clock.setInterval(null);
    vi.useRealTimers();
  });

  it('ticks at its interval, stands still when off and in a hidden tab, and catches up when shown', () => {
    vi.useFakeTimers({ now: 1_000_000 });
    let isHidden = false;
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => isHidden });
    const unsubscribe = clock.subscribe(() => undefined);
    clock.tick();
    clock.setInterval(30_000);
    vi.advanceTimersByTime(60_000);
    expect(clock.now()).toBe(1_060_000);

    isHidden = true;
    document.dispatchEvent(new Event('visibilitychange'));
    vi.advanceTimersByTime(300_000);
    expect(clock.now()).toBe(1_060_000);

    isHidden = false;
    document.dispatchEvent(new Event('visibilitychange'));
    expect(clock.now()).toBe(1_360_000);

    clock.setInterval(null);
    vi.advanceTimersByTime(300_000);
    expect(clock.now()).toBe(1_360_000);
    unsubscribe();
  });
});
