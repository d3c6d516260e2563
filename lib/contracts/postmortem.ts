import * as z from 'zod';
import { Probe } from './checklist';
import {
  ACTION_KINDS,
  MAX_SECTION_CHARACTERS,
  POSTMORTEM_SECTIONS,
  POSTMORTEM_STATES,
  TASK_STATES,
} from './incident-words';
import { ClientId, IncidentKey, InstantMs, Person, PersonName, Revision, typedText, writtenText } from './written-text';

const SectionKey = z.enum(POSTMORTEM_SECTIONS);

/** The newest words of a section. Markdown; `[^e12]` refers to entry 12 of the timeline, `[^i7e3]` to entry 3 of INC-7. */
export const PostmortemSection = z.object({
  key: SectionKey,
  title: z.string(),
  text: z.string(),
  /** 0: nobody wrote here yet. A save names the version it was made from. */
  version: z.number().int(),
  author: Person.nullable(),
  savedAtMs: z.number().nullable(),
  /** Numbers in it that no entry stands behind, each with its sentence. */
  unsourced: z.array(z.string()),
});
export type PostmortemSection = z.infer<typeof PostmortemSection>;

/** Something the record does not say and a reader will ask. */
const PostmortemGap = z.object({ section: SectionKey, sentence: z.string() });

/** What a probe of an action said. unknown: it had no answer; the sentence says why. */
export const ProbeAnswer = z.object({
  state: z.enum(['pass', 'fail', 'unknown']),
  sentence: z.string(),
  by: z.string(),
  atMs: z.number(),
});
export type ProbeAnswer = z.infer<typeof ProbeAnswer>;

export const PostmortemAction = z.object({
  id: z.uuid(),
  text: z.string(),
  kind: z.enum(ACTION_KINDS),
  owner: z.string().nullable(),
  dueAtMs: z.number().nullable(),
  state: z.enum(TASK_STATES),
  /** A ticket; http or https; null: none. */
  link: z.string().nullable(),
  createdAtMs: z.number(),
  closedAtMs: z.number().nullable(),
  revision: z.number().int().positive(),
  /** The query that would show that it worked, and when it does, in words; null: none is named. */
  probe: Probe.extend({ passes: z.string() }).nullable(),
  /** What it said last; null: it was never asked. */
  checked: ProbeAnswer.nullable(),
  /** When it last passed, with the pin of that; null: never. The pin is null where it could not be made. */
  verified: z.object({ atMs: z.number(), evidenceId: z.uuid().nullable() }).nullable(),
});
export type PostmortemAction = z.infer<typeof PostmortemAction>;

export const PostmortemReview = z.object({
  id: z.uuid(),
  verdict: z.enum(['approve', 'request_changes']),
  comment: z.string(),
  by: Person,
  atMs: z.number(),
  /** SHA-256 of the text that was judged. */
  textHash: z.string(),
  /** That text is still the text. */
  current: z.boolean(),
  /** The reviewer is the only author: said, because a second pair of eyes is the point. */
  byOnlyAuthor: z.boolean(),
});
export type PostmortemReview = z.infer<typeof PostmortemReview>;

export const Postmortem = z.object({
  answer: z.string(),
  state: z.enum(POSTMORTEM_STATES),
  owner: z.string().nullable(),
  sections: z.array(PostmortemSection),
  actions: z.array(PostmortemAction),
  reviews: z.array(PostmortemReview),
  gaps: z.array(PostmortemGap),
  /** Turns of phrase that blame a person or argue with what did not happen, with the words found. */
  wording: z.array(z.object({ section: SectionKey, words: z.string(), advice: z.string() })),
  /** SHA-256 of all sections and actions as exported; a review names it. */
  textHash: z.string(),
  /** What the text refers to as `[^e12]`: the entry in one line, its pin with the hash; untrusted text. */
  references: z.array(z.object({ label: z.string(), text: z.string() })),
  authors: z.array(z.string()),
  revision: z.number().int().nonnegative(),
});
export type Postmortem = z.infer<typeof Postmortem>;

/** What the timeline says, section by section, each sentence with the entries it stands on. Nothing is stored. */
export const PostmortemDraft = z.object({
  sections: z.array(
    z.object({
      key: SectionKey,
      title: z.string(),
      text: z.string(),
      sentences: z.array(z.object({ text: z.string(), labels: z.array(z.string()) })),
      /** The section holds other words already: taking the draft means merging it. */
      differs: z.boolean(),
    }),
  ),
  gaps: z.array(PostmortemGap),
});
export type PostmortemDraft = z.infer<typeof PostmortemDraft>;

