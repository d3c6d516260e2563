import { IncidentEdit, IncidentParams } from '@/lib/contracts/incident';
import { editIncident } from '@/lib/server/incidents/edit';
import { readIncident } from '@/lib/server/incidents/read';
import { route } from '@/lib/server/route';

export const GET = route('incidents:read', IncidentParams, ({ incidentId }, { nowMs }) =>
  readIncident(incidentId, nowMs),
);

export const PATCH = route('incidents:write', IncidentEdit, async (edit, context) => {
  const { id } = await editIncident(edit, context);
  return readIncident(id, context.nowMs);
});
