import * as z from 'zod';
import { AnswerText, Status } from './answer';
import { MissingSignal } from './fleet';
import { ModelName, RANGE_MESSAGE, RangeFields, withinTenYears } from './range';
import { Labels } from './series';
import { Why } from './why';

/** Alerts of one model; absent: of all. */
export const AlertsParams = z.object({ model: ModelName.optional() });
export type AlertsParams = z.infer<typeof AlertsParams>;

/** What becomes of an alert now: worst first. `muted`: by a time interval of the Alertmanager. */
export const AlertState = z.enum(['firing', 'pending', 'silenced', 'inhibited', 'muted']);
export type AlertState = z.infer<typeof AlertState>;

export const AlertRow = z.object({
  /** Fingerprint of its labels, as Prometheus and Alertmanager reckon it. Unique among the alerts of an answer. */
  id: z.string(),
  name: z.string(),
  model: z.string().nullable(),
  severity: z.string().nullable(),
  owner: z.string().nullable(),
  state: AlertState,
  status: Status,
  labels: Labels,
  summary: z.string().nullable(),
  description: z.string().nullable(),
  /** http or https; null when the alert names none. */
  runbook: z.string().nullable(),
  /** Null when neither source says. */
  sinceMs: z.number().nullable(),
  value: z.number().nullable(),
  /** The rule's expression; null for an alert that only an Alertmanager knows. */
  query: z.string().nullable(),
  /** Where it was seen: names of sources. */
  sources: z.array(z.string()),
  receivers: z.array(z.string()),
  /** Ids of silences, with the Alertmanager that holds each. */
  silencedBy: z.array(z.object({ source: z.string(), id: z.string() })),
  /** Names of the alerts that hold it back. */
  inhibitedBy: z.array(z.string()),
  /** The objective whose budget it watches, `<model>/<name>`; null: it is no alert on a budget. */
  slo: z.string().nullable(),
  /** What stands out about how it is treated, as a sentence: no Alertmanager has it; null: nothing. */
  note: z.string().nullable(),
  /** The webhook's record of it, which an incident takes in; null: no webhook told of it. */
  episodeId: z.string().nullable(),
  incident: z.object({ id: z.string(), number: z.number() }).nullable(),
  /** Times it fired in the last week; null when not measured. */
  firedThisWeek: z.number().nullable(),
});
export type AlertRow = z.infer<typeof AlertRow>;

export const AlertList = z.object({
  answer: AnswerText,
  /** By model, what needs a person most first; the alerts of no model in particular last. */
  groups: z.array(z.object({ model: z.string().nullable(), alerts: z.array(AlertRow) })),
  /** Alertmanagers that are configured; without one nothing can be silenced. */
  alertmanagers: z.array(z.string()),
  missing: z.array(MissingSignal),
  why: z.array(Why),
});
export type AlertList = z.infer<typeof AlertList>;

/** One alert by its fingerprint. The range is the one its query is drawn over, which a pin of it keeps; what it says is of now. */
export const AlertParams = z
  .object({ alertId: z.string().regex(/^[0-9a-f]{1,32}$/, 'expected the fingerprint of an alert'), ...RangeFields })
  .refine(withinTenYears, { message: RANGE_MESSAGE, path: ['startMs'] });
export type AlertParams = z.infer<typeof AlertParams>;

/** One alert as it is now, with the words of the silences that hold it. */
export const AlertReport = z.object({
  alert: AlertRow,
  /** Silences that hold it back, as far as an Alertmanager tells of them. */
  silences: z.array(
    z.object({
      id: z.string(),
      sources: z.array(z.string()),
      createdBy: z.string(),
      comment: z.string(),
      endsAtMs: z.number().nullable(),
    }),
  ),
  /** What could not be asked, as sentences. */
  gaps: z.array(z.string()),
  why: z.array(Why),
});
export type AlertReport = z.infer<typeof AlertReport>;
