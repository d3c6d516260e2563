'use client';

import { useChartTheme } from '@/components/charts/use-chart-theme';
import { WindowChart } from '@/components/charts/WindowChart';
import { Diagnosis } from '@/components/ui/Diagnosis';
import { Panel } from '@/components/ui/Panel';
import { useZone } from '@/components/ui/preference';
import { versionStyle } from '@/lib/charts/palette';
import type { Compare, CompareResult } from '@/lib/contracts/compare';
import { formatNumber, formatTime } from '@/lib/domain/format';

const HEIGHT = 200;

/** Ends of the axis as a multiple of where the band is now: the first minutes are as wide as the sky. */
const CLIP = 2.5;

type Values = readonly (number | null)[];

/** Points of the band and the line, cut off where the first few requests would flatten all the rest. */
function clipped({ difference, low, high }: { difference: Values; low: Values; high: Values }, limit: number) {
  const now = Math.max(
    limit,
    Math.abs(low.findLast((one) => one !== null) ?? 0),
    Math.abs(high.findLast((one) => one !== null) ?? 0),
  );
  const edge = now * CLIP;
  const within = (values: Values) =>
    values.map((value) => (value === null ? null : Math.min(edge, Math.max(-edge, value)) * 100));
  const line = difference.map((value) => (value === null || Math.abs(value) > edge ? null : value * 100));
  const isCut = [...low, ...high].some((value) => value !== null && Math.abs(value) > edge);
  return { line, low: within(low), high: within(high), edge: isCut ? edge * 100 : null };
}

/** The error difference of everything up to each time, with the band that stays valid while it grows. */
export function StabilityPanel({ compare, result, name }: { compare: Compare; result: CompareResult; name: string }) {
  const { zone } = useZone();
  const theme = useChartTheme();
  const { stability, policy } = result;
  const { inputs } = compare;
  const since = stability?.beyondSinceMs ?? null;
  const isDrawn = stability?.difference.some((value) => value !== null) ?? false;
  const labels = { series: 'difference' };
  const drawn = stability === null ? null : clipped(stability, policy.maxErrorIncrease);
  return (
    <Panel
      title="Is it stable?"
      definition={`error difference in points, from the start up to each time, always-valid band${drawn?.edge == null ? '' : `, cut off at ±${formatNumber(drawn.edge, 2)}`}${since === null ? '' : ` · beyond the limit for certain since ${formatTime(since, zone)}`}`}
      why={compare.why.filter(({ purpose }) => /requests by version over time/.test(purpose))}
      height={HEIGHT}
    >
      {stability === null || drawn === null || !isDrawn ? (
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
            series: [{ labels, values: drawn.line }],
          }}
          band={{
            startMs: stability.startMs,
            stepMs: stability.stepMs,
            series: [
              { labels: { ...labels, bound: 'low' }, values: drawn.low },
              { labels: { ...labels, bound: 'high' }, values: drawn.high },
            ],
          }}
          nameOf={() => name}
          styleOf={() => versionStyle(name, 'challenger', theme)}
          thresholds={[
            { value: policy.maxErrorIncrease * 100, label: `limit +${formatNumber(policy.maxErrorIncrease * 100)}` },
          ]}
        />
      )}
    </Panel>
  );
}
