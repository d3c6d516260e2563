import { IncidentTaskEdit } from '@/lib/contracts/incident-task';
import { editTask } from '@/lib/server/incidents/tasks';
import { route } from '@/lib/server/route';

export const PATCH = route('incidents:write', IncidentTaskEdit, (edit, context) => editTask(edit, context));
