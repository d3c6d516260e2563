import 'server-only';
import type { Proportion } from '@/lib/domain/comparison';
import type { Gather } from '../gather';
import { featureIncrease, labelOf } from '../prometheus/drift-queries';
import type { ResolvedSignal } from '../signals/signal-map';
import type { Telemetry } from '../telemetry';
import { askWindows, type WindowSeries, type Windows } from './windows';

/** Features of one answer at most, a series each. */
export const MAX_FEATURE_SERIES = 10_000;

export interface SidesAsked {
  model: string;
  version: string | null;
  /** Null: every feature. */
  feature: string | null;
  windows: Windows;
  /** Whose these are, for the "why" drawer: "inputs", "inputs of 2.3.0". */
  purpose: string;
}

/** Missing values among those looked at, by feature in each window; null where none was looked at. */
export async function readMissing(
  { prometheus, map }: Pick<Telemetry, 'prometheus' | 'map'>,
  gather: Gather,
  { model, version, feature, windows, purpose }: SidesAsked,
  signal: AbortSignal,
): Promise<Map<string, (Proportion | null)[]>> {
  const { featureMissing, featureObserved } = map.contract;
  const ask = (of: ResolvedSignal) => {
    const label = labelOf(of, 'feature');
    const only = feature === null ? {} : { only: [{ label, op: '=' as const, value: feature }] };
    const query = featureIncrease(of, [label], { model, version, windowMs: windows.windowMs, ...only });
    return askWindows(prometheus, query, windows, signal, MAX_FEATURE_SERIES);
  };
  const [missing, observed] = await Promise.all([
    gather.take(`${purpose}: missing values`, ask(featureMissing)),
    gather.take(`${purpose}: values looked at`, ask(featureObserved)),
  ]);
  const lacked = byFeature(missing, labelOf(featureMissing, 'feature'));
  const looked = byFeature(observed, labelOf(featureObserved, 'feature'));
  return new Map(
    [...looked].map(([name, totals]) => [
      name,
      // A counter of missing values that was never written is none that was missing.
      totals.map((total, i) =>
        total === null ? null : { successes: Math.min(total, Math.max(0, lacked.get(name)?.[i] ?? 0)), total },
      ),
    ]),
  );
}

function byFeature(series: readonly WindowSeries[] | null, label: string): Map<string, readonly (number | null)[]> {
  return new Map((series ?? []).map(({ labels, values }) => [labels[label] ?? '', values]));
}
