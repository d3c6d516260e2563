import { formatMs } from '@/lib/domain/format';
import type { Zoom } from './use-trace-view';

/** The stretch of time an axis shows, milliseconds; never empty. */
export interface Axis {
  fromMs: number;
  toMs: number;
}

const SHORTEST_MS = 1e-6;

/** All of the trace, or the part zoomed into, held within the trace. */
export function axisOf(durationMs: number, zoom: Zoom): Axis {
  const whole = { fromMs: 0, toMs: Math.max(durationMs, SHORTEST_MS) };
  if (zoom === null || zoom.fromMs >= whole.toMs) return whole;
  const toMs = Math.min(whole.toMs, zoom.toMs);
  return { fromMs: zoom.fromMs, toMs: Math.max(toMs, zoom.fromMs + SHORTEST_MS) };
}

/** Place of an instant on the axis: 0 at its left, 1 at its right; beyond where it lies outside. */
export const placeOf = (axis: Axis, ms: number): number => (ms - axis.fromMs) / (axis.toMs - axis.fromMs);

/** Left edge and width of a stretch on the axis in percent, clipped; null where it lies wholly outside. */
export function span(axis: Axis, fromMs: number, toMs: number): { left: string; width: string } | null {
  const from = placeOf(axis, fromMs);
  const to = placeOf(axis, toMs);
  if (to < 0 || from > 1) return null;
  const left = Math.max(0, from);
  return { left: `${(left * 100).toFixed(4)}%`, width: `${((Math.min(1, to) - left) * 100).toFixed(4)}%` };
}

/** Round instants on the axis with their names, about `wanted` of them. */
export function ticksOf(axis: Axis, wanted = 5): { ms: number; text: string }[] {
  const rough = (axis.toMs - axis.fromMs) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const ticks: { ms: number; text: string }[] = [];
  for (let ms = Math.ceil(axis.fromMs / step) * step; ms <= axis.toMs && ticks.length < 20; ms += step) {
    ticks.push({ ms, text: formatMs(Number(ms.toPrecision(12))) });
  }
  return ticks;
}
