import { IncidentSplit } from '@/lib/contracts/incident-link';
import { splitIncident } from '@/lib/server/incidents/split';
import { route } from '@/lib/server/route';

export const POST = route('incidents:write', IncidentSplit, (split, context) => splitIncident(split, context));
