import type { EChartsOption } from 'echarts';
import type { Role } from '@/lib/contracts/fleet';
import type { TraceBox, TraceRow } from '@/lib/contracts/traces';
import { formatInstant, formatMs, formatTime } from '@/lib/domain/format';
import { baseOption, type ChartFrame, escapeHtml, timeAxis, tooltipFrame, valueAxis } from './frame';
import { PALETTES, seriesStyle, type ThemeName, versionStyle } from './palette';
import type { ChartTable } from './table';

export interface ScatterGroup {
  name: string;
  /** The role of a version; null where groups are models or services. */
  role: Role | null;
}

export interface ScatterInput {
  rows: readonly TraceRow[];
  /** The group of a row, by its name. */
  groupOf: (row: TraceRow) => string;
  groups: readonly ScatterGroup[];
  scale: 'log' | 'linear';
  selected: ReadonlySet<string> | null;
  thresholdMs: number | null;
  box: TraceBox | null;
  hrefOf: (traceId: string) => string;
}

/** A logarithmic axis has no zero: what was rounded down to it stands here. */
const SHORTEST_MS = 0.5;
const CROSS = 'path://M0 2 L2 0 L5 3 L8 0 L10 2 L7 5 L10 8 L8 10 L5 7 L2 10 L0 8 L3 5 Z';

export type ScatterSymbol = 'circle' | 'diamond' | 'triangle' | 'rect';
const SYMBOLS: readonly ScatterSymbol[] = ['circle', 'triangle', 'rect'];

/** Colour of a group by its name, mark by its place: two names may share a colour. The diamond is the challenger's. */
export function groupLook(
  { name, role }: ScatterGroup,
  place: number,
  theme: ThemeName,
): { colour: string; symbol: ScatterSymbol } {
  const style = role === null ? seriesStyle(name, theme) : versionStyle(name, role, theme);
  if (style.symbol === 'diamond') return { colour: style.colour, symbol: 'diamond' };
  const symbol = style.symbol === 'circle' ? 'circle' : SYMBOLS[place % SYMBOLS.length];
  return { colour: style.colour, symbol: symbol ?? 'circle' };
}

/** Bounds of 1, 2 and 5 times a power of ten around the durations, and those between them. */
function logTicks(values: readonly number[]): number[] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const all: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const step of [1, 2, 5]) all.push(Number((step * 10 ** power).toPrecision(3)));
  }
  const from = all.findLastIndex((tick) => tick <= low);
  const to = all.findIndex((tick) => tick >= high);
  return all.slice(Math.max(0, from), to < 0 ? all.length : to + 1);
}

/** Over a wide range only the powers of ten have room. */
const MAX_TICKS = 9;

function logAxis(heights: readonly number[]) {
  const ticks = logTicks(heights.length === 0 ? [1] : heights);
  const shown = ticks.length > MAX_TICKS ? ticks.filter((tick) => Number.isInteger(Math.log10(tick))) : ticks;
  const min = ticks[0] ?? SHORTEST_MS;
  const max = ticks.at(-1) ?? min;
  return { min, max: max > min ? max : min * 10, shown };
}

