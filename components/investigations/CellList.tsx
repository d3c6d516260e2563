'use client';

import { Plus, Undo2 } from 'lucide-react';
import { Fragment, useId } from 'react';
import { useModelChoices } from '@/components/shell/ModelChoice';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import { CELL_KIND_NAME } from '@/lib/contracts/incident-words';
import type { Investigation } from '@/lib/contracts/investigation';
import { Cell } from './Cell';
import { NewCellForm } from './NewCellForm';
import { type RemovedCell, useCellChanges } from './use-cell-changes';
import { useNewCell } from './use-new-cell';
import { cellName, NEW_KINDS, type NewKind } from './words';

/** The cells of an investigation in their order, and the place where new ones are written. */
export function CellList({ investigation }: { investigation: Investigation }) {
  const { id: investigationId, list } = investigation;
  const choices = useModelChoices();
  const modelsId = useId();
  const { draft, place, begin, change, submit, discard, isSaving, error } = useNewCell(investigation);
  const { onMove, onDuplicate, onRemove, onUndo, removed, errorOf } = useCellChanges(investigation);
  const composer = (behind: string | null) =>
    draft === null || place !== behind ? null : (
      <NewCellForm
        key={draft.id}
        {...{ draft, modelsId, error, isSaving }}
        onChange={change}
        onSubmit={submit}
        onDiscard={discard}
      />
    );
  const undos = (behind: string | null) =>
    removed
      .filter(({ afterCellId }) => (list.some(({ id }) => id === afterCellId) ? afterCellId : null) === behind)
      .map((one) => <Removed key={one.cell.id} removed={one} error={errorOf(one.cell.id)} onUndo={onUndo} />);
  return (
    <section aria-label="Cells" className="grid min-w-0 grid-cols-1 gap-3">
      <datalist id={modelsId}>
        {choices.data?.models.map((one) => (
          <option key={one.model} value={one.model} />
        ))}
      </datalist>
      {list.length === 0 && draft === null ? (
        <p className="text-body text-t2">
          Nothing here yet. Begin with a note, ask a question below, or pin a panel from any page: press p on it.
        </p>
      ) : null}
      {undos(null)}
      {composer(null)}
      {list.map((cell, at) => (
        <Fragment key={cell.id}>
          <Cell
            {...{ investigationId, cell, modelsId, onMove, onDuplicate, onRemove }}
            isFirst={at === 0}
            isLast={at === list.length - 1}
            error={errorOf(cell.id)}
          />
          {undos(cell.id)}
          {composer(cell.id)}
        </Fragment>
      ))}
      <AddBar onAdd={(kind) => begin(kind, list.at(-1)?.id ?? null)} />
    </section>
  );
}

function AddBar({ onAdd }: { onAdd: (kind: NewKind) => void }) {
  return (
    <div className="grid gap-1 border-line border-t pt-3" data-noprint>
      <fieldset aria-label="Add a cell" className="flex min-w-0 flex-wrap items-center gap-2">
        {NEW_KINDS.map((kind) => (
          <Button key={kind} onClick={() => onAdd(kind)}>
            <Plus size={13} aria-hidden className="text-t3" /> {CELL_KIND_NAME[kind]}
          </Button>
        ))}
      </fieldset>
      <p className="text-small text-t3">
        With the focus on a cell: Alt and an arrow moves it, e edits, c collapses. A pin from any page can come here
        too.
      </p>
    </div>
  );
}

function Removed({
  removed,
  error,
  onUndo,
}: {
  removed: RemovedCell;
  error: Error | null;
  onUndo: (removed: RemovedCell) => void;
}) {
  const name = cellName(removed.cell.title, removed.cell.content);
  return (
    <div className="flex flex-wrap items-center gap-2 border-line border-t pt-2 text-small text-t2" data-noprint>
      <span className="[overflow-wrap:anywhere]">Removed: {name}</span>
      <Button aria-label={`Undo: remove ${name}`} onClick={() => onUndo(removed)}>
        <Undo2 size={12} aria-hidden /> Undo
      </Button>
      <FormError error={error} />
    </div>
  );
}
