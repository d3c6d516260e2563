import { InvestigationParams } from '@/lib/contracts/investigation';
import { db } from '@/lib/server/db';
import { followChanges } from '@/lib/server/incidents/live';
import { findInvestigation } from '@/lib/server/investigations/row';
import { eventStream } from '@/lib/server/logs/event-stream';
import { route } from '@/lib/server/route';

/** Says when an investigation changed, as server-sent events of `LiveEvent`, until the reader leaves. */
export const GET = route('investigations:read', InvestigationParams, async ({ investigationId }, { signal }) => {
  const { id, activity } = await db().read((client) => findInvestigation(client, investigationId));
  return eventStream(signal, (emit, left) => followChanges({ kind: 'investigation', id, activity }, emit, left));
});
