'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { LiveQuestion } from '@/components/evidence/LivePanels';
import { announce } from '@/components/ui/announce';
import { DRIFT_BESIDE } from '@/lib/contracts/evidence-kinds';
import type { InvestigationCell } from '@/lib/contracts/investigation';
import { pinPanel, shownQuestions } from '@/lib/queries/evidence';
import { editCell } from '@/lib/queries/investigations';
import { cellName } from './words';

/**
 * Freezes a live cell: its question is kept as evidence, then the cell shows that. A cell that could not be set after
 * the evidence was kept is set by the next press alone.
 */
export function useFreeze(investigationId: string, cell: InvestigationCell) {
  const client = useQueryClient();
  const keep = useMutation(pinPanel(client));
  const edit = useMutation(editCell(client));
  const [id, setId] = useState(() => crypto.randomUUID());
  const { revision } = cell;
  const at = { investigationId, cellId: cell.id, revision };

  const beside = (question: LiveQuestion) => {
    if (question.kind !== 'drift') return [];
    const { model, endMs } = question.params;
    // Other cells ask too: only what is of this model and this time belongs to this one.
    return shownQuestions(client, DRIFT_BESIDE).filter(
      ({ params }) => (params.model ?? model) === model && (params.endMs ?? endMs) === endMs,
    );
  };
  const freeze = async (question: LiveQuestion): Promise<void> => {
    const { kind, path, params, look } = question;
    const title = cellName(cell.title, cell.content).slice(0, 200);
    try {
      const kept =
        keep.data?.id === id
          ? keep.data
          : await keep.mutateAsync({ id, kind, title, path, params, look, beside: beside(question) });
      await edit.mutateAsync({ ...at, state: 'frozen', evidenceId: kept.id });
      setId(crypto.randomUUID());
      announce('Frozen: what the cell shows stays as it is');
    } catch {
      // What went wrong stands in the cell.
    }
  };
  return {
    freeze: (question: LiveQuestion) => void freeze(question),
    unfreeze: () => edit.mutate({ ...at, state: 'live' }),
    isBusy: keep.isPending || edit.isPending,
    error: keep.error ?? edit.error,
  };
}
