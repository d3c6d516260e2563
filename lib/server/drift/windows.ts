import 'server-only';
import type { Labels, Sample } from '@/lib/contracts/series';
import { snapRange, stepForRange } from '@/lib/domain/time';
import type { Answer } from '../answer';
import type { PrometheusClient } from '../prometheus/client';
import type { NativeHistogram } from '../prometheus/results';

/** Windows of one length that lie side by side: window i is startMs + i·windowMs … + windowMs. */
export interface Windows {
  startMs: number;
  windowMs: number;
  count: number;
}

/** A series as it is read here: value i is of window i; null where there was none. */
export interface WindowSeries {
  labels: Labels;
  values: readonly (number | null)[];
}

/** The whole range as one window. */
export const oneWindow = ({ startMs, endMs }: { startMs: number; endMs: number }): Windows => ({
  startMs,
  windowMs: endMs - startMs,
  count: 1,
});

/** At most `most` windows over a range, of a length of the ladder, ending at the last full one. */
export function windowsOf(range: { startMs: number; endMs: number }, most: number, minMs: number): Windows {
  const windowMs = stepForRange(range.endMs - range.startMs, most, minMs);
  const { startMs, endMs } = snapRange(range, windowMs);
  return { startMs, windowMs, count: Math.max(1, Math.round((endMs - startMs) / windowMs)) };
}

export const endOf = ({ startMs, windowMs, count }: Windows): number => startMs + count * windowMs;

/**
 * One query over windows whose length it holds as its own: a single window is asked at its very end, several on a grid
 * whose points are the ends of the windows.
 */
export async function askWindows(
  prometheus: PrometheusClient,
  query: string,
  windows: Windows,
  signal: AbortSignal,
  limit: number,
): Promise<Answer<WindowSeries[]>> {
  if (windows.count === 1) {
    const { value, why } = await prometheus.instant(query, endOf(windows), signal, limit);
    return { value: value.map(({ labels, value: one }: Sample) => ({ labels, values: [one] })), why };
  }
  const { startMs, windowMs } = windows;
  const asked = { startMs: startMs + windowMs, endMs: endOf(windows), stepMs: windowMs };
  const { value, why } = await prometheus.range(query, asked, signal, limit);
  return { value: onWindows(value, windows), why };
}

/** A series of native histograms, one per window. */
export interface NativeWindowSeries {
  labels: Labels;
  values: readonly (NativeHistogram | null)[];
}

/** The same of native histograms. */
export async function askNativeWindows(
  prometheus: PrometheusClient,
  query: string,
  windows: Windows,
  signal: AbortSignal,
  limit: number,
): Promise<Answer<NativeWindowSeries[]>> {
  if (windows.count === 1) {
    const { value, why } = await prometheus.nativeHistograms(query, endOf(windows), signal, limit);
    return { value: value.map((one) => ({ labels: one.labels, values: [one] })), why };
  }
  const { startMs, windowMs } = windows;
  const asked = { startMs: startMs + windowMs, endMs: endOf(windows), stepMs: windowMs };
  const { value, why } = await prometheus.nativeRange(query, asked, signal, limit);
  return { value: onWindows(value, windows), why };
}

/** Values of a set on the windows, wherever its grid begins. */
function onWindows<T>(
  set: { startMs: number; stepMs: number; series: { labels: Labels; values: readonly (T | null)[] }[] },
  { startMs, windowMs, count }: Windows,
): { labels: Labels; values: readonly (T | null)[] }[] {
  const from = Math.round((startMs + windowMs - set.startMs) / set.stepMs);
  if (from === 0 && set.stepMs === windowMs) return set.series;
  return set.series.map(({ labels, values }) => ({
    labels,
    values: Array.from({ length: count }, (_, i) => values[from + i] ?? null),
  }));
}
