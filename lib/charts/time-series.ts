import type { EChartsOption } from 'echarts';
import type { Labels, SeriesSet } from '@/lib/contracts/series';
import { formatInstant, formatNumber, formatPercentFigure, formatValue, type Unit } from '@/lib/domain/format';
import { endLabelShifts } from './end-labels';
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
import { PALETTES, type SeriesStyle, seriesStyle, withAlpha } from './palette';
import type { ChartTable } from './table';

/** Series drawn at most: more are a carpet, not a chart. What is left out is said. */
export const MAX_SERIES = 20;

/** Lines named at their end; beyond, names overlap and the tooltip has them. */
const MAX_END_LABELS = 8;

export interface TimeSeriesInput extends Marks {
  set: SeriesSet;
  nameOf: (labels: Labels) => string;
  unit: Unit;
  /** Look of a series; by its name where absent. */
  styleOf?: (labels: Labels, name: string) => SeriesStyle;
  /** Interval around series, labels as in `set` plus `bound` = low | high; drawn at 15 %. */
  band?: SeriesSet;
  exemplars?: readonly { atMs: number; value: number; label: string; href: string | null }[];
  /** Points from here on may still change; drawn pale and dotted. */
  fillingFromMs?: number;
  /** Absent: from zero for rates, shares and counts. */
  yFromZero?: boolean;
}

export interface DrawnSeries {
  name: string;
  labels: Labels;
  values: readonly (number | null)[];
  style: SeriesStyle;
}

const lastMeasured = (values: readonly (number | null)[]): number | null =>
  values.findLast((value) => value !== null) ?? null;

const peak = (values: readonly (number | null)[]): number =>
  values.reduce<number>((most, value) => (value !== null && value > most ? value : most), Number.NEGATIVE_INFINITY);

const lowest = (values: readonly (number | null)[]): number =>
  values.reduce<number>((least, value) => (value !== null && value < least ? value : least), Number.POSITIVE_INFINITY);

