import { IncidentParams } from '@/lib/contracts/incident';
import { db } from '@/lib/server/db';
import { findIncident } from '@/lib/server/incidents/find';
import { followChanges } from '@/lib/server/incidents/live';
import { eventStream } from '@/lib/server/logs/event-stream';
import { route } from '@/lib/server/route';

/** Says when an incident changed, as server-sent events of `LiveEvent`, until the reader leaves. */
export const GET = route('incidents:read', IncidentParams, async ({ incidentId }, { signal }) => {
  const { id, activity } = await db().read((client) => findIncident(client, incidentId));
  return eventStream(signal, (emit, left) => followChanges({ kind: 'incident', id, activity }, emit, left));
});
