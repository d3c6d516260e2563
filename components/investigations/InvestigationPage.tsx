'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { PresenceContext, usePresence } from '@/components/ui/presence';
import { QueryState } from '@/components/ui/QueryState';
import { useLive } from '@/components/ui/use-live';
import { investigationLiveAddress, investigationQuery } from '@/lib/queries/investigations';
import { CellList } from './CellList';
import { InvestigationHeader } from './InvestigationHeader';

/** One investigation: what is asked, and the cells that answer it; live for everybody who looks. */
export function InvestigationPage({ investigationId }: { investigationId: string }) {
  const client = useQueryClient();
  const investigation = useQuery(investigationQuery(investigationId));
  const askAgain = useCallback(
    () => void client.invalidateQueries({ queryKey: investigationQuery(investigationId).queryKey }),
    [client, investigationId],
  );
  const { asked, hear, presence } = usePresence();
  const live = useLive(investigationLiveAddress(investigationId, asked), askAgain, hear);
  return (
    <PresenceContext value={presence}>
      <QueryState query={investigation} height={320}>
        {(found) => (
          <div className="grid min-w-0 grid-cols-1 gap-3">
            <InvestigationHeader investigation={found} live={live} />
            <CellList key={found.id} investigation={found} />
          </div>
        )}
      </QueryState>
    </PresenceContext>
  );
}
