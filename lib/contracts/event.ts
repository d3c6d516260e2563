import * as z from 'zod';
import { ModelName, RANGE_MESSAGE, RangeFields, withinTenYears } from './range';
import { Why } from './why';

/** What happened to the fleet, from one place, drawn under every chart. */
export const ChangeEvent = z.object({
  /** Stable for the same happening, so that lists and charts can name it. */
  id: z.string(),
  kind: z.enum(['version', 'role', 'alert', 'incident', 'note']),
  atMs: z.number(),
  /** When an alert or an incident ended; null while it goes on and for what has no length. */
  endMs: z.number().nullable(),
  model: z.string().nullable(),
  version: z.string().nullable(),
  /** "fraud_detector 2.4.0 first traffic, 20 %". */
  text: z.string(),
  /** Author of a note; who declared an incident. */
  author: z.string().nullable(),
  /** A runbook or other address from configuration or telemetry: http(s) only. Of an incident its page in the console. */
  href: z.string().nullable(),
});
export type ChangeEvent = z.infer<typeof ChangeEvent>;

export const EventsParams = z
  .object({ ...RangeFields, model: ModelName.optional() })
  .refine(withinTenYears, { message: RANGE_MESSAGE, path: ['startMs'] });
export type EventsParams = z.infer<typeof EventsParams>;

export const Events = z.object({
  events: z.array(ChangeEvent),
  /** What could not be asked: a source that is down leaves its events out and says so here. */
  gaps: z.array(z.string()),
  truncated: z.string().nullable(),
  why: z.array(Why),
});
export type Events = z.infer<typeof Events>;
