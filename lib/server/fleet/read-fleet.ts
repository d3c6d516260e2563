import 'server-only';
import type { InputState, MissingSignal } from '@/lib/contracts/fleet';
import type { Sample, SeriesSet } from '@/lib/contracts/series';
import type { MeasuredModel } from '@/lib/domain/findings';
import { addBuckets, type Buckets } from '@/lib/domain/histogram';
import { inputState } from '@/lib/domain/input-state';
import { type Rise, riseOf } from '@/lib/domain/rise-answer';
import { DAY_MS, rateWindowMs, stepForRange } from '@/lib/domain/time';
import { DEFAULT_POLICY } from '../config/parse';
import { inputsNow } from '../drift/fleet-inputs';
import { Gather } from '../gather';
import {
  alertsQuery,
  bucketsQuery,
  type CounterAsked,
  errorsQuery,
  gaugeQuery,
  quantilesQuery,
  requestsQuery,
} from '../prometheus/signal-queries';
import { UNIT_MS } from '../signals/preset';
import { modelConfigOf, type Telemetry } from '../telemetry';
import { NO_BUDGET, readBudgets } from './budgets';
import { type CountAnswers, type Counts, countsBy } from './counts';
import { modelOf, versionOf } from './labels';
import { rolesQuery, rolesTold, withRoles } from './roles';

/** Models of one answer at most, by traffic. */
export const MAX_MODELS = 200;
/** Buckets of one answer at most: 200 models of five versions with twenty buckets each. */
const MAX_BUCKET_SERIES = 20_000;
/** Queries of the drift engine that the drawer shows. */
const MAX_WHY = 10;
const SPARK_POINTS = 48;

export interface FleetAsked {
  startMs: number;
  endMs: number;
  against: 'day' | 'week';
  /** Null: the whole fleet. */
  model: string | null;
  nowMs: number;
}

export interface MeasuredFleet {
  models: MeasuredModel[];
  p95Spark: ReadonlyMap<string, (number | null)[]>;
  /** Since when models are slower, as their P95 over time says; and the step of that. */
  rises: readonly Rise[];
  stepMs: number;
  missing: readonly MissingSignal[];
  truncated: string | null;
  gather: Gather;
}

/**
 * Everything the table of Overview measures, for all models at once: the number of queries does not depend on the number
 * of models. Requests are needed; whatever else fails is left out and said.
 */
