import { Events } from '@/lib/contracts/event';
import { Impact, type ImpactRow } from '@/lib/contracts/impact';
import { Metric } from '@/lib/contracts/metric';
import { ModelErrors, ModelStages, ModelTraffic } from '@/lib/contracts/model';
import type { SeriesSet } from '@/lib/contracts/series';
import { Slos } from '@/lib/contracts/slo';
import { DAY_MS, MINUTE_MS } from '@/lib/domain/time';
import type { DemoConsole } from './console';

/** The model that the outage hits hardest, and whose team owns the incident. */
export const MODEL = 'fraud_detector';
const ALERT = 'FeatureStoreDown';
/** A fetch takes this many times as long as before, or more: the store is ill. */
const ILL = 2;

/** One time that an alert fired. */
export interface Fired {
  name: string;
  labels: Record<string, string>;
  startMs: number;
  endMs: number;
}

/** What the outage did to one version, all of it measured. Ratios 0 to 1; `extra`: requests that failed beyond the ratio of before. */
export interface Hurt {
  model: string;
  version: string;
  row: ImpactRow;
  before: number;
  during: number;
  extra: number;
}

/** The outage as the console's own answers tell it; every number of the record is from here. */
export interface Outage {
  startMs: number;
  endMs: number;
  alert: Fired;
  /** The alert on the errors of the model, which came after that of the store. */
  burn: Fired;
  runbook: string | null;
  /** What the console counted, and the versions of it that certainly failed more. */
  impact: Impact;
  hurt: Hurt[];
  fetch: { beforeMs: number; duringMs: number; afterMs: number };
  /** Requests of MODEL per second. */
  rate: { before: number; during: number };
  /** Of MODEL, at most in the outage; at most until the alert on it was three minutes old; and after the end. */
  errorRatio: { peak: number; seen: number; after: number };
  timeouts: { reason: string; count: number; total: number; traceId: string };
  /** The last thing that changed before it began, in words with its instant; null: nothing in the day before. */
  change: { text: string; atMs: number } | null;
  /** Share of the budget of MODEL that the outage ate, and how long the objective's window is. */
  budget: { eaten: number; objective: number; windowMs: number };
}

/** Thrown where the demo's telemetry does not hold what the record is made from. */
function must<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`${what} is not measured`);
  return value;
}

/** The measured values of a series within a time, `endMs` excluded. */
function within(set: SeriesSet, label: [name: string, value: string] | null, startMs: number, endMs: number): number[] {
  const series = set.series.filter(({ labels }) => label === null || labels[label[0]] === label[1]);
  return series.flatMap(({ values }) =>
    values.filter((value, i): value is number => {
      const atMs = set.startMs + i * set.stepMs;
      return value !== null && atMs >= startMs && atMs < endMs;
    }),
  );
}

