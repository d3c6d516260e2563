import 'server-only';
import type { Events, EventsParams } from '@/lib/contracts/event';
import { inTime, noteEvent } from '@/lib/domain/events';
import type { Identity } from '../auth/identity';
import { Gather } from '../gather';
import type { Reading } from '../reading';
import { openTelemetry } from '../telemetry';
import { coarseNote, readEvents } from './read-events';
import { readNotes } from './read-notes';

/** Events of one answer at most, the newest. */
const MAX_EVENTS = 500;

/** What happened in a range, from telemetry and from notes, oldest first. */
export async function readChanges(params: EventsParams, context: Reading & { identity: Identity }): Promise<Events> {
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
}
