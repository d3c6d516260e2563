import { IncidentParams } from '@/lib/contracts/incident';
import { PostmortemEdit } from '@/lib/contracts/postmortem';
import { readPostmortem } from '@/lib/server/postmortems/read';
import { editPostmortem } from '@/lib/server/postmortems/store';
import { route } from '@/lib/server/route';

export const GET = route('incidents:read', IncidentParams, ({ incidentId }) => readPostmortem(incidentId));

export const PATCH = route('incidents:write', PostmortemEdit, (edit, context) => editPostmortem(edit, context));
