import * as z from 'zod';
import { AnswerText, Status } from './answer';
import { MissingSignal } from './fleet';
import { Why } from './why';

/** The last thing that somebody did about an alert: declared or joined an incident, or silenced it (`incident` is null). */
export const AlertDeed = z.object({ atMs: z.number(), by: z.string(), incident: z.number().int().nullable() });
export type AlertDeed = z.infer<typeof AlertDeed>;

/** One alert of one model over the last 14 days. */
export const AlertHistoryRow = z.object({
  name: z.string(),
  model: z.string().nullable(),
  severity: z.string().nullable(),
  fired: z.number().int(),
  /** Times of those that an incident or a silence followed while it fired. */
  acted: z.number().int(),
  /** The last of those; null: there was none. */
  lastDeed: AlertDeed.nullable(),
  /** "fired 14 times, acted on twice". */
  sentence: z.string(),
  /** Time it fired over time measured, 0 to 1; null: only webhooks told of it. */
  firingShare: z.number().nullable(),
  /** Of how long it fired at a time; null: only webhooks told of it. */
  medianMs: z.number().nullable(),
  lastAtMs: z.number().nullable(),
  hasRunbook: z.boolean().nullable(),
  status: Status,
  /** What would make it worth waking for; null: it is. */
  advice: z.string().nullable(),
});
export type AlertHistoryRow = z.infer<typeof AlertHistoryRow>;

export const AlertHistory = z.object({
  answer: AnswerText,
  /** Noise first. */
  rows: z.array(AlertHistoryRow),
  /** What was measured: the Prometheus may keep less than 14 days. */
  startMs: z.number(),
  endMs: z.number(),
  notes: z.array(z.string()),
  missing: z.array(MissingSignal),
  why: z.array(Why),
});
export type AlertHistory = z.infer<typeof AlertHistory>;
