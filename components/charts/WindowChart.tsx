'use client';

import { useZone } from '@/components/ui/preference';
import { type Arriving, arrivingArea } from '@/lib/charts/arriving';
import type { ThemeName } from '@/lib/charts/palette';
import { describeSeries, type TimeSeriesInput, timeSeriesOption, timeSeriesTable } from '@/lib/charts/time-series';
import { Chart } from './Chart';
import { useChartNavigation } from './use-chart-navigation';

export interface WindowChartProps extends TimeSeriesInput {
  title: string;
  height: number;
  /** The chart's own time, which need not be the page's range. */
  window: { startMs: number; endMs: number };
  /** From where on labels are not all there: drawn as an area, and named so. */
  arriving?: Arriving | null;
}

/** Lines over a window of the panel's own. */
export function WindowChart({ title, height, window: range, arriving = null, ...input }: WindowChartProps) {
  const { zone } = useZone();
  const navigation = useChartNavigation();
  const option = (theme: ThemeName) => {
    const frame = { theme, zone, range };
    const drawn = timeSeriesOption(input, frame);
    if (arriving === null || arriving.fromMs >= range.endMs) return drawn;
    const series = [drawn.series ?? []].flat();
    return { ...drawn, series: [...series, arrivingArea(arriving, frame)] };
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
