'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ViewLink } from '@/components/shell/ViewLink';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import type { Investigation } from '@/lib/contracts/investigation';
import { attachInvestigation } from '@/lib/queries/investigations';

/** The incidents an investigation belongs to; each can be taken off, and another put on by its number. */
export function AttachedIncidents({ investigation: { id, incidents } }: { investigation: Investigation }) {
  const client = useQueryClient();
  const attach = useMutation(attachInvestigation(client));
  const [incident, setIncident] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    attach.mutate(
      { investigationId: id, incident: incident.trim(), attach: true },
      { onSuccess: () => setIncident('') },
    );
  };
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-small text-t2">
      <span>{incidents.length === 0 ? 'Attached to no incident.' : 'Attached to'}</span>
      {incidents.map(({ id: incidentId, number, title }) => (
        <span key={incidentId} className="inline-flex min-w-0 items-center">
          <ViewLink to={`/incidents/${number}`} className="link [overflow-wrap:anywhere]">
            INC-{number} {title}
          </ViewLink>
          <Button
            look="quiet"
            className="h-6! px-1!"
            data-noprint
            aria-label={`Detach from INC-${number}`}
            disabled={attach.isPending}
            onClick={() => attach.mutate({ investigationId: id, incident: incidentId, attach: false })}
          >
            detach
          </Button>
        </span>
      ))}
      <form onSubmit={submit} className="flex items-center gap-1" data-noprint>
        <input
          aria-label="Number of an incident"
          placeholder="INC-12"
          required
          pattern="[iI][nN][cC]-[0-9]{1,9}|[0-9]{1,9}"
          title="The number of an incident: INC-12"
          className="h-7 w-20 rounded-panel border border-line bg-raised px-2 text-small text-t1 placeholder:text-t3"
          value={incident}
          onChange={(event) => setIncident(event.target.value)}
        />
        <Button type="submit" disabled={attach.isPending || incident.trim() === ''}>
          Attach
        </Button>
      </form>
      <FormError error={attach.error} />
    </div>
  );
}
