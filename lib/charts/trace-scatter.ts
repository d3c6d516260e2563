import type { EChartsOption } from 'echarts';
import type { Role } from '@/lib/contracts/fleet';
import type { TraceBox, TraceRow } from '@/lib/contracts/traces';
import { formatInstant, formatMs } from '@/lib/domain/format';
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

/** Colour and mark of a group. */
export function groupLook({ name, role }: ScatterGroup, theme: ThemeName): { colour: string; symbol: string } {
  const style = role === null ? seriesStyle(name, theme) : versionStyle(name, role, theme);
  return { colour: style.colour, symbol: style.symbol === 'diamond' ? 'diamond' : 'circle' };
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
  const series = groups.map((group) => {
    const look = groupLook(group, frame.theme);
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
            position: 'insideEndTop' as const,
            color: colours.text2,
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
    xAxis: timeAxis(frame),
    yAxis: {
      ...valueAxis(frame.theme, (ms) => formatMs(ms), scale === 'linear'),
      ...(scale === 'log' ? { type: 'log' as const, logBase: 10, min: 'dataMin' as const } : {}),
    } as EChartsOption['yAxis'],
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
