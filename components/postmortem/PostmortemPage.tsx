'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { ViewLink } from '@/components/shell/ViewLink';
import { PresenceLine } from '@/components/ui/PresenceLine';
import { PresenceContext, usePresence } from '@/components/ui/presence';
import { QueryState } from '@/components/ui/QueryState';
import { StatusIcon } from '@/components/ui/Status';
import { useLive } from '@/components/ui/use-live';
import type { Postmortem } from '@/lib/contracts/postmortem';
import { partName } from '@/lib/domain/incident';
import { askIncidentAgain, incidentLiveAddress, incidentQuery } from '@/lib/queries/incidents';
import { postmortemExportAddress, postmortemQuery } from '@/lib/queries/postmortems';
import { ActionsPanel } from './ActionsPanel';
import { GapsPanel } from './GapsPanel';
import { ReviewPanel } from './ReviewPanel';
import { SectionPanel } from './SectionPanel';

const LINK =
  'inline-flex h-7 items-center rounded-panel border border-line bg-panel px-2.5 text-small text-t1 hover:bg-raised';

/** What was learnt: sections several people write, actions with owners, and a review of exactly these words. */
export function PostmortemPage({ incidentId }: { incidentId: string }) {
  const client = useQueryClient();
  const incident = useQuery(incidentQuery(incidentId));
  const postmortem = useQuery(postmortemQuery(incidentId));
  const askAgain = useCallback(() => void askIncidentAgain(client, incidentId), [client, incidentId]);
  const { asked, hear, presence } = usePresence();
  const live = useLive(incidentLiveAddress(incidentId, asked), askAgain, hear);
  return (
    <PresenceContext value={presence}>
      <QueryState query={postmortem} height={320}>
        {(found) => (
          <div className="grid grid-cols-1 gap-3">
            <header className="grid gap-1.5">
              <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
                <h1 className="min-w-0 text-[18px] text-t1 font-semibold [overflow-wrap:anywhere]">
                  Postmortem: {incident.data?.title ?? `INC-${incidentId}`}
                </h1>
                <StateWord state={found.state} />
                <div className="ml-auto flex flex-wrap gap-2 max-sm:ml-0">
                  <ViewLink to={`/incidents/${incidentId}`} className={LINK}>
                    Incident
                  </ViewLink>
                  <ViewLink to={`/incidents/${incidentId}/postmortem/print`} className={LINK}>
                    Print view
                  </ViewLink>
                  <a href={postmortemExportAddress(incidentId)} download className={LINK}>
                    Markdown
                  </a>
                </div>
              </div>
              <p className="max-w-[960px] text-answer text-t1 font-medium">{found.answer}</p>
              <PresenceLine nameOf={partName} />
              {live === 'lost' ? (
                <p role="status" className="text-small text-watch">
                  The console cannot be reached. What you type is kept in this browser and can be saved when it is back.
                </p>
              ) : null}
            </header>
            <div className="grid grid-cols-1 gap-3 lg:grid-cols-[minmax(0,1fr)_340px]">
              <div className="grid grid-cols-1 content-start gap-3">
                {found.sections.map((section) => (
                  <SectionPanel key={section.key} incidentId={incidentId} section={section} />
                ))}
                <ActionsPanel incidentId={incidentId} actions={found.actions} />
              </div>
              <div className="grid grid-cols-1 content-start gap-3">
                <ReviewPanel incidentId={incidentId} postmortem={found} />
                <GapsPanel postmortem={found} />
              </div>
            </div>
          </div>
        )}
      </QueryState>
    </PresenceContext>
  );
}

const STATE = {
  draft: { status: 'unknown', word: 'draft' },
  in_review: { status: 'watch', word: 'in review' },
  changes_requested: { status: 'watch', word: 'changes requested' },
  approved: { status: 'ok', word: 'approved' },
} as const;

function StateWord({ state }: { state: Postmortem['state'] }) {
  return (
    <span className="text-small text-t2">
      <StatusIcon status={STATE[state].status} /> {STATE[state].word}
    </span>
  );
}