/** Duration of traces over their start; failed ones as crosses in the colour of failure, so that hue alone says nothing. */
export function traceScatterOption(input: ScatterInput, frame: ChartFrame): EChartsOption {
  const { rows, groupOf, groups, scale, selected, thresholdMs, box } = input;
  const colours = PALETTES[frame.theme];
  const heightOf = (ms: number): number => (scale === 'log' ? Math.max(SHORTEST_MS, ms) : ms);
  const byId = new Map(rows.map((row) => [row.traceId, row]));
  const point = (row: TraceRow) => ({
    value: [row.startMs, heightOf(row.traceDurationMs)],
    name: row.traceId,
    href: input.hrefOf(row.traceId),
    itemStyle: { opacity: selected === null || selected.has(row.traceId) ? 0.9 : 0.3 },
  });
  const axis = logAxis(rows.map(({ traceDurationMs }) => heightOf(traceDurationMs)));
  const linear = valueAxis(frame.theme, (ms) => formatMs(ms), true);
  const { type: _, scale: _scale, ...logFrame } = linear;
  const series = groups.map((group, place) => {
    const look = groupLook(group, place, frame.theme);
    return {
      type: 'scatter' as const,
      name: group.name,
      symbol: look.symbol,
      symbolSize: look.symbol === 'diamond' ? 9 : 7,
      itemStyle: { color: look.colour },
      data: rows.filter((row) => row.failed !== true && groupOf(row) === group.name).map(point),
      emphasis: { scale: 1.6 },
    };
  });
  const boundary =
    thresholdMs === null
      ? undefined
      : {
          silent: true,
          symbol: 'none',
          animation: false,
          lineStyle: { color: colours.text3, type: 'dashed' as const },
          label: {
            formatter: `P90 ${formatMs(thresholdMs)}`,
            position: 'insideStartTop' as const,
            color: colours.text2,
            backgroundColor: colours.panel,
            padding: [1, 3],
            fontSize: 11,
          },
          data: [{ yAxis: heightOf(thresholdMs) }],
        };
  const area =
    box === null
      ? undefined
      : {
          silent: true,
          itemStyle: { color: colours.accent, opacity: 0.12 },
          data: [
            [{ coord: [box.startMs, heightOf(box.minMs)] }, { coord: [box.endMs, heightOf(box.maxMs)] }] as [
              { coord: number[] },
              { coord: number[] },
            ],
          ],
        };
  return {
    ...baseOption(frame),
    grid: { left: 8, right: 12, top: 12, bottom: 4, containLabel: true },
    xAxis: withSeconds(frame),
    yAxis:
      scale === 'linear'
        ? linear
        : {
            ...logFrame,
            type: 'log',
            logBase: 10,
            min: axis.min,
            max: axis.max,
            axisTick: { show: false, customValues: axis.shown },
            axisLabel: { ...linear.axisLabel, customValues: axis.shown },
          },
    tooltip: {
      ...tooltipFrame(frame.theme),
      trigger: 'item',
      formatter: (params: unknown) => {
        const { name = '' } = params as { name?: string };
        const row = byId.get(name);
        return row === undefined ? '' : tooltipOf(row, frame.zone);
      },
    },
    series: [
      ...series,
      {
        type: 'scatter',
        name: 'failed',
        symbol: CROSS,
        symbolSize: 9,
        itemStyle: { color: colours.bad },
        data: rows.filter((row) => row.failed === true).map(point),
        emphasis: { scale: 1.6 },
        z: 3,
        ...(boundary === undefined ? {} : { markLine: boundary }),
        ...(area === undefined ? {} : { markArea: area }),
      },
    ],
  };
}

/** A few minutes have ticks closer than a minute: they need their seconds. */
const SECONDS_UNDER_MS = 600_000;

function withSeconds(frame: ChartFrame) {
  const axis = timeAxis(frame);
  if (frame.range.endMs - frame.range.startMs > SECONDS_UNDER_MS) return axis;
  return { ...axis, axisLabel: { ...axis.axisLabel, formatter: (ms: number) => formatTime(ms, frame.zone, true) } };
}

function tooltipOf(row: TraceRow, zone: string | undefined): string {
  const lines = [
    formatInstant(row.startMs, zone),
    `${row.rootService ?? 'root not received'} ${row.rootName ?? ''}`.trim(),
    [row.model, row.version].filter((part) => part !== null).join(' '),
    `trace ${formatMs(row.traceDurationMs)}${row.rootDurationMs === null ? '' : `, root span ${formatMs(row.rootDurationMs)}`}`,
    row.failed ? 'failed' : '',
    row.traceId,
  ];
  return lines
    .filter((line) => line !== '')
    .map((line, index) => `<div${index === 0 ? ' class="text-t3"' : ''}>${escapeHtml(line)}</div>`)
    .join('');
}

/** The points as rows. */
export const traceScatterTable = ({ rows, groupOf }: ScatterInput, zone: string | undefined): ChartTable => ({
  columns: [
    { label: 'Start', numeric: false },
    { label: 'Trace', numeric: false },
    { label: 'Series', numeric: false },
    { label: 'Outcome', numeric: false },
    { label: 'Trace duration ms', numeric: true },
    { label: 'Root duration ms', numeric: true },
  ],
  rows: rows.map((row) => [
    formatInstant(row.startMs, zone),
    row.traceId,
    groupOf(row),
    row.failed === null ? null : row.failed ? 'failed' : 'ok',
    row.traceDurationMs,
    row.rootDurationMs,
  ]),
});

/** The scatter in one sentence, for who cannot see it. */
export function describeScatter({ rows }: Pick<ScatterInput, 'rows'>): string {
  const durations = rows.map(({ traceDurationMs }) => traceDurationMs);
  const failed = rows.filter((row) => row.failed).length;
  return `Duration of ${rows.length} traces over time, ${formatMs(Math.min(...durations))} to ${formatMs(Math.max(...durations))}, ${failed} failed`;
}
