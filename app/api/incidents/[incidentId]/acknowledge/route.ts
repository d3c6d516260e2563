import { Acknowledgement } from '@/lib/contracts/incident';
import { acknowledge } from '@/lib/server/incidents/edit';
import { readIncident } from '@/lib/server/incidents/read';
import { route } from '@/lib/server/route';

export const POST = route('incidents:write', Acknowledgement, async (acknowledgement, context) => {
  const { id } = await acknowledge(acknowledgement, context);
  return readIncident(id, context.nowMs);
});
