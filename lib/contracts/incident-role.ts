import * as z from 'zod';
import { INCIDENT_ROLES } from './incident-words';
import { ClientId, IncidentKey, InstantMs, PersonName } from './written-text';

/** Somebody's part in an incident, from when to when. */
export const IncidentRole = z.object({
  id: z.uuid(),
  role: z.enum(INCIDENT_ROLES),
  person: z.string(),
  fromMs: z.number(),
  /** Null: still. */
  toMs: z.number().nullable(),
});
export type IncidentRole = z.infer<typeof IncidentRole>;

/** Somebody takes a role. A commander, a communications lead and a scribe end the turn of the one before; experts do not. */
export const NewIncidentRole = z.object({
  incidentId: IncidentKey,
  id: ClientId,
  role: z.enum(INCIDENT_ROLES),
  person: PersonName,
  fromMs: InstantMs.optional(),
});
export type NewIncidentRole = z.infer<typeof NewIncidentRole>;

/** Somebody lays a role down. */
export const IncidentRoleEnd = z.object({
  incidentId: IncidentKey,
  roleId: ClientId,
  toMs: InstantMs.optional(),
});
export type IncidentRoleEnd = z.infer<typeof IncidentRoleEnd>;
