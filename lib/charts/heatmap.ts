import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams, EChartsOption } from 'echarts';
import { formatCount, formatInstant, formatMs } from '@/lib/domain/format';
import { baseOption, type ChartFrame, timeAxis, tooltipFrame, tooltipRow, tooltipTable, valueAxis } from './frame';
import { hueRamp } from './oklch';
import { PALETTES, type ThemeName, withAlpha } from './palette';
import type { ChartTable } from './table';

export const HEAT_STEPS = 7;

export interface HeatmapInput {
  startMs: number;
  stepMs: number;
  /** Ascending, milliseconds; null is +Inf. */
  upperBoundsMs: readonly (number | null)[];
  /** `counts[bucket][column]`; null is a gap. */
  counts: readonly (readonly (number | null)[])[];
  exemplars?: readonly { atMs: number; valueMs: number; label: string; href: string | null }[];
}

/** Colours of the steps above zero, pale to accent; zero is the panel itself. */
export const heatColours = (theme: ThemeName): string[] =>
  hueRamp(PALETTES[theme].panel, PALETTES[theme].accent, HEAT_STEPS);

/**
 * Step of a count, 0 for none to HEAT_STEPS. Logarithmic: a bucket with one slow request must be seen beside one with
 * thousands.
 *   step = ⌈HEAT_STEPS · ln(1 + count) / ln(1 + max)⌉
 */
export function heatStep(count: number, max: number): number {
  if (count <= 0 || max <= 0) return 0;
  const share = Math.log1p(count) / Math.log1p(max);
  return Math.min(HEAT_STEPS, Math.max(1, Math.ceil(HEAT_STEPS * share - 1e-9)));
}

const largest = (counts: HeatmapInput['counts']): number =>
  counts.reduce((most, row) => row.reduce<number>((m, count) => Math.max(m, count ?? 0), most), 0);

/** The buckets between the lowest and the highest that hold anything, and one beside each: the rest is empty panel. */
export function shownBuckets(counts: HeatmapInput['counts']): { from: number; to: number } {
  const holds = (row: readonly (number | null)[]) => row.some((count) => count !== null && count > 0);
  const from = counts.findIndex(holds);
  if (from === -1) return { from: 0, to: counts.length };
  return { from: Math.max(0, from - 1), to: Math.min(counts.length, counts.findLastIndex(holds) + 2) };
}

/** Where a value lies on the axis of buckets: bucket i reaches from i to i + 1. */
export function bucketPosition(valueMs: number, upperBoundsMs: readonly (number | null)[]): number {
  const index = upperBoundsMs.findIndex((bound) => bound === null || valueMs <= bound);
  if (index === -1) return upperBoundsMs.length;
  const lower = upperBoundsMs[index - 1] ?? 0;
  const upper = upperBoundsMs[index] ?? null;
  if (upper === null || upper <= lower) return index + 0.5;
  return index + Math.min(1, Math.max(0, (valueMs - lower) / (upper - lower)));
}

const bucketName = (index: number, bounds: readonly (number | null)[]): string => {
  const lower = bounds[index - 1] ?? 0;
  const upper = bounds[index] ?? null;
  return upper === null ? `over ${formatMs(lower)}` : `${formatMs(lower)} to ${formatMs(upper)}`;
};

