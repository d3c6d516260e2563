import * as z from 'zod';
import { AnswerText } from './answer';
import { TraceIdText } from './trace';
import { Why } from './why';

export const TraceDiffParams = z.object({
  traceId: TraceIdText,
  /** Another trace's id, or `typical` for the median of a sample. */
  against: TraceIdText,
  /** Version whose typical trace is meant; absent: this trace's own. */
  version: z.string().min(1).max(1_000).optional(),
});
export type TraceDiffParams = z.infer<typeof TraceDiffParams>;

export const TraceDiffRow = z.object({
  key: z.string(),
  parentKey: z.string().nullable(),
  depth: z.number(),
  service: z.string(),
  name: z.string(),
  presence: z.enum(['both', 'added', 'missing']),
  countBefore: z.number(),
  countAfter: z.number(),
  beforeMs: z.number(),
  afterMs: z.number(),
  /** Milliseconds of the critical path lost (positive) or gained here. */
  deltaMs: z.number(),
  /** A span of this trace at this place. */
  span: z.string().nullable(),
});
export type TraceDiffRow = z.infer<typeof TraceDiffRow>;

export const TraceDiffReport = z.object({
  answer: AnswerText,
  /** The other side: the trace's root, or "typical of 2.3.0". */
  before: z.object({ title: z.string(), traceId: z.string().nullable(), sample: z.number(), totalMs: z.number() }),
  afterMs: z.number(),
  deltaMs: z.number(),
  rows: z.array(TraceDiffRow),
  /** Places left out and their sum, so that the rows and this add up to deltaMs. */
  rest: z.object({ places: z.number(), deltaMs: z.number() }).nullable(),
  notes: z.array(z.string()),
  why: z.array(Why),
});
export type TraceDiffReport = z.infer<typeof TraceDiffReport>;
