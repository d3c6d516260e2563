'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useAddress } from '@/components/ui/address';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { Input } from '@/components/ui/Field';
import type { PinnablePanel } from '@/components/ui/pin';
import type { Evidence } from '@/lib/contracts/evidence';
import { MAX_EVIDENCE_TITLE } from '@/lib/contracts/evidence-kinds';
import { toApiError } from '@/lib/queries/api';
import { pinPanel } from '@/lib/queries/evidence';
import { evidencePath } from './view-address';

/** Keeps what a panel shows, by a title, and gives the link that stays. */
export function PinDialog({ panel, onClose }: { panel: PinnablePanel; onClose: () => void }) {
  const client = useQueryClient();
  const { pathname, search } = useAddress();
  const [title, setTitle] = useState(() => titleOf(panel));
  // Made once: a second press is the same pin.
  const [id] = useState(() => crypto.randomUUID());
  const keep = useMutation(pinPanel(client));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (title.trim() === '') return;
    keep.mutate({ id, ...panel.pin, title: title.trim(), look: { pathname, search: search.toString() } });
  };
  if (keep.data !== undefined) return <Kept evidence={keep.data} onClose={onClose} />;
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
          onChange={(event) => setTitle(event.target.value)}
        />
        {keep.error === null ? null : (
          <p role="alert" className="text-bad text-small">
            {toApiError(keep.error).message}
          </p>
        )}
        <div className="flex items-center gap-3">
          <Button type="submit" look="primary" disabled={keep.isPending || title.trim() === ''}>
            {keep.isPending ? 'Freezing …' : 'Freeze'}
          </Button>
          <span role="status" className="text-small text-t3">
            {keep.isPending ? 'Asking the sources …' : ''}
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

function Kept({ evidence, onClose }: { evidence: Evidence; onClose: () => void }) {
  const path = evidencePath(evidence.id);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(new URL(path, window.location.origin).href);
      announce('Link copied');
    } catch {
      announce('This browser refuses the clipboard here. Open the pin and copy its address.');
    }
  };
  return (
    <Dialog title="Kept" description={`“${evidence.title}” can be read as it is now, for ever.`} onClose={onClose}>
      <div className="grid gap-3 text-small">
        <p className="text-t2">
          SHA-256 <code className="font-mono">{evidence.sha256.slice(0, 12)}</code>
          {evidence.isPartial ? ` · partial: ${evidence.warnings.join(' ')}` : ''}
        </p>
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
