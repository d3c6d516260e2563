import * as z from 'zod';
import { MAX_TITLE_CHARACTERS, SEVERITIES } from './incident-words';
import { ClientId, IncidentKey, Person, writtenText } from './written-text';

/** How two incidents belong together. What was linked, merged or split can be undone; the record of it stays. */
export const IncidentLink = z.object({
  id: z.uuid(),
  kind: z.enum(['related', 'merge', 'split']),
  /** Which side this incident is: of a merge, `from` went into `to`; of a split, `to` came out of `from`. */
  side: z.enum(['from', 'to']),
  other: z.object({ id: z.uuid(), number: z.number(), title: z.string(), status: z.string() }),
  reason: z.string(),
  createdAtMs: z.number(),
  createdBy: Person,
  undoneAtMs: z.number().nullable(),
});
export type IncidentLink = z.infer<typeof IncidentLink>;

/** Links this incident to another, or merges it into the other. */
export const NewIncidentLink = z.object({
  incidentId: IncidentKey,
  id: ClientId,
  kind: z.enum(['related', 'merge']),
  /** Number or UUID of the other incident. */
  other: IncidentKey,
  reason: writtenText('a reason', 1_000, 0).default(''),
});
export type NewIncidentLink = z.infer<typeof NewIncidentLink>;

/** Takes alerts and entries out of this incident into a new one, whose id is `id`. */
export const IncidentSplit = z
  .object({
    incidentId: IncidentKey,
    id: ClientId,
    /** Id of the link between the two. */
    linkId: ClientId,
    title: writtenText('a title', MAX_TITLE_CHARACTERS),
    severity: z.enum(SEVERITIES),
    episodeIds: z.array(z.uuid()).max(1_000).default([]),
    /** Entries to copy; the old ones stay where they were. */
    entryIds: z.array(z.uuid()).max(1_000).default([]),
    reason: writtenText('a reason', 1_000, 0).default(''),
  })
  .refine((split) => split.episodeIds.length + split.entryIds.length > 0, {
    path: ['episodeIds'],
    error: 'name at least one alert or entry to take out',
  });
export type IncidentSplit = z.infer<typeof IncidentSplit>;

/** Undoes a relation, a merge or a split. Undone already: nothing happens. */
export const LinkUndo = z.object({ incidentId: IncidentKey, linkId: ClientId });
export type LinkUndo = z.infer<typeof LinkUndo>;
