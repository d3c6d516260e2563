'use client';

import { useZone } from '@/components/ui/preference';
import { arrivingArea } from '@/lib/charts/arriving';
import type { ThemeName } from '@/lib/charts/palette';
import { describeSeries, type TimeSeriesInput, timeSeriesOption, timeSeriesTable } from '@/lib/charts/time-series';
import { Chart } from './Chart';
import { useChartNavigation } from './use-chart-navigation';

export interface WindowChartProps extends TimeSeriesInput {
  title: string;
  height: number;
  /** The chart's own time, which need not be the page's range. */
  window: { startMs: number; endMs: number };
  /** From here on labels still arrive: drawn hatched, and named so. */
  arrivingFromMs?: number | null;
}

/** Lines over a window of the panel's own. */
export function WindowChart({ title, height, window: range, arrivingFromMs = null, ...input }: WindowChartProps) {
  const { zone } = useZone();
  const navigation = useChartNavigation();
  const option = (theme: ThemeName) => {
    const frame = { theme, zone, range };
    const drawn = timeSeriesOption(input, frame);
    if (arrivingFromMs === null || arrivingFromMs >= range.endMs) return drawn;
    const series = [drawn.series ?? []].flat();
    return { ...drawn, series: [...series, arrivingArea(Math.max(arrivingFromMs, range.startMs), frame)] };
  };
  return (
    <Chart
      label={describeSeries(title, input)}
      option={option}
      table={() => timeSeriesTable(input, zone)}
      height={height}
      {...navigation}
    />
  );
}
