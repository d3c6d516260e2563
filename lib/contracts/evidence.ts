import * as z from 'zod';
import { ErrorBody } from './error';
import { EVIDENCE_KINDS, MAX_BESIDE, MAX_EVIDENCE_TITLE, MAX_LOOK_CHARS } from './evidence-kinds';
import { ModelName } from './range';
import { Why } from './why';

/** Pins of one list at most. */
const MAX_EVIDENCE_LISTED = 200;

const instantMs = z.number().int().min(0).max(8_640_000_000_000_000);
const storable = (text: string) => text.replaceAll('\u0000', '').toWellFormed();
const text = (most: number) => z.string().max(most).transform(storable);

export const EvidenceKind = z.enum(EVIDENCE_KINDS);

/** A question to one of the console's own endpoints: the path below /api, and its parameters. */
const Question = z.object({
  path: text(4_000).pipe(z.string().min(1, 'expected a path below /api')),
  params: z
    .record(z.string().max(100), z.union([text(10_000), z.number(), z.boolean()]))
    .refine((params) => Object.keys(params).length <= 40, { message: 'more parameters than any question has' }),
});

/** The page as it was looked at: a path and a query of the console, from which panels take their settings. */
const Look = z.object({
  pathname: text(MAX_LOOK_CHARS).pipe(z.string().regex(/^\/(?!\/)/, 'expected a path of the console')),
  search: text(MAX_LOOK_CHARS),
});

/** What to keep. The server asks the question itself: a browser cannot make up what was seen. */
export const NewEvidence = Question.extend({
  /** Made by whoever pins, so that a second press keeps nothing twice. */
  id: z.uuid().toLowerCase(),
  kind: EvidenceKind,
  title: text(MAX_EVIDENCE_TITLE).pipe(z.string().trim().min(1, 'a pin has a title')),
  /** Absent: the address a page would have to ask the same, for who pins without one. */
  look: Look.optional(),
  /** What else was on the screen: questions whose answers are kept too. */
  beside: z.array(Question).max(MAX_BESIDE, `at most ${MAX_BESIDE} questions beside the panel's own`).optional(),
});
export type NewEvidence = z.infer<typeof NewEvidence>;

/** One pin as a list has it. */
export const Evidence = z.object({
  id: z.uuid(),
  kind: EvidenceKind,
  title: z.string(),
  path: z.string(),
  /** Null: about the fleet, or about what names no model. */
  model: z.string().nullable(),
  /** The absolute range it shows; null for what has none. */
  startMs: z.number().nullable(),
  endMs: z.number().nullable(),
  stepMs: z.number().nullable(),
  sources: z.array(z.string()),
  /** Whether something was cut off or could not be asked. */
  isPartial: z.boolean(),
  /** What was cut off, failed or warned of, as sentences. */
  warnings: z.array(z.string()),
  /** Bytes of the canonical document. */
  sizeBytes: z.number(),
  /** Of the canonical document's bytes, lowercase hex. */
  sha256: z.string(),
  frozenBy: z.object({ id: z.string(), name: z.string() }),
  frozenAtMs: z.number(),
});
export type Evidence = z.infer<typeof Evidence>;

/** One answer as it came, redacted, with the question as a panel asks it. */
export const FrozenPart = Question.extend({ answer: z.unknown() });
export type FrozenPart = z.infer<typeof FrozenPart>;

/** The document that is hashed: everything that was seen, nothing about who saw it. */
export const FrozenDocument = z.object({
  format: z.literal(1),
  kind: EvidenceKind,
  title: z.string(),
  look: Look,
  model: z.string().nullable(),
  startMs: z.number().nullable(),
  endMs: z.number().nullable(),
  stepMs: z.number().nullable(),
  /** The first is the panel's own question; the others are what stood beside it. */
  parts: z.array(FrozenPart).min(1),
  isPartial: z.boolean(),
  warnings: z.array(z.string()),
  /** Rules in force, and whether the question itself held what they take out: then it cannot be asked again. */
  redaction: z.object({ rules: z.array(z.string()), isQuestionRedacted: z.boolean() }),
  /** The report as Markdown, of kinds that have one: the same bytes for ever. */
  markdown: z.string().nullable(),
  frozenAtMs: z.number(),
  consoleVersion: z.string(),
});
export type FrozenDocument = z.infer<typeof FrozenDocument>;

/** One pin, whole. `document` is null where the stored bytes are not those that were stored. */
export const EvidenceRead = Evidence.extend({
  state: z.enum(['sound', 'damaged']),
  /** What is wrong with it, as a sentence; null when it is sound. */
  damage: z.string().nullable(),
  document: FrozenDocument.nullable(),
  /** The queries behind it as they ran, from all parts. */
  why: z.array(Why),
});
export type EvidenceRead = z.infer<typeof EvidenceRead>;

export const EvidenceId = z.object({ id: z.uuid().toLowerCase() });
export type EvidenceId = z.infer<typeof EvidenceId>;

/** Newest first. `startMs` and `endMs` ask for pins made in that time. */
export const EvidenceListParams = z.object({
  model: ModelName.optional(),
  kind: EvidenceKind.optional(),
  startMs: z.coerce.number().pipe(instantMs).optional(),
  endMs: z.coerce.number().pipe(instantMs).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_EVIDENCE_LISTED).default(50),
});
export type EvidenceListParams = z.infer<typeof EvidenceListParams>;

export const EvidenceList = z.object({ evidence: z.array(Evidence), more: z.boolean() });
export type EvidenceList = z.infer<typeof EvidenceList>;

/** How an answer of today differs from the frozen one, in the numbers and texts that both or one of them have. */
export const EvidenceDifference = z.object({
  compared: z.number(),
  changed: z.number(),
  /** Measured then, not now; and the other way round. */
  lost: z.number(),
  gained: z.number(),
  /** The number that moved furthest in relation to what it was; null where none did. */
  furthest: z.object({ place: z.string(), before: z.number(), after: z.number() }).nullable(),
});
export type EvidenceDifference = z.infer<typeof EvidenceDifference>;

/** The same question, asked now. */
export const EvidenceAgain = z.object({
  state: z.enum(['same', 'differs', 'gone', 'failed']),
  sentence: z.string(),
  difference: EvidenceDifference.nullable(),
  /** Today's answers; null where they could not be had. */
  parts: z.array(FrozenPart).nullable(),
  error: z.nullable(ErrorBody.shape.error),
  askedAtMs: z.number(),
});
export type EvidenceAgain = z.infer<typeof EvidenceAgain>;
