// As a namespace, of which a bundler keeps the used part alone: this file reaches the browser.
import * as z from 'zod';
import { AnswerText } from './answer';
import { DriftSource, ReferenceKind } from './drift-params';
import { DriftState, MissingState } from './drift-state';
import { ChangeEvent } from './event';
import { MissingSignal, Role } from './fleet';
import { Why } from './why';

export const Interval = z.object({ low: z.number(), high: z.number() });
export type Interval = z.infer<typeof Interval>;

/** Missing values of one side: rate 0 to 1 with its 95 % Wilson interval. */
export const MissingRate = z.object({
  missing: z.number(),
  observed: z.number(),
  rate: z.number(),
  interval: Interval,
});
export type MissingRate = z.infer<typeof MissingRate>;

/** A category and how many values of the side that has it. */
export const NamedCount = z.object({ name: z.string(), count: z.number(), share: z.number() });
export type NamedCount = z.infer<typeof NamedCount>;

/** How much the mean score differs because this feature's distribution does. */
export const Consequence = z.object({
  /**
   * logs: Σ (cᵢ − rᵢ)·(mean score in bin i), from prediction logs, in score points, with its 95 % interval.
   * windows: rank correlation across windows of the feature's PSI with the mean score, −1 to 1.
   */
  how: z.enum(['logs', 'windows']),
  value: z.number(),
  interval: Interval.nullable(),
  /** Log lines, or windows. */
  n: z.number(),
});
export type Consequence = z.infer<typeof Consequence>;

/** One feature judged. Null: not measured. */
export const FeatureDrift = z.object({
  feature: z.string(),
  kind: z.enum(['numeric', 'categorical', 'score']),
  state: DriftState,
  /** The state in words, with its reason: "within sampling noise", "not enough data (this window has 120 of 500 values)". */
  word: z.string(),
  psi: z.number().nullable(),
  /** PSI that sampling alone exceeds with chance 1 %. */
  noiseLimit: z.number().nullable(),
  /** PSI to expect with no drift: (B − 1)(1/n + 1/m). */
  expectedPsi: z.number().nullable(),
  /** Distance, base 2, 0 to 1. */
  jensenShannon: z.number().nullable(),
  hellinger: z.number().nullable(),
  totalVariation: z.number().nullable(),
  /** Numeric only: the widest gap of the cumulative shares at the bounds, and what it may be at most between them. */
  ks: z.object({ statistic: z.number(), atMost: z.number(), pValue: z.number() }).nullable(),
  /** Numeric only, in standard deviations of the reference. `atLeast`: mass lies in the open last bucket. */
  wasserstein: z.object({ value: z.number(), atLeast: z.boolean() }).nullable(),
  chiSquare: z.object({ statistic: z.number(), degreesOfFreedom: z.number(), pValue: z.number() }).nullable(),
  /** Benjamini–Hochberg over the features of this answer. */
  qValue: z.number().nullable(),
  /** A score computed elsewhere (feature_drift_score). */
  score: z.object({ method: z.string(), value: z.number() }).nullable(),
  n: z.object({ reference: z.number().nullable(), current: z.number().nullable() }),
  /** Bins that were compared. */
  bins: z.number().nullable(),
  missing: z.object({
    reference: MissingRate.nullable(),
    current: MissingRate.nullable(),
    /** Current − reference, with Newcombe's interval. */
    difference: z.object({ value: z.number(), interval: Interval }).nullable(),
    state: MissingState,
    /** Whose rate `reference` is where the reference counted none: "the 24 h before". */
    referenceOwn: z.string().optional(),
  }),
  /** Categories that only the current side has, by count; `unseenMore` beyond the first 20. */
  unseen: z.array(NamedCount),
  unseenMore: z.number(),
  /** Categories that only the reference has. */
  gone: z.array(NamedCount),
  goneMore: z.number(),
  source: DriftSource,
  /** Where this feature's reference differs from the report's: "the 24 h before". Null: the report's. */
  referenceOwn: z.string().nullable(),
  /** Method, bins, n: what the numbers mean, one line. */
  definition: z.string(),
  /** What was repaired, coarsened, folded together or cut, as sentences. */
  notes: z.array(z.string()),
});
export type FeatureDrift = z.infer<typeof FeatureDrift>;

