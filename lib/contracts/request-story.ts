import * as z from 'zod';
import { AnswerText, Status } from './answer';
import { ErrorBody, SourceKind } from './error';
import { ChangeEvent } from './event';
import { MissingSignal, Role } from './fleet';
import { DEFAULT_BACK_MS, MAX_BACK_MS } from './request-limits';
import { Why } from './why';

/** An id as it stands in the address: of a request, a trace or a span, or any text that holds one. */
const RequestIdText = z.string().min(1).max(2_000);

const fields = {
  requestId: RequestIdText,
  /** When the request was, roughly, where the reader knows: looked at first. */
  atMs: z.coerce.number().int().min(0).max(8_640_000_000_000_000).optional(),
};

export const RequestStoryParams = z.object({
  ...fields,
  backMs: z.coerce.number().int().min(3_600_000).max(MAX_BACK_MS).default(DEFAULT_BACK_MS),
});
export type RequestStoryParams = z.input<typeof RequestStoryParams>;

/** One question to one source while an id is looked for. */
export const StoryStep = z.object({
  id: z.string(),
  source: z.string(),
  kind: SourceKind,
  purpose: z.string(),
  state: z.enum(['asking', 'found', 'empty', 'failed', 'skipped']),
  language: Why.shape.language,
  query: z.string(),
  /** Null where the question has no time: a trace by its id. */
  startMs: z.number().nullable(),
  endMs: z.number().nullable(),
  elapsedMs: z.number().nullable(),
  /** Bytes the source went through, where it says so. */
  bytes: z.number().nullable(),
  found: z.number().nullable(),
  /** Why it failed, was not needed, or what was cut off. */
  note: z.string().nullable(),
  why: Why.nullable(),
});
export type StoryStep = z.infer<typeof StoryStep>;

export const FeatureValue = z.union([z.number(), z.string(), z.boolean(), z.null()]);
export type FeatureValue = z.infer<typeof FeatureValue>;

/** What the model was asked and what it answered, as log lines and the root span say. Null: not said. */
export const PredictionRecord = z.object({
  model: z.string().nullable(),
  version: z.string().nullable(),
  status: z.enum(['ok', 'error']).nullable(),
  error: z.string().nullable(),
  label: z.string().nullable(),
  score: z.number().nullable(),
  confidence: z.number().nullable(),
  segment: z.string().nullable(),
  service: z.string().nullable(),
  route: z.string().nullable(),
  latencyMs: z.number().nullable(),
  /** Where the latency was read. */
  latencyFrom: z.enum(['log', 'trace']).nullable(),
  features: z.array(z.object({ name: z.string(), value: FeatureValue })),
  /** Inputs the model takes, where the log says how many; the sample may hold fewer. */
  featuresCount: z.number().nullable(),
  /** Inputs a line says were missing, and what stood in for them. */
  imputed: z.array(z.object({ name: z.string(), by: z.string().nullable() })),
  /** Whether the service says that it was traced. */
  sampled: z.boolean().nullable(),
});
export type PredictionRecord = z.infer<typeof PredictionRecord>;

export const StorySpan = z.object({
  kind: z.literal('span'),
  key: z.string(),
  /** Milliseconds since the epoch, with a fraction. */
  atMs: z.number(),
  durationMs: z.number(),
  service: z.string(),
  name: z.string(),
  spanId: z.string(),
  depth: z.number(),
  stage: z.string().nullable(),
  isError: z.boolean(),
  message: z.string().nullable(),
});
export type StorySpan = z.infer<typeof StorySpan>;

export const StoryLogLine = z.object({
  kind: z.literal('log'),
  key: z.string(),
  atMs: z.number(),
  /** Nanoseconds since the epoch as text. */
  ns: z.string(),
  service: z.string().nullable(),
  level: z.string(),
  /** What the line says, and its other fields; redacted, cut. */
  message: z.string(),
  fields: z.array(z.tuple([z.string(), z.string()])),
  line: z.string(),
  isCut: z.boolean(),
  spanId: z.string().nullable(),
});
export type StoryLogLine = z.infer<typeof StoryLogLine>;

export const StoryTimeline = z.object({
  startMs: z.number(),
  endMs: z.number(),
  entries: z.array(z.discriminatedUnion('kind', [StorySpan, StoryLogLine])),
  /** What is left out, as sentences. */
  cut: z.array(z.string()),
});
export type StoryTimeline = z.infer<typeof StoryTimeline>;

export const StoryTrace = z.object({
  traceId: z.string(),
  rootName: z.string(),
  rootService: z.string(),
  startMs: z.number(),
  durationMs: z.number(),
  spanCount: z.number(),
  errorCount: z.number(),
  services: z.array(z.string()),
  stages: z.array(z.object({ stage: z.string(), ms: z.number() })),
  partial: z.string().nullable(),
});
export type StoryTrace = z.infer<typeof StoryTrace>;

export const StoryCore = z.object({
  requestId: z.string().nullable(),
  traceId: z.string().nullable(),
  spanId: z.string().nullable(),
  /** When it was answered, milliseconds since the epoch. */
  atMs: z.number(),
  record: PredictionRecord,
  timeline: StoryTimeline,
  trace: StoryTrace.nullable(),
  /** Why there is no trace, or no log line; null where there is. */
  noTrace: z.string().nullable(),
  noLines: z.string().nullable(),
  /** Whether the logged inputs can be sent to the model again; why not, as a sentence. */
  replay: z.object({ isOn: z.boolean(), reason: z.string().nullable() }),
  why: z.array(Why),
});
export type StoryCore = z.infer<typeof StoryCore>;

