import * as z from 'zod';
import { TASK_STATES } from './incident-words';
import { ClientId, IncidentKey, InstantMs, Person, PersonName, Revision, writtenText } from './written-text';

/** Something to do while the incident lasts. */
export const IncidentTask = z.object({
  id: z.uuid(),
  text: z.string(),
  owner: z.string().nullable(),
  dueAtMs: z.number().nullable(),
  state: z.enum(TASK_STATES),
  createdAtMs: z.number(),
  createdBy: Person,
  /** When it was done or dropped; null: open. */
  closedAtMs: z.number().nullable(),
  revision: z.number().int().positive(),
});
export type IncidentTask = z.infer<typeof IncidentTask>;

export const NewIncidentTask = z.object({
  incidentId: IncidentKey,
  id: ClientId,
  text: writtenText('a task', 1_000),
  owner: PersonName.nullable().default(null),
  dueAtMs: InstantMs.nullable().default(null),
});
export type NewIncidentTask = z.infer<typeof NewIncidentTask>;

export const IncidentTaskEdit = z.object({
  incidentId: IncidentKey,
  taskId: ClientId,
  revision: Revision,
  text: writtenText('a task', 1_000).optional(),
  owner: PersonName.nullable().optional(),
  dueAtMs: InstantMs.nullable().optional(),
  state: z.enum(TASK_STATES).optional(),
});
export type IncidentTaskEdit = z.infer<typeof IncidentTaskEdit>;
