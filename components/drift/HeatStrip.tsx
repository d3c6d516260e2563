'use client';

import { memo } from 'react';
import { useChartTheme } from '@/components/charts/use-chart-theme';
import { useZone } from '@/components/ui/preference';
import { stripStep } from '@/lib/charts/heat-strip';
import { heatColours } from '@/lib/charts/heatmap';
import { PALETTES } from '@/lib/charts/palette';
import type { DriftHeat } from '@/lib/contracts/drift';
import { onsetWords } from '@/lib/domain/drift-answer';
import { formatTime } from '@/lib/domain/format';

export type HeatRow = DriftHeat['rows'][number];

export const STRIP_WIDTH = 192;
const HEIGHT = 18;

export interface HeatGrid {
  startMs: number;
  windowMs: number;
  windows: number;
}

/** One feature over time: a cell a window, darker the further it moved beyond noise, a gap where nothing can be said, and a tick where a drift that goes on began. */
export const HeatStrip = memo(function HeatStrip({ row, grid }: { row: HeatRow; grid: HeatGrid }) {
  const theme = useChartTheme();
  const { zone } = useZone();
  const colours = heatColours(theme);
  const palette = PALETTES[theme];
  const width = STRIP_WIDTH / Math.max(1, grid.windows);
  const onset = row.began === null ? null : Math.round((row.began.sinceMs - grid.startMs) / grid.windowMs);
  const endMs = grid.startMs + grid.windows * grid.windowMs;
  const moved = row.state.filter((state) => state === 'drifted' || state === 'watch').length;
  const label = `${row.feature} over time: ${
    row.began === null
      ? moved === 0
        ? 'no window moved'
        : `${moved} of ${grid.windows} windows moved, not any more`
      : `moved since ${onsetWords(row.began, { zone, endMs })}`
  }`;
  return (
    <svg role="img" aria-label={label} width={STRIP_WIDTH} height={HEIGHT} className="keeps-colour block">
      <title>{`${formatTime(grid.startMs, zone)} to ${formatTime(endMs, zone)}`}</title>
      {row.psi.map((psi, i) => {
        const step = stripStep(psi, row.state[i] ?? 'not-measured');
        if (step === null) {
          const middle = i * width + width / 2;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: windows have no identity but their order
            <line key={i} x1={middle - 1.5} x2={middle + 1.5} y1={HEIGHT / 2} y2={HEIGHT / 2} stroke={palette.text3} />
          );
        }
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: windows have no identity but their order
            key={i}
            x={i * width}
            y={2}
            width={Math.max(1, width - 1)}
            height={HEIGHT - 4}
            fill={step === 0 ? palette.raised : colours[step - 1]}
          />
        );
      })}
      {onset === null ? null : (
        <path
          d={`M${onset * width - 0.5} 0V${HEIGHT}M${onset * width - 0.5} 0h5`}
          stroke={palette.text1}
          strokeWidth={1.25}
          fill="none"
        />
      )}
    </svg>
  );
});
