'use client';

import { useEvents } from '@/components/shell/use-events';
import { useView } from '@/components/shell/use-view';
import { useZone } from '@/components/ui/preference';
import { describeHeatmap, type HeatmapInput, heatColours, heatmapOption, heatmapTable } from '@/lib/charts/heatmap';
import { PALETTES } from '@/lib/charts/palette';
import { formatCount } from '@/lib/domain/format';
import { ChangeRail } from './ChangeRail';
import { Chart } from './Chart';
import { useChartNavigation } from './use-chart-navigation';
import { useChartTheme } from './use-chart-theme';

/** Requests by latency bucket over the page's range; exemplars are dots that open their trace. */
export function HeatmapChart({ title, height, ...input }: HeatmapInput & { title: string; height?: number }) {
  const { range } = useView();
  const { zone } = useZone();
  const { events } = useEvents();
  const navigation = useChartNavigation();
  return (
    <div>
      <Chart
        label={describeHeatmap(title, input)}
        option={(theme) => heatmapOption(input, { theme, zone, range })}
        table={() => heatmapTable(input, zone)}
        height={height}
        {...navigation}
      />
      <Legend
        max={input.counts.reduce((most, row) => row.reduce<number>((m, count) => Math.max(m, count ?? 0), most), 0)}
      />
      <ChangeRail events={events} />
    </div>
  );
}

/** From none to the fullest cell, in the colours of the cells. */
function Legend({ max }: { max: number }) {
  const theme = useChartTheme();
  const colours = [PALETTES[theme].panel, ...heatColours(theme)];
  return (
    <p className="flex items-center justify-end gap-1 text-axis text-t3">
      0
      <span aria-hidden className="keeps-colour inline-flex border border-line">
        {colours.map((colour) => (
          <span key={colour} className="h-2 w-4" style={{ background: colour }} />
        ))}
      </span>
      {formatCount(max)} requests a cell, logarithmic
    </p>
  );
}
