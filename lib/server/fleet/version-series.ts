import 'server-only';
import type { Labels, SeriesSet } from '@/lib/contracts/series';
import type { SignalMap } from '../signals/signal-map';
import { versionOf } from './labels';

/** A set with its version under the label `version`, whatever the source calls it; other labels are dropped but `keep`. */
export function byVersionLabel(map: SignalMap, set: SeriesSet, keep: readonly string[] = []): SeriesSet {
  const toLabels = (labels: Labels): Labels => ({
    version: versionOf(map, labels),
    ...Object.fromEntries(keep.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]]]))),
  });
  return { ...set, series: set.series.map(({ labels, values }) => ({ labels: toLabels(labels), values })) };
}

/** Sum of two sets by version; a point that one of them lacks counts as the other's alone. */
export function addByVersion(a: SeriesSet, b: SeriesSet): SeriesSet {
  const other = new Map(b.series.map(({ labels, values }) => [labels.version, values]));
  const versions = new Set(a.series.map(({ labels }) => labels.version));
  return {
    ...a,
    series: [
      ...a.series.map(({ labels, values }) => ({
        labels,
        values: values.map((value, i) => {
          const more = other.get(labels.version)?.[i] ?? null;
          return value === null ? more : value + (more ?? 0);
        }),
      })),
      ...b.series.filter(({ labels }) => !versions.has(labels.version)),
    ],
  };
}
