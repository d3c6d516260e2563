'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useAddress } from '@/components/ui/address';
import { Button } from '@/components/ui/Button';
import { copyText } from '@/components/ui/clipboard';
import { Dialog } from '@/components/ui/Dialog';
import { Input, Select, TextArea } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import type { PinnablePanel } from '@/components/ui/pin';
import type { Evidence } from '@/lib/contracts/evidence';
import { MAX_EVIDENCE_TITLE } from '@/lib/contracts/evidence-kinds';
import { pinPanel, shownQuestions } from '@/lib/queries/evidence';
import { LINK_ONLY, type PinTarget, usePinTargets } from './use-pin-targets';
import { evidencePath } from './view-address';

const MAX_WORDS = 2_000;

/** Keeps what a panel shows by a title, puts it into an incident or an investigation, and gives the link that stays. */
export function PinDialog({ panel, onClose }: { panel: PinnablePanel; onClose: () => void }) {
  const client = useQueryClient();
  const { pathname, search } = useAddress();
  const [title, setTitle] = useState(() => titleOf(panel));
  const [words, setWords] = useState('');
  const [isPlaced, setPlaced] = useState(false);
  // Made once: a second press is the same pin.
  const [id] = useState(() => crypto.randomUUID());
  // As it stood when the form opened: a live page goes on beneath it.
  const [beside] = useState(() => shownQuestions(client, panel.pin.beside ?? []));
  const keep = useMutation(pinPanel(client));
  const { targets, target, chosen, choose, put, isPutting, error, gap } = usePinTargets();
  const isSending = keep.isPending || isPutting;
  const failure = keep.error ?? error;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (title.trim() === '') return;
    // What was kept already stays kept: a target that failed is tried again alone, under the same ids.
    const kept = keep.data ?? null;
    const { kind, path, params } = panel.pin;
    const look = panel.look ?? { pathname, search: search.toString() };
    const asked = { id, kind, path, params, title: title.trim(), look, beside };
    void (kept === null ? keep.mutateAsync(asked) : Promise.resolve(kept))
      .then((evidence) => put(evidence.id, words.trim() === '' ? evidence.title : words.trim()))
      .then(
        () => setPlaced(true),
        // What went wrong stands in the form.
        () => undefined,
      );
  };
  if (keep.data !== undefined && isPlaced) return <Kept evidence={keep.data} target={target} onClose={onClose} />;
  return (
    <Dialog
      title="Pin as evidence"
      description="The console asks the same question once more and keeps the answer, redacted, with its queries and a hash."
      onClose={onClose}
    >
      <form onSubmit={submit} className="grid gap-3">
        <Input
          label="Title"
          autoFocus
          maxLength={MAX_EVIDENCE_TITLE}
          value={title}
          disabled={keep.data !== undefined}
          onChange={(event) => setTitle(event.target.value)}
        />
        <Select
          label="Where to"
          value={chosen}
          choices={[{ value: LINK_ONLY, name: 'Nowhere: a link that stays' }, ...targets]}
          onChange={(event) => choose(event.target.value)}
        />
        {gap === null ? null : <p className="text-small text-t3">{gap}</p>}
        {target === null ? null : (
          <TextArea
            label="What it shows (the title, where nothing is said)"
            rows={2}
            maxLength={MAX_WORDS}
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        )}
        <FormError
          error={failure}
          before={keep.data === undefined ? undefined : 'It is kept, and not yet where it was meant to go.'}
        />
        <div className="flex items-center gap-3">
          <Button type="submit" look="primary" disabled={isSending || title.trim() === ''}>
            {keep.data === undefined ? 'Freeze' : 'Try again'}
          </Button>
          {keep.data === undefined || isSending ? null : (
            <Button onClick={() => setPlaced(true)}>Leave it a link</Button>
          )}
          <span role="status" className="text-small text-t3">
            {keep.isPending ? 'Asking the sources …' : isPutting ? 'Putting it there …' : ''}
          </span>
        </div>
      </form>
    </Dialog>
  );
}

function titleOf({ title, pin }: PinnablePanel): string {
  const model = /^models\/([^/]+)\//.exec(pin.path)?.[1];
  const name = model === undefined ? pin.params.model : decodeURIComponent(model);
  const isNamed = typeof name !== 'string' || title.includes(name);
  return (isNamed ? title : `${name}: ${title}`).slice(0, MAX_EVIDENCE_TITLE);
}

function Kept({ evidence, target, onClose }: { evidence: Evidence; target: PinTarget | null; onClose: () => void }) {
  const path = evidencePath(evidence.id);
  const copy = () =>
    copyText(new URL(path, window.location.origin).href, 'Link copied', 'Open the pin and copy its address.');
  return (
    <Dialog title="Kept" description={`“${evidence.title}” can be read as it is now, for ever.`} onClose={onClose}>
      <div className="grid gap-3 text-small">
        <p className="text-t2 [overflow-wrap:anywhere]">
          SHA-256 <code className="font-mono">{evidence.sha256.slice(0, 12)}</code>
          {evidence.isPartial ? ` · partial: ${evidence.warnings.join(' ')}` : ''}
        </p>
        {target === null ? null : (
          <p className="text-t2 [overflow-wrap:anywhere]">
            It stands in{' '}
            <a href={target.path} className="link">
              {target.name}
            </a>
            .
          </p>
        )}
        <div className="flex flex-wrap items-center gap-2">
          <Button look="primary" autoFocus onClick={() => void copy()}>
            Copy link
          </Button>
          <a href={path} className="link px-1">
            Open it
          </a>
          <Button className="ml-auto" onClick={onClose}>
            Done
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
