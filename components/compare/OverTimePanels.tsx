'use client';

import { useChartTheme } from '@/components/charts/use-chart-theme';
import { WindowChart } from '@/components/charts/WindowChart';
import { Diagnosis } from '@/components/ui/Diagnosis';
import { Panel } from '@/components/ui/Panel';
import { versionStyle } from '@/lib/charts/palette';
import type { Compare } from '@/lib/contracts/compare';
import type { Labels } from '@/lib/contracts/series';
import { formatDuration, type Unit } from '@/lib/domain/format';

const HEIGHT = 120;

const CHARTS: readonly { measure: string; title: string; unit: Unit; definition: string }[] = [
  { measure: 'requests', title: 'Requests', unit: 'rate', definition: 'per second' },
  { measure: 'errors', title: 'Errors', unit: 'ratio', definition: '% of requests' },
  { measure: 'p50', title: 'P50', unit: 'ms', definition: 'ms' },
  { measure: 'p95', title: 'P95', unit: 'ms', definition: 'ms' },
];

const has = (values: readonly (number | null)[]): boolean => values.some((value) => value !== null);

/** Small multiples of both versions over the window, and the difference of P95 with its band. */
export function OverTimePanels({
  compare,
  names,
}: {
  compare: Compare;
  names: { champion: string; challenger: string };
}) {
  const theme = useChartTheme();
  const { inputs, overTime, p95Difference } = compare;
  const window = { startMs: inputs.startMs, endMs: inputs.endMs };
  const isChampion = ({ side }: Labels): boolean => side === 'champion';
  const step = formatDuration(overTime.stepMs);
  const why = compare.why.filter(({ purpose }) => purpose.endsWith('over time'));
  const estimate = p95Difference.series.filter(({ labels }) => labels.bound === 'estimate');
  return (
    <div className="grid grid-cols-1 gap-3 md:grid-cols-2">
      {CHARTS.map(({ measure, title, unit, definition }) => {
        const series = overTime.series.filter(({ labels, values }) => labels.measure === measure && has(values));
        return (
          <Panel key={measure} title={title} definition={`${definition} · ${step} step`} why={why} height={HEIGHT}>
            {series.length === 0 ? (
              <Nothing what={`${title} over time are not measured.`} />
            ) : (
              <WindowChart
                title={`${title} of both versions`}
                height={HEIGHT}
                window={window}
                unit={unit}
                set={{ ...overTime, series }}
                nameOf={(labels) => (isChampion(labels) ? names.champion : names.challenger)}
                styleOf={(labels, name) => versionStyle(name, isChampion(labels) ? 'champion' : 'challenger', theme)}
                yFromZero
              />
            )}
          </Panel>
        );
      })}
      {inputs.mode === 'instant' ? null : (
        <Panel
          title="P95 difference"
          definition={`ms, challenger − champion · ${step} step · 95 % band`}
          why={why}
          height={HEIGHT}
          className="md:col-span-2"
        >
          {estimate.some(({ values }) => has(values)) ? (
            <WindowChart
              title="Difference of P95"
              height={HEIGHT}
              window={window}
              unit="ms"
              set={{ ...p95Difference, series: estimate.map(({ values }) => ({ labels: {}, values })) }}
              band={{
                ...p95Difference,
                series: p95Difference.series.filter(({ labels }) => labels.bound !== 'estimate'),
              }}
              nameOf={() => 'difference'}
              styleOf={(_, name) => versionStyle(name, 'challenger', theme)}
              yFromZero={false}
            />
          ) : (
            <Nothing what="The two do not run side by side here." />
          )}
        </Panel>
      )}
    </div>
  );
}

function Nothing({ what }: { what: string }) {
  return (
    <Diagnosis
      height={HEIGHT}
      diagnosis={{ what, why: 'Prometheus has no such samples of both in this window.', action: null }}
    />
  );
}
