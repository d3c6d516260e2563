'use client';

import { CircleHelp, Snowflake } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { useZone } from '@/components/ui/preference';
import { StatusWord } from '@/components/ui/Status';
import { Hint } from '@/components/ui/Tooltip';
import type { Evidence, EvidenceRead } from '@/lib/contracts/evidence';
import { formatDuration, formatInstant, formatRange } from '@/lib/domain/format';
import { kindName } from './FrozenPanels';

const WhyDrawer = dynamic(() => import('@/components/ui/WhyDrawer').then((file) => file.WhyDrawer), { ssr: false });

/** What a pin is: kind, sources, range, step, when it was frozen and by whom, its hash and whether it verified. */
export function EvidenceFacts({ evidence }: { evidence: EvidenceRead }) {
  const { zone } = useZone();
  const [isWhyOpen, setWhyOpen] = useState(false);
  const { startMs, endMs, stepMs, sources, sha256, state, frozenBy, frozenAtMs, warnings, isPartial, why } = evidence;
  const range =
    startMs === null || endMs === null
      ? null
      : startMs === endMs
        ? formatInstant(startMs, zone)
        : formatRange(startMs, endMs, zone);
  const facts = [
    kindName(evidence.kind),
    ...(sources.length === 0 ? [] : [sources.join(', ')]),
    ...(range === null ? [] : [range]),
    ...(stepMs === null ? [] : [`${formatDuration(stepMs)} step`]),
  ];
  return (
    <>
      <p className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5 text-small text-t2">
        <span className="inline-flex items-baseline gap-1 whitespace-nowrap text-t1">
          <Snowflake size={12} aria-hidden className="self-center text-accent" />
          <FrozenAt atMs={frozenAtMs} />
        </span>
        <span className="[overflow-wrap:anywhere]">
          {facts.join(' · ')} · by {frozenBy.name}
        </span>
        <span className="whitespace-nowrap">
          <Hint text={`SHA-256 ${sha256}`}>
            <code className="font-mono text-t3">{sha256.slice(0, 12)}</code>
          </Hint>{' '}
          <StatusWord
            status={state === 'sound' ? 'ok' : 'bad'}
            word={state === 'sound' ? 'hash verified' : 'damaged'}
          />
        </span>
        {why.length === 0 ? null : (
          <button type="button" className="link inline-flex items-center gap-1" onClick={() => setWhyOpen(true)}>
            <CircleHelp size={12} aria-hidden /> {why.length === 1 ? 'its query' : `its ${why.length} queries`}
          </button>
        )}
      </p>
      {warnings.map((warning) => (
        <p key={warning} className="text-small text-t2 [overflow-wrap:anywhere]">
          <span className="text-watch">{isPartial ? 'Partial' : 'Warning'}:</span> {warning}
        </p>
      ))}
      {isWhyOpen ? <WhyDrawer title={evidence.title} why={why} onClose={() => setWhyOpen(false)} /> : null}
    </>
  );
}

/** "frozen 14:02 UTC", with the day where it was another. */
export function FrozenAt({ atMs }: { atMs: Evidence['frozenAtMs'] }) {
  const { zone } = useZone();
  return <time dateTime={new Date(atMs).toISOString()}>frozen {formatInstant(atMs, zone)}</time>;
}
