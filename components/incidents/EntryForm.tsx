'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { fromInput } from '@/components/shell/range-text';
import { Button } from '@/components/ui/Button';
import { Choice } from '@/components/ui/Choice';
import { FormError } from '@/components/ui/FormError';
import { useZone } from '@/components/ui/preference';
import { useEditing } from '@/components/ui/presence';
import { useDraft } from '@/components/ui/use-draft';
import {
  type EntryRelation,
  HYPOTHESIS_STATES,
  type HypothesisState,
  MAX_ENTRY_CHARACTERS,
  WRITTEN_KINDS,
  type WrittenKind,
} from '@/lib/contracts/incident-words';
import { ENTRY_PART } from '@/lib/domain/incident';
import { addEntry } from '@/lib/queries/incidents';
import type { EntryAbout } from './entry-about';
import { KIND_PLACEHOLDER } from './words';

const KINDS = WRITTEN_KINDS.map((kind) => ({ value: kind, label: kind }));
const STATES = HYPOTHESIS_STATES.map((state) => ({ value: state, label: state }));

const ABOUT_WORD: Readonly<Record<EntryRelation, string>> = {
  corrects: 'Corrects',
  retracts: 'Takes back',
  supports: 'Speaks for',
  refutes: 'Speaks against',
  settles: 'Settles',
};

/** Writes on the timeline. Mod+Enter sends; what is typed survives a reload and a lost network. */
export function EntryForm({
  incidentId,
  about,
  onAboutDone,
}: {
  incidentId: string;
  about: EntryAbout | null;
  onAboutDone: () => void;
}) {
  const { isUtc } = useZone();
  const client = useQueryClient();
  const add = useMutation(addEntry(client));
  const draft = useDraft(`incident.${incidentId}.entry`);
  const [kind, setKind] = useState<WrittenKind>('fact');
  const [state, setState] = useState<HypothesisState>('supported');
  const [audience, setAudience] = useState('');
  const [at, setAt] = useState('');
  // The same id until it is stored: a retry after a lost answer writes no second entry.
  const [id, setId] = useState(() => crypto.randomUUID());
  const atMs = at === '' ? undefined : fromInput(at, isUtc);
  const text = draft.text.trim();
  useEditing(ENTRY_PART, text !== '');
  const settles = about?.relation === 'settles';
  const maySend = !add.isPending && atMs !== null && (text !== '' || settles);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!maySend) return;
    add.mutate(
      {
        incidentId,
        id,
        kind,
        text,
        ...(atMs === undefined ? {} : { occurredAtMs: atMs }),
        ...(about === null ? {} : { about: { entryId: about.entryId, relation: about.relation } }),
        ...(settles ? { hypothesisState: state } : kind === 'hypothesis' ? { hypothesisState: 'open' } : {}),
        ...(kind === 'communication' && audience.trim() !== '' ? { audience: audience.trim() } : {}),
      },
      {
        onSuccess: () => {
          draft.done();
          setAt('');
          setId(crypto.randomUUID());
          onAboutDone();
        },
      },
    );
  };

  return (
    <form onSubmit={submit} className="grid gap-2" aria-label="New entry">
      {about === null ? null : (
        <p className="flex flex-wrap items-center gap-2 text-small text-t2">
          {ABOUT_WORD[about.relation]}: <q className="min-w-0 truncate text-t1">{about.text}</q>
          <Button look="quiet" onClick={onAboutDone}>
            Cancel
          </Button>
          {settles ? <Choice label="It is" options={STATES} value={state} onChange={setState} /> : null}
        </p>
      )}
      <textarea
        id="entry-text"
        aria-label="What happened"
        rows={2}
        maxLength={MAX_ENTRY_CHARACTERS}
        placeholder={KIND_PLACEHOLDER[kind]}
        className="w-full rounded-panel border border-line bg-raised px-2 py-1.5 text-body text-t1 placeholder:text-t3"
        value={draft.text}
        // Words typed while these are stored would go with them.
        readOnly={add.isPending}
        onChange={(event) => draft.write(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) submit(event);
        }}
      />
      <div className="flex flex-wrap items-center gap-2">
        <div className="max-w-full overflow-x-auto">
          <Choice label="Kind of entry" options={KINDS} value={kind} onChange={setKind} />
        </div>
        {kind === 'communication' ? (
          <input
            aria-label="Who was told"
            placeholder="who was told"
            className="h-7 w-36 rounded-panel border border-line bg-raised px-2 text-small text-t1 placeholder:text-t3"
            value={audience}
            onChange={(event) => setAudience(event.target.value)}
          />
        ) : null}
        <label className="flex items-center gap-1 text-small text-t3">
          happened{isUtc ? ' (UTC)' : ''}
          <input
            type="datetime-local"
            className="h-7 rounded-panel border border-line bg-raised px-1 text-small text-t1"
            value={at}
            onChange={(event) => setAt(event.target.value)}
          />
          {at === '' ? 'empty: now' : null}
        </label>
        <Button type="submit" look="primary" className="ml-auto" disabled={!maySend}>
          Add entry
        </Button>
      </div>
      <FormError error={add.error} />
    </form>
  );
}