/** What the current side was held against, and why that. */
export const Reference = z.object({
  kind: ReferenceKind.nullable(),
  /** "the training baseline of 1.8.2"; "baseline of 1.8.2, uploaded by ana on 3 Nov"; "there is none". */
  words: z.string(),
  /** "first of the order of preference that is there", "as asked". */
  because: z.string(),
  version: z.string().nullable(),
  startMs: z.number().nullable(),
  endMs: z.number().nullable(),
  baselineId: z.string().nullable(),
  /** Each reference there could be, in the order of preference; `lack` says what is missing for it, null where nothing is. */
  choices: z.array(z.object({ kind: ReferenceKind, words: z.string(), lack: z.string().nullable() })),
});
export type Reference = z.infer<typeof Reference>;

/** Prediction lines that were read. */
export const LogSample = z.object({
  read: z.number(),
  /** Of how many requests (lines, where those are not counted). Null: not counted. */
  of: z.number().nullable(),
  /** How they were chosen: "every line of 96 pieces of time drawn evenly over the range, 0.6 % of it". Absent of old pins. */
  words: z.string().optional(),
});
export type LogSample = z.infer<typeof LogSample>;

/** Where the current side was read from, and why there. */
export const CurrentSide = z.object({
  source: DriftSource.nullable(),
  words: z.string(),
  because: z.string(),
  /** With logs: the lines that were read. Null: all of it was counted. */
  sample: LogSample.nullable(),
});
export type CurrentSide = z.infer<typeof CurrentSide>;

const head = {
  model: z.string(),
  /** Null: the model has no version with traffic. */
  version: z.string().nullable(),
  versions: z.array(z.object({ version: z.string(), role: Role })),
  reference: Reference,
  current: CurrentSide,
  /** Parts that could not be read, as sentences. */
  gaps: z.array(z.string()),
  missing: z.array(MissingSignal),
  truncated: z.string().nullable(),
  why: z.array(Why),
};

/** GET /api/drift */
export const DriftReport = z.object({
  ...head,
  startMs: z.number(),
  endMs: z.number(),
  answer: AnswerText,
  /** By state, then by PSI over its noise limit. */
  features: z.array(FeatureDrift),
});
export type DriftReport = z.infer<typeof DriftReport>;

/** When a drift that goes on began: within the window that starts then; `isAtLeast`: then or earlier. */
export const Onset = z.object({ sinceMs: z.number(), isAtLeast: z.boolean() });
export type Onset = z.infer<typeof Onset>;

/** GET /api/drift/heat: value i of a row is of the window startMs + i·windowMs … + windowMs. */
export const DriftHeat = z.object({
  ...head,
  startMs: z.number(),
  windowMs: z.number(),
  windows: z.number(),
  rows: z.array(
    z.object({
      feature: z.string(),
      psi: z.array(z.number().nullable()),
      noiseLimit: z.array(z.number().nullable()),
      state: z.array(DriftState),
      /** Values of the current side. */
      n: z.array(z.number().nullable()),
      began: Onset.nullable(),
    }),
  ),
});
export type DriftHeat = z.infer<typeof DriftHeat>;

/** Both sides over the same bins or categories; shares 0 to 1, null where a side has no values. */
export const Distributions = z.object({
  bins: z.array(
    z.object({
      /** Null: open. Both null for a category. */
      lower: z.number().nullable(),
      upper: z.number().nullable(),
      /** A category's name; null for a bin. The rest beyond the named ones is `isOther`. */
      name: z.string().nullable(),
      isOther: z.boolean(),
      reference: z.number().nullable(),
      current: z.number().nullable(),
      referenceCount: z.number().nullable(),
      currentCount: z.number().nullable(),
    }),
  ),
});
export type Distributions = z.infer<typeof Distributions>;