/** The series that are drawn: the MAX_SERIES with the highest peaks, in order of name. */
export function drawnSeries(
  input: Pick<TimeSeriesInput, 'set' | 'nameOf' | 'styleOf'>,
  theme: ChartFrame['theme'],
): DrawnSeries[] {
  const all = input.set.series.map(({ labels, values }) => {
    const name = input.nameOf(labels);
    return { name, labels, values, style: input.styleOf?.(labels, name) ?? seriesStyle(name, theme) };
  });
  const kept =
    all.length <= MAX_SERIES ? all : all.toSorted((a, b) => peak(b.values) - peak(a.values)).slice(0, MAX_SERIES);
  return kept.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** "20 of 214 series, those with the highest peaks", or null when all are drawn. */
export const cappedNote = (set: SeriesSet): string | null =>
  set.series.length <= MAX_SERIES ? null : `${MAX_SERIES} of ${set.series.length} series, those with the highest peaks`;

/** What the value axis covers: every line, and what is drawn around and above them. */
function axisSpan(input: TimeSeriesInput, drawn: readonly DrawnSeries[], isFromZero: boolean): number {
  const { band, thresholds = [], exemplars = [] } = input;
  const lines = [...drawn.map(({ values }) => values), ...(band?.series.map(({ values }) => values) ?? [])];
  const marks = [...thresholds, ...exemplars].map(({ value }) => value);
  const top = Math.max(...lines.map(peak), ...marks);
  return top - (isFromZero ? 0 : Math.min(...lines.map(lowest), ...marks));
}

/** Figure of the value axis, whose unit stands in the panel's definition. */
const axisFigure = (value: number, unit: Unit): string =>
  unit === 'ratio' ? `${formatPercentFigure(value)}%` : formatNumber(value);

type Point = { value: [number, number | null]; symbol?: string; symbolSize?: number };

/** Points of a line. A measured point between two gaps has no line to stand on, so it is drawn as a dot. */
function toPoints(set: SeriesSet, { values, style }: DrawnSeries, fromIndex: number, toIndex: number): Point[] {
  const lastIndex = values.findLastIndex((value) => value !== null);
  const points: Point[] = [];
  for (let i = fromIndex; i < toIndex; i++) {
    const value = values[i] ?? null;
    const isAlone = value !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null;
    const isEnd = i === lastIndex && style.symbol !== 'none';
    points.push({
      value: [set.startMs + i * set.stepMs, value],
      ...(isEnd ? { symbol: style.symbol, symbolSize: 7 } : isAlone ? { symbol: 'circle', symbolSize: 4 } : {}),
    });
  }
  return points;
}

/** Lines over time with gaps as gaps, names at their ends, bands, thresholds, exemplars and change events. */
export function timeSeriesOption(input: TimeSeriesInput, frame: ChartFrame): EChartsOption {
  const { set, unit } = input;
  const colours = PALETTES[frame.theme];
  const drawn = drawnSeries(input, frame.theme);
  const isFromZero = input.yFromZero ?? (unit === 'rate' || unit === 'ratio' || unit === 'count');
  const length = drawn[0]?.values.length ?? 0;
  const fillingFrom = input.fillingFromMs ?? Number.POSITIVE_INFINITY;
  // The last settled point; the pale piece starts there, so that the line does not break.
  const settled = Math.min(length, Math.max(0, Math.ceil((fillingFrom - set.startMs) / set.stepMs)));
  const labelled = new Set(
    drawn.toSorted((a, b) => (lastMeasured(b.values) ?? 0) - (lastMeasured(a.values) ?? 0)).slice(0, MAX_END_LABELS),
  );
  const endText = (series: DrawnSeries): string =>
    `${shorten(series.name)} ${axisFigure(lastMeasured(series.values) ?? 0, unit)}`;
  const widest = Math.max(0, ...[...labelled].map((series) => endText(series).length));

  const span = axisSpan(input, drawn, isFromZero);
  const named = [...labelled].filter((series) => !endsEarly(series));
  const shifts = endLabelShifts(
    named.map(({ values }) => lastMeasured(values) ?? 0),
    span,
  );

  const lines = drawn.flatMap((series) => {
    const base = {
      type: 'line' as const,
      name: series.name,
      symbol: 'none',
      showSymbol: true,
      connectNulls: false,
      // Only what opens something takes the pointer.
      silent: true,
      itemStyle: { color: series.style.colour },
      emphasis: { disabled: true },
    };
    const isLabelled = labelled.has(series) && lastMeasured(series.values) !== null;
    const endLabel = {
      show: isLabelled,
      formatter: () => endText(series),
      color: series.style.colour,
      fontSize: AXIS_FONT_SIZE,
      fontFamily: FONT,
      distance: 6,
      offset: [0, shifts[named.indexOf(series)] ?? 0],
      // Beside its end there may be the next line: before and after an instant. Its own is behind it.
      ...(endsEarly(series) ? { align: 'right' as const, offset: [-10, -11] } : {}),
    };
    const lineStyle = { color: series.style.colour, width: 1.6, type: series.style.dash };
    const line = { ...base, data: toPoints(set, series, 0, settled), lineStyle };
    if (settled >= length) return [{ ...line, endLabel }];
    const paleFrom = Math.max(0, settled - 1);
    const pale = {
      ...base,
      data: toPoints(set, series, paleFrom, length),
      lineStyle: { ...lineStyle, type: 'dotted' as const, opacity: 0.6 },
      endLabel,
    };
    return [line, pale];
  });

  return {
    ...baseOption(frame),
    grid: { left: 44, right: Math.min(150, 18 + widest * 5.8), top: 10, bottom: 24 },
    xAxis: timeAxis(frame),
    yAxis: valueAxis(frame.theme, (value) => axisFigure(value, unit), isFromZero),
    tooltip: axisTooltip(frame.theme, 'axisValue', (atMs) => tooltipOf(atMs, drawn, input, frame)),
    series: [...bandSeries(input, drawn), ...lines, markLines(input, frame), exemplarSeries(input, colours.accent)],
  };
}

/** Whether a line ends in the midst of the plot, with room for its name over it. */
function endsEarly({ values }: DrawnSeries): boolean {
  const end = values.findLastIndex((value) => value !== null) + 1;
  return end > values.length * 0.3 && end < values.length * 0.9;
}

const shorten = (name: string): string => (name.length <= 16 ? name : `${name.slice(0, 15)}…`);

function tooltipOf(atMs: number, drawn: readonly DrawnSeries[], input: TimeSeriesInput, frame: ChartFrame): string {
  const index = Math.round((atMs - input.set.startMs) / input.set.stepMs);
  const rows = drawn.map(({ name, style, values }) =>
    tooltipRow(style.colour, style.dash !== 'solid', name, formatValue(values[index] ?? null, input.unit)),
  );
  const filling = input.set.startMs + index * input.set.stepMs >= (input.fillingFromMs ?? Number.POSITIVE_INFINITY);
  return tooltipTable(
    formatInstant(input.set.startMs + index * input.set.stepMs, frame.zone),
    rows,
    filling ? 'still filling' : undefined,
  );
}

/** A band is an invisible line at its lower bound and, stacked on it, an area of its width. */
function bandSeries({ band, nameOf }: TimeSeriesInput, drawn: readonly DrawnSeries[]) {
  if (band === undefined) return [];
  return drawn.flatMap(({ labels, name, style }) => {
    const isOf = (other: Labels) => Object.keys(other).every((key) => key === 'bound' || other[key] === labels[key]);
    const low = band.series.find((series) => series.labels.bound === 'low' && isOf(series.labels));
    const high = band.series.find((series) => series.labels.bound === 'high' && isOf(series.labels));
    if (low === undefined || high === undefined || nameOf(labels) !== name) return [];
    const at = (i: number) => band.startMs + i * band.stepMs;
    const width = low.values.map((value, i) => {
      const top = high.values[i] ?? null;
      return value === null || top === null ? null : top - value;
    });
    const base = {
      type: 'line' as const,
      stack: `band ${name}`,
      stackStrategy: 'all' as const,
      symbol: 'none',
      silent: true,
      lineStyle: { opacity: 0 },
      emphasis: { disabled: true },
      z: 1,
    };
    return [
      { ...base, data: low.values.map((value, i) => [at(i), width[i] === null ? null : value]) },
      { ...base, data: width.map((value, i) => [at(i), value]), areaStyle: { color: withAlpha(style.colour, 0.15) } },
    ];
  });
}

function exemplarSeries({ exemplars = [] }: TimeSeriesInput, colour: string) {
  return {
    type: 'scatter' as const,
    symbol: 'diamond',
    symbolSize: 9,
    itemStyle: { color: 'transparent', borderColor: colour, borderWidth: 1.4 },
    z: 5,
    data: exemplars.map(({ atMs, value, label, href }) => ({
      value: [atMs, value],
      name: label,
      ...(href === null ? {} : { href }),
    })),
  };
}

/** The numbers behind the lines: one row per point of the grid. */
export function timeSeriesTable(
  input: Pick<TimeSeriesInput, 'set' | 'nameOf' | 'unit'>,
  zone: string | undefined,
): ChartTable {
  const { set, nameOf, unit } = input;
  const scale = unit === 'ratio' ? 100 : 1;
  const suffix = { ms: ' ms', ratio: ' %', rate: ' /s', count: '', number: '' }[unit];
  const length = set.series[0]?.values.length ?? 0;
  return {
    columns: [
      { label: 'Time', numeric: false },
      ...set.series.map(({ labels }) => ({ label: `${nameOf(labels)}${suffix}`, numeric: true })),
    ],
    rows: Array.from({ length }, (_, i) => [
      formatInstant(set.startMs + i * set.stepMs, zone),
      ...set.series.map(({ values }) => {
        const value = values[i] ?? null;
        return value === null ? null : value * scale;
      }),
    ]),
  };
}

/** A chart in a sentence for who cannot see it: each line's last, lowest and highest value. */
export function describeSeries(
  title: string,
  { set, nameOf, unit }: Pick<TimeSeriesInput, 'set' | 'nameOf' | 'unit'>,
): string {
  const parts = set.series.slice(0, MAX_END_LABELS).map(({ labels, values }) => {
    const measured = values.filter((value) => value !== null);
    if (measured.length === 0) return `${nameOf(labels)} not measured`;
    const low = measured.reduce((a, b) => Math.min(a, b));
    const high = measured.reduce((a, b) => Math.max(a, b));
    return `${nameOf(labels)} last ${formatValue(lastMeasured(values), unit)}, between ${formatValue(low, unit)} and ${formatValue(high, unit)}`;
  });
  const rest = set.series.length - parts.length;
  return `${title}: ${parts.length === 0 ? 'nothing measured' : parts.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
}
