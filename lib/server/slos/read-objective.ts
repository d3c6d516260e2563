import 'server-only';
import type { SeriesSet } from '@/lib/contracts/series';
import type { SloDetail } from '@/lib/contracts/slo';
import { burnRate } from '@/lib/domain/burn';
import { emptySet } from '@/lib/domain/series';
import { budgetOverTime, eatenStretches } from '@/lib/domain/slo';
import { BURN_WINDOWS_MS } from '@/lib/domain/slo-windows';
import { CHART_POINTS, DAY_MS, HOUR_MS, stepForRange, toQueryDuration } from '@/lib/domain/time';
import { AppError } from '../errors';
import { Gather } from '../gather';
import type { Telemetry } from '../telemetry';
import { findObjective } from './find';
import { readWindow } from './measure';
import { type Objective, readObjectives } from './objectives';
import { readRows } from './read-slos';
import type { Sli } from './sli';

/** Burn rates drawn over time: the long window of each pair. */
const DRAWN_WINDOWS_MS = [HOUR_MS, 6 * HOUR_MS, DAY_MS, 3 * DAY_MS] as const;

interface Asked {
  model: string;
  slo: string;
  endMs: number;
  signal: AbortSignal;
}

/** One objective of the configuration over its own window. Throws `not_found`, or `bad_request` for one that is refused. */
export async function readObjective(telemetry: Telemetry, asked: Asked): Promise<SloDetail> {
  const { endMs, signal } = asked;
  const gather = new Gather(signal);
  const objective = findObjective(await readObjectives(telemetry, asked, gather), asked);
  const { sli, slo, model } = objective;
  if (sli === null) {
    throw new AppError('bad_request', `${objective.id} is not measured: ${objective.problem ?? 'nothing counts it.'}`);
  }
  const [rows, cells, burn, retention] = await Promise.all([
    readRows(telemetry, [objective], { ...asked, retention: null, complete: new Map() }, gather),
    readWindow(telemetry, sli, { endMs, signal, windowMs: slo.windowMs, model: sli.key }, gather),
    readBurn(telemetry, objective, sli, asked, gather),
    gather.part('how long samples are kept', () => telemetry.prometheus.retention(signal)),
  ]);
  const [row] = rows;
  if (row === undefined) throw new Error(`no row of ${model.name}`);
  const own = cells.of(sli.key);
  const kept = retention === null || row.problem === null ? '' : ` This Prometheus keeps ${retention}.`;
  return {
    row: { ...row, problem: row.problem === null ? null : `${row.problem}${kept}` },
    startMs: endMs - slo.windowMs,
    endMs,
    budget: {
      startMs: own.startMs,
      stepMs: own.stepMs,
      series: [{ labels: { series: 'budget left' }, values: budgetOverTime(own, slo.objective) }],
    },
    burn,
    stretches: eatenStretches(own, slo.objective),
    expressions: BURN_WINDOWS_MS.map((windowMs) => ({ windowMs, query: sli.ratio(windowMs, sli.key) })),
    gaps: gather.gaps,
    why: gather.why,
  };
}

/** Burn rates of the long windows over the objective's window; a window longer than it is left out. */
async function readBurn(
  { prometheus }: Telemetry,
  { slo }: Objective,
  sli: Sli,
  { endMs, signal }: Asked,
  gather: Gather,
): Promise<SeriesSet> {
  const stepMs = stepForRange(slo.windowMs, CHART_POINTS);
  const range = { startMs: endMs - slo.windowMs, endMs, stepMs };
  const sets = await Promise.all(
    DRAWN_WINDOWS_MS.filter((windowMs) => windowMs < slo.windowMs).map(async (windowMs) => {
      const window = toQueryDuration(windowMs);
      const set = await gather.take(
        `burn rate over ${window}`,
        prometheus.range(sli.ratio(windowMs, sli.key), range, signal),
      );
      return { window, set };
    }),
  );
  const [grid] = sets.flatMap(({ set }) => (set === null || set.series.length === 0 ? [] : [set]));
  if (grid === undefined) return emptySet(range, stepMs);
  return {
    startMs: grid.startMs,
    stepMs: grid.stepMs,
    series: sets.flatMap(({ window, set }) =>
      (set?.series ?? []).slice(0, 1).map(({ values }) => ({
        labels: { window },
        values: values.map((value) => burnRate(value, slo.objective)),
      })),
    ),
  };
}
