import * as z from 'zod';
import { MAX_PERSON_CHARACTERS, MAX_TAG_CHARACTERS, MAX_TAGS } from './incident-words';

// PostgreSQL cannot store the character 0, and half a surrogate pair is no text anywhere.
const storable = (text: string) => text.replaceAll('\u0000', '').replaceAll('\r\n', '\n').toWellFormed();

/** Text that a person wrote and every database can store, trimmed. */
export const writtenText = (what: string, maxCharacters: number, minCharacters = 1) =>
  z
    .string()
    .transform((text) => storable(text).trim())
    .pipe(
      z
        .string()
        .min(minCharacters, { error: `${what} needs some text` })
        .max(maxCharacters, { error: `${what} has at most ${maxCharacters} characters` }),
    );

/** Text kept as it was typed, its spaces at both ends too: somebody may still be in the middle of a sentence. */
export const typedText = (what: string, maxCharacters: number) =>
  z
    .string()
    .transform(storable)
    .pipe(z.string().max(maxCharacters, { error: `${what} has at most ${maxCharacters} characters` }));

/** A UUID made by whoever writes, so that a second press of the button stores nothing twice. */
export const ClientId = z.uuid().toLowerCase();

/** An incident in an address: its UUID, or its number as people say it: 12 or INC-12. */
export const IncidentKey = z
  .string()
  .regex(/^([0-9a-f-]{36}|(inc-)?\d{1,9})$/i, { error: 'expected the number or the UUID of an incident' })
  .transform((key) => key.toLowerCase().replace(/^inc-/, ''));

/** An instant, in milliseconds since the epoch. */
export const InstantMs = z.number().int().min(0).max(8_640_000_000_000_000);

/** Counts the edits of a thing; an edit names the one it was made from. */
export const Revision = z.coerce.number().int().min(1).max(2_147_483_647);

export const PersonName = writtenText('a name', MAX_PERSON_CHARACTERS);

/** Tags in lower case, each once, sorted. */
export const Tags = z
  .array(writtenText('a tag', MAX_TAG_CHARACTERS).transform((tag) => tag.toLowerCase().replaceAll(',', ' ')))
  .max(MAX_TAGS, { error: `at most ${MAX_TAGS} tags` })
  .transform((tags) => [...new Set(tags)].sort());

/** Who wrote or did something. */
export const Person = z.object({ id: z.string(), name: z.string() });
export type Person = z.infer<typeof Person>;
