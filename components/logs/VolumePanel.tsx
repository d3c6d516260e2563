'use client';

import { ChangeRail } from '@/components/charts/ChangeRail';
import { Chart } from '@/components/charts/Chart';
import { useChartNavigation } from '@/components/charts/use-chart-navigation';
import { useChartTheme } from '@/components/charts/use-chart-theme';
import { useEvents } from '@/components/shell/use-events';
import { useZone } from '@/components/ui/preference';
import { levelColour, logVolumeOption, logVolumeTable } from '@/lib/charts/log-volume';
import type { LogSummary } from '@/lib/contracts/logs';
import { formatCount } from '@/lib/domain/format';
import { toLevel } from '@/lib/domain/log-level';
import type { LogRange } from '@/lib/queries/logs';

export const VOLUME_HEIGHT = 110;

/** Lines by level over time; a drag sets the range, a level filters by it. */
export function VolumeChart({
  summary: { volume, totals },
  range,
  levels,
  onLevel,
}: {
  summary: LogSummary;
  range: LogRange;
  levels: readonly string[];
  onLevel: ((level: string) => void) | null;
}) {
  const { zone } = useZone();
  const theme = useChartTheme();
  const { events } = useEvents();
  const navigation = useChartNavigation();
  const counts = volume.series.map(({ labels }) => ({
    level: toLevel(labels.level),
    count: totals[labels.level ?? 'unknown'] ?? 0,
  }));
  return (
    <div>
      <Chart
        label={`Lines by level over time: ${counts.map(({ level, count }) => `${formatCount(count)} ${level}`).join(', ')}`}
        option={(name) => logVolumeOption(volume, { theme: name, zone, range })}
        table={() => logVolumeTable(volume, zone)}
        height={VOLUME_HEIGHT}
        {...navigation}
      />
      <ul aria-label="Lines by level" className="flex flex-wrap gap-x-4 text-small text-t2">
        {counts.map(({ level, count }) => {
          const words = (
            <>
              <span aria-hidden className="keeps-colour size-2.5" style={{ background: levelColour(level, theme) }} />
              {level} <span className="text-t1">{formatCount(count)}</span>
            </>
          );
          return (
            <li key={level}>
              {onLevel === null || level === 'unknown' ? (
                <span className="flex min-h-6 items-center gap-1.5">{words}</span>
              ) : (
                <button
                  type="button"
                  aria-pressed={levels.includes(level)}
                  title={levels.includes(level) ? `No longer only ${level}` : `Only ${level}`}
                  onClick={() => onLevel(level)}
                  className="flex min-h-6 items-center gap-1.5 hover:text-t1 hover:underline"
                >
                  {words}
                </button>
              )}
            </li>
          );
        })}
      </ul>
      <ChangeRail events={events} />
    </div>
  );
}
