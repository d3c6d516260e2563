'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { type FormEvent, useState } from 'react';
import { ViewLink } from '@/components/shell/ViewLink';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import { Panel } from '@/components/ui/Panel';
import type { Incident } from '@/lib/contracts/incident';
import type { IncidentLink } from '@/lib/contracts/incident-link';
import { linkIncident, undoLink } from '@/lib/queries/incidents';
import { incidentName, incidentPath } from './words';

// Seldom needed, and only once opened.
const SplitDialog = dynamic(() => import('./SplitDialog').then((file) => file.SplitDialog), { ssr: false });

function wordOf({ kind, side }: IncidentLink): string {
  if (kind === 'related') return 'related to';
  if (kind === 'merge') return side === 'from' ? 'merged into' : 'took in';
  return side === 'from' ? 'split off' : 'came out of';
}

/** What belongs together: related incidents, merges and splits, each of which can be undone; and investigations. */
export function LinksPanel({ incident }: { incident: Incident }) {
  const client = useQueryClient();
  const undo = useMutation(undoLink(client));
  const [isSplitting, setSplitting] = useState(false);
  const isAlone = incident.links.length + incident.investigations.length === 0;
  return (
    <Panel
      title="Belongs together"
      actions={
        incident.mergedInto === null ? (
          <Button look="quiet" onClick={() => setSplitting(true)}>
            Split …
          </Button>
        ) : undefined
      }
    >
      {isAlone ? <p className="text-small text-t3">No other incident and no investigation is tied to it.</p> : null}
      {isSplitting ? <SplitDialog incident={incident} onClose={() => setSplitting(false)} /> : null}
      <ul className="grid gap-1 text-small">
        {incident.links.map((link) => (
          <li key={link.id} className={link.undoneAtMs === null ? 'text-t2' : 'text-t3 line-through'}>
            {wordOf(link)}{' '}
            <ViewLink to={incidentPath(link.other.number)} className="link">
              {incidentName(link.other.number)} {link.other.title}
            </ViewLink>
            {link.reason === '' ? null : <> · {link.reason}</>}
            {link.undoneAtMs === null ? (
              <Button
                look="quiet"
                className="h-6! px-1!"
                disabled={undo.isPending}
                onClick={() => undo.mutate({ incidentId: incident.id, linkId: link.id })}
              >
                undo
              </Button>
            ) : null}
          </li>
        ))}
        {incident.investigations.map(({ id, number, title }) => (
          <li key={id} className="text-t2">
            investigation{' '}
            <ViewLink to={`/investigations/${number}`} className="link">
              {title}
            </ViewLink>
          </li>
        ))}
      </ul>
      <FormError error={undo.error} />
      <NewLinkForm incidentId={incident.id} />
    </Panel>
  );
}

function NewLinkForm({ incidentId }: { incidentId: string }) {
  const client = useQueryClient();
  const link = useMutation(linkIncident(client));
  const [other, setOther] = useState('');
  const [kind, setKind] = useState<'related' | 'merge'>('related');
  const [id, setId] = useState(() => crypto.randomUUID());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    link.mutate(
      { incidentId, id, kind, other: other.trim() },
      {
        onSuccess: () => {
          setOther('');
          setId(crypto.randomUUID());
        },
      },
    );
  };
  return (
    <form onSubmit={submit} className="mt-2 flex gap-1">
      <select
        aria-label="How the two belong together"
        className="h-7 rounded-panel border border-line bg-raised px-1 text-small text-t1"
        value={kind}
        onChange={(event) => setKind(event.target.value === 'merge' ? 'merge' : 'related')}
      >
        <option value="related">related to</option>
        <option value="merge">merge into</option>
      </select>
      <input
        aria-label="Number of the other incident"
        placeholder="INC-12"
        className="h-7 w-20 min-w-0 rounded-panel border border-line bg-raised px-2 text-small text-t1 placeholder:text-t3"
        value={other}
        onChange={(event) => setOther(event.target.value)}
      />
      <Button type="submit" disabled={link.isPending || other.trim() === ''}>
        {kind === 'merge' ? 'Merge' : 'Relate'}
      </Button>
      <FormError error={link.error} />
    </form>
  );
}
