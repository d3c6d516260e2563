import { z } from 'zod';

/**
 * What an OpenTelemetry Collector takes, as far as Windsock writes it; every object is strict, as the Collector's own
 * decoder is. Written from the READMEs and `config.go` of tailsamplingprocessor, batchprocessor, otlpreceiver and otlpexporter:
 * https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/processor/tailsamplingprocessor
 * https://opentelemetry.io/docs/collector/configuration/
 */

/** A Go duration over zero. */
const duration = z.string().regex(/^(?=.*[1-9])(?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h))+$/);
const uint64 = z.int().nonnegative();
const endpoint = z.string().regex(/^[\w.-]+:\d+$/);

const policy = z.discriminatedUnion('type', [
  z.strictObject({ name: z.string().min(1), type: z.literal('always_sample') }),
  z.strictObject({
    name: z.string().min(1),
    type: z.literal('status_code'),
    status_code: z.strictObject({ status_codes: z.array(z.enum(['OK', 'ERROR', 'UNSET'])).min(1) }),
  }),
  z.strictObject({
    name: z.string().min(1),
    type: z.literal('latency'),
    latency: z.strictObject({ threshold_ms: z.int().positive(), upper_threshold_ms: z.int().positive().optional() }),
  }),
  z.strictObject({
    name: z.string().min(1),
    type: z.literal('probabilistic'),
    probabilistic: z.strictObject({
      hash_salt: z.string().optional(),
      sampling_percentage: z.number().min(0).max(100),
    }),
  }),
]);

export const TailSampling = z.strictObject({
  decision_wait: duration.optional(),
  num_traces: uint64.positive().optional(),
  expected_new_traces_per_sec: uint64.optional(),
  policies: z
    .array(policy)
    .min(1)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'policies of one name'),
});

const components = <T extends z.ZodType>(kind: string, schema: T) =>
  z.record(z.string().regex(new RegExp(`^${kind}(?:/[\\w.-]+)?$`)), schema);
const ids = z.array(z.string()).min(1);

/** A whole configuration: what a pipeline names is there. */
export const CollectorConfig = z
  .strictObject({
    receivers: components(
      'otlp',
      z.strictObject({
        protocols: z.strictObject({
          grpc: z.strictObject({ endpoint }).optional(),
          http: z.strictObject({ endpoint }).optional(),
        }),
      }),
    ),
    processors: z.strictObject({ tail_sampling: TailSampling, batch: z.strictObject({}) }),
    exporters: components(
      'otlp',
      z.strictObject({
        endpoint,
        tls: z.strictObject({ insecure: z.boolean().optional(), ca_file: z.string().optional() }).optional(),
      }),
    ),
    service: z.strictObject({
      pipelines: components('traces', z.strictObject({ receivers: ids, processors: ids, exporters: ids })),
    }),
  })
  .check(({ value, issues }) => {
    for (const [name, pipeline] of Object.entries(value.service.pipelines)) {
      for (const kind of ['receivers', 'processors', 'exporters'] as const) {
        for (const id of pipeline[kind]) {
          if (id in value[kind]) continue;
          issues.push({ code: 'custom', input: value, message: `${name} names ${id}, which is no one of ${kind}` });
        }
      }
      // A batch holds spans of many traces: what decides about whole traces comes before it.
      if (pipeline.processors.indexOf('tail_sampling') > pipeline.processors.indexOf('batch')) {
        issues.push({ code: 'custom', input: value, message: 'tail_sampling after batch' });
      }
    }
  });
