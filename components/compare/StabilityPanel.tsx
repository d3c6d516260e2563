'use client';

import { useChartTheme } from '@/components/charts/use-chart-theme';
import { Diagnosis } from '@/components/ui/Diagnosis';
import { Panel } from '@/components/ui/Panel';
import { useZone } from '@/components/ui/preference';
import { versionStyle } from '@/lib/charts/palette';
import type { Compare, CompareResult } from '@/lib/contracts/compare';
import { formatNumber, formatTime } from '@/lib/domain/format';
import { WindowChart } from './WindowChart';

const HEIGHT = 200;

const points = (values: readonly (number | null)[]) => values.map((value) => (value === null ? null : value * 100));

/** The error difference of everything up to each time, with the band that stays valid while it grows. */
export function StabilityPanel({ compare, result, name }: { compare: Compare; result: CompareResult; name: string }) {
  const { zone } = useZone();
  const theme = useChartTheme();
  const { stability, policy } = result;
  const { inputs } = compare;
  const since = stability?.beyondSinceMs ?? null;
  const isDrawn = stability?.difference.some((value) => value !== null) ?? false;
  const labels = { series: 'difference' };
  return (
    <Panel
      title="Is it stable?"
      definition={`error difference in points, from the start up to each time, always-valid band${since === null ? '' : ` · beyond the limit for certain since ${formatTime(since, zone)}`}`}
      why={compare.why.filter(({ purpose }) => /requests by version over time/.test(purpose))}
      height={HEIGHT}
    >
      {stability === null || !isDrawn ? (
        <Diagnosis
          height={HEIGHT}
          diagnosis={{
            what: 'The difference over time cannot be drawn.',
            why:
              inputs.mode === 'instant'
                ? 'Before and after an instant do not run side by side.'
                : 'It needs errors of both versions over time, and 100 requests a side.',
            action: null,
          }}
        />
      ) : (
        <WindowChart
          title="Difference of errors in percentage points"
          height={HEIGHT}
          window={{ startMs: inputs.startMs, endMs: inputs.endMs }}
          unit="number"
          yFromZero={false}
          set={{
            startMs: stability.startMs,
            stepMs: stability.stepMs,
            series: [{ labels, values: points(stability.difference) }],
          }}
          band={{
            startMs: stability.startMs,
            stepMs: stability.stepMs,
            series: [
              { labels: { ...labels, bound: 'low' }, values: points(stability.low) },
              { labels: { ...labels, bound: 'high' }, values: points(stability.high) },
            ],
          }}
          nameOf={() => name}
          styleOf={() => versionStyle(name, 'challenger', theme)}
          thresholds={[
            { value: 0, label: '0' },
            { value: policy.maxErrorIncrease * 100, label: `limit +${formatNumber(policy.maxErrorIncrease * 100)}` },
          ]}
        />
      )}
    </Panel>
  );
}
