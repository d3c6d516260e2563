import { InvestigationLiveParams } from '@/lib/contracts/live';
import { db } from '@/lib/server/db';
import { followChanges } from '@/lib/server/incidents/live';
import { findInvestigation } from '@/lib/server/investigations/row';
import { route } from '@/lib/server/route';
import { eventStream } from '@/lib/server/streams/event-stream';

/** Says when an investigation changed and who else looks, as server-sent events of `LiveEvent`, until the reader leaves. */
export const GET = route(
  'investigations:read',
  InvestigationLiveParams,
  async ({ investigationId, viewer: viewerId, editing }, { signal, identity }) => {
    const { id, activity } = await db().read((client) => findInvestigation(client, investigationId));
    const viewer = viewerId === undefined ? null : { viewerId, editing, identity };
    const place = { kind: 'investigation' as const, id, activity, viewer };
    return eventStream(signal, (emit, left) => followChanges(place, emit, left));
  },
);
