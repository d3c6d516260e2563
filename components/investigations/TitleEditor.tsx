'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { Button } from '@/components/ui/Button';
import { Input } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { useDraft } from '@/components/ui/use-draft';
import { MAX_TITLE_CHARACTERS } from '@/lib/contracts/incident-words';
import type { InvestigationCell } from '@/lib/contracts/investigation';
import { editCell } from '@/lib/queries/investigations';
import { editKey } from './cell-draft';

/** The title of a frozen cell: what it shows cannot be written. */
export function TitleEditor({
  investigationId,
  cell,
  onClose,
}: {
  investigationId: string;
  cell: InvestigationCell;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const save = useMutation(editCell(client));
  const draft = useDraft(`${editKey(cell.id)}.title`, cell.title);
  const forget = () => {
    draft.done();
    onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(
      { investigationId, cellId: cell.id, revision: cell.revision, title: draft.text.trim() },
      { onSuccess: forget },
    );
  };
  return (
    <form onSubmit={submit} className="grid gap-2">
      <Input
        label="Title"
        autoFocus
        maxLength={MAX_TITLE_CHARACTERS}
        value={draft.text}
        onChange={(event) => draft.write(event.target.value)}
      />
      <FormError error={save.error} />
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" look="primary" disabled={save.isPending}>
          Save
        </Button>
        <Button look="quiet" onClick={forget}>
          Discard
        </Button>
        <span className="text-small text-t3">
          {cell.kind === 'evidence'
            ? 'What was frozen stays as it is.'
            : 'Its question can be changed once it is live.'}
        </span>
      </div>
    </form>
  );
}
