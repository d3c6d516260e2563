import { IncidentsParams, NewIncident } from '@/lib/contracts/incident';
import { declareAndRead, listIncidents } from '@/lib/server/incidents/read';
import { route } from '@/lib/server/route';

export const GET = route('incidents:read', IncidentsParams, (params, { nowMs }) => listIncidents(params, nowMs));

export const POST = route('incidents:write', NewIncident, (incident, context) => declareAndRead(incident, context));
