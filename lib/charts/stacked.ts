import type { EChartsOption } from 'echarts';
import type { Labels, SeriesSet } from '@/lib/contracts/series';
import { formatInstant, formatMs, formatNumber } from '@/lib/domain/format';
import {
  AXIS_FONT_SIZE,
  axisTooltip,
  baseOption,
  type ChartFrame,
  FONT,
  timeAxis,
  tooltipRow,
  tooltipTable,
  valueAxis,
} from './frame';
import { type Marks, markLines } from './marks';
import { PALETTES, STAGES, stageColour, stageName } from './palette';
import type { ChartTable } from './table';

/** Place of a stage on its way through a request; an unknown one before "other". */
const rankOf = (stage: string): number => {
  const rank = STAGES.indexOf(stage);
  return rank === -1 ? STAGES.length - 1.5 : rank;
};

/** Stages in the order a request passes them. */
export const inStageOrder = (stages: readonly string[]): string[] =>
  stages.toSorted((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1));

const stageOf = (labels: Labels): string => labels.stage ?? 'other';

/**
 * Mean milliseconds by stage over time, stacked; label `stage`. A gap of one stage is a gap of the sum. Stages of a few
 * milliseconds lie too close for names at their ends, so their names stand beneath the chart.
 */
export function stageAreasOption(set: SeriesSet, frame: ChartFrame, events: Marks['events'] = []): EChartsOption {
  const ordered = set.series.toSorted((a, b) => rankOf(stageOf(a.labels)) - rankOf(stageOf(b.labels)));
  return {
    ...baseOption(frame),
    grid: { left: 44, right: 16, top: 10, bottom: 24 },
    xAxis: timeAxis(frame),
    yAxis: valueAxis(frame.theme, (value) => formatNumber(value), true),
    tooltip: axisTooltip(frame.theme, 'axisValue', (atMs) => {
      const index = Math.round((atMs - set.startMs) / set.stepMs);
      const values = ordered.map(({ values: of }) => of[index] ?? null);
      const sum = values.every((value) => value !== null) ? values.reduce<number>((a, b) => a + (b ?? 0), 0) : null;
      const rows = ordered.map(({ labels }, i) =>
        tooltipRow(
          stageColour(stageOf(labels), frame.theme),
          false,
          stageName(stageOf(labels)),
          formatMs(values[i] ?? null),
        ),
      );
      const total = tooltipRow(PALETTES[frame.theme].text1, false, 'together', formatMs(sum));
      return tooltipTable(formatInstant(set.startMs + index * set.stepMs, frame.zone), [...rows.toReversed(), total]);
    }),
    series: [
      ...ordered.map(({ labels, values }) => {
        const colour = stageColour(stageOf(labels), frame.theme);
        return {
          type: 'line' as const,
          name: stageName(stageOf(labels)),
          stack: 'stages',
          symbol: 'none',
          connectNulls: false,
          lineStyle: { width: 1, color: colour },
          areaStyle: { color: colour, opacity: 0.55 },
          emphasis: { disabled: true },
          data: values.map((value, i) => [set.startMs + i * set.stepMs, value]),
        };
      }),
      markLines({ events }, frame),
    ],
  };
}

export interface StageBar {
  /** "before 13:41". */
  name: string;
  /** Mean milliseconds by stage; null is not measured. */
  stages: Readonly<Record<string, number | null>>;
}

/** A bar per row, stacked by stage, with the sum at its end: where the time goes, before and after. */
export function stageBarsOption(
  bars: readonly StageBar[],
  { theme, zone }: Pick<ChartFrame, 'theme' | 'zone'>,
): EChartsOption {
  const colours = PALETTES[theme];
  const stages = stagesOf(bars);
  const last = stages.at(-1);
  const sums = bars.map(({ stages: of }) => Object.values(of).reduce<number>((sum, value) => sum + (value ?? 0), 0));
  return {
    ...baseOption({ theme, zone }),
    grid: { left: 8, right: 60, top: 4, bottom: 4, containLabel: true },
    xAxis: { type: 'value', show: false, min: 0 },
    yAxis: {
      type: 'category',
      inverse: true,
      data: bars.map(({ name }) => name),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: colours.text3, fontSize: AXIS_FONT_SIZE, fontFamily: FONT },
    },
    tooltip: axisTooltip(theme, 'dataIndex', (index) => barTooltip(bars[index], stages, theme)),
    series: stages.map((stage) => ({
      type: 'bar' as const,
      name: stageName(stage),
      stack: 'stages',
      barMaxWidth: 18,
      itemStyle: { color: stageColour(stage, theme), borderColor: colours.panel, borderWidth: 1 },
      emphasis: { disabled: true },
      data: bars.map(({ stages: of }) => of[stage] ?? null),
      label: {
        show: stage === last,
        position: 'right' as const,
        color: colours.text2,
        fontSize: AXIS_FONT_SIZE,
        fontFamily: FONT,
        formatter: ({ dataIndex }: { dataIndex: number }) => formatMs(sums[dataIndex] ?? null),
      },
    })),
  };
}

const stagesOf = (bars: readonly StageBar[]): string[] =>
  inStageOrder([...new Set(bars.flatMap(({ stages }) => Object.keys(stages)))]);

function barTooltip(bar: StageBar | undefined, stages: readonly string[], theme: ChartFrame['theme']): string {
  if (bar === undefined) return '';
  const rows = stages.map((stage) =>
    tooltipRow(stageColour(stage, theme), false, stageName(stage), formatMs(bar.stages[stage] ?? null)),
  );
  return tooltipTable(bar.name, rows);
}

/** The numbers behind the bars. */
export const stageBarsTable = (bars: readonly StageBar[]): ChartTable => ({
  columns: [{ label: 'Stage', numeric: false }, ...bars.map(({ name }) => ({ label: `${name} ms`, numeric: true }))],
  rows: stagesOf(bars).map((stage) => [stageName(stage), ...bars.map(({ stages }) => stages[stage] ?? null)]),
});
