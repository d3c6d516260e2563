import { IncidentParams } from '@/lib/contracts/incident';
import { readContext, recapture } from '@/lib/server/incidents/context';
import { route } from '@/lib/server/route';

export const GET = route('incidents:read', IncidentParams, ({ incidentId }) => readContext(incidentId));

export const POST = route('incidents:write', IncidentParams, ({ incidentId }, context) =>
  recapture(incidentId, context),
);