/** Requests by latency bucket over time, with exemplars as dots that open their trace. */
export function heatmapOption(input: HeatmapInput, frame: ChartFrame): EChartsOption {
  const { startMs, stepMs, upperBoundsMs, counts, exemplars = [] } = input;
  const colours = PALETTES[frame.theme];
  const ramp = heatColours(frame.theme);
  const max = largest(counts);
  const { from, to } = shownBuckets(counts);
  const gap = withAlpha(colours.unknown, 0.12);
  const cells = counts.slice(from, to).flatMap((row, i) =>
    row.flatMap((count, column) => {
      const step = count === null ? null : heatStep(count, max);
      if (step === 0) return [];
      return [
        {
          value: [startMs + (column - 1) * stepMs, from + i, count ?? -1],
          itemStyle: { color: step === null ? gap : (ramp[step - 1] ?? colours.accent) },
        },
      ];
    }),
  );
  const axis = valueAxis(frame.theme, (position) => edgeLabel(position, upperBoundsMs), false);
  return {
    ...baseOption(frame),
    grid: { left: 52, right: 14, top: 10, bottom: 24 },
    xAxis: timeAxis(frame),
    yAxis: {
      ...axis,
      min: from,
      max: to,
      interval: Math.max(1, Math.ceil((to - from) / 7)),
      splitLine: { show: false },
    },
    tooltip: {
      ...tooltipFrame(frame.theme),
      trigger: 'item',
      formatter: (item) => cellTooltip(item, input, frame),
    },
    series: [
      {
        type: 'custom',
        renderItem: (_params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
          const [x = 0, top = 0] = api.coord([api.value(0), Number(api.value(1)) + 1]);
          const [right = 0, bottom = 0] = api.coord([Number(api.value(0)) + stepMs, api.value(1)]);
          // Half a pixel wider than the column, so that no seams show between cells.
          return {
            type: 'rect',
            shape: { x, y: top, width: Math.max(1, right - x + 0.5), height: bottom - top - 1 },
            style: { fill: api.visual('color') },
          };
        },
        clip: true,
        encode: { x: 0, y: 1 },
        data: cells,
        progressive: 0,
      },
      {
        type: 'scatter',
        symbol: 'diamond',
        symbolSize: 9,
        z: 5,
        itemStyle: { color: colours.panel, borderColor: colours.text1, borderWidth: 1.4 },
        data: exemplars.map(({ atMs, valueMs, label, href }) => ({
          value: [atMs, bucketPosition(valueMs, upperBoundsMs)],
          name: label,
          ...(href === null ? {} : { href }),
        })),
      },
    ],
  };
}

/** The bound between bucket `position − 1` and `position`. */
function edgeLabel(position: number, bounds: readonly (number | null)[]): string {
  if (!Number.isInteger(position)) return '';
  if (position === 0) return '0';
  const bound = bounds[position - 1] ?? null;
  return bound === null ? '' : formatMs(bound);
}

function cellTooltip(item: unknown, { upperBoundsMs, stepMs }: HeatmapInput, { zone, theme }: ChartFrame): string {
  if (typeof item !== 'object' || item === null || !('value' in item) || !Array.isArray(item.value)) return '';
  const [atMs, bucket, count] = item.value.map(Number);
  if (atMs === undefined || bucket === undefined) return '';
  if (count === undefined) {
    const name = 'name' in item ? String(item.name) : '';
    return tooltipTable(formatInstant(atMs, zone), [tooltipRow(PALETTES[theme].text1, false, name, '')]);
  }
  const words = count < 0 ? 'not measured' : `${formatCount(count)} requests`;
  return tooltipTable(`${formatInstant(atMs, zone)}, ${stepMs / 1_000} s`, [
    tooltipRow(PALETTES[theme].accent, false, bucketName(bucket, upperBoundsMs), words),
  ]);
}

/** The numbers behind the cells: one row per instant, one column per bucket shown. */
export function heatmapTable(
  { startMs, stepMs, upperBoundsMs, counts }: HeatmapInput,
  zone: string | undefined,
): ChartTable {
  const { from, to } = shownBuckets(counts);
  const shown = counts.slice(from, to);
  const length = counts[0]?.length ?? 0;
  return {
    columns: [
      { label: 'Time', numeric: false },
      ...shown.map((_, i) => ({ label: bucketName(from + i, upperBoundsMs), numeric: true })),
    ],
    rows: Array.from({ length }, (_, column) => [
      formatInstant(startMs + column * stepMs, zone),
      ...shown.map((row) => row[column] ?? null),
    ]),
  };
}

/** The heat map in a sentence: how many requests, and the bucket most of them lie in. */
export function describeHeatmap(title: string, { counts, upperBoundsMs }: HeatmapInput): string {
  const totals = counts.map((row) => row.reduce<number>((sum, count) => sum + (count ?? 0), 0));
  const all = totals.reduce((a, b) => a + b, 0);
  if (all === 0) return `${title}: nothing measured`;
  const fullest = totals.indexOf(Math.max(...totals));
  return `${title}: ${formatCount(all)} requests, most of them ${bucketName(fullest, upperBoundsMs)}`;
}
