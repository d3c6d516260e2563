import { NewIncidentRole } from '@/lib/contracts/incident-role';
import { takeRole } from '@/lib/server/incidents/roles';
import { route } from '@/lib/server/route';

export const POST = route('incidents:write', NewIncidentRole, (role, context) => takeRole(role, context));