export async function readFleet(telemetry: Telemetry, asked: FleetAsked, signal: AbortSignal): Promise<MeasuredFleet> {
  const { prometheus, map, config, source } = telemetry;
  const { startMs, endMs, model } = asked;
  const windowMs = endMs - startMs;
  const gather = new Gather(signal);
  gather.why.push(...telemetry.why);
  const beforeMs = endMs - (asked.against === 'day' ? DAY_MS : 7 * DAY_MS);
  const called = asked.against === 'day' ? 'at the same time yesterday' : 'at the same time last week';

  const instant = (query: string | null, atMs: number, limit?: number) =>
    query === null ? null : prometheus.instant(query, atMs, signal, limit);
  const window = (byVersion: boolean): CounterAsked => ({ fn: 'increase', windowMs, model, byVersion });
  const stepMs = stepForRange(windowMs, SPARK_POINTS, source.scrapeIntervalMs);
  const sparkQuery = quantilesQuery(map, [0.95], {
    fn: 'rate',
    windowMs: rateWindowMs(stepMs, source.scrapeIntervalMs),
    model,
    byVersion: false,
  });
  const { featureDriftScore, labelFreshness } = map.contract;
  const gauge = (signalOf: typeof labelFreshness, ...keep: string[]) =>
    signalOf.present ? gaugeQuery(signalOf.metric, namesOf(signalOf.labels, keep)) : null;

  const requestsNow = requestsQuery(map, window(true));
  if (requestsNow === null) {
    return { models: [], p95Spark: new Map(), rises: [], stepMs, missing: map.missing, truncated: null, gather };
  }
  const [requests, errors, buckets, requestsThen, errorsThen, bucketsThen, spark, roles, drift, freshness, alerts] =
    await Promise.all([
      gather.need('requests by version', prometheus.instant(requestsNow, endMs, signal)),
      gather.take('errors by version', instant(errorsQuery(map, window(true)), endMs)),
      gather.take('latency buckets by version', instant(bucketsQuery(map, window(true)), endMs, MAX_BUCKET_SERIES)),
      gather.take('requests before', instant(requestsQuery(map, window(false)), beforeMs)),
      gather.take('errors before', instant(errorsQuery(map, window(false)), beforeMs)),
      gather.take('latency buckets before', instant(bucketsQuery(map, window(false)), beforeMs, MAX_BUCKET_SERIES)),
      gather.take(
        'P95 over time',
        sparkQuery === null ? null : prometheus.range(sparkQuery, { startMs, endMs, stepMs }, signal),
      ),
      gather.take('roles', instant(rolesQuery(map, model), endMs)),
      gather.take(
        'input drift computed elsewhere',
        instant(gauge(featureDriftScore, 'model', 'feature', 'method'), endMs),
      ),
      gather.take('label age', instant(gauge(labelFreshness, 'model'), endMs)),
      gather.take('firing alerts', prometheus.instant(alertsQuery(), endMs, signal)),
    ]);

  const now: CountAnswers = { requests, errors, buckets };
  const keyOf = (labels: Sample['labels']) => JSON.stringify([modelOf(map, labels), versionOf(map, labels)]);
  const byModelVersion = countsBy(map, now, keyOf);
  const byModel = modelCounts(byModelVersion);
  const then = countsBy(map, { requests: requestsThen, errors: errorsThen, buckets: bucketsThen }, (labels) =>
    modelOf(map, labels),
  );
  const names = [...byModel].sort(([, a], [, b]) => (b.requests ?? 0) - (a.requests ?? 0)).map(([name]) => name);
  const shown = names.filter((name) => name !== '').slice(0, MAX_MODELS);
  const budgets = await readBudgets(
    telemetry,
    { endMs, models: config.models.filter(({ name }) => shown.includes(name)), counts: byModel, signal },
    gather,
  );

  const p95Spark = sparkByModel(telemetry, spark);
  const computed = inputsNow({
    source: source.url,
    models: byTraffic(map, requests),
    startMs,
    endMs,
    nowMs: asked.nowMs,
  });
  for (const { why } of [...computed.known.values()].slice(0, MAX_WHY)) if (why !== null) gather.why.push(why);
  const told = rolesTold(map, roles);
  const models = shown.map((name): MeasuredModel => {
    const own = modelConfigOf(config, name);
    const versions = [...byModelVersion]
      .map(([key, counts]) => ({ key: JSON.parse(key) as [string, string], counts }))
      .filter(({ key, counts }) => key[0] === name && (counts.requests ?? 0) > 0)
      .map(({ key, counts }) => ({ version: key[1], ...counts }));
    const counts = byModel.get(name) ?? { requests: null, errors: null, buckets: null };
    const before = then.get(name) ?? null;
    const policy = own?.policy ?? DEFAULT_POLICY;
    const label = labelFreshness.labels;
    const received = freshness?.find(({ labels }) => labels[label.model ?? ''] === name)?.value ?? null;
    return {
      model: name,
      ...counts,
      versions: withRoles(versions, { config, model: name, told }),
      before: before === null ? null : { called, ...before },
      budget: budgets.get(name) ?? NO_BUDGET,
      inputs:
        computed.known.get(name)?.state ??
        elsewhere(driftOf(name, drift, featureDriftScore.labels), featureDriftScore, computed.pending.has(name)),
      labelAgeMs: received === null ? null : Math.max(0, endMs - received * 1000),
      labelLimitMs: own?.slos.find(({ kind }) => kind === 'freshness')?.thresholdMs ?? null,
      alerts: alertsOf(name, alerts, map.modelLabel),
      silentMs: silence(p95Spark.get(name) ?? null, stepMs),
      limits: {
        maxErrorIncrease: policy.maxErrorIncreasePoints / 100,
        maxP95IncreaseRatio: policy.maxP95IncreaseRatio,
      },
    };
  });
  const truncated =
    names.length > MAX_MODELS ? `Only the ${MAX_MODELS} models with most requests of ${names.length} are here.` : null;
  const grid = { startMs: spark?.startMs ?? startMs, stepMs };
  const rises = shown.flatMap((name) => riseOf(name, p95Spark.get(name) ?? [], grid) ?? []);
  return { models, p95Spark, rises, stepMs, missing: map.missing, truncated, gather };
}

