'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import type { AlertRow } from '@/lib/contracts/alert';
import { addEntry, attachAlerts, incidentsQuery } from '@/lib/queries/incidents';

/**
 * Adds an alert to an incident that is open: as one of its alerts where a webhook told of it, else as an entry of its
 * timeline.
 */
export function JoinIncident({ alert }: { alert: AlertRow }) {
  const client = useQueryClient();
  const router = useRouter();
  const open = useQuery(incidentsQuery({ status: 'triage,active,mitigated', limit: 50 }));
  const attach = useMutation(attachAlerts(client));
  const add = useMutation(addEntry(client));
  const [entryId] = useState(() => crypto.randomUUID());
  const incidents = open.data?.incidents ?? [];
  // What is most likely meant first: the newest of the same model.
  const sorted = incidents.toSorted((a, b) => Number(b.model === alert.model) - Number(a.model === alert.model));
  const [chosen, setChosen] = useState<string | null>(null);
  const target = sorted.find(({ id }) => id === chosen) ?? sorted[0];
  if (target === undefined) return null;
  const done = () => {
    announce(`${alert.name} joined INC-${target.number}`);
    router.push(`/incidents/${target.number}`);
  };
  const join = () => {
    if (alert.episodeId !== null) {
      attach.mutate({ incidentId: target.id, episodeIds: [alert.episodeId], attach: true }, { onSuccess: done });
      return;
    }
    const of = alert.model === null ? '' : ` of ${alert.model}`;
    const text = `Alert ${alert.name}${of} is ${alert.state}${alert.summary === null ? '' : `: ${alert.summary}`}`;
    add.mutate(
      {
        incidentId: target.id,
        id: entryId,
        kind: 'fact',
        text,
        ...(alert.sinceMs === null ? {} : { occurredAtMs: Math.round(alert.sinceMs) }),
      },
      { onSuccess: done },
    );
  };
  return (
    <span className="flex flex-wrap items-center gap-1">
      <Button onClick={join} disabled={attach.isPending || add.isPending}>
        Join INC-{target.number}
      </Button>
      {sorted.length < 2 ? null : (
        <select
          aria-label="Incident to join"
          className="h-7 max-w-56 rounded-panel border border-line bg-raised px-2 text-small text-t1"
          value={target.id}
          onChange={(event) => setChosen(event.target.value)}
        >
          {sorted.map(({ id, number, title }) => (
            <option key={id} value={id}>
              INC-{number} {title}
            </option>
          ))}
        </select>
      )}
      <FormError error={attach.error ?? add.error} />
    </span>
  );
}
