import 'server-only';
import type { DriftHeat } from '@/lib/contracts/drift';
import type { DriftHeatParams } from '@/lib/contracts/drift-params';
import { driftStatus } from '@/lib/domain/drift-verdict';
import type { Context } from './open';
import { type FeatureRow, rowsOf } from './over-windows';
import { headOf, readBoth } from './read-drift';
import { windowsOf } from './windows';

const WEIGHT = { bad: 0, watch: 1, unknown: 2, ok: 3 } as const;

/** Features × windows: PSI and state of each window, and when what goes on began. */
export async function readHeat(params: DriftHeatParams, context: Context): Promise<DriftHeat> {
  const both = await readBoth(
    params,
    { feature: null, windows: (range) => windowsOf(range, params.windows, MIN_WINDOW_MS) },
    context,
  );
  const { startMs, windowMs, count } = both.read.windows;
  const rows = rowsOf(both).sort(byLast);
  return {
    ...headOf(both),
    startMs,
    windowMs,
    windows: count,
    rows: rows.map(({ verdicts: _, ...row }) => row),
  };
}

/** Shortest window: five minutes hold the scrapes of any usual interval. */
export const MIN_WINDOW_MS = 5 * 60_000;

/** What goes on first, earliest first; then by the state of the last window, then by name. */
function byLast(a: FeatureRow, b: FeatureRow): number {
  const weight = ({ state }: FeatureRow) => WEIGHT[driftStatus(state.at(-1) ?? 'not-measured')];
  const begun = ({ began }: FeatureRow) => began?.sinceMs ?? Number.POSITIVE_INFINITY;
  return (
    Number(a.began === null) - Number(b.began === null) ||
    weight(a) - weight(b) ||
    (begun(a) === begun(b) ? 0 : begun(a) - begun(b)) ||
    (a.feature < b.feature ? -1 : a.feature > b.feature ? 1 : 0)
  );
}