/** Bars of a histogram: share of all observations in each bucket. Null bounds are infinite. */
export const Distribution = z.object({
  lower: z.array(z.number().nullable()),
  upper: z.array(z.number().nullable()),
  share: z.array(z.number()),
  total: z.number(),
  /** Bucket of the value. */
  at: z.number(),
});
export type Distribution = z.infer<typeof Distribution>;

/** Where a value lies: between these shares of all observations, as far as its bucket tells. 0 to 1. */
export const Place = z.object({ low: z.number(), high: z.number() });
export type Place = z.infer<typeof Place>;

const part = { gaps: z.array(z.string()), why: z.array(Why) };

export const LatencyPlace = z.object({
  ...part,
  place: Place.nullable(),
  distribution: Distribution.nullable(),
  startMs: z.number(),
  endMs: z.number(),
  missing: MissingSignal.nullable(),
});
export type LatencyPlace = z.infer<typeof LatencyPlace>;

const FeatureVerdict = z.enum(['usual', 'unusual', 'unsure', 'unseen', 'missing', 'unknown']);

export const FeatureRow = z.object({
  name: z.string(),
  value: FeatureValue,
  verdict: FeatureVerdict,
  /** "above 99.8 % of training", "not one of 4 categories of the last 24 h". */
  words: z.string(),
  place: Place.nullable(),
  distribution: Distribution.nullable(),
  /** What it is compared with; null: with nothing. */
  against: z.string().nullable(),
});
export type FeatureRow = z.infer<typeof FeatureRow>;

export const FeatureReport = z.object({ ...part, rows: z.array(FeatureRow), missing: MissingSignal.nullable() });
export type FeatureReport = z.infer<typeof FeatureReport>;

export const Deployment = z.object({
  ...part,
  role: Role.nullable(),
  versions: z.array(z.object({ version: z.string(), role: Role, share: z.number().nullable() })),
  events: z.array(ChangeEvent),
  startMs: z.number(),
  endMs: z.number(),
  missing: MissingSignal.nullable(),
});
export type Deployment = z.infer<typeof Deployment>;

export const SimilarRequest = z.object({
  id: z.string(),
  traceId: z.string().nullable(),
  /** Whether its trace was kept; null: not said. */
  sampled: z.boolean().nullable(),
  atMs: z.number(),
  latencyMs: z.number().nullable(),
  label: z.string().nullable(),
  score: z.number().nullable(),
});
export type SimilarRequest = z.infer<typeof SimilarRequest>;

export const SimilarRequests = z.object({
  ...part,
  rows: z.array(SimilarRequest),
  /** What they share with this one, and where was looked. */
  how: z.string(),
});
export type SimilarRequests = z.infer<typeof SimilarRequests>;

/** A step of the guide "debug a wrong prediction". */
export const GuideStep = z.object({
  id: z.enum(['schema', 'inputs', 'version', 'features', 'errors', 'confidence', 'drift']),
  question: z.string(),
  status: Status,
  /** The verdict in two or three words. */
  word: z.string(),
  evidence: z.array(z.string()),
  /** Where to look further, within the console. */
  to: z.string().nullable(),
});
export type GuideStep = z.infer<typeof GuideStep>;

export const Guide = z.object({ ...part, steps: z.array(GuideStep) });
export type Guide = z.infer<typeof Guide>;

/** An id that no source holds: where was looked, how far back, and what would help. */
export const Nowhere = z.object({
  answer: AnswerText,
  looked: z.array(
    z.object({ source: z.string(), backToMs: z.number().nullable(), words: z.string(), failed: z.boolean() }),
  ),
  advice: z.array(z.string()),
  /** How far back a further look would go; null where the longest was done. */
  furtherMs: z.number().nullable(),
});
export type Nowhere = z.infer<typeof Nowhere>;

/** One line of the stream, in the order things become known. A later line of a kind replaces the earlier. */
export const StoryEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('step'), step: StoryStep }),
  z.object({ type: z.literal('story'), story: StoryCore }),
  z.object({ type: z.literal('answer'), answer: AnswerText }),
  z.object({ type: z.literal('latency'), latency: LatencyPlace }),
  z.object({ type: z.literal('features'), features: FeatureReport }),
  z.object({ type: z.literal('deployment'), deployment: Deployment }),
  z.object({ type: z.literal('similar'), similar: SimilarRequests }),
  z.object({ type: z.literal('guide'), guide: Guide }),
  z.object({ type: z.literal('nowhere'), nowhere: Nowhere }),
  z.object({ type: z.literal('failed'), error: ErrorBody.shape.error }),
  z.object({ type: z.literal('end'), elapsedMs: z.number() }),
]);
export type StoryEvent = z.infer<typeof StoryEvent>;

export const ReplayParams = z.object(fields);
export type ReplayParams = z.input<typeof ReplayParams>;

const ReplayAnswer = z.object({ label: z.string().nullable(), score: z.number().nullable() });

/** The logged inputs sent to the model once more: both answers and their difference. */
export const Replay = z.object({
  answer: AnswerText,
  /** Host that was asked. */
  host: z.string(),
  status: z.number(),
  elapsedMs: z.number(),
  sent: z.number(),
  before: ReplayAnswer,
  after: ReplayAnswer,
  /** After less before; null where either has no score. */
  scoreDifference: z.number().nullable(),
  /** What the endpoint answered, redacted, cut. */
  body: z.string(),
  notes: z.array(z.string()),
});
export type Replay = z.infer<typeof Replay>;
