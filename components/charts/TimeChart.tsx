'use client';

import { useNow } from '@/components/shell/clock';
import { useEvents } from '@/components/shell/use-events';
import { useView } from '@/components/shell/use-view';
import { useZone } from '@/components/ui/preference';
import type { ThemeName } from '@/lib/charts/palette';
import {
  cappedNote,
  describeSeries,
  type TimeSeriesInput,
  timeSeriesOption,
  timeSeriesTable,
} from '@/lib/charts/time-series';
import { ChangeRail } from './ChangeRail';
import { Chart } from './Chart';
import { useChartNavigation } from './use-chart-navigation';

/** Points younger than two scrapes may still change. */
const SETTLE_MS = 30_000;

export interface TimeChartProps extends Omit<TimeSeriesInput, 'events' | 'fillingFromMs'> {
  /** What is shown: the beginning of the sentence a screen reader says. */
  title: string;
  height?: number;
  /** Whether the change rail stands beneath; the verticals are drawn in any case. */
  rail?: boolean;
}

/** Lines over the page's range, with its events, crosshair and zoom. */
export function TimeChart({ title, height, rail = true, ...input }: TimeChartProps) {
  const { range } = useView();
  const { zone } = useZone();
  const { events } = useEvents();
  const nowMs = useNow();
  const navigation = useChartNavigation();
  const full = { ...input, events, fillingFromMs: nowMs - SETTLE_MS };
  const note = cappedNote(input.set);
  return (
    <div>
      <Chart
        label={describeSeries(title, input)}
        option={(theme: ThemeName) => timeSeriesOption(full, { theme, zone, range })}
        table={() => timeSeriesTable(input, zone)}
        height={height}
        {...navigation}
      />
      {note === null ? null : <p className="text-axis text-t3">{note}</p>}
      {rail ? <ChangeRail events={events} /> : null}
    </div>
  );
}
