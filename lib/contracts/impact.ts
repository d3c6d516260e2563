import * as z from 'zod';
import { AnswerText } from './answer';
import { ModelName, RANGE_MESSAGE, RangeFields, withinTenYears } from './range';
import { Why } from './why';

/** What an incident is set against: the time right before it, or the same time a day or a week earlier. */
const IMPACT_AGAINST = ['before', 'day', 'week'] as const;
export const ImpactAgainst = z.enum(IMPACT_AGAINST);
export type ImpactAgainst = z.infer<typeof ImpactAgainst>;

/** A stretch of trouble, of one model or of every model. */
export const ImpactParams = z
  .object({ ...RangeFields, against: ImpactAgainst.default('before'), model: ModelName.optional() })
  .refine(withinTenYears, { message: RANGE_MESSAGE, path: ['startMs'] });
export type ImpactParams = z.infer<typeof ImpactParams>;
/** What a browser asks with. */
export type ImpactAsked = { startMs: number; endMs: number; against?: ImpactAgainst; model?: string };

/** Predictions beyond what was to be expected, with the 95 % interval; below zero: fewer than expected. */
export const ImpactExcess = z.object({ count: z.number(), low: z.number(), high: z.number() });
export type ImpactExcess = z.infer<typeof ImpactExcess>;

/** Bad predictions of one kind. Null: not measured. */
export const ImpactCount = z.object({
  count: z.number().nullable(),
  /** Share of the predictions served, 0 to 1. */
  ratio: z.number().nullable(),
  /** The same share before. */
  beforeRatio: z.number().nullable(),
  /** What the share of before makes of the predictions served. */
  expected: z.number().nullable(),
  excess: ImpactExcess.nullable(),
});
export type ImpactCount = z.infer<typeof ImpactCount>;

export const ImpactRow = z.object({
  model: z.string(),
  version: z.string(),
  /** Predictions asked for during the stretch; what failed is among them. Null: not measured. */
  requests: z.number().nullable(),
  /** As many as the traffic of before makes of a stretch of this length. */
  expectedRequests: z.number().nullable(),
  failed: ImpactCount,
  /** Slower than the bound of the model's latency objective; all null where it has none. */
  slow: ImpactCount,
  boundMs: z.number().nullable(),
  p95Ms: z.number().nullable(),
  beforeP95Ms: z.number().nullable(),
  /** What is certain: more failed, more were slow; `gone` served nothing, though it did before; `new` was not there before. */
  states: z.array(z.enum(['failed', 'slow', 'gone', 'new'])),
});
export type ImpactRow = z.infer<typeof ImpactRow>;

/** What a stretch of trouble did to predictions, by model and version; the worst first. */
export const Impact = z.object({
  answer: AnswerText,
  startMs: z.number(),
  endMs: z.number(),
  beforeStartMs: z.number(),
  beforeEndMs: z.number(),
  against: ImpactAgainst,
  rows: z.array(ImpactRow),
  /** Rows that are not here; 0: all are. */
  more: z.number().int(),
  /** Over the rows of which it is certain that more failed, or were slow; null: of none. */
  failed: ImpactExcess.nullable(),
  slow: ImpactExcess.nullable(),
  gaps: z.array(z.string()),
  why: z.array(Why),
});
export type Impact = z.infer<typeof Impact>;
