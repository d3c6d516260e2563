// As a namespace, of which a bundler keeps the used part alone: this file reaches the browser.
import * as z from 'zod';
import { AnswerText, Status } from './answer';
import { CompareInputs } from './compare-inputs';
import { ComparePolicy } from './compare-params';
import { Role } from './fleet';
import { SeriesSet } from './series';
import { Why } from './why';

const Values = z.array(z.number().nullable());

const Interval = z.object({ low: z.number(), high: z.number() });

/** What a measure says: against its limit where it has one, else against zero. */
export const MeasureState = z.enum([
  'beyond',
  'within',
  'improves',
  'undecided',
  'bucket-too-wide',
  'not-enough-data',
  'not-measured',
  'worse',
  'better',
  'differs',
  'same',
]);
export type MeasureState = z.infer<typeof MeasureState>;

export const Measure = z.object({
  id: z.string(),
  name: z.string(),
  /** `ratio` is shown in %, its difference in points. */
  unit: z.enum(['ratio', 'ms', 'number']),
  group: z.enum(['errors', 'latency', 'stages', 'output', 'quality', 'cost']),
  champion: z.number().nullable(),
  challenger: z.number().nullable(),
  /** The value lies in the open last bucket: at least this. */
  championAtLeast: z.boolean(),
  challengerAtLeast: z.boolean(),
  difference: z.number().nullable(),
  interval: Interval.nullable(),
  intervalKind: z.enum(['always-valid', 'fixed']),
  /** Largest harm the policy allows, as a difference: negative where less is worse. Null: no limit set. */
  limit: z.number().nullable(),
  /** Which direction harms; null where neither does. */
  worse: z.enum(['up', 'down']).nullable(),
  /** Buckets that hold the values and their intervals; drawn where the histogram limits the answer. */
  brackets: z.object({ champion: Interval, challenger: Interval }).nullable(),
  state: MeasureState,
  /** The state in words: "beyond +0.5", "bucket too wide". */
  word: z.string(),
  status: Status,
  samples: z.string(),
  /** What it is, of which metric, how its interval is made. */
  definition: z.string(),
});
export type Measure = z.infer<typeof Measure>;

export const VerdictKind = z.enum(['in-doubt', 'not-enough-data', 'roll-back', 'promote', 'wait']);
export type VerdictKind = z.infer<typeof VerdictKind>;

export const Verdict = z.object({
  kind: VerdictKind,
  /** In order; the first ones decide. */
  reasons: z.array(z.object({ status: Status, text: z.string(), decides: z.boolean() })),
  /** Time still needed at this traffic; null when not known or not needed. */
  neededMs: z.number().nullable(),
});
export type Verdict = z.infer<typeof Verdict>;

/** What policy and inputs say together. */
export const CompareResult = z.object({
  policy: ComparePolicy,
  measures: z.array(Measure),
  verdict: Verdict,
  answer: AnswerText,
  split: z.object({
    challengerShare: z.number().nullable(),
    configuredShare: z.number().nullable(),
    pValue: z.number().nullable(),
  }),
  /** Overdispersion of errors over minute cells, of each side and of their difference; null: not known. */
  phi: z.object({
    champion: z.number().nullable(),
    challenger: z.number().nullable(),
    paired: z.number().nullable(),
  }),
  evidence: z.object({ pValue: z.number(), provenMs: z.number().nullable() }).nullable(),
  clock: z.object({ errorsMs: z.number().nullable(), p95Ms: z.number().nullable(), sentence: z.string() }),
  segments: z.array(
    z.object({
      segment: z.string(),
      championRequests: z.number(),
      challengerRequests: z.number(),
      champion: z.number().nullable(),
      challenger: z.number().nullable(),
      difference: z.number().nullable(),
      interval: Interval.nullable(),
      state: MeasureState,
    }),
  ),
  /** Error difference from the start of the window up to each time, with its always-valid band; null before it can be. */
  stability: z
    .object({
      startMs: z.number(),
      stepMs: z.number(),
      difference: Values,
      low: Values,
      high: Values,
      beyondSinceMs: z.number().nullable(),
    })
    .nullable(),
});
export type CompareResult = z.infer<typeof CompareResult>;

/** The comparison under the model's configured policy, with all that another policy would need. */
export const Compare = z.object({
  inputs: CompareInputs,
  result: CompareResult,
  /** Versions with traffic of late, to choose from. */
  versions: z.array(z.object({ version: z.string(), role: Role })),
  /** How the window was found: "since 2.4.0's first traffic", "as asked". */
  window: z.string(),
  /** Where the window should begin so that both share the clock; null when it does, or nothing would help. */
  sharedStartMs: z.number().nullable(),
  /** Both versions over time, labels `version` and `measure`; ratios 0 to 1, milliseconds, requests per second. */
  overTime: SeriesSet,
  /** 95 % band of the difference of P95 over time, labels `bound` = low | estimate | high, milliseconds. */
  p95Difference: SeriesSet,
  why: z.array(Why),
});
export type Compare = z.infer<typeof Compare>;

/** Example traces of both sides: near each side's P95, with the time its inference took. */
export const CompareTrace = z.object({
  traceId: z.string(),
  startMs: z.number(),
  durationMs: z.number(),
  /** Of the model.infer span; null where the trace has none. */
  inferMs: z.number().nullable(),
  /** That span, to open it; absent of old pins. */
  inferSpanId: z.string().nullable().optional(),
  failed: z.boolean().nullable(),
});
export type CompareTrace = z.infer<typeof CompareTrace>;

export const CompareTraces = z.object({
  champion: z.array(CompareTrace),
  challenger: z.array(CompareTrace),
  /** What could not be had, as sentences. */
  gaps: z.array(z.string()),
  why: z.array(Why),
});
export type CompareTraces = z.infer<typeof CompareTraces>;
