import * as z from 'zod';
import { HypothesisSummary } from './incident-entry';
import { IncidentLink } from './incident-link';
import { IncidentRole } from './incident-role';
import { IncidentTask } from './incident-task';
import { INCIDENT_STATUSES, MAX_ENTRY_CHARACTERS, MAX_TITLE_CHARACTERS, SEVERITIES } from './incident-words';
import { ModelName } from './range';
import { ClientId, IncidentKey, InstantMs, Person, Revision, Tags, writtenText } from './written-text';

export const Severity = z.enum(SEVERITIES);
export const IncidentStatus = z.enum(INCIDENT_STATUSES);

/** Path of everything about one incident. */
export const IncidentParams = z.object({ incidentId: IncidentKey });
export type IncidentParams = z.infer<typeof IncidentParams>;

/** What an incident was declared from. */
export const IncidentOrigin = z.object({
  kind: z.enum(['person', 'alert', 'verdict', 'guard']),
  /** Id of the alert episode, of the pinned verdict's evidence, or of the guard's evaluation; null where nothing. */
  ref: z.string().max(200).nullable(),
});
export type IncidentOrigin = z.infer<typeof IncidentOrigin>;

/** Instants of an incident; null: not known, or has not happened. */
export const IncidentInstants = z.object({
  /** When the trouble began in the telemetry. */
  startedAtMs: z.number().nullable(),
  /** When an alert or a person first saw it. */
  detectedAtMs: z.number().nullable(),
  /** When a person took it on. */
  acknowledgedAtMs: z.number().nullable(),
  mitigatedAtMs: z.number().nullable(),
  resolvedAtMs: z.number().nullable(),
  reviewedAtMs: z.number().nullable(),
});
export type IncidentInstants = z.infer<typeof IncidentInstants>;

/** Durations of an incident; null where one of its two instants is unknown or they lie the wrong way round. */
export const IncidentDurations = z.object({
  /** From start to detection. */
  toDetectMs: z.number().nullable(),
  /** From detection to the first person. */
  toAcknowledgeMs: z.number().nullable(),
  /** From detection to mitigation. */
  toMitigateMs: z.number().nullable(),
  /** From detection to resolution. */
  toResolveMs: z.number().nullable(),
  /** From start to mitigation, or to resolution where it was never called mitigated: how long it hurt. */
  hurtMs: z.number().nullable(),
});
export type IncidentDurations = z.infer<typeof IncidentDurations>;

export const IncidentSummary = z.object({
  id: z.uuid(),
  /** What people say: INC-12. */
  number: z.number().int().positive(),
  title: z.string(),
  severity: Severity,
  status: IncidentStatus,
  /** Null: about the whole fleet. */
  model: z.string().nullable(),
  version: z.string().nullable(),
  tags: z.array(z.string()),
  /** A rehearsal: counted in no figure. */
  drill: z.boolean(),
  declaredAtMs: z.number(),
  declaredBy: Person,
  instants: IncidentInstants,
  durations: IncidentDurations,
  /** Who commands now; null: nobody. */
  commander: z.string().nullable(),
  firingAlerts: z.number().int(),
  alerts: z.number().int(),
  openTasks: z.number().int(),
  /** The incident this one was merged into; null: stands for itself. */
  mergedInto: z.object({ id: z.uuid(), number: z.number() }).nullable(),
  /** Counts edits of the incident's own fields; an edit names the one it was made from. */
  revision: z.number().int().positive(),
  /** Counts everything that happens to it, entries included; the live stream tells it. */
  activity: z.number().int().positive(),
});
export type IncidentSummary = z.infer<typeof IncidentSummary>;

/** Everything of one incident but its entries, which come page by page. */
export const Incident = IncidentSummary.extend({
  /** One sentence: what it is, how long, who, what fires. */
  answer: z.string(),
  origin: IncidentOrigin,
  /** Entries of it and of what was merged into it. */
  entries: z.number().int(),
  roles: z.array(IncidentRole),
  tasks: z.array(IncidentTask),
  links: z.array(IncidentLink),
  hypotheses: z.array(HypothesisSummary),
  investigations: z.array(z.object({ id: z.uuid(), number: z.number(), title: z.string() })),
  /** What it did to predictions, as it was written down last with its pin; null: nobody did. */
  impact: z.object({ evidenceId: z.uuid(), text: z.string() }).nullable(),
  /** Null: none begun. */
  postmortem: z.object({ state: z.string(), openActions: z.number().int() }).nullable(),
  /** Where it may go from here. */
  nextStatuses: z.array(IncidentStatus),
  /** Sentences about what should be looked at before it is closed: alerts that fire, tasks and actions that are open. */
  cautions: z.array(z.string()),
});
export type Incident = z.infer<typeof Incident>;

