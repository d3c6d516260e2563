'use client';

import { ArrowUp, Flag, Pencil, RefreshCw, Siren } from 'lucide-react';
import { openDialog } from '@/components/shell/dialogs';
import { ViewLink } from '@/components/shell/ViewLink';
import { useFrozen } from '@/components/ui/frozen';
import { useZone } from '@/components/ui/preference';
import { Hint } from '@/components/ui/Tooltip';
import type { ChangeEvent } from '@/lib/contracts/event';
import { formatInstant, formatTime } from '@/lib/domain/format';

const KIND = {
  version: { Icon: ArrowUp, name: 'Version', className: 'text-t2' },
  role: { Icon: RefreshCw, name: 'Role', className: 'text-t2' },
  alert: { Icon: Flag, name: 'Alert', className: 'text-bad' },
  incident: { Icon: Siren, name: 'Incident', className: 'text-bad' },
  note: { Icon: Pencil, name: 'Note', className: 'text-t2' },
} as const;

/** Icon of an event's kind, with its name for who cannot see it. */
export function EventIcon({ kind }: { kind: ChangeEvent['kind'] }) {
  const { Icon, name, className } = KIND[kind];
  return <Icon size={12} role="img" aria-label={name} className={`inline shrink-0 align-[-1px] ${className}`} />;
}

/** Events beneath a chart, newest last as on its axis. */
const MAX_SHOWN = 6;

/** The change rail: what happened while the lines above moved. */
export function ChangeRail({ events }: { events: readonly ChangeEvent[] }) {
  const { zone } = useZone();
  if (events.length === 0) return null;
  const shown = events.toSorted((a, b) => a.atMs - b.atMs).slice(-MAX_SHOWN);
  return (
    <ul aria-label="Changes in this range" className="mt-1 flex flex-wrap gap-x-4 gap-y-0.5 text-small text-t2">
      {events.length > shown.length ? <li className="text-t3">{events.length - shown.length} earlier</li> : null}
      {shown.map((event) => (
        <li key={event.id} className="flex min-h-6 min-w-0 items-baseline gap-1 leading-6">
          <EventIcon kind={event.kind} />
          <span className="text-t1">{formatTime(event.atMs, zone)}</span>
          <EventText event={event} exact={formatInstant(event.atMs, zone)} />
        </li>
      ))}
    </ul>
  );
}

const TEXT = 'inline-block min-h-6 leading-6 max-w-[260px] truncate align-bottom text-left';

/** The words of an event: a note opens, an alert leads to its runbook, an incident to its page, a version to its model. */
function EventText({ event, exact }: { event: ChangeEvent; exact: string }) {
  const whole = `${exact} · ${event.text}${event.author === null ? '' : ` · ${event.author}`}`;
  const isFrozen = useFrozen() !== null;
  if (event.kind === 'note' && !isFrozen) {
    return (
      <button
        type="button"
        title={whole}
        className={`${TEXT} rounded-sm hover:text-t1 hover:underline`}
        onClick={() => openDialog({ kind: 'note', eventId: event.id })}
      >
        {event.text}
      </button>
    );
  }
  if (event.kind === 'incident' && event.href?.startsWith('/incidents/')) {
    return (
      <ViewLink to={event.href} title={whole} className={`${TEXT} hover:text-t1 hover:underline`}>
        {event.text}
      </ViewLink>
    );
  }
  if (event.href !== null && /^https?:\/\//i.test(event.href)) {
    return (
      <a
        href={event.href}
        target="_blank"
        rel="noreferrer"
        title={whole}
        className={`${TEXT} hover:text-t1 hover:underline`}
      >
        {event.text}
      </a>
    );
  }
  return (
    <Hint text={whole}>
      <span className={TEXT}>{event.text}</span>
    </Hint>
  );
}
