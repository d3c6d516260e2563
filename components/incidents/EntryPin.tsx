'use client';

import dynamic from 'next/dynamic';
import { ViewLink } from '@/components/shell/ViewLink';
import { evidencePath } from '@/components/shell/view-address';
import { Skeleton } from '@/components/ui/Skeleton';

// The panels of every page stand behind this: only a timeline with pins loads them.
const EvidenceView = dynamic(() => import('@/components/evidence/EvidenceView').then((file) => file.EvidenceView), {
  ssr: false,
  loading: () => <Skeleton height={120} />,
});

/** A pin on a line of the timeline, drawn as it was seen, for as long as the record is kept. */
export function EntryPin({ evidenceId }: { evidenceId: string }) {
  return (
    <div className="mt-2 max-w-[860px] bg-bg p-2">
      <EvidenceView id={evidenceId} />
      <ViewLink to={evidencePath(evidenceId)} className="link text-small">
        Open the pin
      </ViewLink>
    </div>
  );
}
