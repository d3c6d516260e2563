import type { EChartsOption } from 'echarts';
import { formatDay, formatTime } from '@/lib/domain/format';
import { DAY_MS } from '@/lib/domain/time';
import { PALETTES, type ThemeName } from './palette';

/** What every option over time needs to know of the page: theme, the zone times are written in, the range asked. */
export interface ChartFrame {
  theme: ThemeName;
  /** IANA name, or undefined for the reader's own. */
  zone: string | undefined;
  range: { startMs: number; endMs: number };
}

export const FONT = 'Geist, ui-sans-serif, system-ui, sans-serif';
export const AXIS_FONT_SIZE = 11;

const ENTITY: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text of telemetry as HTML that is only text. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITY[char] ?? '');

/** An instant on an axis: the time of day, and the day where the range holds several. */
function axisTime(ms: number, { zone, range }: Pick<ChartFrame, 'zone' | 'range'>): string {
  const lengthMs = range.endMs - range.startMs;
  if (lengthMs > 7 * DAY_MS) return formatDay(ms, zone).slice(5);
  if (lengthMs > DAY_MS) return `${formatDay(ms, zone).slice(8)}. ${formatTime(ms, zone)}`;
  return formatTime(ms, zone, lengthMs <= 180_000);
}

/** Time axis over the whole range asked, whether or not all of it was measured. */
export function timeAxis(frame: ChartFrame) {
  const colours = PALETTES[frame.theme];
  return {
    type: 'time' as const,
    min: frame.range.startMs,
    max: frame.range.endMs,
    splitNumber: 5,
    axisLine: { lineStyle: { color: colours.border } },
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: {
      color: colours.text3,
      fontSize: AXIS_FONT_SIZE,
      fontFamily: FONT,
      hideOverlap: true,
      formatter: (ms: number) => axisTime(ms, frame),
    },
  };
}

/** Value axis: horizontal grid only. */
export function valueAxis(theme: ThemeName, format: (value: number) => string, fromZero: boolean) {
  const colours = PALETTES[theme];
  return {
    type: 'value' as const,
    scale: !fromZero,
    ...(fromZero ? { min: 0 } : {}),
    splitNumber: 4,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: colours.border, width: 1, opacity: 0.7 } },
    axisLabel: { color: colours.text3, fontSize: AXIS_FONT_SIZE, fontFamily: FONT, formatter: format },
  };
}

/** Ground of every option: no motion on data, times in the zone of the page, tooltip in the colours of the page. */
export function baseOption({ theme, zone }: Pick<ChartFrame, 'theme' | 'zone'>): EChartsOption {
  return { animation: false, useUTC: zone === 'UTC', textStyle: { fontFamily: FONT }, tooltip: tooltipFrame(theme) };
}

/** Look of every tooltip, kept inside of the chart: over its edge a phone would scroll. */
export function tooltipFrame(theme: ThemeName) {
  const colours = PALETTES[theme];
  return {
    confine: true,
    transitionDuration: 0,
    backgroundColor: colours.raised,
    borderColor: colours.border,
    borderWidth: 1,
    padding: [6, 8],
    textStyle: { color: colours.text1, fontSize: 12, fontFamily: FONT },
    extraCssText: 'box-shadow:none;border-radius:6px',
  };
}

/** A line of a tooltip: a swatch drawn as SVG (no inline style, which a strict content policy refuses), name, value. */
export function tooltipRow(colour: string, isDashed: boolean, name: string, value: string): string {
  const dash = isDashed ? ' stroke-dasharray="4 2"' : '';
  const swatch = `<svg width="14" height="8" aria-hidden="true"><line x1="0" y1="4" x2="14" y2="4" stroke="${escapeHtml(colour)}" stroke-width="2"${dash}/></svg>`;
  return `<tr><td>${swatch}</td><td class="px-2">${escapeHtml(name)}</td><td class="text-right tabular-nums">${escapeHtml(value)}</td></tr>`;
}

/** HTML of a tooltip. Title and note are escaped here; `rows` are HTML already, whose text the caller escapes. */
export const tooltipTable = (title: string, rows: readonly string[], note?: string): string =>
  `<div class="text-t3">${escapeHtml(title)}</div><table>${rows.join('')}</table>${note === undefined ? '' : `<div class="text-t3">${escapeHtml(note)}</div>`}`;

/**
 * Tooltip of all that stands at one place of the horizontal axis: `at` writes what stands at an instant in milliseconds
 * (`axisValue`, on an axis of time) or at the bin or bar of that index (`dataIndex`).
 */
export function axisTooltip(theme: ThemeName, place: 'axisValue' | 'dataIndex', at: (place: number) => string) {
  return {
    ...tooltipFrame(theme),
    trigger: 'axis' as const,
    axisPointer: { type: 'none' as const },
    formatter: (params: unknown): string => {
      const first: unknown = Array.isArray(params) ? params[0] : params;
      const value = typeof first === 'object' && first !== null ? Number(Reflect.get(first, place)) : Number.NaN;
      return Number.isFinite(value) ? at(value) : '';
    },
  };
}
