import * as z from 'zod';
import { AnswerText, Status } from './answer';
import { RANGE_MESSAGE, RangeFields, withinTenYears } from './range';
import { AGAINSTS } from './view';
import { Why } from './why';

export const Role = z.enum(['champion', 'challenger', 'other']);
export type Role = z.infer<typeof Role>;

/** A signal that the sources do not give, and what would give it. Shown instead of a number. */
export const MissingSignal = z.object({
  signal: z.string(),
  /** Why it is not measured, as a sentence. */
  reason: z.string(),
  /** The setting or change that would give it, as a sentence; null when nothing in the console's hands would. */
  remedy: z.string().nullable(),
});
export type MissingSignal = z.infer<typeof MissingSignal>;

/** A quantile of a histogram. Null when not measured. `atLeast`: it lies in the open last bucket. */
export const Quantile = z.object({ ms: z.number().nullable(), atLeast: z.boolean() });
export type Quantile = z.infer<typeof Quantile>;

/** What the table measures of a model or one of its versions, over the range. Null means not measured. */
export const Vitals = z.object({
  requestsPerSecond: z.number().nullable(),
  /** Requests in the range, for judging how much the rest is worth. */
  requests: z.number().nullable(),
  /** 0 to 1. */
  errorRatio: z.number().nullable(),
  p50: Quantile,
  p95: Quantile,
  p99: Quantile,
});
export type Vitals = z.infer<typeof Vitals>;

/** Change against the same range a day or a week before: ratios (0.1 is +10 %), errors in points of ratio. */
export const VitalsChange = z.object({
  requests: z.number().nullable(),
  errorRatio: z.number().nullable(),
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
});
export type VitalsChange = z.infer<typeof VitalsChange>;

export const VersionRow = Vitals.extend({
  version: z.string(),
  role: Role,
  /** Share of the model's requests in the range, 0 to 1. */
  share: z.number().nullable(),
  status: Status,
  /** The status in words: "in line with 2.3.0", "errors +1.3 points". */
  word: z.string(),
});
export type VersionRow = z.infer<typeof VersionRow>;

/** State of a model's inputs as drift measured elsewhere or by the console says. */
export const InputState = z.object({
  status: Status,
  /** "amount drifted", "4 features quiet", "not measured". */
  word: z.string(),
  /** Who computed it, against what and when, as a sentence; absent of old pins. */
  basis: z.string().optional(),
  /** True while this console computes it: asked again, it may be known. */
  isPending: z.boolean().optional(),
});
export type InputState = z.infer<typeof InputState>;

/** An objective's budget over its own window. Null fields: not measured, or no objective configured. */
export const BudgetState = z.object({
  objective: z.number().nullable(),
  windowDays: z.number().nullable(),
  /** 1 untouched, 0 spent, negative overspent. */
  leftRatio: z.number().nullable(),
  /** Burn rate over the shown range: 1 spends the budget in exactly its window. */
  burnRate: z.number().nullable(),
});
export type BudgetState = z.infer<typeof BudgetState>;

export const ModelRow = Vitals.extend({
  model: z.string(),
  status: Status,
  word: z.string(),
  change: VitalsChange,
  budget: BudgetState,
  inputs: InputState,
  /** Age of the newest label at the end of the range; null when not measured. */
  labelAgeMs: z.number().nullable(),
  /** Null when alerts could not be asked for. */
  firingAlerts: z.number().nullable(),
  /** P95 over the range on its step, for the sparkline, milliseconds. */
  p95Spark: z.array(z.number().nullable()),
  versions: z.array(VersionRow),
  missing: z.array(MissingSignal),
});
export type ModelRow = z.infer<typeof ModelRow>;

export const FleetParams = z
  .object({ ...RangeFields, against: z._default(z.enum(AGAINSTS), 'day') })
  .refine(withinTenYears, { message: RANGE_MESSAGE, path: ['startMs'] });
export type FleetParams = z.input<typeof FleetParams>;

/** The fleet, by what needs a person most. */
export const Fleet = z.object({
  answer: AnswerText,
  rows: z.array(ModelRow),
  /** The preset in force and how it was found: "windsock, found by inference_requests_total". */
  preset: z.string(),
  /** Models beyond the first 200 are left out, said here; null when all are shown. */
  truncated: z.string().nullable(),
  why: z.array(Why),
});
export type Fleet = z.infer<typeof Fleet>;

/** Models and versions to choose from in the top bar, those with traffic in the range. */
export const ModelChoices = z.object({
  models: z.array(z.object({ model: z.string(), versions: z.array(z.object({ version: z.string(), role: Role })) })),
  why: z.array(Why),
});
export type ModelChoices = z.infer<typeof ModelChoices>;

/** A batch job or feature pipeline. Null means not measured. */
export const Job = z.object({
  name: z.string(),
  kind: z.enum(['batch', 'pipeline']),
  status: Status,
  word: z.string(),
  lastSuccessMs: z.number().nullable(),
  durationMs: z.number().nullable(),
  rows: z.number().nullable(),
  backlogRows: z.number().nullable(),
});
export type Job = z.infer<typeof Job>;

export const Jobs = z.object({
  jobs: z.array(Job),
  /** What could not be asked, as sentences: without them an empty list would say that there is no job. */
  gaps: z.array(z.string()),
  why: z.array(Why),
});
export type Jobs = z.infer<typeof Jobs>;
