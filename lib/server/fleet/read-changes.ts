import 'server-only';
import type { Events, EventsParams } from '@/lib/contracts/event';
import { type IncidentStretch, incidentEvent, inTime, noteEvent } from '@/lib/domain/events';
import type { Identity } from '../auth/identity';
import { getConfig } from '../config';
import { Gather } from '../gather';
import { incidentsDuring } from '../incidents/during';
import type { Reading } from '../reading';
import { openTelemetry } from '../telemetry';
import { coarseNote, readEvents } from './read-events';
import { readNotes } from './read-notes';

/** Events of one answer at most, the newest. */
const MAX_EVENTS = 500;

/** What happened in a range, from telemetry, incidents and notes, oldest first. */
export async function readChanges(params: EventsParams, context: Reading & { identity: Identity }): Promise<Events> {
  const gather = new Gather(context.signal);
  const asked = { ...params, model: params.model ?? null };
  const [told, notes, incidents] = await Promise.all([
    gather.part('changes', async () => readEvents(await openTelemetry(context.nowMs), asked, context.signal, gather)),
    gather.part('notes', () => readNotes(params, context.identity)),
    gather.part('incidents', () => readIncidents(asked, context.identity)),
  ]);
  const events = inTime([...(told ?? []), ...(incidents ?? []).map(incidentEvent), ...(notes ?? []).map(noteEvent)]);
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

/** Incidents that began in a range, as the configuration and the reader's permissions allow. */
async function readIncidents(
  asked: { model: string | null; startMs: number; endMs: number },
  identity: Identity,
): Promise<IncidentStretch[]> {
  if (!getConfig().events.incidents || !identity.permissions.has('incidents:read')) return [];
  const during = await incidentsDuring({ ...asked, orNone: true });
  return during.filter(({ startMs }) => startMs >= asked.startMs);
}
