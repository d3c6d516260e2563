import 'server-only';
import type { BudgetState } from '@/lib/contracts/fleet';
import { burnRate } from '@/lib/domain/burn';
import { sloBudget } from '@/lib/domain/slo';
import { DAY_MS } from '@/lib/domain/time';
import type { ModelConfig, SloConfig } from '../config';
import type { Gather } from '../gather';
import { readWindow } from '../slos/measure';
import { type Sli, sliOf } from '../slos/sli';
import type { Telemetry } from '../telemetry';
import type { Counts } from './counts';

export const NO_BUDGET: BudgetState = { objective: null, windowDays: null, leftRatio: null, burnRate: null };

/** The objective that a model's row shows: its first of availability, else its first of latency. */
const shownSlo = (model: ModelConfig): SloConfig | null =>
  model.slos.find(({ kind }) => kind === 'availability') ?? model.slos.find(({ kind }) => kind === 'latency') ?? null;

/**
 * Budgets of the models that have an objective: left over the objective's own window, burn rate over the shown range.
 * Two range queries for each distinct window (and latency bound), whatever the number of models.
 */
export async function readBudgets(
  telemetry: Telemetry,
  asked: { endMs: number; models: readonly ModelConfig[]; counts: ReadonlyMap<string, Counts>; signal: AbortSignal },
  gather: Gather,
): Promise<Map<string, BudgetState>> {
  const wanted = asked.models.flatMap((model) => {
    const slo = shownSlo(model);
    return slo === null ? [] : [{ model: model.name, slo }];
  });
  const groups = new Map<string, { sli: Sli; windowMs: number }>();
  const measured = wanted.map(({ model, slo }) => {
    const { sli } = sliOf(telemetry.map, model, slo);
    const group = sli === null ? null : `${sli.group} ${slo.windowMs}`;
    if (sli !== null && group !== null) groups.set(group, { sli, windowMs: slo.windowMs });
    return { model, slo, sli, group };
  });
  const windows = new Map(
    await Promise.all(
      [...groups].map(
        async ([key, { sli, windowMs }]) =>
          [key, await readWindow(telemetry, sli, { ...asked, windowMs }, gather)] as const,
      ),
    ),
  );
  return new Map(
    measured.map(({ model, slo, sli, group }) => {
      const cells = sli === null || group === null ? null : (windows.get(group)?.of(sli.key) ?? null);
      const counts = asked.counts.get(model) ?? null;
      const state: BudgetState = {
        objective: slo.objective,
        windowDays: slo.windowMs / DAY_MS,
        leftRatio: cells === null ? null : sloBudget(cells, slo.objective).leftRatio,
        burnRate: burnRate(badRatio(slo, counts), slo.objective),
      };
      return [model, state];
    }),
  );
}

/** Share of bad requests in the shown range. Null where it is not measured, or the threshold is no bound. */
function badRatio(slo: SloConfig, counts: Counts | null): number | null {
  if (counts === null) return null;
  if (slo.kind === 'availability') {
    return counts.errors === null || !counts.requests ? null : counts.errors / counts.requests;
  }
  const { buckets } = counts;
  const at = buckets?.upperBounds.indexOf(slo.thresholdMs ?? Number.NaN) ?? -1;
  const total = buckets?.cumulative.at(-1) ?? 0;
  return buckets === null || at === -1 || !(total > 0) ? null : 1 - (buckets.cumulative[at] ?? 0) / total;
}
