'use client';

import { CellForm } from './CellForm';
import type { CellDraft } from './cell-draft';

export interface NewCellFormProps {
  draft: CellDraft;
  modelsId: string;
  error: Error | null;
  isSaving: boolean;
  onChange: (draft: CellDraft) => void;
  onSubmit: () => void;
  onDiscard: () => void;
}

/** A cell that is being written and is not there yet. */
export const NewCellForm = (props: NewCellFormProps) => (
  <section aria-label="New cell" className="border-accent border-t pt-2">
    <CellForm {...props} verb="Add cell" />
  </section>
);
