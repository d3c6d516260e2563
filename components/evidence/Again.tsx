'use client';

import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { useZone } from '@/components/ui/preference';
import { QueryState } from '@/components/ui/QueryState';
import { StatusWord } from '@/components/ui/Status';
import type { Status } from '@/lib/contracts/answer';
import type { EvidenceAgain, EvidenceRead, FrozenDocument } from '@/lib/contracts/evidence';
import { formatInstant } from '@/lib/domain/format';
import { evidenceAgainQuery } from '@/lib/queries/evidence';
import { FrozenFrame } from './FrozenFrame';
import { FrozenPanels } from './FrozenPanels';

const BADGE: Readonly<Record<EvidenceAgain['state'], { status: Status; word: string }>> = {
  same: { status: 'ok', word: 'still the same' },
  differs: { status: 'watch', word: 'differs today' },
  gone: { status: 'bad', word: 'gone from its source' },
  failed: { status: 'unknown', word: 'could not be asked' },
};

/** The kept copy with today's answer to the same question beside it, and how far the two lie apart. */
export function Again({
  evidence,
  document,
  frozen,
}: {
  evidence: EvidenceRead;
  document: FrozenDocument;
  frozen: ReactNode;
}) {
  const query = useQuery(evidenceAgainQuery(evidence.id));
  const { zone } = useZone();
  const again = query.data;
  const today = useMemo<FrozenDocument | null>(
    () => (again?.parts == null ? null : { ...document, parts: again.parts, frozenAtMs: again.askedAtMs }),
    [document, again],
  );
  return (
    <div className="grid gap-2">
      <div aria-live="polite">
        <QueryState query={query} height={24}>
          {({ state, sentence }) => (
            <p className="text-small text-t2 [overflow-wrap:anywhere]">
              <StatusWord {...BADGE[state]} /> {sentence}
            </p>
          )}
        </QueryState>
      </div>
      <div className={today === null ? undefined : 'grid grid-cols-1 items-start gap-3 xl:grid-cols-2'}>
        <section aria-label="As it was frozen" className="grid min-w-0 grid-cols-1 gap-1">
          {today === null ? null : <p className="text-small text-t3">As it was frozen</p>}
          {frozen}
        </section>
        {today === null || again === undefined ? null : (
          <section aria-label="Today" className="grid min-w-0 grid-cols-1 gap-1">
            <p className="text-small text-t3">Asked again {formatInstant(again.askedAtMs, zone)}</p>
            <FrozenFrame key={again.askedAtMs} id={evidence.id} document={today}>
              <FrozenPanels document={today} />
            </FrozenFrame>
          </section>
        )}
      </div>
    </div>
  );
}
