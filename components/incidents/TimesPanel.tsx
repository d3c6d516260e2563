'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';
import { Panel } from '@/components/ui/Panel';
import { useZone } from '@/components/ui/preference';
import type { Incident } from '@/lib/contracts/incident';
import { formatDuration, formatInstant } from '@/lib/domain/format';
import { acknowledgeIncident } from '@/lib/queries/incidents';

const INSTANTS = [
  { key: 'startedAtMs', name: 'Began' },
  { key: 'detectedAtMs', name: 'Detected' },
  { key: 'acknowledgedAtMs', name: 'Acknowledged' },
  { key: 'mitigatedAtMs', name: 'Mitigated' },
  { key: 'resolvedAtMs', name: 'Resolved' },
  { key: 'reviewedAtMs', name: 'Reviewed' },
] as const;

const DURATIONS = [
  { key: 'toDetectMs', name: 'To detect' },
  { key: 'toAcknowledgeMs', name: 'To acknowledge' },
  { key: 'toMitigateMs', name: 'To mitigate' },
  { key: 'toResolveMs', name: 'To resolve' },
] as const;

/** When it began, was seen, taken on, mitigated and resolved, and how long each took. */
export function TimesPanel({ incident }: { incident: Incident }) {
  const { zone } = useZone();
  const client = useQueryClient();
  const acknowledge = useMutation(acknowledgeIncident(client));
  const [id] = useState(() => crypto.randomUUID());
  return (
    <Panel title="Times" definition="detection counts from the beginning, the rest from detection">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-small">
        {INSTANTS.map(({ key, name }) => (
          <div key={key} className="contents">
            <dt className="text-t2">{name}</dt>
            <dd className="text-right text-t1 tabular-nums">
              {key === 'acknowledgedAtMs' && incident.instants[key] === null ? (
                <Button
                  look="quiet"
                  disabled={acknowledge.isPending}
                  onClick={() =>
                    acknowledge.mutate({ incidentId: incident.id, id }, { onSuccess: () => announce('You have it') })
                  }
                >
                  Acknowledge
                </Button>
              ) : incident.instants[key] === null ? (
                <span className="text-t3">not set</span>
              ) : (
                formatInstant(incident.instants[key], zone)
              )}
            </dd>
          </div>
        ))}
      </dl>
      <dl className="mt-2 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 border-line border-t pt-2 text-small">
        {DURATIONS.map(({ key, name }) => (
          <div key={key} className="contents">
            <dt className="text-t2">{name}</dt>
            <dd className="text-right text-t1 tabular-nums">{formatDuration(incident.durations[key])}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
