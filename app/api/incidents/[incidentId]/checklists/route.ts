import { NewChecklistRun } from '@/lib/contracts/checklist';
import { IncidentParams } from '@/lib/contracts/incident';
import { beginRun, listRuns } from '@/lib/server/checklists/store';
import { route } from '@/lib/server/route';

export const GET = route('incidents:read', IncidentParams, ({ incidentId }) => listRuns(incidentId));

export const POST = route('incidents:write', NewChecklistRun, (run, context) => beginRun(run, context));
