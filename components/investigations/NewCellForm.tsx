'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { announce } from '@/components/ui/announce';
import { addCell } from '@/lib/queries/investigations';
import { CellForm } from './CellForm';
import { type CellDraft, contentOf } from './cell-draft';

export interface NewCellFormProps {
  investigationId: string;
  draft: CellDraft;
  modelsId: string;
  onChange: (draft: CellDraft) => void;
  /** It is stored, or was thrown away. */
  onDone: (cellId: string | null) => void;
}

/** A cell that is being written and is not there yet. */
export function NewCellForm({ investigationId, draft, modelsId, onChange, onDone }: NewCellFormProps) {
  const client = useQueryClient();
  const add = useMutation(addCell(client));
  const { id, title, afterCellId } = draft;
  return (
    <section aria-label="New cell" className="border-accent border-t pt-2">
      <CellForm
        draft={draft}
        onChange={onChange}
        onSubmit={() =>
          add.mutate(
            { investigationId, id, title: title.trim(), content: contentOf(draft), afterCellId },
            {
              onSuccess: () => {
                announce('Cell added');
                onDone(id);
              },
            },
          )
        }
        onDiscard={() => onDone(null)}
        error={add.error}
        isSaving={add.isPending}
        verb="Add cell"
        modelsId={modelsId}
      />
    </section>
  );
}
