import { useMemo } from 'react';
import { useChartTheme } from '@/components/charts/use-chart-theme';
import { useView } from '@/components/shell/use-view';
import { type SeriesStyle, versionStyle } from '@/lib/charts/palette';
import type { Role } from '@/lib/contracts/fleet';
import type { Labels, SeriesSet } from '@/lib/contracts/series';

type Versions = readonly { version: string; role: Role }[];

/** Name of a series by its version; a metric without a version label speaks for all of them. */
export const versionName = ({ version }: Labels): string => version ?? 'all versions';

/** Look of the versions on every chart of a model, and the filter of the chosen ones. */
export function useVersionLook(versions: Versions) {
  const theme = useChartTheme();
  const { view } = useView();
  return useMemo(() => {
    const roles = new Map(versions.map(({ version, role }) => [version, role]));
    const styleOf = (labels: Labels): SeriesStyle => {
      const name = versionName(labels);
      return versionStyle(name, roles.get(name) ?? 'other', theme);
    };
    const isShown = ({ version }: Labels): boolean =>
      version === undefined || view.versions.length === 0 || view.versions.includes(version);
    const only = (set: SeriesSet): SeriesSet => ({
      ...set,
      series: set.series.filter(({ labels }) => isShown(labels)),
    });
    return { styleOf, only, isShown };
  }, [versions, theme, view.versions]);
}
