import * as z from 'zod';
import { Evidence } from './evidence';
import {
  ENTRY_KINDS,
  ENTRY_RELATIONS,
  HYPOTHESIS_STATES,
  INCIDENT_STATUSES,
  MAX_ENTRY_CHARACTERS,
  WRITTEN_KINDS,
} from './incident-words';
import { ClientId, IncidentKey, InstantMs, Person, writtenText } from './written-text';

export const EntryKind = z.enum(ENTRY_KINDS);
const HypothesisState = z.enum(HYPOTHESIS_STATES);

/** What some kinds of entries say besides their text. */
export const EntryDetails = z.object({
  /** Of a hypothesis, or of an entry that settles one. */
  hypothesisState: HypothesisState.optional(),
  /** Of a status entry. */
  from: z.enum(INCIDENT_STATUSES).optional(),
  to: z.enum(INCIDENT_STATUSES).optional(),
  /** Of an alert entry: how many alerts it tells of, and the episodes of the first hundred. */
  alertStatus: z.enum(['firing', 'resolved']).optional(),
  alerts: z.number().int().optional(),
  episodeIds: z.array(z.string()).optional(),
  /** Of an entry that tells of changed fields: name, before, after. */
  changes: z
    .array(z.object({ field: z.string(), before: z.string().nullable(), after: z.string().nullable() }))
    .optional(),
  /** Of a communication. */
  audience: z.string().optional(),
  /** Of a checklist entry. */
  checklistRunId: z.string().optional(),
  /** Of an entry brought along by a split: where it came from. */
  copiedFrom: z.string().optional(),
});
export type EntryDetails = z.infer<typeof EntryDetails>;

/** One line of the timeline. It is never changed: what corrects it stands beside it. */
export const Entry = z.object({
  id: z.uuid(),
  /** The incident it was written for, which may have been merged into the one that is shown. */
  incidentId: z.uuid(),
  incidentNumber: z.number().int(),
  /** Order in which it was recorded within its incident. */
  seq: z.number().int(),
  /** How a postmortem refers to it: `[^e12]`, or `[^i7e12]` where it came with a merged incident. */
  label: z.string(),
  kind: EntryKind,
  text: z.string(),
  occurredAtMs: z.number(),
  recordedAtMs: z.number(),
  /** Recorded a minute or more after it occurred. */
  backdated: z.boolean(),
  author: Person,
  /** Frozen evidence pinned with it; null: none. */
  evidenceId: z.string().nullable(),
  /** The earlier entry it speaks of, and how. */
  about: z.object({ entryId: z.uuid(), relation: z.enum(ENTRY_RELATIONS) }).nullable(),
  /** The newest entry that corrects or retracts this one; null: stands as it is. */
  correctedBy: z.object({ entryId: z.uuid(), relation: z.enum(['corrects', 'retracts']), text: z.string() }).nullable(),
  details: EntryDetails,
});
export type Entry = z.infer<typeof Entry>;

/** A hypothesis with what speaks for and against it. */
export const HypothesisSummary = z.object({
  entryId: z.uuid(),
  label: z.string(),
  text: z.string(),
  state: HypothesisState,
  occurredAtMs: z.number(),
  author: Person,
  /** Entries that support and that refute it, oldest first. */
  supportedBy: z.array(z.uuid()),
  refutedBy: z.array(z.uuid()),
});
export type HypothesisSummary = z.infer<typeof HypothesisSummary>;

export const EntryPage = z.object({
  entries: z.array(Entry),
  /** What is pinned to them, without what the pins hold: that is asked for by its id. */
  pins: z.array(Evidence),
  /** Give it back as `cursor` to go on in the same order; null: that was all. */
  nextCursor: z.string().nullable(),
  /** Entries that match in all. */
  total: z.number().int(),
  /** The incident's activity when this was read. */
  activity: z.number().int(),
});
export type EntryPage = z.infer<typeof EntryPage>;

/** A page of the timeline by when things occurred, newest first unless asked otherwise. */
export const EntriesParams = z.object({
  incidentId: IncidentKey,
  order: z.enum(['asc', 'desc']).default('desc'),
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(200),
  /** Comma-separated; absent: all. */
  kinds: z
    .string()
    .transform((text) => text.split(',').filter((part) => part !== ''))
    .pipe(z.array(EntryKind))
    .optional(),
  /** Words that all stand in the text. */
  q: z.string().max(200).optional(),
  /** Only entries with evidence. */
  pinned: z.stringbool().default(false),
  /** Only what was recorded after this instant: what a live page does not have yet. */
  recordedAfterMs: z.coerce.number().int().optional(),
});
export type EntriesParams = z.infer<typeof EntriesParams>;
export type EntriesAsked = {
  order?: 'asc' | 'desc';
  cursor?: string;
  limit?: number;
  kinds?: string;
  q?: string;
  pinned?: boolean;
  recordedAfterMs?: number;
};

/** An entry that a person adds. The same id again is the entry that is there. */
export const NewEntry = z
  .object({
    incidentId: IncidentKey,
    id: ClientId,
    kind: z.enum(WRITTEN_KINDS),
    text: writtenText('an entry', MAX_ENTRY_CHARACTERS, 0),
    /** When it happened; absent: now. */
    occurredAtMs: InstantMs.optional(),
    evidenceId: z.uuid().nullable().default(null),
    about: z
      .object({ entryId: z.uuid(), relation: z.enum(ENTRY_RELATIONS) })
      .nullable()
      .default(null),
    /** Of a new hypothesis, or of one that is settled. */
    hypothesisState: HypothesisState.optional(),
    /** Of a communication: who was told. */
    audience: writtenText('an audience', 200).optional(),
  })
  .refine((entry) => entry.text !== '' || entry.evidenceId !== null || entry.about?.relation === 'settles', {
    path: ['text'],
    error: 'an entry needs some text or a pin',
  })
  .refine((entry) => entry.about?.relation !== 'settles' || entry.hypothesisState !== undefined, {
    path: ['hypothesisState'],
    error: 'say what became of the hypothesis: open, supported or refuted',
  });
export type NewEntry = z.infer<typeof NewEntry>;
export type NewEntryAsked = Omit<z.input<typeof NewEntry>, 'incidentId'>;
