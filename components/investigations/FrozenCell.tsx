'use client';

import dynamic from 'next/dynamic';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import { Skeleton } from '@/components/ui/Skeleton';
import { useSeen } from '@/components/ui/use-seen';
import type { InvestigationCell } from '@/lib/contracts/investigation';
import { useFreeze } from './use-freeze';
import { cellName } from './words';

const loading = () => <Skeleton height={240} />;
const EvidenceView = dynamic(() => import('@/components/evidence/EvidenceView').then((file) => file.EvidenceView), {
  ssr: false,
  loading,
});

/** A frozen cell: its evidence as it was kept, and back to live where it holds a question. */
export function FrozenCell({
  investigationId,
  cell,
  evidenceId,
}: {
  investigationId: string;
  cell: InvestigationCell;
  evidenceId: string;
}) {
  const { ref, isSeen } = useSeen<HTMLDivElement>();
  const { unfreeze, isBusy, error } = useFreeze(investigationId, cell);
  return (
    <div ref={ref} className="grid min-w-0 grid-cols-1 gap-2">
      {cell.kind === 'evidence' ? null : (
        <div data-noprint>
          <Button
            aria-label={`Back to live: ${cellName(cell.title, cell.content)}`}
            disabled={isBusy}
            onClick={unfreeze}
          >
            Back to live
          </Button>
        </div>
      )}
      <FormError error={error} />
      {isSeen ? <EvidenceView id={evidenceId} isTitled={cell.title === ''} /> : loading()}
    </div>
  );
}
