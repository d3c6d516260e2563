import { IncidentParams } from '@/lib/contracts/incident';
import { readDraft } from '@/lib/server/postmortems/read';
import { route } from '@/lib/server/route';

export const GET = route('incidents:read', IncidentParams, ({ incidentId }, context) => readDraft(incidentId, context));
