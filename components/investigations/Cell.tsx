'use client';

import { ArrowDown, ArrowUp, ChevronDown, ChevronRight, Copy, Pencil, Radio, Snowflake, Trash2 } from 'lucide-react';
import dynamic from 'next/dynamic';
import { type KeyboardEvent, useState } from 'react';
import { IconButton } from '@/components/ui/Button';
import { readStored } from '@/components/ui/browser-storage';
import { FormError } from '@/components/ui/FormError';
import { EditingHint } from '@/components/ui/PresenceLine';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { Skeleton } from '@/components/ui/Skeleton';
import { CELL_KIND_NAME } from '@/lib/contracts/incident-words';
import type { InvestigationCell } from '@/lib/contracts/investigation';
import { CellEditor } from './CellEditor';
import { editKey } from './cell-draft';
import { FrozenCell } from './FrozenCell';
import { TitleEditor } from './TitleEditor';
import { cellName } from './words';

const Markdown = dynamic(() => import('@/components/ui/Markdown').then((file) => file.Markdown), { ssr: false });
// Charts and tables load with the first live cell: a notebook of notes needs none of them.
const LiveCell = dynamic(() => import('./LiveCell').then((file) => file.LiveCell), {
  ssr: false,
  loading: () => <Skeleton height={240} />,
});

export interface CellActions {
  onMove: (cell: InvestigationCell, direction: -1 | 1) => void;
  onDuplicate: (cell: InvestigationCell) => void;
  onRemove: (cell: InvestigationCell) => void;
}

export interface CellProps extends CellActions {
  investigationId: string;
  cell: InvestigationCell;
  isFirst: boolean;
  isLast: boolean;
  modelsId: string;
  /** What went wrong with its last move, copy or removal. */
  error: Error | null;
}

const KEYS = 'Alt+ArrowUp Alt+ArrowDown e c';

/** One cell: what it is, live or frozen, and what can be done with it. With the focus on it, keys do the same. */
export function Cell(props: CellProps) {
  const { investigationId, cell, modelsId, error } = props;
  // Words that were typed and not saved open where they were left.
  const [isEditing, setEditing] = useState(() => readStored(`draft.${editKey(cell.id)}`) !== null);
  const [isOpen, setOpen] = useState(true);
  const name = cellName(cell.title, cell.content);
  const keys = (event: KeyboardEvent<HTMLElement>) => {
    const isOwn = event.target === event.currentTarget;
    const isTyping = event.target instanceof Element && event.target.closest('input, textarea, select') !== null;
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown') && !isTyping) {
      event.preventDefault();
      props.onMove(cell, event.key === 'ArrowUp' ? -1 : 1);
    } else if (isOwn && !event.ctrlKey && !event.metaKey && !event.altKey) {
      if (event.key === 'e') setEditing(true);
      else if (event.key === 'c') setOpen(!isOpen);
      else return;
      event.preventDefault();
      event.stopPropagation();
    }
  };
  return (
    <article
      id={`cell-${cell.id}`}
      aria-label={`${CELL_KIND_NAME[cell.kind]} cell: ${name}`}
      aria-keyshortcuts={KEYS}
      // What keys work on must be reachable by them.
      // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
      tabIndex={0}
      onKeyDown={keys}
      className="grid min-w-0 scroll-mt-16 grid-cols-1 gap-2 border-line border-t pt-2"
    >
      <Head
        {...props}
        name={name}
        isOpen={isOpen}
        onOpen={() => setOpen(!isOpen)}
        onEdit={() => {
          setOpen(true);
          setEditing(true);
        }}
      />
      <FormError error={error} />
      <EditingHint part={cell.id} isEditing={isOpen && isEditing} />
      {!isOpen ? null : isEditing && cell.state === 'frozen' ? (
        <TitleEditor {...{ investigationId, cell }} onClose={() => setEditing(false)} />
      ) : isEditing ? (
        <CellEditor {...{ investigationId, cell, modelsId }} onClose={() => setEditing(false)} />
      ) : null}
      {!isOpen ? null : <Body {...{ investigationId, cell, isEditing }} />}
    </article>
  );
}

function Body({
  investigationId,
  cell,
  isEditing,
}: Pick<CellProps, 'investigationId' | 'cell'> & { isEditing: boolean }) {
  const { content, state, evidenceId } = cell;
  if (content.kind === 'note') {
    if (isEditing) return null;
    return content.text.trim() === '' ? (
      <p className="text-small text-t3">An empty note.</p>
    ) : (
      <div className="max-w-[960px]">
        <Markdown text={content.text} />
      </div>
    );
  }
  if (state === 'frozen' && evidenceId !== null) return <FrozenCell {...{ investigationId, cell, evidenceId }} />;
  return <LiveCell {...{ investigationId, cell }} />;
}

interface HeadProps extends CellProps {
  name: string;
  isOpen: boolean;
  onOpen: () => void;
  onEdit: () => void;
}

function Head({ cell, name, isOpen, isFirst, isLast, onOpen, onEdit, onMove, onDuplicate, onRemove }: HeadProps) {
  const { kind, title, state, author, createdAtMs, editedAtMs, editedBy } = cell;
  return (
    <header className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <IconButton
        label={`${isOpen ? 'Collapse' : 'Open'}: ${name}`}
        aria-expanded={isOpen}
        onClick={onOpen}
        data-noprint
      >
        {isOpen ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
      </IconButton>
      <h2 className="min-w-0 font-semibold text-body text-t1 [overflow-wrap:anywhere]">
        {title === '' ? CELL_KIND_NAME[kind] : title}
      </h2>
      {title === '' ? null : <span className="text-small text-t3">{CELL_KIND_NAME[kind]}</span>}
      {kind === 'note' ? null : <StateWord state={state} />}
      <span className="text-small text-t3">
        {editedBy ?? author.name}, <RelativeTime atMs={editedAtMs ?? createdAtMs} />
      </span>
      <div className="ml-auto flex" data-noprint>
        <IconButton label={`Edit: ${name}`} onClick={onEdit}>
          <Pencil size={13} aria-hidden />
        </IconButton>
        <IconButton label={`Move up: ${name}`} disabled={isFirst} onClick={() => onMove(cell, -1)}>
          <ArrowUp size={14} aria-hidden />
        </IconButton>
        <IconButton label={`Move down: ${name}`} disabled={isLast} onClick={() => onMove(cell, 1)}>
          <ArrowDown size={14} aria-hidden />
        </IconButton>
        <IconButton label={`Duplicate: ${name}`} onClick={() => onDuplicate(cell)}>
          <Copy size={13} aria-hidden />
        </IconButton>
        <IconButton label={`Remove: ${name}`} onClick={() => onRemove(cell)}>
          <Trash2 size={13} aria-hidden />
        </IconButton>
      </div>
    </header>
  );
}

/** Whether a cell asks anew or shows what was kept, in a word and a sign. */
function StateWord({ state }: { state: InvestigationCell['state'] }) {
  return state === 'frozen' ? (
    <span className="inline-flex items-center gap-1 text-small text-t2">
      <Snowflake size={12} aria-hidden className="text-accent" /> frozen
    </span>
  ) : (
    <span className="inline-flex items-center gap-1 text-small text-t2">
      <Radio size={12} aria-hidden className="text-t3" /> live
    </span>
  );
}
