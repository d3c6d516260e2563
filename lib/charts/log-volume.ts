import type { EChartsOption } from 'echarts';
import type { SeriesSet } from '@/lib/contracts/series';
import { formatCount, formatInstant, formatNumber } from '@/lib/domain/format';
import { type Level, toLevel } from '@/lib/domain/log-level';
import { axisTooltip, baseOption, type ChartFrame, timeAxis, tooltipRow, tooltipTable, valueAxis } from './frame';
import { PALETTES, type ThemeName } from './palette';
import type { ChartTable } from './table';

/** Colour of a level: status colours for what went wrong, greys and one hue for the rest. */
export function levelColour(level: Level, theme: ThemeName): string {
  const { bad, watch, series, text3, border } = PALETTES[theme];
  switch (level) {
    case 'critical':
      return series[3];
    case 'error':
      return bad;
    case 'warn':
      return watch;
    case 'info':
      return series[0];
    case 'debug':
      return text3;
    case 'trace':
      return border;
    case 'unknown':
      return series[7];
  }
}

const levelIn = (labels: Readonly<Record<string, string>>): Level => toLevel(labels.level);

/** Lines by level as stacked bars, the worst at the bottom where its height can be read. Label `level`, worst first. */
export function logVolumeOption(set: SeriesSet, frame: ChartFrame): EChartsOption {
  return {
    ...baseOption(frame),
    grid: { left: 44, right: 12, top: 8, bottom: 22 },
    xAxis: timeAxis(frame),
    // Lines are whole.
    yAxis: { ...valueAxis(frame.theme, (value) => formatNumber(value), true), minInterval: 1 },
    tooltip: axisTooltip(frame.theme, 'axisValue', (atMs) => {
      const index = Math.floor((atMs - set.startMs) / set.stepMs);
      const rows = set.series.map(({ labels, values }) =>
        tooltipRow(levelColour(levelIn(labels), frame.theme), false, levelIn(labels), formatCount(values[index] ?? 0)),
      );
      return tooltipTable(formatInstant(set.startMs + index * set.stepMs, frame.zone), rows);
    }),
    series: set.series.map(({ labels, values }) => ({
      type: 'bar' as const,
      name: levelIn(labels),
      stack: 'lines',
      barWidth: '92%',
      barMinHeight: 1,
      large: false,
      itemStyle: { color: levelColour(levelIn(labels), frame.theme) },
      emphasis: { disabled: true },
      // In the middle of the step it counts.
      data: values.map((value, i) => [set.startMs + (i + 0.5) * set.stepMs, value === 0 ? null : value]),
    })),
  };
}

/** The counts behind the bars. */
export const logVolumeTable = (set: SeriesSet, zone: string | undefined): ChartTable => ({
  columns: [
    { label: 'From', numeric: false },
    ...set.series.map(({ labels }) => ({ label: `${levelIn(labels)} lines`, numeric: true })),
  ],
  rows: (set.series[0]?.values ?? []).map((_value, i) => [
    formatInstant(set.startMs + i * set.stepMs, zone),
    ...set.series.map(({ values }) => values[i] ?? 0),
  ]),
});
