'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import { Panel } from '@/components/ui/Panel';
import { QueryState } from '@/components/ui/QueryState';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusIcon } from '@/components/ui/Status';
import type { Incident } from '@/lib/contracts/incident';
import { attachAlerts, incidentAlertsQuery } from '@/lib/queries/incidents';

const SHOWN = 50;

/** The alerts of this incident, firing ones first, each with why it is here. */
export function AlertsPanel({ incident }: { incident: Incident }) {
  const client = useQueryClient();
  const alerts = useQuery(incidentAlertsQuery(String(incident.number), { limit: SHOWN }));
  const attach = useMutation(attachAlerts(client));
  return (
    <Panel title="Alerts" definition={`${incident.firingAlerts} firing of ${incident.alerts}`}>
      {incident.alerts === 0 ? (
        <p className="text-small text-t3">
          No alert is attached. The rules of the configuration attach those that arrive by webhook; the ledger and the
          alerts page let a person do it.
        </p>
      ) : (
        <QueryState query={alerts} height={60}>
          {({ episodes, total }) => (
            <ul className="grid gap-1.5 text-small">
              {episodes.map((episode) => (
                <li key={episode.id} className="flex items-start gap-2">
                  <StatusIcon status={episode.status === 'firing' ? 'bad' : 'ok'} label={episode.status} />
                  <span className="min-w-0 flex-1 text-t2 [overflow-wrap:anywhere]">
                    <span className="text-t1">{episode.name}</span>{' '}
                    {episode.startsAtMs === null ? 'since an unknown time' : <RelativeTime atMs={episode.startsAtMs} />}
                    {episode.annotations.summary === undefined ? null : <> · {episode.annotations.summary}</>}
                    <span className="block text-t3">{episode.reason}</span>
                    {episode.skew === null ? null : <span className="block text-watch">{episode.skew}</span>}
                  </span>
                  <Button
                    look="quiet"
                    className="h-6! px-1!"
                    aria-label={`Take ${episode.name} off this incident`}
                    disabled={attach.isPending}
                    onClick={() => attach.mutate({ incidentId: incident.id, episodeIds: [episode.id], attach: false })}
                  >
                    ×
                  </Button>
                </li>
              ))}
              {total > episodes.length ? (
                <li className="text-t3">
                  {episodes.length} of {total} shown.
                </li>
              ) : null}
            </ul>
          )}
        </QueryState>
      )}
      <FormError error={attach.error} />
    </Panel>
  );
}
