'use client';

import { ChevronDown, ChevronRight, Snowflake } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useId } from 'react';
import { FrozenAt } from '@/components/evidence/EvidenceFacts';
import { kindName } from '@/components/evidence/FrozenPanels';
import { ViewLink } from '@/components/shell/ViewLink';
import { evidencePath } from '@/components/shell/view-address';
import { useZone } from '@/components/ui/preference';
import { Skeleton } from '@/components/ui/Skeleton';
import { StatusWord } from '@/components/ui/Status';
import { Hint } from '@/components/ui/Tooltip';
import type { Evidence } from '@/lib/contracts/evidence';
import { formatRange } from '@/lib/domain/format';

// The panels of every page stand behind this: only a pin that is opened loads them.
const EvidenceView = dynamic(() => import('@/components/evidence/EvidenceView').then((file) => file.EvidenceView), {
  ssr: false,
  loading: () => <Skeleton height={120} />,
});

export interface EntryPinProps {
  evidenceId: string;
  /** What the timeline knows of it; undefined: it is gone, or of a newer console. */
  pin: Evidence | undefined;
  /** The words of its entry, which need not be said twice. */
  said: string;
  isOpen: boolean;
  onToggle: () => void;
}

/** A pin on a line of the timeline: what it is, in one line; opened, as it was seen, for as long as the record is kept. */
export function EntryPin({ evidenceId, pin, said, isOpen, onToggle }: EntryPinProps) {
  const bodyId = useId();
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  const name = pin === undefined ? 'A pin' : pin.title === said ? kindName(pin.kind) : pin.title;
  return (
    <div className="mt-1 max-w-[860px] border-accent border-l-2 pl-2 text-small text-t2">
      <div className="flex flex-wrap items-baseline gap-x-2">
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={isOpen ? bodyId : undefined}
          className="inline-flex min-w-0 items-baseline gap-1 rounded-sm text-left text-t1 [overflow-wrap:anywhere] hover:underline"
          onClick={onToggle}
        >
          <Chevron size={12} aria-hidden className="shrink-0 self-center text-t3" />
          <Snowflake size={12} aria-hidden className="shrink-0 self-center text-accent" />
          {name}
        </button>
        {pin === undefined || isOpen ? null : <Facts pin={pin} isNamed={name === kindName(pin.kind)} />}
        <ViewLink to={evidencePath(evidenceId)} className="link">
          Open the pin
        </ViewLink>
      </div>
      {isOpen ? (
        <div id={bodyId} className="mt-1">
          <EvidenceView id={evidenceId} isTitled={false} />
        </div>
      ) : null}
    </div>
  );
}

/** Kind, range, when, and the hash that was recorded; opening the pin verifies it. */
function Facts({ pin, isNamed }: { pin: Evidence; isNamed: boolean }) {
  const { zone } = useZone();
  const { kind, startMs, endMs, isPartial, warnings, sha256, frozenAtMs } = pin;
  const hasRange = startMs !== null && endMs !== null && startMs < endMs;
  const facts = [...(isNamed ? [] : [kindName(kind)]), ...(hasRange ? [formatRange(startMs, endMs, zone)] : [])];
  return (
    <span className="text-t3">
      {facts.length === 0 ? null : <>{facts.join(' · ')} · </>}
      <FrozenAt atMs={frozenAtMs} /> ·{' '}
      <Hint text={`SHA-256 ${sha256}; opening it verifies it`}>
        <code className="font-mono">{sha256.slice(0, 12)}</code>
      </Hint>
      {isPartial ? (
        <Hint text={warnings.join(' ')}>
          <span>
            {' '}
            <StatusWord status="watch" word="partial" />
          </span>
        </Hint>
      ) : null}
    </span>
  );
}