/** What was computed elsewhere, and that it was; without any, whether this console is at it. */
function elsewhere(
  scores: Parameters<typeof inputState>[0],
  { metric }: { metric: string },
  isPending: boolean,
): InputState {
  if (isPending && scores.length === 0) {
    const basis = 'This console computes it from the metrics, as on the drift page; it is here in a moment.';
    return { status: 'unknown', word: 'being computed', basis, isPending };
  }
  const basis =
    scores.length > 0
      ? `Computed elsewhere (${metric}); its reference and sample are not known here. The drift page computes its own.`
      : `Neither this console nor ${metric} measures the inputs in this range.`;
  return { ...inputState(scores), basis, isPending };
}

/** Models of an answer, those with most requests first. */
function byTraffic(map: Telemetry['map'], requests: readonly Sample[]): string[] {
  const sums = new Map<string, number>();
  for (const { labels, value } of requests) {
    const model = modelOf(map, labels);
    if (model !== '' && (value ?? 0) > 0) sums.set(model, (sums.get(model) ?? 0) + (value ?? 0));
  }
  return [...sums].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([model]) => model);
}

const namesOf = (labels: Readonly<Record<string, string>>, keep: readonly string[]): string[] =>
  keep.flatMap((name) => labels[name] ?? []);

/**
 * Sums over a model's versions. Requests or errors that one version lacks are not measured for the whole; latency is
 * that of whatever has a histogram, since a stack may tell it without the version that its counter has.
 */
function modelCounts(byVersion: ReadonlyMap<string, Counts>): Map<string, Counts> {
  const groups = new Map<string, Counts[]>();
  for (const [key, counts] of byVersion) {
    const [model] = JSON.parse(key) as [string, string];
    groups.set(model, [...(groups.get(model) ?? []), counts]);
  }
  const sum = (values: (number | null)[]): number | null =>
    values.some((value) => value === null) ? null : values.reduce<number>((total, value) => total + (value ?? 0), 0);
  return new Map(
    [...groups].map(([model, list]) => {
      const histograms = list.flatMap(({ buckets }): Buckets[] => (buckets === null ? [] : [buckets]));
      const counted = list.filter(({ requests }) => requests !== null);
      return [
        model,
        {
          requests: counted.length === 0 ? null : sum(counted.map(({ requests }) => requests)),
          errors: counted.length === 0 ? null : sum(counted.map(({ errors }) => errors)),
          buckets: addBuckets(histograms),
        },
      ];
    }),
  );
}

const driftOf = (model: string, samples: readonly Sample[] | null, names: Readonly<Record<string, string>>) =>
  (samples ?? [])
    .filter(({ labels }) => labels[names.model ?? ''] === model)
    .map(({ labels, value }) => ({
      feature: labels[names.feature ?? ''] ?? '',
      method: labels[names.method ?? ''] ?? '',
      value,
    }));

const CRITICAL = /^(critical|page|p1|sev[01]|error)$/i;

const alertsOf = (model: string, samples: readonly Sample[] | null, modelLabel: string) =>
  samples
    ?.filter(({ labels }) => [labels[modelLabel], labels.model_name, labels.model].includes(model))
    .map(({ labels }) => ({ name: labels.alertname ?? 'alert', critical: CRITICAL.test(labels.severity ?? '') })) ??
  null;

function sparkByModel({ map }: Telemetry, spark: SeriesSet | null): Map<string, (number | null)[]> {
  const factor = map.latency.kind === 'histogram' || map.latency.kind === 'native' ? UNIT_MS[map.latency.unit] : 1;
  return new Map(
    spark?.series.map(({ labels, values }) => [
      modelOf(map, labels),
      values.map((value) => (value === null ? null : value * factor)),
    ]),
  );
}

/** How long before the end the last point with latency lies; null when there is none. */
function silence(values: readonly (number | null)[] | null, stepMs: number): number | null {
  if (values === null) return null;
  for (let i = values.length - 1; i >= 0; i -= 1) if (values[i] !== null) return (values.length - 1 - i) * stepMs;
  return null;
}
