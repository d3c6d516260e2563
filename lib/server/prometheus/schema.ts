import 'server-only';
import { z } from 'zod';
import { Labels } from '@/lib/contracts/series';
import { parseDurationMs } from '@/lib/domain/time';

/*
 * The fields read of the Prometheus HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/), in our units.
 */

/** A point as sent: seconds and a string. */
type RawPoint = readonly [number, string];

// Points arrive by the hundred thousand: one pass by hand, not a schema per pair.
const isPoint = (value: unknown): value is RawPoint =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'string';
const Point = z.custom<RawPoint>(isPoint, 'expected [seconds, "value"]');
const Points = z.custom<readonly RawPoint[]>(
  (value) => Array.isArray(value) && value.every(isPoint),
  'expected pairs of seconds and "value"',
);

const Histogram = z.object({
  count: z.string(),
  sum: z.string().optional(),
  buckets: z.array(z.tuple([z.number(), z.string(), z.string(), z.string()])).optional(),
});
const HistogramPoint = z.tuple([z.number(), Histogram]);
export type RawHistogram = z.infer<typeof Histogram>;

const VectorSample = z.object({
  metric: Labels,
  value: Point.optional(),
  histogram: HistogramPoint.optional(),
});
const MatrixSeries = z.object({
  metric: Labels,
  values: Points.optional(),
  histograms: z.array(HistogramPoint).optional(),
});

export const QueryData = z.discriminatedUnion('resultType', [
  z.object({ resultType: z.literal('vector'), result: z.array(VectorSample) }),
  z.object({ resultType: z.literal('matrix'), result: z.array(MatrixSeries) }),
  z.object({ resultType: z.literal('scalar'), result: Point }),
  z.object({ resultType: z.literal('string'), result: Point }),
]);
export type QueryData = z.infer<typeof QueryData>;

/** The envelope of every answer. `isPartial` is VictoriaMetrics' word for an answer with a node missing. */
export const envelope = <S extends z.ZodType>(data: S) =>
  z.object({
    status: z.literal('success'),
    data,
    warnings: z.array(z.string()).nullish(),
    infos: z.array(z.string()).nullish(),
    isPartial: z.boolean().optional(),
  });

export const ErrorEnvelope = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() });

/** "NaN" and "±Inf" are not measured; Number("+Inf") would be NaN anyway, but "1e+21" must stay. */
export function toNumber(text: string): number | null {
  const value = Number(text);
  return text !== '' && Number.isFinite(value) ? value : null;
}

/** An RFC 3339 time, nanoseconds and zone included; null for Go's zero time, which means "never". */
function toTimeMs(text: string | null | undefined): number | null {
  if (text === null || text === undefined || text.startsWith('0001-01-01')) return null;
  const ms = Date.parse(text);
  return Number.isFinite(ms) ? ms : null;
}

const nullableText = z.string().nullish();
const time = nullableText.transform(toTimeMs);
const seconds = z
  .number()
  .nullish()
  .transform((value) => (value === null || value === undefined ? null : value * 1000));
const labels = Labels.nullish().transform((value) => value ?? {});

const ALERT_STATES = ['firing', 'pending', 'inactive', 'unknown'] as const;
export type AlertState = (typeof ALERT_STATES)[number];
const state = z.string().transform((text): AlertState => ALERT_STATES.find((known) => known === text) ?? 'unknown');

/** An alert as Prometheus has it: pending and firing only; silences are unknown here. */
export const PrometheusAlert = z
  .object({ labels, annotations: labels, state, activeAt: time, keepFiringSince: time, value: nullableText })
  .transform(({ activeAt, keepFiringSince, value, ...rest }) => ({
    ...rest,
    activeAtMs: activeAt,
    keepFiringSinceMs: keepFiringSince,
    value: toNumber(value ?? ''),
  }));
export type PrometheusAlert = z.infer<typeof PrometheusAlert>;

