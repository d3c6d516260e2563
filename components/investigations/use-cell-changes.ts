'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { announce } from '@/components/ui/announce';
import type { Investigation, InvestigationCell } from '@/lib/contracts/investigation';
import { toApiError } from '@/lib/queries/api';
import { addCell, editCell, moveCell } from '@/lib/queries/investigations';

/** A cell that was taken out on this page and can be put back. */
export interface RemovedCell {
  cell: InvestigationCell;
  /** Where it stood: behind this cell; null: at the top. */
  afterCellId: string | null;
}

/** Order, copies and removals of an investigation's cells, each with what went wrong where it did. */
export function useCellChanges(investigation: Investigation) {
  const client = useQueryClient();
  const { id: investigationId, list } = investigation;
  const edit = useMutation(editCell(client));
  const move = useMutation(moveCell(client));
  const add = useMutation(addCell(client));
  const [removed, setRemoved] = useState<readonly RemovedCell[]>([]);
  const [failed, setFailed] = useState<{ cellId: string; error: Error } | null>(null);
  const focused = useRef<HTMLElement | null>(null);
  const order = list.map(({ id }) => id).join();
  // The browser's focus: an element that is put elsewhere loses it. `order` is what puts it elsewhere.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    const element = focused.current;
    focused.current = null;
    if (element?.isConnected && document.activeElement !== element) element.focus();
  }, [order]);

  const attempt = async (cellId: string, change: () => Promise<unknown>): Promise<boolean> => {
    setFailed(null);
    try {
      await change();
      return true;
    } catch (error) {
      setFailed({ cellId, error: toApiError(error) });
      return false;
    }
  };
  const before = (cellId: string): string | null => {
    const at = list.findIndex(({ id }) => id === cellId);
    return list[at - 1]?.id ?? null;
  };

  const onMove = (cell: InvestigationCell, direction: -1 | 1) => {
    const at = list.findIndex(({ id }) => id === cell.id);
    const to = at + direction;
    if (at === -1 || to < 0 || to >= list.length || move.isPending) return;
    const behind = direction === 1 ? list[to] : list[to - 1];
    focused.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    void attempt(cell.id, () =>
      move.mutateAsync({ investigationId, cellId: cell.id, afterCellId: behind?.id ?? null }),
    ).then((isMoved) => {
      if (isMoved) announce(`Cell ${to + 1} of ${list.length}`);
    });
  };
  const onDuplicate = ({ id, title, content, state, evidenceId }: InvestigationCell) => {
    const copy = { id: crypto.randomUUID(), title, content, state, evidenceId, afterCellId: id };
    void attempt(id, () => add.mutateAsync({ investigationId, ...copy }));
  };
  const onRemove = (cell: InvestigationCell) => {
    const afterCellId = before(cell.id);
    void attempt(cell.id, () =>
      edit.mutateAsync({ investigationId, cellId: cell.id, revision: cell.revision, removed: true }),
    ).then((isRemoved) => {
      if (!isRemoved) return;
      setRemoved((all) => [...all, { cell: { ...cell, revision: cell.revision + 1 }, afterCellId }]);
      announce('Cell removed');
    });
  };
  const onUndo = ({ cell, afterCellId }: RemovedCell) =>
    void attempt(cell.id, async () => {
      await edit.mutateAsync({ investigationId, cellId: cell.id, revision: cell.revision, removed: false });
      setRemoved((all) => all.filter((one) => one.cell.id !== cell.id));
      // Behind its neighbour again, as far as that is still there.
      await move.mutateAsync({ investigationId, cellId: cell.id, afterCellId });
    });
  const errorOf = (cellId: string): Error | null => (failed?.cellId === cellId ? failed.error : null);
  return { onMove, onDuplicate, onRemove, onUndo, removed, errorOf };
}
