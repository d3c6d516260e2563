// As a namespace, of which a bundler keeps the used part alone: this file reaches the browser.
import * as z from 'zod';
import { AnswerText } from './answer';
import { ModelName, RANGE_MESSAGE, RangeFields, withinTenYears } from './range';
import { MAX_REASON_CHARACTERS, MIN_REASON_CHARACTERS } from './readiness-limits';
import { Why } from './why';
import { ClientId, InstantMs, writtenText } from './written-text';

/** The range that is looked at; with a model, that model and what belongs to none. */
export const ReadinessParams = z
  .object({ ...RangeFields, model: ModelName.optional() })
  .refine(withinTenYears, { message: RANGE_MESSAGE, path: ['startMs'] });
export type ReadinessParams = z.infer<typeof ReadinessParams>;

/**
 * `watch`: not broken, but not sound either. `unknown`: nothing could tell, which never counts as passed. `signed`: a
 * person vouches for it until a day.
 */
export const ReadinessState = z.enum(['fail', 'watch', 'unknown', 'signed', 'pass']);
export type ReadinessState = z.infer<typeof ReadinessState>;

/** One number a check decided by. */
export const ReadinessEvidence = z.object({
  /** What was counted: "failed requests with a trace". */
  name: z.string(),
  /** Null: not measured. */
  value: z.number().nullable(),
  unit: z.enum(['count', 'ratio', 'duration']),
  /** How many it was measured on, where it is a share of a sample. */
  n: z.number().nullable(),
  /** 95 % Wilson interval of a share. */
  low: z.number().nullable(),
  high: z.number().nullable(),
});
export type ReadinessEvidence = z.infer<typeof ReadinessEvidence>;

/** What would help: a sentence, and a piece of configuration or code to take over. */
export const ReadinessRemedy = z.object({
  text: z.string(),
  snippet: z.object({ language: z.enum(['yaml', 'python', 'promql']), code: z.string() }).nullable(),
});
export type ReadinessRemedy = z.infer<typeof ReadinessRemedy>;

/** What a check found of one model, one service, or the fleet. */
export const ReadinessResult = z.object({
  /** The model it is about; null: it belongs to no model and counts for every one. */
  model: z.string().nullable(),
  /** What it looked at, where that is no model: a service, a source. */
  subject: z.string().nullable(),
  state: ReadinessState,
  /** What was found and why it is so, as sentences. */
  cause: z.string(),
  evidence: z.array(ReadinessEvidence),
  /** Null where nothing needs to be done. */
  remedy: ReadinessRemedy.nullable(),
});
export type ReadinessResult = z.infer<typeof ReadinessResult>;

export const READINESS_AREAS = ['logs', 'traces', 'metrics', 'alerts', 'labels', 'retention'] as const;

export const ReadinessCheck = z.object({
  id: z.string(),
  area: z.enum(READINESS_AREAS),
  title: z.string(),
  /** What passes, with its bound, and how it is looked at. */
  definition: z.string(),
  /** How much it counts in a score. */
  weight: z.number(),
  /** The worst of its results. */
  state: ReadinessState,
  results: z.array(ReadinessResult),
});
export type ReadinessCheck = z.infer<typeof ReadinessCheck>;

export const ReadinessScore = z.object({
  model: z.string(),
  /** Passed weight ÷ weight of all that concerns the model, 0 to 1; null where nothing does. */
  score: z.number().nullable(),
  passedWeight: z.number(),
  weight: z.number(),
  pass: z.number(),
  fail: z.number(),
  watch: z.number(),
  unknown: z.number(),
  /** Titles of what fails, the heaviest first. */
  failing: z.array(z.string()),
});
export type ReadinessScore = z.infer<typeof ReadinessScore>;

export const ReadinessSignoff = z.object({
  id: z.string(),
  item: z.string(),
  model: z.string().nullable(),
  reason: z.string(),
  author: z.object({ id: z.string(), name: z.string() }),
  signedAtMs: z.number(),
  expiresAtMs: z.number(),
  /** Over: its day has passed. */
  isExpired: z.boolean(),
});
export type ReadinessSignoff = z.infer<typeof ReadinessSignoff>;

export const ReadinessItem = z.object({
  id: z.string(),
  title: z.string(),
  /** What is to be made sure of, as a sentence. */
  what: z.string(),
  state: ReadinessState,
  /** Who or what answered it, as a sentence. */
  said: z.string(),
  /** The check that answers it; null where only a person can. */
  check: z.string().nullable(),
  /** The newest sign-off, expired ones included; null where nobody ever signed. */
  signoff: ReadinessSignoff.nullable(),
  /** Whether a person may answer it: what data can answer, data answers. */
  maySign: z.boolean(),
});
export type ReadinessItem = z.infer<typeof ReadinessItem>;

export const ReadinessList = z.object({ id: z.string(), title: z.string(), items: z.array(ReadinessItem) });
export type ReadinessList = z.infer<typeof ReadinessList>;

export const ReadinessReport = z.object({
  answer: AnswerText,
  startMs: z.number(),
  endMs: z.number(),
  /** Null: every model. */
  model: z.string().nullable(),
  /** The lowest score first. */
  models: z.array(ReadinessScore),
  /** What fails first, then by weight. */
  checks: z.array(ReadinessCheck),
  lists: z.array(ReadinessList),
  /** What could not be asked, as sentences. */
  gaps: z.array(z.string()),
  /** Whether whoever asked may sign off. */
  maySign: z.boolean(),
  why: z.array(Why),
});
export type ReadinessReport = z.infer<typeof ReadinessReport>;

/** What a person vouches for. The server bounds the day: after it, and not too late. */
export const NewSignoff = z.object({
  id: ClientId,
  item: z.string().min(1).max(60),
  /** Null: for the whole fleet. */
  model: ModelName.nullable().default(null),
  reason: writtenText('the reason', MAX_REASON_CHARACTERS).pipe(
    z.string().min(MIN_REASON_CHARACTERS, {
      error: `a reason says how it was made sure, in ${MIN_REASON_CHARACTERS} characters or more`,
    }),
  ),
  expiresAtMs: InstantMs,
});
export type NewSignoff = z.infer<typeof NewSignoff>;

export const SignoffId = z.object({ id: ClientId });
export type SignoffId = z.infer<typeof SignoffId>;
