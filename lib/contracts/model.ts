import * as z from 'zod';
import { AnswerText } from './answer';
import { MissingSignal, ModelRow, Role } from './fleet';
import { SeriesSet } from './series';
import { Why } from './why';

/** Versions of the model with their roles, so that colour and dash follow the role wherever a version is drawn. */
const Versions = z.array(z.object({ version: z.string(), role: Role }));

const panel = { versions: Versions, missing: z.array(MissingSignal), why: z.array(Why) };

/** The sentence a model's page opens with, and its row of the fleet. */
export const ModelSummary = z.object({ answer: AnswerText, row: ModelRow, why: z.array(Why) });
export type ModelSummary = z.infer<typeof ModelSummary>;

/** Requests per second and error ratio by version; label `version`. */
export const ModelTraffic = z.object({ ...panel, requestsPerSecond: SeriesSet, errorRatio: SeriesSet });
export type ModelTraffic = z.infer<typeof ModelTraffic>;

/** An exemplar: a measured request whose trace can be opened. */
export const ExemplarDot = z.object({
  atMs: z.number(),
  valueMs: z.number(),
  traceId: z.string(),
  version: z.string().nullable(),
});
export type ExemplarDot = z.infer<typeof ExemplarDot>;

/**
 * Latency quantiles by version, milliseconds; labels `version` and `quantile` ("0.5", "0.95", "0.99"). `band` holds the
 * 95 % Woodruff interval of P95, labels `version` and `bound` ("low", "high").
 */
export const ModelLatency = z.object({
  ...panel,
  quantiles: SeriesSet,
  band: SeriesSet,
  exemplars: z.array(ExemplarDot),
  objectiveMs: z.number().nullable(),
});
export type ModelLatency = z.infer<typeof ModelLatency>;

/** Requests by latency bucket over time. `counts[bucket][column]`; null is a gap. Bounds in milliseconds, null is +Inf. */
export const ModelHeatmap = z.object({
  ...panel,
  startMs: z.number(),
  stepMs: z.number(),
  upperBoundsMs: z.array(z.number().nullable()),
  counts: z.array(z.array(z.number().nullable())),
  exemplars: z.array(ExemplarDot),
});
export type ModelHeatmap = z.infer<typeof ModelHeatmap>;

/** Mean milliseconds a request spends by stage over time; label `stage`. And the means of the range's two halves. */
export const ModelStages = z.object({
  ...panel,
  stages: SeriesSet,
  /** Where the time of a request rose, else the newest change event within the range, else its middle. */
  splitMs: z.number(),
  splitReason: z.string(),
  before: z.record(z.string(), z.number().nullable()),
  after: z.record(z.string(), z.number().nullable()),
});
export type ModelStages = z.infer<typeof ModelStages>;

/** Requests in flight, label `version` where the metric has one. */
export const ModelInFlight = z.object({ ...panel, inFlight: SeriesSet });
export type ModelInFlight = z.infer<typeof ModelInFlight>;

/** Failed requests by reason as the logs say. */
export const ModelErrors = z.object({
  missing: z.array(MissingSignal),
  reasons: z.array(
    z.object({
      reason: z.string(),
      version: z.string().nullable(),
      count: z.number(),
      /** A trace id of one such line, where it carries one. */
      exampleTraceId: z.string().nullable(),
      exampleLine: z.string(),
    }),
  ),
  /** Failed lines counted in the range; reasons beyond the first 50 are left out and said. */
  total: z.number().nullable(),
  truncated: z.string().nullable(),
  why: z.array(Why),
});
export type ModelErrors = z.infer<typeof ModelErrors>;
