// As a namespace, of which a bundler keeps the used part alone: this file reaches the browser.
import * as z from 'zod';
import { MAX_NOTE_CHARACTERS } from './note-limits';
import { ModelName, RANGE_MESSAGE, RangeFields, withinTenYears } from './range';

/** Notes of one range that are sent at most. */
export const MAX_NOTES = 1_000;

const instantMs = z.number().int().min(0).max(8_640_000_000_000_000);
const revision = z.coerce.number().int().min(1).max(2_147_483_647);

/** What people put on the timeline of changes: "fraud model retrained". */
export const Note = z.object({
  id: z.uuid(),
  atMs: z.number(),
  text: z.string(),
  /** Null: about the whole fleet. */
  model: z.string().nullable(),
  /** Null: about every version. */
  version: z.string().nullable(),
  author: z.object({ id: z.string(), name: z.string() }),
  createdAtMs: z.number(),
  /** Null: never edited. */
  editedAtMs: z.number().nullable(),
  /** Counts the edits; an edit names the one it was made from. */
  revision: z.number().int().positive(),
  /** Whether whoever asked may edit and remove it. */
  mayEdit: z.boolean(),
});
export type Note = z.infer<typeof Note>;

export const NoteList = z.object({
  /** Oldest first; the newest of the range where there are more than MAX_NOTES. */
  notes: z.array(Note),
  more: z.boolean(),
});
export type NoteList = z.infer<typeof NoteList>;

/** Notes of a range; with a model, those about it and those about the whole fleet. */
export const NotesParams = z
  .object({ ...RangeFields, model: ModelName.optional() })
  .refine(withinTenYears, { message: RANGE_MESSAGE, path: ['startMs'] });
export type NotesParams = z.infer<typeof NotesParams>;

// PostgreSQL cannot store the character 0, and half a surrogate pair is no text anywhere.
const storable = (text: string) => text.replaceAll('\u0000', '').toWellFormed();

const NoteText = z
  .string()
  .transform((text) => storable(text).trim())
  .pipe(
    z
      .string()
      .min(1, { error: 'a note needs some text' })
      .max(MAX_NOTE_CHARACTERS, { error: `a note has at most ${MAX_NOTE_CHARACTERS} characters` }),
  );
const label = ModelName.transform(storable).nullable();

/** A new note. The id is made by whoever writes it, so that a second press of the button makes no second note. */
export const NewNote = z.object({
  id: z.uuid().toLowerCase(),
  atMs: instantMs,
  text: NoteText,
  model: label.default(null),
  version: label.default(null),
});
export type NewNote = z.infer<typeof NewNote>;

/** An edit of a note: what it should say now, and the revision that was on screen. */
export const NoteEdit = z.object({
  id: z.uuid().toLowerCase(),
  revision,
  text: NoteText.optional(),
  atMs: instantMs.optional(),
});
export type NoteEdit = z.infer<typeof NoteEdit>;

export const NoteRemoval = z.object({ id: z.uuid().toLowerCase(), revision });
export type NoteRemoval = z.infer<typeof NoteRemoval>;
