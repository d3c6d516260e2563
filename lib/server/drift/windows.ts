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

/** End of the last window in unix milliseconds, itself outside of it. */
export const endOf = ({ startMs, windowMs, count }: Windows): number => startMs + count * windowMs;

/** Windows cut into stretches along a grid of one step; a stretch at the edge of a window may be a part of its cell. */
export interface StretchGrid {
  startMs: number;
  endMs: number;
  stepMs: number;
  stretches: { window: number; startMs: number; endMs: number; cellEndMs: number }[];
}

/** About `most` stretches in all, at least one a window, none of a step shorter than `shortestMs`; whole seconds long. */
export function stretchesOf(windows: Windows, { most, shortestMs }: { most: number; shortestMs: number }): StretchGrid {
  const { startMs, windowMs, count } = windows;
  const perWindow = Math.max(1, Math.round(most / count));
  const stepMs = Math.max(shortestMs, Math.ceil(windowMs / perWindow / 1_000) * 1_000);
  const stretches: StretchGrid['stretches'] = [];
  for (let window = 0; window < count; window += 1) {
    const [fromMs, toMs] = [startMs + window * windowMs, startMs + (window + 1) * windowMs];
    for (let cellMs = Math.floor(fromMs / stepMs) * stepMs; cellMs < toMs; cellMs += stepMs) {
      const cellEndMs = cellMs + stepMs;
      stretches.push({ window, startMs: Math.max(fromMs, cellMs), endMs: Math.min(toMs, cellEndMs), cellEndMs });
    }
  }
  const snap = (ms: number) => Math.ceil(ms / stepMs) * stepMs;
  return { startMs: Math.floor(startMs / stepMs) * stepMs, endMs: snap(endOf(windows)), stepMs, stretches };
}

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
