import 'server-only';
import type { Outcomes } from '@/lib/contracts/quality';
import { NO_OUTCOMES } from '@/lib/domain/quality';
import type { DriftPanel } from '../drift/open';
import { askWindows, type WindowSeries, type Windows } from '../drift/windows';
import { featureIncrease, labelOf } from '../prometheus/drift-queries';

/** Cohorts × outcomes of one answer at most. */
const MAX_SERIES = 4_000;

/** Predictions whose label arrived, right or wrong: a fraction where an increase was extrapolated. */
export const totalOf = ({ tp, fp, tn, fn }: Outcomes): number => tp + fp + tn + fn;

/** Outcomes that arrived in each window, by cohort. Null: they could not be read. */
export async function readOutcomes(
  { panel, model, version, signal }: DriftPanel,
  windows: Windows,
  purpose: string,
): Promise<Map<string, Outcomes[]> | null> {
  const { outcomes } = panel.telemetry.map.contract;
  const [cohort, outcome] = [labelOf(outcomes, 'cohort'), labelOf(outcomes, 'outcome')];
  const query = featureIncrease(outcomes, [cohort, outcome], { model, version, windowMs: windows.windowMs });
  const series = await panel.gather.take(
    purpose,
    askWindows(panel.telemetry.prometheus, query, windows, signal, MAX_SERIES),
  );
  return series === null ? null : byCohort(series, { cohort, outcome }, windows.count);
}

function byCohort(
  series: readonly WindowSeries[],
  label: { cohort: string; outcome: string },
  windows: number,
): Map<string, Outcomes[]> {
  const cohorts = new Map<string, Outcomes[]>();
  for (const { labels, values } of series) {
    const kind = labels[label.outcome];
    if (kind !== 'tp' && kind !== 'fp' && kind !== 'tn' && kind !== 'fn') continue;
    const name = labels[label.cohort] ?? '';
    const own = cohorts.get(name) ?? Array.from({ length: windows }, () => ({ ...NO_OUTCOMES }));
    cohorts.set(name, own);
    for (const [i, counts] of own.entries()) counts[kind] += Math.max(0, values[i] ?? 0);
  }
  return cohorts;
}