/** Middle values over the incidents that have them; drills and impossible times are left out. */
const IncidentFigure = z.object({ medianMs: z.number().nullable(), incidents: z.number().int() });

export const IncidentList = z.object({
  answer: z.string(),
  incidents: z.array(IncidentSummary),
  /** Give it back as `cursor` for the next ones; null: that was all. */
  nextCursor: z.string().nullable(),
  /** Incidents by status that match everything but the status asked for. */
  byStatus: z.record(IncidentStatus, z.number().int()),
  /** Over those incidents of the last 90 days. */
  figures: z.object({
    toDetect: IncidentFigure,
    toAcknowledge: IncidentFigure,
    toMitigate: IncidentFigure,
    toResolve: IncidentFigure,
  }),
});
export type IncidentList = z.infer<typeof IncidentList>;

const list = <T extends z.ZodType<string, string>>(item: T) =>
  z
    .string()
    .transform((text) => text.split(',').filter((part) => part !== ''))
    .pipe(z.array(item));

export const IncidentsParams = z.object({
  /** Comma-separated; absent: all. */
  status: list(IncidentStatus).optional(),
  severity: list(Severity).optional(),
  model: ModelName.optional(),
  tag: z.string().max(50).optional(),
  /** Words in title, tags or entries; every word must be there. `INC-12` and `#12` find by number. */
  q: z.string().max(200).optional(),
  drill: z.enum(['only', 'without', 'with']).default('with'),
  /** Also those merged into another. */
  merged: z.stringbool().default(false),
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type IncidentsParams = z.infer<typeof IncidentsParams>;
/** As a page writes them, before the parser fills in what is absent. */
export type IncidentsAsked = {
  status?: string;
  severity?: string;
  model?: string;
  tag?: string;
  q?: string;
  drill?: 'only' | 'without' | 'with';
  merged?: boolean;
  limit?: number;
};

const label = ModelName.nullable();
const title = writtenText('a title', MAX_TITLE_CHARACTERS);

/** A declared incident. The same id again is the incident that is there. */
export const NewIncident = z.object({
  id: ClientId,
  title,
  severity: Severity,
  model: label.default(null),
  version: label.default(null),
  tags: Tags.default([]),
  drill: z.boolean().default(false),
  /** What is known so far, as the first entry; empty: none. */
  text: writtenText('a description', MAX_ENTRY_CHARACTERS, 0).default(''),
  startedAtMs: InstantMs.nullable().default(null),
  detectedAtMs: InstantMs.nullable().default(null),
  origin: IncidentOrigin.default({ kind: 'person', ref: null }),
  /** Frozen evidence to stand on its timeline at once: the verdict it was declared from. */
  evidenceId: z.uuid().nullable().default(null),
});
export type NewIncident = z.infer<typeof NewIncident>;
export type NewIncidentAsked = z.input<typeof NewIncident>;

/** Changes of an incident's own fields; what is absent stays. Each change stands on the timeline with who and when. */
export const IncidentEdit = z.object({
  incidentId: IncidentKey,
  revision: Revision,
  title: title.optional(),
  severity: Severity.optional(),
  model: label.optional(),
  version: label.optional(),
  tags: Tags.optional(),
  drill: z.boolean().optional(),
  startedAtMs: InstantMs.nullable().optional(),
  detectedAtMs: InstantMs.nullable().optional(),
  acknowledgedAtMs: InstantMs.nullable().optional(),
  mitigatedAtMs: InstantMs.nullable().optional(),
  resolvedAtMs: InstantMs.nullable().optional(),
});
export type IncidentEdit = z.infer<typeof IncidentEdit>;

/** A step to another status. `id` is that of its entry: the same again is the step that was made. */
export const StatusChange = z.object({
  incidentId: IncidentKey,
  id: ClientId,
  revision: Revision,
  status: IncidentStatus,
  /** When it came about; absent: now. */
  atMs: InstantMs.optional(),
  /** Why; required where alerts still fire or tasks are open when it is resolved. */
  reason: writtenText('a reason', MAX_ENTRY_CHARACTERS, 0).default(''),
});
export type StatusChange = z.infer<typeof StatusChange>;

/** "I have it": sets the acknowledgement if nobody did, and makes whoever says so its commander if there is none. */
export const Acknowledgement = z.object({ incidentId: IncidentKey, id: ClientId });
export type Acknowledgement = z.infer<typeof Acknowledgement>;
