import * as z from 'zod';
import { type Endpoint, read } from './endpoint';
import { RangeParams } from './range';
import { Why } from './why';

/** What sampling would act on, of one model, as measured over a range. Null: not measured. */
export const SampledModel = z.object({
  model: z.string(),
  requestsPerSecond: z.number().nullable(),
  /** Requests that were counted. */
  requests: z.number().nullable(),
  errorRatio: z.number().nullable(),
  /** Cumulative shares of requests by latency bound, ascending; the last bound is null: infinity. Empty: not measured. */
  latency: z.array(z.object({ upperMs: z.number().nullable(), share: z.number() })),
  p99Ms: z.number().nullable(),
  /** Traces that were read; means and deviations are of these. */
  traces: z.number(),
  spansPerTrace: z.number().nullable(),
  bytesPerTrace: z.number().nullable(),
  /** Standard deviation of the bytes of a trace; null for fewer than two. */
  bytesDeviation: z.number().nullable(),
});
export type SampledModel = z.infer<typeof SampledModel>;

/** Live traffic that the sampling page computes from. */
export const SamplingTraffic = z.object({
  startMs: z.number(),
  endMs: z.number(),
  models: z.array(SampledModel),
  notes: z.array(z.string()),
  gaps: z.array(z.string()),
  why: z.array(Why),
});
export type SamplingTraffic = z.infer<typeof SamplingTraffic>;

export const SAMPLING_ENDPOINTS: readonly Endpoint[] = [
  read(
    'sampling',
    RangeParams,
    SamplingTraffic,
    'Traffic, errors, latency and size of traces that sampling would act on',
  ),
];