const OverTime = z.array(z.number().nullable());

/** GET /api/drift/feature */
export const DriftFeature = z.object({
  ...head,
  startMs: z.number(),
  endMs: z.number(),
  drift: FeatureDrift,
  distributions: Distributions.nullable(),
  /** Over windows of the range, as in DriftHeat. */
  overTime: z.object({
    startMs: z.number(),
    windowMs: z.number(),
    windows: z.number(),
    psi: OverTime,
    noiseLimit: OverTime,
    state: z.array(DriftState),
    n: OverTime,
    /** Numeric only: 0.1, 0.5, 0.9, 0.99; `reference` is the same quantile of the reference. `atLeast`: in the open bucket. */
    quantiles: z.array(
      z.object({ q: z.number(), values: OverTime, atLeast: z.array(z.boolean()), reference: z.number().nullable() }),
    ),
    missing: z.object({ rate: OverTime, low: OverTime, high: OverTime, reference: z.number().nullable() }),
  }),
  began: Onset.nullable(),
  /** The change event nearest before the onset: "since 2.4.0". Null: none within two windows. */
  since: ChangeEvent.nullable(),
  /** LogQL for the lines that carry this feature, for /logs?query=…; null without a Loki. */
  logQuery: z.string().nullable(),
});
export type DriftFeature = z.infer<typeof DriftFeature>;

/** GET /api/drift/arms: inputs of the challenger against those of the champion in the same time (routing bias). */
export const DriftArms = z.object({
  model: z.string(),
  champion: z.string().nullable(),
  challenger: z.string().nullable(),
  versions: z.array(z.object({ version: z.string(), role: Role })),
  startMs: z.number(),
  endMs: z.number(),
  /** The time both had traffic, where that is shorter than the range. */
  words: z.string(),
  features: z.array(FeatureDrift),
  gaps: z.array(z.string()),
  missing: z.array(MissingSignal),
  why: z.array(Why),
});
export type DriftArms = z.infer<typeof DriftArms>;

/** GET /api/drift/output. Null: that signal is not there. */
export const DriftOutput = z.object({
  ...head,
  startMs: z.number(),
  endMs: z.number(),
  /** Scores the model gave (prediction_score). */
  scores: z.object({ drift: FeatureDrift, distributions: Distributions.nullable() }).nullable(),
  /** Labels the model gave (predictions_total). */
  labels: z.object({ drift: FeatureDrift, distributions: Distributions.nullable() }).nullable(),
  /** Labels as they turned out to be (tp + fn against fp + tn of prediction_outcomes_total): label drift. */
  truth: z.object({ drift: FeatureDrift, distributions: Distributions.nullable() }).nullable(),
});
export type DriftOutput = z.infer<typeof DriftOutput>;

/** GET /api/drift/consequences: how much the score moves where the feature moved. */
export const DriftConsequences = z.object({
  model: z.string(),
  version: z.string().nullable(),
  /** Null: neither logs nor enough windows; `words` says why. */
  how: z.enum(['logs', 'windows']).nullable(),
  words: z.string(),
  sample: LogSample.nullable(),
  /** Largest effect first; features without one are left out. */
  rows: z.array(z.object({ feature: z.string(), consequence: Consequence })),
  gaps: z.array(z.string()),
  why: z.array(Why),
});
export type DriftConsequences = z.infer<typeof DriftConsequences>;

/**
 * A line of POST /api/drift/logs (NDJSON): drift from prediction logs, read in slices. `progress` lines first, then one
 * `report` or one `error`. Closing the connection cancels, upstream included.
 */
export const DriftLogsLine = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('progress'),
    done: z.number(),
    of: z.number(),
    lines: z.number(),
    features: z.number(),
  }),
  z.object({ kind: z.literal('report'), report: DriftReport }),
  z.object({ kind: z.literal('error'), code: z.string(), message: z.string() }),
]);
export type DriftLogsLine = z.infer<typeof DriftLogsLine>;