/**
 * Saves a section. Somebody else's newer version answers 409 `conflict` whose `fields` hold `version`, `text` and
 * `author` of it, `merged` (yours laid into theirs) and `clean` (`true`: nothing contradicts): save again with that
 * version once the reader agreed. The same id again is the version that was saved.
 */
export const SectionSave = z.object({
  incidentId: IncidentKey,
  id: ClientId,
  key: SectionKey,
  /** The version the writer had before them; 0: an empty section. */
  baseVersion: z.number().int().min(0),
  text: typedText('a section', MAX_SECTION_CHARACTERS),
});
export type SectionSave = z.infer<typeof SectionSave>;

export const SectionHistoryParams = z.object({ incidentId: IncidentKey, key: SectionKey });
export type SectionHistoryParams = z.infer<typeof SectionHistoryParams>;

/** Every version of a section, newest first. */
export const SectionHistory = z.object({
  versions: z.array(
    z.object({ version: z.number(), text: z.string(), author: Person, savedAtMs: z.number(), baseVersion: z.number() }),
  ),
  more: z.boolean(),
});
export type SectionHistory = z.infer<typeof SectionHistory>;

export const PostmortemEdit = z.object({
  incidentId: IncidentKey,
  /** 0 where there is no postmortem yet: this begins it. */
  revision: z.coerce.number().int().min(0),
  owner: PersonName.nullable().optional(),
  /** Asks for a review, or takes it back to a draft. */
  state: z.enum(['draft', 'in_review']).optional(),
});
export type PostmortemEdit = z.infer<typeof PostmortemEdit>;

/** A review of exactly the text whose hash it names; changed meanwhile: 409. Approving marks a resolved incident reviewed. */
export const NewReview = z.object({
  incidentId: IncidentKey,
  id: ClientId,
  verdict: z.enum(['approve', 'request_changes']),
  textHash: z.string().regex(/^[0-9a-f]{64}$/, { error: 'expected the SHA-256 of the text' }),
  comment: writtenText('a comment', 10_000, 0).default(''),
});
export type NewReview = z.infer<typeof NewReview>;

const link = z
  .string()
  .max(2_000)
  .refine((text) => /^https?:\/\//.test(text) && URL.canParse(text), { error: 'expected an http or https address' })
  .nullable();

/** A query with a condition, as somebody writes it; `{{model}}`, `{{version}}` and `{{range}}` are the incident's and an hour. */
const NewProbe = Probe.extend({
  query: writtenText('a query', 10_000),
  pass: z
    .string()
    .max(100)
    .regex(/^\s*(<=|<|>=|>|==)\s*-?\d+(\.\d+)?(e-?\d+)?\s*$/i, { error: 'expected a condition such as "<= 0.01"' }),
}).nullable();

/** Asks the probe of an action now. `id` is that of the pin it makes when it passes: the same again makes no second. */
export const ActionCheck = z.object({ incidentId: IncidentKey, actionId: ClientId, id: ClientId });
export type ActionCheck = z.infer<typeof ActionCheck>;

export const NewPostmortemAction = z.object({
  incidentId: IncidentKey,
  id: ClientId,
  text: writtenText('an action', 1_000),
  kind: z.enum(ACTION_KINDS).default('prevent'),
  owner: PersonName.nullable().default(null),
  dueAtMs: InstantMs.nullable().default(null),
  link: link.default(null),
  probe: NewProbe.default(null),
});
export type NewPostmortemAction = z.infer<typeof NewPostmortemAction>;

export const PostmortemActionEdit = z.object({
  incidentId: IncidentKey,
  actionId: ClientId,
  revision: Revision,
  text: writtenText('an action', 1_000).optional(),
  kind: z.enum(ACTION_KINDS).optional(),
  owner: PersonName.nullable().optional(),
  dueAtMs: InstantMs.nullable().optional(),
  state: z.enum(TASK_STATES).optional(),
  link: link.optional(),
  /** Another one forgets what the last one said. */
  probe: NewProbe.optional(),
});
export type PostmortemActionEdit = z.infer<typeof PostmortemActionEdit>;
