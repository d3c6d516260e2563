'use client';

import { clsx } from 'clsx';
import { memo, useState } from 'react';
import { Button } from '@/components/ui/Button';
import { Popover } from '@/components/ui/Popover';
import { useZone } from '@/components/ui/preference';
import { StatusWord } from '@/components/ui/Status';
import { Hint } from '@/components/ui/Tooltip';
import type { Entry } from '@/lib/contracts/incident-entry';
import type { EntryRelation } from '@/lib/contracts/incident-words';
import { formatDay, formatInstant, formatTime } from '@/lib/domain/format';
import { EntryPin, type EntryPinProps } from './EntryPin';
import type { EntryAbout } from './entry-about';
import { HYPOTHESIS_STATUS, KIND_ICON } from './words';

const RELATION_WORD: Readonly<Record<EntryRelation, string>> = {
  corrects: 'corrects an earlier entry',
  retracts: 'takes back an earlier entry',
  supports: 'speaks for a hypothesis',
  refutes: 'speaks against a hypothesis',
  settles: 'settles a hypothesis',
};

interface EntryItemProps extends Pick<EntryPinProps, 'pin' | 'isOpen'> {
  entry: Entry;
  onAbout: (about: EntryAbout) => void;
  /** Opens or closes the pin of the entry with this id. */
  onToggle: (entryId: string) => void;
}

/**
 * One line of the timeline: when, what kind, the words, who, and what is pinned with it. Drawn once, while the list around
 * it is drawn with each step of scrolling: give it the same functions each time.
 */
export const EntryItem = memo(function EntryItem({ entry, onAbout, pin, isOpen, onToggle }: EntryItemProps) {
  const { zone } = useZone();
  const Icon = KIND_ICON[entry.kind];
  const { correctedBy, details } = entry;
  return (
    <article className="group/entry grid grid-cols-[64px_112px_minmax(0,1fr)_auto] gap-x-2 text-body max-sm:grid-cols-[64px_minmax(0,1fr)_auto]">
      <Hint text={`${formatInstant(entry.occurredAtMs, zone)} · ${entry.label}`}>
        <time dateTime={new Date(entry.occurredAtMs).toISOString()} className="text-t2 tabular-nums max-sm:row-span-2">
          {formatTime(entry.occurredAtMs, zone)}
          <span className="block text-axis text-t3">{formatDay(entry.occurredAtMs, zone)}</span>
        </time>
      </Hint>
      <span className="flex items-center gap-1.5 self-start text-small text-t2">
        <Icon size={13} aria-hidden className="shrink-0" /> {entry.kind}
      </span>
      <div className="min-w-0 max-sm:col-span-2 max-sm:col-start-2 max-sm:row-start-2">
        <p
          className={clsx(
            'whitespace-pre-wrap [overflow-wrap:anywhere]',
            correctedBy !== null && 'text-t3 line-through',
          )}
        >
          {details.hypothesisState === undefined ? null : (
            <span className="mr-1.5 text-small">
              <StatusWord status={HYPOTHESIS_STATUS[details.hypothesisState]} word={details.hypothesisState} />
            </span>
          )}
          {entry.text}
        </p>
        <p className="text-small text-t3">
          {entry.author.name}
          {details.audience === undefined ? null : <> · to {details.audience}</>}
          {entry.about === null ? null : <> · {RELATION_WORD[entry.about.relation]}</>}
          {entry.backdated ? <> · recorded {formatInstant(entry.recordedAtMs, zone)}</> : null}
        </p>
        {correctedBy === null ? null : (
          <p className="text-small text-t2">
            {correctedBy.relation === 'retracts' ? 'Taken back' : 'Corrected'}: {correctedBy.text}
          </p>
        )}
        {entry.evidenceId === null ? null : (
          <EntryPin
            evidenceId={entry.evidenceId}
            said={entry.text}
            {...{ pin, isOpen }}
            onToggle={() => onToggle(entry.id)}
          />
        )}
      </div>
      <EntryActions entry={entry} onAbout={onAbout} />
    </article>
  );
});

function EntryActions({ entry, onAbout }: { entry: Entry; onAbout: (about: EntryAbout) => void }) {
  const [isOpen, setOpen] = useState(false);
  const choices: readonly { relation: EntryRelation; name: string }[] = [
    { relation: 'corrects', name: 'Correct' },
    { relation: 'retracts', name: 'Take back' },
    ...(entry.kind === 'hypothesis'
      ? ([
          { relation: 'supports', name: 'Speak for it' },
          { relation: 'refutes', name: 'Speak against it' },
          { relation: 'settles', name: 'Settle it' },
        ] as const)
      : []),
  ];
  return (
    <Popover
      label="About this entry"
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={
        <Button
          look="quiet"
          aria-label={`About this entry: ${entry.text.slice(0, 60)}`}
          className="h-6! self-start px-1! opacity-0 max-sm:col-start-3 max-sm:row-start-1 group-hover/entry:opacity-100 focus-visible:opacity-100 [@media(hover:none)]:opacity-100"
        >
          ⋯
        </Button>
      }
    >
      <div className="grid p-1">
        {choices.map(({ relation, name }) => (
          <Button
            key={relation}
            look="quiet"
            className="justify-start"
            onClick={() => {
              setOpen(false);
              onAbout({ entryId: entry.id, relation, text: entry.text });
            }}
          >
            {name}
          </Button>
        ))}
      </div>
    </Popover>
  );
}
