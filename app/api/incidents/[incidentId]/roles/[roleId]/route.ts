import { IncidentRoleEnd } from '@/lib/contracts/incident-role';
import { endRole } from '@/lib/server/incidents/roles';
import { route } from '@/lib/server/route';

export const PATCH = route('incidents:write', IncidentRoleEnd, (end, context) => endRole(end, context));
