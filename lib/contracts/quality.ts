// As a namespace, of which a bundler keeps the used part alone: this file reaches the browser.
import * as z from 'zod';
import { AnswerText } from './answer';
import { Interval } from './drift';
import { VersionName } from './drift-params';
import { FairnessState, LabelState, QualityState } from './drift-state';
import { MissingSignal, Role } from './fleet';
import { ModelName, RANGE_MESSAGE, RangeFields, withinTenYears } from './range';
import { Why } from './why';

export const QualityParams = z
  .object({
    ...RangeFields,
    model: ModelName,
    /** Absent: every version of the model together. */
    version: VersionName.optional(),
    windows: z.coerce.number().int().min(1).max(96).default(24),
  })
  .refine(withinTenYears, { message: RANGE_MESSAGE, path: ['startMs'] });
export type QualityParams = z.infer<typeof QualityParams>;
export type QualityAsked = Omit<QualityParams, 'windows'> & { windows?: number };

/** Predictions whose label arrived; fractional where increase() extrapolated. */
export const Outcomes = z.object({ tp: z.number(), fp: z.number(), tn: z.number(), fn: z.number() });
export type Outcomes = z.infer<typeof Outcomes>;

const QualityMeasureName = z.enum(['accuracy', 'precision', 'recall', 'f1']);

/** A measure with its 95 % interval and the number behind it (its denominator). Null: nothing to divide by. */
export const QualityValue = z.object({ value: z.number(), interval: Interval, n: z.number() });
export type QualityValue = z.infer<typeof QualityValue>;

export const QualityMeasure = z.object({
  name: QualityMeasureName,
  /** Over the whole range. */
  now: QualityValue.nullable(),
  /** The level it is held against. */
  reference: QualityValue.nullable(),
  /** Objective of the configuration, 0 to 1. */
  objective: z.number().nullable(),
  /** Called only when the interval of matured windows leaves the reference's; `sinceMs`: when that run began. */
  state: QualityState,
  sinceMs: z.number().nullable(),
  word: z.string(),
  /** Of each window, as in the report. */
  values: z.array(QualityValue.nullable()),
});
export type QualityMeasure = z.infer<typeof QualityMeasure>;

const LabelFreshness = z.object({
  /** Null: not measured. */
  lastReceivedMs: z.number().nullable(),
  /** At the end of the range. */
  ageMs: z.number().nullable(),
  /** Of the configuration (a freshness objective), else 24 h. */
  limitMs: z.number(),
  limitFrom: z.enum(['configuration', 'default']),
  state: LabelState,
});

export const Cohort = z.object({
  cohort: z.string(),
  counts: Outcomes,
  accuracy: QualityValue.nullable(),
  precision: QualityValue.nullable(),
  recall: QualityValue.nullable(),
  /** Recall of the cohort ÷ recall overall, delta method on logs; null without positives. */
  ratio: z.object({ value: z.number(), interval: Interval }).nullable(),
  positives: z.number(),
  /** below: ratio under 0.9, at least 50 positives, and its interval below 1. */
  state: FairnessState,
  word: z.string(),
});
export type Cohort = z.infer<typeof Cohort>;

/** A stand-in for quality that the configuration names; its own unit. */
export const QualityProxy = z.object({
  name: z.string(),
  unit: z.string().nullable(),
  better: z.enum(['up', 'down']).nullable(),
  now: z.number().nullable(),
  reference: z.number().nullable(),
  values: z.array(z.number().nullable()),
  query: z.string(),
});
export type QualityProxy = z.infer<typeof QualityProxy>;

/** GET /api/quality: value i of a list is of the window startMs + i·windowMs. */
export const Quality = z.object({
  model: z.string(),
  version: z.string().nullable(),
  versions: z.array(z.object({ version: z.string(), role: Role })),
  startMs: z.number(),
  endMs: z.number(),
  windowMs: z.number(),
  windows: z.number(),
  answer: AnswerText,
  counts: Outcomes.nullable(),
  measures: z.array(QualityMeasure),
  /** What the range is held against: "the 24 h before", with its time. Null: no labels there either. */
  reference: z.object({ words: z.string(), startMs: z.number(), endMs: z.number(), counts: Outcomes }).nullable(),
  labels: LabelFreshness,
  /** Labels per prediction in each window, 0 to 1; null without predictions. */
  coverage: z.array(z.number().nullable()),
  /** Later than this, labels are still arriving. Null: everything in the range has matured, or nothing is known. */
  maturity: z.object({ atMs: z.number(), words: z.string() }).nullable(),
  cohorts: z.array(Cohort),
  /** Whose labels the cohorts are of: the range, or where that has too few, the newest time with labels. */
  cohortTime: z.object({ startMs: z.number(), endMs: z.number(), words: z.string() }).nullable(),
  proxies: z.array(QualityProxy),
  gaps: z.array(z.string()),
  missing: z.array(MissingSignal),
  why: z.array(Why),
});
export type Quality = z.infer<typeof Quality>;
