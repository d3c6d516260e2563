import 'server-only';
import { z } from 'zod';
import { KeyValues } from './attributes';

/*
 * The fields read of the Tempo HTTP API (https://grafana.com/docs/tempo/latest/api_docs/). Its JSON leaves zero values
 * out, writes 64-bit integers as text and enums as names: every field has its default here.
 */

/** A 64-bit integer, text or number; absent is zero. */
const Int64 = z
  .union([z.string().regex(/^-?\d{1,20}$/, 'expected an integer'), z.number()])
  .nullish()
  .transform((value) => String(value ?? '0'));
const Enum = z.union([z.string(), z.number()]).nullish();
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const list = <S extends z.ZodType>(item: S) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);

const RawSpan = z.object({
  traceId: text,
  spanId: text,
  parentSpanId: text,
  name: text,
  kind: Enum,
  startTimeUnixNano: Int64,
  endTimeUnixNano: Int64,
  attributes: KeyValues,
  events: list(z.object({ timeUnixNano: Int64, name: text, attributes: KeyValues })),
  links: list(z.object({ traceId: text, spanId: text, attributes: KeyValues })),
  status: z.object({ code: Enum, message: text }).nullish(),
});
export type RawSpan = z.infer<typeof RawSpan>;

const ScopeSpans = z.object({ scope: z.object({ name: text }).nullish(), spans: list(RawSpan) });
const ResourceSpans = z.object({
  resource: z.object({ attributes: KeyValues }).nullish(),
  scopeSpans: z.array(ScopeSpans).nullish(),
  // Blocks written before OTLP 0.15.
  instrumentationLibrarySpans: z.array(ScopeSpans).nullish(),
});
export type ResourceSpans = z.infer<typeof ResourceSpans>;

const Batches = z.object({
  batches: z.array(ResourceSpans).nullish(),
  resourceSpans: z.array(ResourceSpans).nullish(),
});

/** v1 has `batches` on top, v2 `trace.resourceSpans` with a status, OTLP files `resourceSpans` on top. */
export const TraceAnswer = Batches.extend({
  trace: Batches.nullish(),
  status: Enum,
  message: text,
}).transform((answer) => ({
  resourceSpans:
    answer.batches ??
    answer.resourceSpans ??
    answer.trace?.resourceSpans ??
    answer.trace?.batches ??
    ([] as ResourceSpans[]),
  partial: answer.status === 'PARTIAL' || answer.status === 1,
  message: answer.message === '' ? null : answer.message,
}));

const Progress = z
  .object({
    inspectedTraces: z.number().nullish(),
    inspectedBytes: Int64,
    completedJobs: z.number().nullish(),
    totalJobs: z.number().nullish(),
  })
  .nullish();

const FoundSpan = z.object({
  spanID: text,
  name: text,
  startTimeUnixNano: Int64,
  durationNanos: Int64,
  attributes: KeyValues,
});
const SpanSet = z.object({ spans: list(FoundSpan), matched: z.number().nullish(), attributes: KeyValues });

export const SearchAnswer = z.object({
  traces: list(
    z.object({
      traceID: z.string(),
      rootServiceName: text,
      rootTraceName: text,
      startTimeUnixNano: Int64,
      durationMs: z
        .number()
        .nullish()
        .transform((value) => value ?? 0),
      spanSet: SpanSet.nullish(),
      spanSets: z.array(SpanSet).nullish(),
      serviceStats: z
        .record(z.string(), z.object({ spanCount: z.number().nullish(), errorCount: z.number().nullish() }))
        .nullish(),
    }),
  ),
  metrics: Progress,
});
export type RawSearchHit = z.infer<typeof SearchAnswer>['traces'][number];

export const TagsV1 = z.object({ tagNames: list(z.string()) });
export const TagsV2 = z.object({ scopes: list(z.object({ name: z.string(), tags: list(z.string()) })) });
export const TagValuesV1 = z.object({ tagValues: list(z.string()) });
export const TagValuesV2 = z.object({
  tagValues: list(z.object({ type: text, value: text })),
});

/** A sample's double: absent is 0, "NaN" and "Infinity" are words. */
const Double = z
  .union([z.number(), z.string()])
  .nullish()
  .transform((value) => {
    const number = Number(value ?? 0);
    return Number.isFinite(number) ? number : null;
  });

export const MetricsAnswer = z.object({
  series: list(
    z.object({
      labels: KeyValues,
      samples: list(z.object({ timestampMs: Int64, value: Double })),
      exemplars: list(z.object({ labels: KeyValues, value: Double, timestampMs: Int64 })),
      value: Double,
    }),
  ),
  metrics: Progress,
  status: Enum,
  message: text,
});
export type RawMetricSeries = z.infer<typeof MetricsAnswer>['series'][number];

export const TempoBuildInfo = z.object({ version: z.string().optional() });
