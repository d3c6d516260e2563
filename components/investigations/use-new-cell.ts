'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useView } from '@/components/shell/use-view';
import { announce } from '@/components/ui/announce';
import { useDraft } from '@/components/ui/use-draft';
import type { Investigation } from '@/lib/contracts/investigation';
import { addCell } from '@/lib/queries/investigations';
import { type CellDraft, contentOf, newDraft, newKey, readDraft } from './cell-draft';
import type { NewKind } from './words';

/** The one new cell that is being written: its words outlive a reload, and it is stored once. */
export function useNewCell({ id: investigationId, list, model }: Investigation) {
  const client = useQueryClient();
  const { range, isLive } = useView();
  const add = useMutation(addCell(client));
  const { text, write, done } = useDraft(newKey(investigationId));
  const kept = readDraft(text);
  // Stored, and not yet forgotten by this browser: what is on the page is not offered again.
  const draft = kept === null || list.some(({ id }) => id === kept.id) ? null : kept;
  const change = (next: CellDraft) => write(JSON.stringify(next));
  const begin = (kind: NewKind, afterCellId: string | null) => {
    const { startMs, endMs } = range;
    const next = newDraft(kind, {
      id: crypto.randomUUID(),
      afterCellId,
      model,
      range: isLive ? { lastMs: endMs - startMs } : { startMs, endMs },
    });
    // Words that wait come along: there is one new cell at a time.
    change(draft === null ? next : { ...next, id: draft.id, text: draft.text, title: draft.title });
  };
  const submit = () => {
    if (draft === null) return;
    const { id, title, afterCellId } = draft;
    add.mutate(
      { investigationId, id, title: title.trim(), content: contentOf(draft), afterCellId },
      {
        onSuccess: () => {
          done();
          announce('Cell added');
          document.getElementById(`cell-${id}`)?.focus();
        },
      },
    );
  };
  const discard = () => {
    add.reset();
    done();
  };
  const last = list.at(-1)?.id ?? null;
  const isThere = draft !== null && (draft.afterCellId === null || list.some(({ id }) => id === draft.afterCellId));
  return {
    draft,
    /** The cell it is written behind; null: at the top. */
    place: draft !== null && isThere ? draft.afterCellId : last,
    begin,
    change,
    submit,
    discard,
    isSaving: add.isPending,
    error: add.error,
  };
}