const Rule = z
  .object({
    type: z.enum(['alerting', 'recording']),
    name: z.string(),
    query: z.string(),
    labels,
    annotations: labels,
    state: state.optional(),
    duration: seconds,
    keepFiringFor: seconds,
    alerts: z.array(PrometheusAlert).nullish(),
    health: z.string(),
    lastError: nullableText,
    evaluationTime: seconds,
    lastEvaluation: time,
  })
  .transform(({ duration, keepFiringFor, evaluationTime, lastEvaluation, ...rule }) => ({
    ...rule,
    state: rule.state ?? null,
    forMs: duration,
    keepFiringForMs: keepFiringFor,
    alerts: rule.alerts ?? [],
    lastError: rule.lastError || null,
    evaluationMs: evaluationTime,
    lastEvaluationMs: lastEvaluation,
  }));

export const RuleGroups = z.object({
  groups: z
    .array(
      z
        .object({
          name: z.string(),
          file: nullableText,
          interval: seconds,
          evaluationTime: seconds,
          lastEvaluation: time,
          rules: z.array(Rule),
        })
        .transform(({ interval, evaluationTime, lastEvaluation, file, ...group }) => ({
          ...group,
          file: file ?? '',
          intervalMs: interval,
          evaluationMs: evaluationTime,
          lastEvaluationMs: lastEvaluation,
        })),
    )
    .nullish()
    .transform((groups) => groups ?? []),
});
export type RuleGroup = z.infer<typeof RuleGroups>['groups'][number];

export const Alerts = z.object({ alerts: z.array(PrometheusAlert).nullish() });

const Target = z
  .object({
    labels,
    scrapePool: nullableText,
    scrapeUrl: nullableText,
    lastError: nullableText,
    lastScrape: time,
    lastScrapeDuration: seconds,
    health: z.string(),
    scrapeInterval: nullableText,
  })
  .transform((target) => ({
    labels: target.labels,
    scrapePool: target.scrapePool ?? '',
    scrapeUrl: target.scrapeUrl ?? '',
    lastError: target.lastError || null,
    lastScrapeMs: target.lastScrape,
    lastScrapeDurationMs: target.lastScrapeDuration,
    health: target.health,
    scrapeIntervalMs: parseDurationMs(target.scrapeInterval ?? ''),
  }));
export type Target = z.infer<typeof Target>;

export const Targets = z.object({
  activeTargets: z.array(Target).nullish(),
  droppedTargets: z.array(z.unknown()).nullish(),
  droppedTargetCounts: z.record(z.string(), z.number()).nullish(),
});

const counts = z
  .array(z.object({ name: z.string(), value: z.number() }))
  .nullish()
  .transform((list) => list ?? []);

/** Head block only: about the last two or three hours. VictoriaMetrics has other keys, which stay empty here. */
export const TsdbStatus = z.object({
  headStats: z
    .object({ numSeries: z.number(), chunkCount: z.number().nullish(), minTime: z.number(), maxTime: z.number() })
    .nullish()
    .transform((head) => (head ? { series: head.numSeries, startMs: head.minTime, endMs: head.maxTime } : null)),
  seriesCountByMetricName: counts,
  labelValueCountByLabelName: counts,
  seriesCountByLabelValuePair: counts,
});
export type TsdbStatus = z.infer<typeof TsdbStatus>;

// v2.50.0 alone wrote the keys with capitals.
const MetadataEntry = z.record(z.string(), z.string()).transform((entry) => {
  const lower = Object.fromEntries(Object.entries(entry).map(([key, value]) => [key.toLowerCase(), value]));
  return { type: lower.type ?? 'unknown', help: lower.help ?? '', unit: lower.unit ?? '' };
});
export const Metadata = z.record(z.string(), z.array(MetadataEntry));
export type Metadata = z.infer<typeof Metadata>;

export const Exemplars = z
  .array(
    z.object({
      seriesLabels: Labels,
      exemplars: z.array(z.object({ labels: Labels, value: z.string(), timestamp: z.number() })),
    }),
  )
  .nullish();

export const BuildInfo = z
  .object({
    application: z.string().optional(),
    version: z.string().optional(),
    revision: z.string().optional(),
    goVersion: z.string().optional(),
  })
  .nullish();

export const Alertmanagers = z.object({ activeAlertmanagers: z.array(z.object({ url: z.string() })).nullish() });
