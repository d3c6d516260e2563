import type { EChartsOption } from 'echarts';
import type { Distributions } from '@/lib/contracts/drift';
import { formatCount, formatNumber, formatRatioPercent } from '@/lib/domain/format';
import { AXIS_FONT_SIZE, axisTooltip, baseOption, FONT, tooltipRow, tooltipTable, valueAxis } from './frame';
import { PALETTES, type ThemeName, withAlpha } from './palette';
import type { ChartTable } from './table';

type Bin = Distributions['bins'][number];

/** Categories drawn at most; the rest stand together as "other". */
const MAX_BARS = 40;

/** A bin by its bounds, or a category by its name: "5 to 10", "up to 5", "over 1 280", "DE". */
function binName({ lower, upper, name, isOther }: Bin): string {
  if (isOther) return name ?? 'other';
  if (name !== null) return name;
  if (upper === null) return lower === null ? 'all' : `over ${formatNumber(lower, 4)}`;
  if (lower === null) return `up to ${formatNumber(upper, 4)}`;
  return `${formatNumber(lower, 4)} to ${formatNumber(upper, 4)}`;
}

/** The bars that are drawn: all bins, or the categories with the largest share on either side, the rest summed. */
function drawnBins({ bins }: Distributions): readonly Bin[] {
  if (bins.length <= MAX_BARS || bins.some(({ name }) => name === null)) return bins;
  const most = ({ reference, current }: Bin) => Math.max(reference ?? 0, current ?? 0);
  const order = bins.toSorted((a, b) => Number(a.isOther) - Number(b.isOther) || most(b) - most(a));
  const rest = order.slice(MAX_BARS - 1);
  const sum = (read: (bin: Bin) => number | null): number | null =>
    rest.every((bin) => read(bin) === null) ? null : rest.reduce((all, bin) => all + (read(bin) ?? 0), 0);
  return [
    ...order.slice(0, MAX_BARS - 1),
    {
      lower: null,
      upper: null,
      name: `${rest.length} more`,
      isOther: true,
      reference: sum(({ reference }) => reference),
      current: sum(({ current }) => current),
      referenceCount: sum(({ referenceCount }) => referenceCount),
      currentCount: sum(({ currentCount }) => currentCount),
    },
  ];
}

export interface DistributionInput {
  distributions: Distributions;
  /** What each side is: "training baseline", "now". */
  names: { reference: string; current: string };
}

const MAX_NAME = 14;
const shorten = (name: string): string => (name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME - 1)}…`);

/** Both sides side by side, bin by bin, as shares; the reference pale and outlined, so that hue is not the only cue. */
export function distributionOption({ distributions, names }: DistributionInput, theme: ThemeName): EChartsOption {
  const colours = PALETTES[theme];
  const bins = drawnBins(distributions);
  const bar = { type: 'bar' as const, barGap: '8%', barCategoryGap: '24%', emphasis: { disabled: true } };
  return {
    ...baseOption({ theme, zone: undefined }),
    grid: { left: 44, right: 8, top: 10, bottom: bins.length > 6 ? 40 : 24 },
    xAxis: {
      type: 'category',
      data: bins.map(binName),
      axisLine: { lineStyle: { color: colours.border } },
      axisTick: { show: false },
      axisLabel: {
        color: colours.text3,
        fontSize: AXIS_FONT_SIZE,
        fontFamily: FONT,
        hideOverlap: true,
        rotate: bins.length > 6 ? 24 : 0,
        formatter: shorten,
      },
    },
    yAxis: valueAxis(theme, (share) => `${formatNumber(share * 100, 2)}%`, true),
    tooltip: {
      ...axisTooltip(theme, 'dataIndex', (index) => {
        const bin = bins[index];
        if (bin === undefined) return '';
        return tooltipTable(binName(bin), [
          tooltipRow(colours.text3, true, names.reference, shareText(bin.reference, bin.referenceCount)),
          tooltipRow(colours.accent, false, names.current, shareText(bin.current, bin.currentCount)),
        ]);
      }),
      axisPointer: { type: 'shadow', shadowStyle: { color: withAlpha(colours.text3, 0.12) } },
    },
    series: [
      {
        ...bar,
        name: names.reference,
        data: bins.map(({ reference }) => reference),
        itemStyle: { color: withAlpha(colours.text3, 0.35), borderColor: colours.text3, borderWidth: 1 },
      },
      {
        ...bar,
        name: names.current,
        data: bins.map(({ current }) => current),
        itemStyle: { color: colours.accent },
      },
    ],
  };
}

const shareText = (share: number | null, count: number | null): string =>
  share === null
    ? 'not measured'
    : `${formatRatioPercent(share)}${count === null ? '' : ` (${formatCount(Math.round(count))})`}`;

/** The numbers behind the bars, every bin and category. */
export function distributionTable({ distributions, names }: DistributionInput): ChartTable {
  return {
    columns: [
      { label: 'Bin', numeric: false },
      { label: `${names.reference} %`, numeric: true },
      { label: `${names.current} %`, numeric: true },
      { label: `${names.reference} n`, numeric: true },
      { label: `${names.current} n`, numeric: true },
    ],
    rows: distributions.bins.map((bin) => [
      binName(bin),
      bin.reference === null ? null : bin.reference * 100,
      bin.current === null ? null : bin.current * 100,
      bin.referenceCount,
      bin.currentCount,
    ]),
  };
}

/** The bars in a sentence: the bin whose share changed most. */
export function describeDistribution(title: string, { distributions, names }: DistributionInput): string {
  const changes = distributions.bins.flatMap((bin) =>
    bin.reference === null || bin.current === null ? [] : [{ bin, by: bin.current - bin.reference }],
  );
  const most = changes.toSorted((a, b) => Math.abs(b.by) - Math.abs(a.by))[0];
  if (most === undefined) return `${title}: one side has no values`;
  return `${title}: ${binName(most.bin)} changed most, ${formatRatioPercent(most.bin.reference)} in ${names.reference}, ${formatRatioPercent(most.bin.current)} in ${names.current}`;
}
