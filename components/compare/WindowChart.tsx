'use client';

import { Chart } from '@/components/charts/Chart';
import { useChartNavigation } from '@/components/charts/use-chart-navigation';
import { useZone } from '@/components/ui/preference';
import type { ThemeName } from '@/lib/charts/palette';
import { describeSeries, type TimeSeriesInput, timeSeriesOption, timeSeriesTable } from '@/lib/charts/time-series';

/** Lines over the comparison's own window, which need not be the page's range. */
export function WindowChart({
  title,
  height,
  window: range,
  ...input
}: Omit<TimeSeriesInput, 'fillingFromMs'> & {
  title: string;
  height: number;
  window: { startMs: number; endMs: number };
}) {
  const { zone } = useZone();
  const navigation = useChartNavigation();
  return (
    <Chart
      label={describeSeries(title, input)}
      option={(theme: ThemeName) => timeSeriesOption(input, { theme, zone, range })}
      table={() => timeSeriesTable(input, zone)}
      height={height}
      {...navigation}
    />
  );
}
