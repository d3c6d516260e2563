'use client';

import { useQuery } from '@tanstack/react-query';
import { EventIcon } from '@/components/charts/ChangeRail';
import { useView } from '@/components/shell/use-view';
import { ViewLink } from '@/components/shell/ViewLink';
import { pinOf } from '@/components/ui/pin';
import { useZone } from '@/components/ui/preference';
import { QueryPanel } from '@/components/ui/QueryPanel';
import { Hint } from '@/components/ui/Tooltip';
import type { ChangeEvent } from '@/lib/contracts/event';
import { formatDuration, formatInstant, formatTime } from '@/lib/domain/format';
import { eventsQuery } from '@/lib/queries/events';

const HEIGHT = 120;

/** What happened in the range, newest first: versions, roles, alerts, incidents, notes. */
export function ChangesPanel() {
  const { range, view } = useView();
  const asked = eventsQuery({ startMs: range.startMs, endMs: range.endMs, model: view.model });
  const query = useQuery(asked);
  return (
    <QueryPanel
      title="Changes"
      definition={`in the last ${formatDuration(range.endMs - range.startMs)} shown: versions, roles, alerts, incidents, notes`}
      pin={pinOf('changes', asked)}
      query={query}
      height={HEIGHT}
      diagnosis={({ events, gaps, truncated }) =>
        events.length > 0
          ? null
          : gaps.length > 0
            ? { what: 'Changes could not be asked for.', why: gaps.join(' '), action: null }
            : {
                what: truncated === null ? 'Nothing changed in this range.' : 'No change was seen in this range.',
                why:
                  truncated ??
                  'No version began, no role moved, no alert fired, no incident began and nobody left a note.',
                action: null,
              }
      }
    >
      {({ events, gaps, truncated }) => (
        <>
          <ol className="grid gap-1.5">
            {events
              .toSorted((a, b) => b.atMs - a.atMs)
              .map((event) => (
                <EventLine key={event.id} event={event} />
              ))}
          </ol>
          {[...gaps, ...(truncated === null ? [] : [truncated])].map((text) => (
            <p key={text} className="mt-2 text-small text-t3">
              {text}
            </p>
          ))}
        </>
      )}
    </QueryPanel>
  );
}

function EventLine({ event }: { event: ChangeEvent }) {
  const { zone } = useZone();
  return (
    <li className="flex gap-3">
      <span className="w-10 shrink-0 text-t3">
        <Hint text={formatInstant(event.atMs, zone)}>{formatTime(event.atMs, zone)}</Hint>
      </span>
      <EventIcon kind={event.kind} />
      <span className="min-w-0 [overflow-wrap:anywhere]">
        {event.text}
        {event.author === null ? null : (
          <span className="text-t3">
            {' '}
            {event.kind === 'incident' ? 'declared' : 'noted'} by {event.author}
          </span>
        )}
        {event.href === null ? null : event.kind === 'incident' ? (
          <>
            {' '}
            <ViewLink to={event.href} className="link">
              open
            </ViewLink>
          </>
        ) : (
          <>
            {' '}
            <a href={event.href} className="link" rel="noreferrer" target="_blank">
              runbook
            </a>
          </>
        )}
      </span>
    </li>
  );
}
