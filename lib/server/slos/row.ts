import 'server-only';
import type { BurnPairRow, SloRow } from '@/lib/contracts/slo';
import { burnRate, MIN_COVERAGE } from '@/lib/domain/burn';
import { formatDuration, formatRatioPercent } from '@/lib/domain/format';
import {
  endsInMs,
  isFiring,
  type PairReading,
  type SloCells,
  type SloState,
  sloBudget,
  sloState,
  windowCoverage,
} from '@/lib/domain/slo';
import { type BurnPair, budgetSentence, burnPairs } from '@/lib/domain/slo-windows';
import type { Ratios } from './measure';
import type { Objective } from './objectives';

/** The pairs of an objective as measured. `coverage` has cells of five minutes that end now. */
export function readingsOf({ slo, sli }: Objective, ratios: Ratios, coverage: SloCells): PairReading[] {
  const burn = (windowMs: number) =>
    burnRate(sli === null ? null : (ratios.get(windowMs)?.get(sli.key) ?? null), slo.objective);
  return burnPairs(slo).map((pair) => ({
    pair,
    longBurn: burn(pair.longMs),
    shortBurn: burn(pair.shortMs),
    coverageRatio: Math.min(windowCoverage(coverage, pair.longMs), windowCoverage(coverage, pair.shortMs)),
  }));
}

/**
 * A pair as the page shows it. `windowMs` is the objective's window, which the meaning of its factor is told for;
 * burn null: not measured.
 */
export const toPairRow = (reading: PairReading, windowMs: number): BurnPairRow => {
  const { pair, longBurn, shortBurn, coverageRatio } = reading;
  return {
    longMs: pair.longMs,
    shortMs: pair.shortMs,
    severity: pair.severity,
    factor: pair.factor,
    longBurn,
    shortBurn,
    coverageRatio,
    firing: isFiring(reading),
    silent: pair.silent,
    meaning: budgetSentence(pair.factor, windowMs),
  };
};

export const STATUS_OF = { page: 'bad', ticket: 'watch', ok: 'ok', 'no data': 'unknown', refused: 'unknown' } as const;

/** State in words, with what is special about it. */
export function wordOf(state: SloRow['state'], leftRatio: number | null, kept: SloRow['kept']): string {
  if (state === 'no data') return kept === null ? 'no data' : `no data, was ${kept.state}`;
  if (state === 'ok' && leftRatio !== null && leftRatio <= 0) return 'budget spent';
  return state;
}

/** What every row says of its objective before anything is measured. */
const rowHead = ({ id, model, slo, promise }: Objective) => ({
  id,
  model: model.name,
  name: slo.name,
  kind: slo.kind,
  origin: 'windsock' as const,
  promise,
  objective: slo.objective,
  windowMs: slo.windowMs,
  owner: slo.owner,
  runbook: slo.runbook,
});

/** The row of an objective that nothing can measure. */
export const refusedRow = (objective: Objective, problem: string): SloRow => ({
  ...rowHead(objective),
  attainment: null,
  leftRatio: null,
  coverageRatio: null,
  total: null,
  bad: null,
  pairs: burnPairs(objective.slo).map((pair: BurnPair) =>
    toPairRow({ pair, longBurn: null, shortBurn: null, coverageRatio: 0 }, objective.slo.windowMs),
  ),
  endsInMs: null,
  state: 'refused',
  status: 'unknown',
  word: 'refused',
  problem,
  kept: null,
  completeUntilMs: null,
});

/** Why the whole window is not measured, as a sentence; null when it is. */
function windowProblem(
  objective: Objective,
  asked: { coverageRatio: number; total: number | null; state: SloState; retention: string | null },
): string | null {
  const whole = formatDuration(objective.slo.windowMs);
  if (asked.coverageRatio < MIN_COVERAGE) {
    const kept = asked.retention === null ? '' : ` This Prometheus keeps ${asked.retention}.`;
    return `Only ${formatRatioPercent(asked.coverageRatio)} of the last ${whole} is measured, so attainment and budget are not.${kept}`;
  }
  if (!(asked.total ?? 0)) return `Nothing happened in the last ${whole}: no events, no budget.`;
  return null;
}

/** A measured objective as its row. */
export function toRow(
  objective: Objective,
  measured: {
    readings: readonly PairReading[];
    cells: SloCells;
    kept: SloRow['kept'];
    retention: string | null;
    completeUntilMs: number | null;
  },
): SloRow {
  const { slo, sli } = objective;
  const { readings, cells, kept, retention } = measured;
  const budget = sloBudget(cells, slo.objective);
  const state = sloState(readings);
  const isSpent = budget.leftRatio !== null && budget.leftRatio <= 0;
  return {
    ...rowHead(objective),
    attainment: budget.attainment,
    leftRatio: budget.leftRatio,
    coverageRatio: budget.coverageRatio,
    total: sli?.countsEvents ? budget.total : null,
    bad: sli?.countsEvents ? budget.bad : null,
    pairs: readings.map((reading) => toPairRow(reading, slo.windowMs)),
    endsInMs: endsInMs(readings, { leftRatio: budget.leftRatio, windowMs: slo.windowMs }),
    state,
    status: state === 'ok' && isSpent ? 'watch' : STATUS_OF[state],
    word: wordOf(state, budget.leftRatio, kept),
    problem:
      state === 'no data' && objective.problem !== null
        ? objective.problem
        : windowProblem(objective, { ...budget, state, retention }),
    kept,
    completeUntilMs: measured.completeUntilMs,
  };
}
