import { NewIncidentTask } from '@/lib/contracts/incident-task';
import { addTask } from '@/lib/server/incidents/tasks';
import { route } from '@/lib/server/route';

export const POST = route('incidents:write', NewIncidentTask, (task, context) => addTask(task, context));
