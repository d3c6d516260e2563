import * as z from 'zod';
import { AnswerText } from './answer';
import { MissingSignal } from './fleet';
import { Labels } from './series';
import { Why } from './why';
import { ClientId, IncidentKey, InstantMs, writtenText } from './written-text';

const MAX_SILENCE_COMMENT = 2_000;
const MAX_MATCHERS = 50;

/** One condition of a silence. Expressions are RE2's and fit whole values. */
export const SilenceMatcher = z.object({
  name: z.string().min(1, { error: 'a matcher needs the name of a label' }).max(500),
  value: z.string().max(4_000),
  isRegex: z.boolean().default(false),
  isEqual: z.boolean().default(true),
});
export type SilenceMatcher = z.infer<typeof SilenceMatcher>;

const Matchers = z.array(SilenceMatcher).max(MAX_MATCHERS, { error: `at most ${MAX_MATCHERS} matchers` });
const SourceName = z.string().min(1).max(100);

export const SilenceState = z.enum(['active', 'pending', 'expired']);
export type SilenceState = z.infer<typeof SilenceState>;

/** An alert as far as a silence is concerned with it. */
export const MutedAlert = z.object({ name: z.string(), model: z.string().nullable(), labels: Labels });
export type MutedAlert = z.infer<typeof MutedAlert>;

export const Silence = z.object({
  /** The Alertmanager's own id. */
  id: z.string(),
  state: SilenceState,
  /** Alertmanagers that hold it. */
  sources: z.array(z.string()),
  startsAtMs: z.number().nullable(),
  endsAtMs: z.number().nullable(),
  createdBy: z.string(),
  comment: z.string(),
  matchers: z.array(SilenceMatcher),
  /** What it mutes now, at most 20 of them; empty unless it is active. */
  mutes: z.array(MutedAlert),
  mutesCount: z.number().int(),
  /** The incident it was made for here; null: none, or made elsewhere. */
  incident: z.object({ id: z.string(), number: z.number() }).nullable(),
  /** What is wrong with it, as a sentence: it came back, its peers disagree, it mutes nothing; null: nothing. */
  warning: z.string().nullable(),
});
export type Silence = z.infer<typeof Silence>;

/** Alertmanagers that share their silences: one is written to. */
export const AlertmanagerCluster = z.object({
  members: z.array(
    z.object({
      source: z.string(),
      version: z.string().nullable(),
      /** Why it cannot be asked; null: it answers. */
      problem: z.string().nullable(),
    }),
  ),
  /** The member that is written to; null: none answers. */
  writesTo: z.string().nullable(),
});
export type AlertmanagerCluster = z.infer<typeof AlertmanagerCluster>;

export const SilenceList = z.object({
  answer: AnswerText,
  /** Active ones first, those that mute most before the others; then pending, then expired. */
  silences: z.array(Silence),
  /** Expired ones that are not shown. */
  hiddenExpired: z.number().int(),
  clusters: z.array(AlertmanagerCluster),
  maxSilenceMs: z.number(),
  missing: z.array(MissingSignal),
  why: z.array(Why),
});
export type SilenceList = z.infer<typeof SilenceList>;

/** What a silence of these matchers would mute right now, or from a later start on. */
export const SilencePreviewParams = z.object({
  /** Any Alertmanager of the cluster; absent: the first. */
  source: SourceName.optional(),
  matchers: Matchers,
  /** When it would start; absent: now. */
  startsAtMs: InstantMs.optional(),
});
export type SilencePreviewParams = z.infer<typeof SilencePreviewParams>;

export const SilencePreview = z.object({
  writesTo: z.string(),
  version: z.string().nullable(),
  /** Why such a silence cannot be made, as sentences; empty: it can. */
  faults: z.array(z.string()),
  /** At most 50 of them. */
  matched: z.array(MutedAlert),
  matchedCount: z.number().int(),
  /** Alerts that the cluster has now. */
  total: z.number().int(),
  /** Alerts that match each matcher alone, in their order; null where it cannot be read. */
  alone: z.array(z.number().int().nullable()),
  /** Of a later start: alerts that it fits which fired in the last 7 days, at most 50 of them; null: starts now, or not known. */
  lately: z.object({ alerts: z.array(MutedAlert), count: z.number().int() }).nullable(),
  /** Has to be accepted by whoever makes it. */
  extreme: z.enum(['everything', 'nothing']).nullable(),
  sentence: z.string(),
});
export type SilencePreview = z.infer<typeof SilencePreview>;

/** A silence to make. The same id again is the silence that is there. Its creator is whoever sends it. */
export const NewSilence = z.object({
  id: ClientId,
  source: SourceName.optional(),
  matchers: Matchers,
  /** Absent: now. */
  startsAtMs: InstantMs.optional(),
  endsAtMs: InstantMs,
  comment: writtenText('a comment', MAX_SILENCE_COMMENT, 3),
  incidentId: IncidentKey.nullable().default(null),
  /** That it matches every alert of now, or none, is meant so. */
  accept: z.enum(['everything', 'nothing']).optional(),
});
export type NewSilence = z.infer<typeof NewSilence>;
export type NewSilenceAsked = z.input<typeof NewSilence>;

export const SilenceMade = z.object({ silenceId: z.string(), source: z.string(), sentence: z.string() });
export type SilenceMade = z.infer<typeof SilenceMade>;

export const SilencesParams = z.object({ expired: z.stringbool().default(false) });

const SilenceId = z.uuid().toLowerCase();

/** Moves the end of a silence that has not ended. */
export const SilenceChange = z.object({ silenceId: SilenceId, endsAtMs: InstantMs });
export type SilenceChange = z.infer<typeof SilenceChange>;

export const SilenceEnd = z.object({ silenceId: SilenceId });
export type SilenceEnd = z.infer<typeof SilenceEnd>;
