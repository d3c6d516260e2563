'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { PresenceContext, usePresence } from '@/components/ui/presence';
import { QueryState } from '@/components/ui/QueryState';
import { useLive } from '@/components/ui/use-live';
import { askIncidentAgain, incidentLiveAddress, incidentQuery } from '@/lib/queries/incidents';
import { AlertsPanel } from './AlertsPanel';
import { ChecklistsPanel } from './ChecklistsPanel';
import { ContextPanel } from './ContextPanel';
import { ImpactPanel } from './ImpactPanel';
import { IncidentHeader } from './IncidentHeader';
import { LinksPanel } from './LinksPanel';
import { RolesPanel } from './RolesPanel';
import { TasksPanel } from './TasksPanel';
import { TimelinePanel } from './TimelinePanel';
import { TimesPanel } from './TimesPanel';

/** One incident: who does what, what happened when, what is known; live for everybody who looks. */
export function IncidentPage({ incidentId }: { incidentId: string }) {
  const client = useQueryClient();
  const incident = useQuery(incidentQuery(incidentId));
  const askAgain = useCallback(() => void askIncidentAgain(client, incidentId), [client, incidentId]);
  const { asked, hear, presence } = usePresence();
  const live = useLive(incidentLiveAddress(incidentId, asked), askAgain, hear);
  return (
    <PresenceContext value={presence}>
      <QueryState query={incident} height={320}>
        {(found) => (
          <div className="grid grid-cols-1 gap-3">
            <IncidentHeader incident={found} live={live} />
            <div className="grid grid-cols-1 gap-3 lg:grid-cols-[minmax(0,1fr)_340px]">
              <div className="grid min-w-0 grid-cols-1 content-start gap-3">
                <TimelinePanel incident={found} />
                <ImpactPanel incident={found} />
              </div>
              <div className="grid grid-cols-1 content-start gap-3">
                <RolesPanel incident={found} />
                <ContextPanel incidentId={incidentId} />
                <ChecklistsPanel incidentId={incidentId} />
                <TasksPanel incident={found} />
                <AlertsPanel incident={found} />
                <TimesPanel incident={found} />
                <LinksPanel incident={found} />
              </div>
            </div>
          </div>
        )}
      </QueryState>
    </PresenceContext>
  );
}
