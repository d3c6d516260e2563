'use client';

import { useQuery } from '@tanstack/react-query';
import { ChangeRail } from '@/components/charts/ChangeRail';
import { Chart } from '@/components/charts/Chart';
import { useChartNavigation } from '@/components/charts/use-chart-navigation';
import { useZone } from '@/components/ui/preference';
import type { ThemeName } from '@/lib/charts/palette';
import { describeSeries, type TimeSeriesInput, timeSeriesOption, timeSeriesTable } from '@/lib/charts/time-series';
import { eventsQuery } from '@/lib/queries/events';

/** Lines over an objective's own window, which need not be the page's range, with what happened to its model then. */
export function SloChart({
  title,
  model,
  height,
  window: range,
  rail,
  ...input
}: Omit<TimeSeriesInput, 'fillingFromMs' | 'events'> & {
  title: string;
  model: string;
  height: number;
  window: { startMs: number; endMs: number };
  rail: boolean;
}) {
  const { zone } = useZone();
  const navigation = useChartNavigation();
  const { data } = useQuery(eventsQuery({ startMs: range.startMs, endMs: range.endMs, model }));
  const events = data?.events ?? [];
  return (
    <div>
      <Chart
        label={describeSeries(title, input)}
        option={(theme: ThemeName) => timeSeriesOption({ ...input, events }, { theme, zone, range })}
        table={() => timeSeriesTable(input, zone)}
        height={height}
        {...navigation}
      />
      {rail ? <ChangeRail events={events} /> : null}
    </div>
  );
}
