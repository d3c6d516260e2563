import { IncidentLiveParams } from '@/lib/contracts/live';
import { db } from '@/lib/server/db';
import { findIncident } from '@/lib/server/incidents/find';
import { followChanges } from '@/lib/server/incidents/live';
import { route } from '@/lib/server/route';
import { eventStream } from '@/lib/server/streams/event-stream';

/** Says when an incident changed and who else looks, as server-sent events of `LiveEvent`, until the reader leaves. */
export const GET = route(
  'incidents:read',
  IncidentLiveParams,
  async ({ incidentId, viewer: viewerId, editing }, { signal, identity }) => {
    const { id, activity } = await db().read((client) => findIncident(client, incidentId));
    const viewer = viewerId === undefined ? null : { viewerId, editing, identity };
    return eventStream(signal, (emit, left) => followChanges({ kind: 'incident', id, activity, viewer }, emit, left));
  },
);
