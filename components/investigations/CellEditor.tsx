'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { announce } from '@/components/ui/announce';
import { useDraft } from '@/components/ui/use-draft';
import type { InvestigationCell } from '@/lib/contracts/investigation';
import { toApiError } from '@/lib/queries/api';
import { editCell } from '@/lib/queries/investigations';
import { CellForm } from './CellForm';
import { type CellDraft, contentOf, draftOf, editKey, readDraft } from './cell-draft';
import { otherCell } from './other-cell';

// Loaded when two people wrote one cell.
const CellConflict = dynamic(() => import('./CellConflict').then((file) => file.CellConflict), { ssr: false });

export interface CellEditorProps {
  investigationId: string;
  cell: InvestigationCell;
  modelsId: string;
  onClose: () => void;
}

/**
 * Writes a cell. Each keystroke is kept by the browser; a save names the version it was made from, and where somebody
 * else was first both are shown. No word is lost either way.
 */
export function CellEditor({ investigationId, cell, modelsId, onClose }: CellEditorProps) {
  const client = useQueryClient();
  const save = useMutation(editCell(client));
  const { text, write, done } = useDraft(editKey(cell.id));
  const draft = readDraft(text) ?? draftOf(cell);
  if (draft === null) return null;
  const base = draft.base ?? { revision: cell.revision, title: cell.title, text: '' };
  const keep = (next: CellDraft) => write(JSON.stringify(next));
  const forget = () => {
    done();
    onClose();
  };
  const send = (next: CellDraft, revision: number) =>
    save.mutate(
      { investigationId, cellId: cell.id, revision, title: next.title.trim(), content: contentOf(next) },
      {
        onSuccess: () => {
          announce('Cell saved');
          forget();
        },
      },
    );
  const failure = save.error === null ? null : toApiError(save.error);
  const other = failure?.code === 'conflict' ? otherCell(failure.fields) : null;
  if (other !== null) {
    const rebased = (next: CellDraft): CellDraft => {
      const theirs = other.content.kind === 'note' ? other.content.text : base.text;
      return { ...next, base: { revision: other.revision, title: other.title, text: theirs } };
    };
    return (
      <CellConflict
        draft={draft}
        other={other}
        isSaving={save.isPending}
        onSave={(next) => {
          keep(rebased(next));
          send(next, other.revision);
        }}
        onBack={() => {
          // Theirs becomes what the next save is laid against; the words stay the writer's.
          keep(rebased(draft));
          save.reset();
        }}
      />
    );
  }
  return (
    <>
      {cell.revision > base.revision ? (
        <p role="status" className="text-small text-watch">
          {cell.editedBy ?? 'Somebody'} changed this cell while you write. Saving shows both.
        </p>
      ) : null}
      <CellForm
        draft={draft}
        onChange={(next) => keep({ ...next, base })}
        onSubmit={() => send(draft, base.revision)}
        onDiscard={forget}
        error={save.error}
        isSaving={save.isPending}
        verb="Save"
        modelsId={modelsId}
      />
    </>
  );
}
