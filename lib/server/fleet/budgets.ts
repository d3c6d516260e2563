import 'server-only';
import type { BudgetState } from '@/lib/contracts/fleet';
import { budgetLeft, burnRate } from '@/lib/domain/burn';
import { coverageOf, sumValues } from '@/lib/domain/series';
import { stepForRange } from '@/lib/domain/time';
import type { ModelConfig, SloConfig } from '../config';
import type { Gather } from '../gather';
import { errorsQuery, requestsQuery, withinBoundQuery } from '../prometheus/signal-queries';
import { UNIT_MS } from '../signals/preset';
import type { Telemetry } from '../telemetry';
import { type Counts, tellsErrors } from './counts';
import { modelOf } from './labels';

export const NO_BUDGET: BudgetState = { objective: null, windowDays: null, leftRatio: null, burnRate: null };

const DAY_MS = 86_400_000;
/** Points of a window: enough to know its coverage to a percent. */
const WINDOW_POINTS = 120;

/** The objective that a model's row shows: its first of availability, else its first of latency. */
export const shownSlo = (model: ModelConfig): SloConfig | null =>
  model.slos.find(({ kind }) => kind === 'availability') ?? model.slos.find(({ kind }) => kind === 'latency') ?? null;

interface Spent {
  requests: number | null;
  errors: number | null;
  coverageRatio: number;
}

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
  const groups = new Map<string, SloConfig>();
  for (const { slo } of wanted) groups.set(groupOf(slo), slo);
  const spent = new Map(
    await Promise.all(
      [...groups].map(async ([key, slo]) => [key, await readWindow(telemetry, slo, asked, gather)] as const),
    ),
  );
  return new Map(
    wanted.map(({ model, slo }) => {
      const own = spent.get(groupOf(slo))?.get(model) ?? null;
      const counts = asked.counts.get(model) ?? null;
      const state: BudgetState = {
        objective: slo.objective,
        windowDays: slo.windowMs / DAY_MS,
        leftRatio: own === null ? null : budgetLeft({ ...own, objective: slo.objective }),
        burnRate: burnRate(badRatio(slo, counts), slo.objective),
      };
      return [model, state];
    }),
  );
}

const groupOf = ({ kind, windowMs, thresholdMs }: SloConfig): string => [kind, windowMs, thresholdMs].join(' ');

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

async function readWindow(
  { prometheus, map }: Telemetry,
  slo: SloConfig,
  { endMs, signal }: { endMs: number; signal: AbortSignal },
  gather: Gather,
): Promise<Map<string, Spent>> {
  const stepMs = stepForRange(slo.windowMs, WINDOW_POINTS);
  // Each point counts the step before it, so the first is a step into the window.
  const range = { startMs: endMs - slo.windowMs + stepMs, endMs, stepMs };
  const over = { fn: 'increase', windowMs: stepMs, model: null, byVersion: false } as const;
  const unit = map.latency.kind === 'histogram' ? UNIT_MS[map.latency.unit] : 1;
  const isLatency = slo.kind === 'latency';
  const totalQuery = isLatency ? withinBoundQuery(map, Number.POSITIVE_INFINITY, over) : requestsQuery(map, over);
  const partQuery = isLatency
    ? withinBoundQuery(map, Number(((slo.thresholdMs ?? 0) / unit).toPrecision(12)), over)
    : tellsErrors(map)
      ? errorsQuery(map, over)
      : null;
  const ask = (query: string | null) => (query === null ? null : prometheus.range(query, range, signal));
  const [total, part] = await Promise.all([
    gather.take('requests over the objective’s window', ask(totalQuery)),
    gather.take(isLatency ? 'requests in time' : 'errors over the objective’s window', ask(partQuery)),
  ]);
  const parts = new Map(part?.series.map(({ labels, values }) => [modelOf(map, labels), sumValues(values)]));
  const spent = new Map<string, Spent>();
  for (const { labels, values } of total?.series ?? []) {
    const model = modelOf(map, labels);
    const counted = sumValues(values);
    const own = parts.get(model) ?? null;
    const coverageRatio = coverageOf(values);
    if (isLatency) {
      const errors = own === null || counted === null ? null : Math.max(0, counted - own);
      spent.set(model, { requests: counted, errors, coverageRatio });
    } else {
      const errors = part === null ? null : (own ?? 0);
      const requests = map.requests?.successOnly ? (counted ?? 0) + (errors ?? 0) : counted;
      spent.set(model, { requests, errors, coverageRatio });
    }
  }
  return spent;
}
