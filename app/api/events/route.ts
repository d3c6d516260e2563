import { type Events, EventsParams } from '@/lib/contracts/event';
import { inTime, noteEvent } from '@/lib/domain/events';
import { coarseNote, readEvents } from '@/lib/server/fleet/read-events';
import { readNotes } from '@/lib/server/fleet/read-notes';
import { Gather } from '@/lib/server/gather';
import { route } from '@/lib/server/route';
import { openTelemetry } from '@/lib/server/telemetry';

/** Events of one answer at most, the newest. */
const MAX_EVENTS = 500;

export const GET = route('telemetry:read', EventsParams, async (params, context): Promise<Events> => {
  const gather = new Gather(context.signal);
  const asked = { ...params, model: params.model ?? null };
  const [told, notes] = await Promise.all([
    gather.part('changes', async () => readEvents(await openTelemetry(context.nowMs), asked, context.signal, gather)),
    gather.part('notes', () => readNotes(params, context.identity)),
  ]);
  const events = inTime([...(told ?? []), ...(notes ?? []).map(noteEvent)]);
  return {
    events: events.slice(-MAX_EVENTS),
    gaps: gather.gaps,
    truncated:
      events.length > MAX_EVENTS
        ? `Only the newest ${MAX_EVENTS} of ${events.length} events are here.`
        : coarseNote(params),
    why: gather.why,
  };
});
