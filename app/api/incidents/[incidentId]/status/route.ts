import { StatusChange } from '@/lib/contracts/incident';
import { changeStatus } from '@/lib/server/incidents/edit';
import { readIncident } from '@/lib/server/incidents/read';
import { route } from '@/lib/server/route';

export const POST = route('incidents:write', StatusChange, async (change, context) => {
  const { id } = await changeStatus(change, context);
  return readIncident(id, context.nowMs);
});