function mean(values: readonly number[], what: string): number {
  if (values.length === 0) throw new Error(`${what} is not measured`);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The newest time that an alert fired and ended, in the last three days; null: it did not. */
async function findAlert(from: DemoConsole, nowMs: number, name: string): Promise<Fired | null> {
  const query = `ALERTS{alertstate="firing",alertname="${name}"}`;
  const range = { startMs: nowMs - 3 * DAY_MS, endMs: nowMs - DAY_MS };
  const coarse = await from.get(Metric, 'metrics', { ...range, query });
  const seenMs = instantsOf(coarse.set).at(-1);
  if (seenMs === undefined) return null;
  // Once more around it, in the steps in which the rule is evaluated.
  const fine = await from.get(Metric, 'metrics', {
    startMs: seenMs - 60 * MINUTE_MS,
    endMs: seenMs + 60 * MINUTE_MS,
    query,
  });
  const [startMs, endMs] = [instantsOf(fine.set)[0], instantsOf(fine.set).at(-1)];
  if (startMs === undefined || endMs === undefined) return null;
  const { __name__: _, alertstate: __, ...labels } = fine.set.series[0]?.labels ?? {};
  return { name, labels, startMs, endMs: endMs + fine.set.stepMs };
}

const instantsOf = (set: SeriesSet): number[] =>
  set.series
    .flatMap(({ values }) => values.flatMap((value, i) => (value === null ? [] : [set.startMs + i * set.stepMs])))
    .sort((a, b) => a - b);

/** The demo's past outage; null where its telemetry holds none. Throws where a part of it is not measured. */
export async function findOutage(from: DemoConsole, nowMs: number): Promise<Outage | null> {
  const [alert, burn] = await Promise.all([
    findAlert(from, nowMs, ALERT),
    findAlert(from, nowMs, 'HighErrorRateFastBurn'),
  ]);
  if (alert === null || burn === null) return null;
  const around = { startMs: alert.startMs - 30 * MINUTE_MS, endMs: alert.endMs + 30 * MINUTE_MS };
  const [stages, traffic] = await Promise.all([
    from.get(ModelStages, `models/${MODEL}/stages`, around),
    from.get(ModelTraffic, `models/${MODEL}/traffic`, around),
  ]);
  const fetch: [string, string] = ['stage', 'feature_fetch'];
  const usualMs = mean(within(stages.stages, fetch, around.startMs, alert.startMs - 10 * MINUTE_MS), 'the usual fetch');
  const fetches = must(
    stages.stages.series.find(({ labels }) => labels.stage === 'feature_fetch'),
    'the fetch',
  );
  const ill = fetches.values.flatMap((value, i) =>
    value !== null && value >= ILL * usualMs ? [stages.stages.startMs + i * stages.stages.stepMs] : [],
  );
  // A rate sees a change in the first step after it.
  const startMs = must(ill[0], 'the start of the outage') - stages.stages.stepMs;
  const endMs = must(ill.at(-1), 'the end of the outage');
  const during = { startMs, endMs };
  const before = { startMs: startMs - (endMs - startMs), endMs: startMs };
  const [impact, errors, events, dayBefore, slos] = await Promise.all([
    from.get(Impact, 'impact', during),
    from.get(ModelErrors, `models/${MODEL}/errors`, during),
    from.get(Events, 'events', around),
    from.get(Events, 'events', { startMs: startMs - DAY_MS, endMs: startMs, model: MODEL }),
    from.get(Slos, 'slos', { endMs: nowMs }),
  ]);
  const settled = { startMs: endMs + 5 * MINUTE_MS, endMs: endMs + 15 * MINUTE_MS };
  const told = (set: SeriesSet, range: { startMs: number; endMs: number }, what: string, label = fetch) =>
    mean(within(set, label, range.startMs, range.endMs), what);
  const timeouts = must(errors.reasons[0], 'why requests failed');
  const change = dayBefore.events.filter(({ kind }) => kind === 'version' || kind === 'role').at(-1);
  const objective = must(
    slos.rows.find(({ id }) => id === `${MODEL}/availability`),
    'the objective',
  );
  const hurt = hurtOf(impact);
  const own = must(
    hurt.find(({ model }) => model === MODEL),
    `what it did to ${MODEL}`,
  );
  const promised = must(objective.objective, 'the objective');
  return {
    startMs,
    endMs,
    alert,
    burn,
    runbook: events.events.find(({ kind, text }) => kind === 'alert' && text.startsWith(ALERT))?.href ?? null,
    impact,
    hurt,
    fetch: {
      beforeMs: usualMs,
      duringMs: told(stages.stages, { startMs: startMs + 3 * MINUTE_MS, endMs }, 'the fetch in the outage'),
      afterMs: told(stages.stages, settled, 'the fetch after the outage'),
    },
    rate: {
      before: mean(within(traffic.requestsPerSecond, null, before.startMs, startMs), 'the traffic before'),
      during: mean(within(traffic.requestsPerSecond, null, startMs, endMs), 'the traffic in the outage'),
    },
    errorRatio: {
      peak: Math.max(...within(traffic.errorRatio, null, startMs, endMs)),
      seen: Math.max(...within(traffic.errorRatio, null, startMs, burn.startMs + 3 * MINUTE_MS)),
      after: mean(within(traffic.errorRatio, null, settled.startMs, settled.endMs), 'the errors after'),
    },
    timeouts: {
      reason: timeouts.reason,
      count: timeouts.count,
      total: must(errors.total, 'the failed requests in the logs'),
      traceId: must(timeouts.exampleTraceId, 'a trace of a failed request'),
    },
    change: change === undefined ? null : { text: change.text, atMs: change.atMs },
    budget: {
      eaten: own.extra / (must(objective.total, 'the requests of the window') * (1 - promised)),
      objective: promised,
      windowMs: must(objective.windowMs, 'the window of the objective'),
    },
  };
}

/** The versions of which it is certain that more failed, the worst first. */
const hurtOf = ({ rows }: Impact): Hurt[] =>
  rows.flatMap((row): Hurt[] => {
    const { model, version, failed } = row;
    if (!row.states.includes('failed')) return [];
    return [
      {
        model,
        version,
        row,
        before: must(failed.beforeRatio, `the errors of ${model} before`),
        during: must(failed.ratio, `the errors of ${model} in the outage`),
        extra: must(failed.excess?.count, `what ${model} lost`),
      },
    ];
  });
