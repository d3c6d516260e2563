import 'server-only';
import type { ReadinessResult } from '@/lib/contracts/readiness';
import {
  judgeBounds,
  judgeCardinality,
  judgeExemplars,
  judgeHistograms,
  judgeTargets,
  timedMetrics,
} from '@/lib/domain/readiness-metrics';
import { HOUR_MS } from '@/lib/domain/time';
import { getConfig } from '../config';
import type { Gather } from '../gather';
import { type PrometheusClient, prometheusClient } from '../prometheus/client';
import { carrierOf, seriesWithLabel, UP_QUERY } from '../prometheus/readiness-queries';
import { metricSelector } from '../prometheus/signal-queries';
import { UNIT_MS } from '../signals/preset';
import { modelConfigOf } from '../telemetry';
import type { Scope } from './scope';

/** Names that the cardinality of a server is told by. */
const TOP = 20;
/** Metrics that may be native histograms or summaries, and are asked what they are. */
const MAX_ASKED_TYPES = 20;

const clients = (): PrometheusClient[] => getConfig().sources.prometheus.map((source) => prometheusClient(source));

/** Targets of every Prometheus; where one does not list them, its series `up` tell. */
export const measureTargets = (scope: Scope, gather: Gather): Promise<ReadinessResult[]> =>
  Promise.all(
    clients().map(async (client) => {
      const { name } = client.source;
      const [listed, ups] = await Promise.all([
        gather.take(`targets of ${name}`, client.targets(scope.signal)),
        gather.take(`up of ${name}`, client.instant(UP_QUERY, scope.endMs, scope.signal)),
      ]);
      if (listed !== null && (listed.active.length > 0 || ups === null || ups.length === 0)) {
        return judgeTargets(
          name,
          listed.active.map(({ labels, health, lastError }) => ({
            job: labels.job ?? '',
            instance: labels.instance ?? '',
            isUp: health !== 'down',
            error: lastError,
          })),
        );
      }
      return judgeTargets(
        name,
        ups?.map(({ labels, value }) => ({
          job: labels.job ?? '',
          instance: labels.instance ?? '',
          isUp: value !== 0,
          error: null,
        })) ?? null,
      );
    }),
  );

/** Metrics of time that name a model, by what they keep. */
export async function measureHistograms(scope: Scope, gather: Gather): Promise<ReadinessResult | null> {
  const { telemetry, startMs, endMs, signal } = scope;
  const { prometheus, map } = telemetry;
  const names = await gather.take(
    'metrics that name a model',
    prometheus.labelValues('__name__', { startMs, endMs, match: [seriesWithLabel(map.modelLabel)] }, signal),
  );
  if (names === null) return null;
  const { summaries } = timedMetrics(names, []);
  // A native histogram and a summary look alike by their names.
  const types = await Promise.all(
    summaries.slice(0, MAX_ASKED_TYPES).map(async (metric) => {
      const told = await gather.take(`type of ${metric}`, prometheus.metadata({ metric }, signal));
      return told?.[metric]?.[0]?.type === 'histogram' ? [metric] : [];
    }),
  );
  const native = map.latency.kind === 'native' ? [map.latency.metric] : [];
  return judgeHistograms(timedMetrics(names, [...new Set([...native, ...types.flat()])]));
}

/** Thresholds of the latency objectives against the bounds of the buckets. */
export function measureBounds(scope: Scope, bounds: ReadonlyMap<string, number[]>): ReadinessResult[] {
  const { map, config } = scope.telemetry;
  const { latency } = map;
  if (latency.kind !== 'histogram' && latency.kind !== 'native') return [];
  return scope.models.map((model) =>
    judgeBounds({
      model,
      metric: latency.kind === 'histogram' ? `${latency.metric}_bucket` : latency.metric,
      thresholdsMs:
        modelConfigOf(config, model)?.slos.flatMap(({ kind, thresholdMs }) =>
          kind === 'latency' && thresholdMs !== null ? [thresholdMs] : [],
        ) ?? [],
      boundsMs: bounds.get(model) ?? null,
      unitMs: UNIT_MS[latency.unit],
      isNative: latency.kind === 'native',
    }),
  );
}

/** Exemplars of the latency of each model in the newest hour of the range. */
export async function measureExemplars(scope: Scope, gather: Gather): Promise<ReadinessResult[]> {
  const { telemetry, endMs, signal } = scope;
  const { prometheus, map } = telemetry;
  if (map.latency.kind !== 'histogram' && map.latency.kind !== 'native') return [];
  const metric = map.latency.kind === 'histogram' ? `${map.latency.metric}_bucket` : map.latency.metric;
  const startMs = Math.max(scope.startMs, endMs - HOUR_MS);
  const [found, flags] = await Promise.all([
    gather.take('exemplars of latency', prometheus.exemplars(metricSelector(metric), { startMs, endMs }, signal)),
    gather.part('flags of Prometheus', () => prometheus.flags(signal)),
  ]);
  const enabled = flags?.['enable-feature'];
  const isOff = enabled !== undefined && !enabled.split(',').includes('exemplar-storage');
  const counts = new Map<string, number>();
  for (const { seriesLabels, traceId } of found ?? []) {
    const model = seriesLabels[map.modelLabel] ?? '';
    if (traceId !== null) counts.set(model, (counts.get(model) ?? 0) + 1);
  }
  return scope.models.map((model) =>
    judgeExemplars(model, { count: found === null ? null : (counts.get(model) ?? 0), metric, isOff }),
  );
}

/** Values by label and series by metric of every Prometheus; of the worst label also where it is. */
export const measureCardinality = (scope: Scope, gather: Gather): Promise<ReadinessResult[]> =>
  Promise.all(
    clients().map(async (client) => {
      const { name } = client.source;
      const status = await gather.part(`cardinality of ${name}`, async () => {
        const answer = await client.tsdbStatus(TOP, scope.signal);
        if (answer === null) return null;
        return gather.need(`cardinality of ${name}`, Promise.resolve(answer));
      });
      if (status === null) return judgeCardinality(name, null);
      const labels = status.labelValueCountByLabelName.filter((one) => one.name !== '__name__');
      const [worst] = labels;
      const isMany =
        worst !== undefined &&
        judgeCardinality(name, { series: null, labels: [worst], metrics: [], carrier: null }).state !== 'pass';
      const carrier = isMany
        ? await gather.take(
            `where label ${worst.name} is`,
            client.instant(carrierOf(worst.name), scope.endMs, scope.signal),
          )
        : null;
      return judgeCardinality(name, {
        series: status.headStats?.series ?? null,
        labels,
        metrics: status.seriesCountByMetricName,
        carrier: carrier?.[0]?.labels.__name__ ?? null,
      });
    }),
  );
