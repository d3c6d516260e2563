'use client';

import { useEvents } from '@/components/shell/use-events';
import { useView } from '@/components/shell/use-view';
import { useZone } from '@/components/ui/preference';
import { stageColour, stageName, type ThemeName } from '@/lib/charts/palette';
import { inStageOrder, type StageBar, stageAreasOption, stageBarsOption, stageBarsTable } from '@/lib/charts/stacked';
import { describeSeries, timeSeriesTable } from '@/lib/charts/time-series';
import type { SeriesSet } from '@/lib/contracts/series';
import { formatMs, formatNumber } from '@/lib/domain/format';
import { ChangeRail } from './ChangeRail';
import { Chart } from './Chart';
import { useChartNavigation } from './use-chart-navigation';
import { useChartTheme } from './use-chart-theme';

/** Mean milliseconds a request spends by stage over the page's range, stacked. */
export function StageAreaChart({ title, set, height }: { title: string; set: SeriesSet; height?: number }) {
  const { range } = useView();
  const { zone } = useZone();
  const { events } = useEvents();
  const theme = useChartTheme();
  const navigation = useChartNavigation();
  const stages = inStageOrder(set.series.map(({ labels }) => labels.stage ?? 'other'));
  const input = {
    set,
    nameOf: (labels: Record<string, string>) => stageName(labels.stage ?? 'other'),
    unit: 'ms' as const,
  };
  return (
    <div>
      <Chart
        label={describeSeries(title, input)}
        option={(name) => stageAreasOption(set, { theme: name, zone, range }, events)}
        table={() => timeSeriesTable(input, zone)}
        height={height}
        {...navigation}
      />
      <ul aria-label="Stages" className="mt-1 flex flex-wrap gap-x-4 text-small text-t2">
        {stages.map((stage) => (
          <li key={stage} className="flex items-center gap-1.5">
            <StageSwatch stage={stage} theme={theme} />
            {stageName(stage)}
          </li>
        ))}
      </ul>
      <ChangeRail events={events} />
    </div>
  );
}

/** Where the time goes, a bar each before and after, with the change of each stage in words beneath. */
export function StageBarChart({ title, bars }: { title: string; bars: readonly StageBar[] }) {
  const { zone } = useZone();
  const theme = useChartTheme();
  const stages = inStageOrder([...new Set(bars.flatMap((bar) => Object.keys(bar.stages)))]);
  const sumOf = (bar: StageBar) => Object.values(bar.stages).reduce<number>((sum, value) => sum + (value ?? 0), 0);
  return (
    <div>
      <Chart
        label={`${title}: ${bars.map((bar) => `${bar.name} ${formatMs(sumOf(bar))}`).join(', ')}`}
        option={(name) => stageBarsOption(bars, { theme: name, zone })}
        table={() => stageBarsTable(bars)}
        height={bars.length * 36 + 8}
      />
      <ul className="mt-1 flex flex-wrap gap-x-4 text-small text-t2">
        {stages.map((stage) => (
          <li key={stage} className="flex items-center gap-1.5">
            <StageSwatch stage={stage} theme={theme} />
            {stageName(stage)} {bars.map((bar) => formatNumber(bar.stages[stage] ?? null)).join(' → ')} ms
          </li>
        ))}
      </ul>
    </div>
  );
}

const StageSwatch = ({ stage, theme }: { stage: string; theme: ThemeName }) => (
  <span aria-hidden className="keeps-colour size-2.5" style={{ background: stageColour(stage, theme) }} />
);
