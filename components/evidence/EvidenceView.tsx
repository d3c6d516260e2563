'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/ui/Button';
import { FailureLine } from '@/components/ui/FailureLine';
import { QueryState } from '@/components/ui/QueryState';
import type { EvidenceRead, FrozenDocument } from '@/lib/contracts/evidence';
import { evidenceQuery } from '@/lib/queries/evidence';
import { Again } from './Again';
import { DrawnOrSaid } from './DrawnOrSaid';
import { EvidenceFacts } from './EvidenceFacts';
import { FrozenFrame } from './FrozenFrame';
import { FrozenPanels } from './FrozenPanels';

const HEIGHT = 260;

/** A pin as a framed copy: what it is, where it is from, and the panel as it was; today's beside it when asked for. */
export function EvidenceView({ id, isTitled = true }: { id: string; isTitled?: boolean }) {
  const query = useQuery(evidenceQuery(id));
  return (
    <QueryState query={query} height={HEIGHT}>
      {(evidence) => <Frozen evidence={evidence} isTitled={isTitled} />}
    </QueryState>
  );
}

function Frozen({ evidence, isTitled }: { evidence: EvidenceRead; isTitled: boolean }) {
  const { document } = evidence;
  const client = useQueryClient();
  const [isAgain, setAgain] = useState(false);
  return (
    <article
      aria-label={`Frozen: ${evidence.title}`}
      className="grid min-w-0 grid-cols-1 gap-2 border-accent border-l-2 pl-3"
    >
      <header className="flex flex-wrap items-start gap-x-3 gap-y-1">
        <div className="min-w-0 flex-1 basis-72">
          {isTitled ? <h2 className="font-semibold text-body [overflow-wrap:anywhere]">{evidence.title}</h2> : null}
          <EvidenceFacts evidence={evidence} />
        </div>
        {document === null ? null : (
          <Button
            data-noprint
            onClick={() => {
              // Asked by hand, so asked anew each time.
              client.removeQueries({ queryKey: [`evidence/${evidence.id}/again`] });
              setAgain(!isAgain);
            }}
          >
            {isAgain ? 'Put today’s away' : 'Run again'}
          </Button>
        )}
      </header>
      {document === null ? (
        <Damaged damage={evidence.damage} />
      ) : (
        <Copies document={document} {...{ evidence, isAgain }} />
      )}
    </article>
  );
}

function Copies({
  document,
  evidence,
  isAgain,
}: {
  document: FrozenDocument;
  evidence: EvidenceRead;
  isAgain: boolean;
}) {
  const frozen = (
    <DrawnOrSaid key={evidence.sha256} id={evidence.id}>
      <FrozenFrame id={evidence.id} document={document}>
        <FrozenPanels document={document} />
      </FrozenFrame>
    </DrawnOrSaid>
  );
  return isAgain ? <Again evidence={evidence} document={document} frozen={frozen} /> : frozen;
}

function Damaged({ damage }: { damage: string | null }) {
  return (
    <FailureLine label="damaged">
      This pin is damaged, so that nothing of it is shown. {damage} A backup may hold it as it was.
    </FailureLine>
  );
}
