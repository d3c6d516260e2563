'use client';

import { Button } from '@/components/ui/Button';
import { MergeView } from '@/components/ui/MergeView';
import { StatusIcon } from '@/components/ui/Status';
import type { CellContent } from '@/lib/contracts/investigation';
import { mergeTexts } from '@/lib/domain/text-merge';
import { type CellDraft, contentOf } from './cell-draft';
import type { OtherCell } from './other-cell';

export interface CellConflictProps {
  draft: CellDraft;
  other: OtherCell;
  isSaving: boolean;
  /** Saves a draft against the other's version. */
  onSave: (draft: CellDraft) => void;
  /** Goes back to one's own words, now laid against the other's version. */
  onBack: () => void;
}

/** Two people wrote one cell: of notes the merge of both, of anything else both, to choose from. */
export function CellConflict({ draft, other, isSaving, onSave, onBack }: CellConflictProps) {
  const { content, title, author } = other;
  const base = draft.base ?? { revision: 0, title: '', text: '' };
  // A title that only one of both changed is that one's.
  const merged = { ...draft, title: draft.title === base.title ? title : draft.title };
  if (draft.kind === 'note' && content.kind === 'note') {
    const { text, isClean } = mergeTexts({ base: base.text, mine: draft.text, theirs: content.text });
    return (
      <MergeView
        what="cell"
        mine={draft.text}
        theirs={content.text}
        author={author}
        merged={text}
        isClean={isClean}
        isSaving={isSaving}
        onSave={(written) => onSave({ ...merged, text: written })}
        onBack={onBack}
      />
    );
  }
  return (
    <section aria-label="Two versions of this cell" className="grid gap-2 text-small">
      <p className="text-t1">
        <StatusIcon status="watch" label="needs a look" /> {author} changed this cell while you wrote. Both are kept
        until you choose.
      </p>
      <div className="grid gap-2 sm:grid-cols-2">
        <Version name={`${author}’s`} title={title} content={content} />
        <Version name="Yours" title={draft.title} content={contentOf(draft)} />
      </div>
      <div className="flex flex-wrap gap-2">
        <Button look="primary" disabled={isSaving} onClick={() => onSave(draft)}>
          Save mine
        </Button>
        <Button look="quiet" onClick={onBack}>
          Back to my words
        </Button>
      </div>
    </section>
  );
}

function Version({ name, title, content }: { name: string; title: string; content: CellContent }) {
  const { kind, ...held } = content;
  const lines = Object.entries(held).map(([key, value]): [string, string] => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return (
    <div>
      <h3 className="font-semibold text-t1">{name}</h3>
      <dl className="rounded-panel border border-line bg-raised p-2 font-mono">
        {[['title', title] as const, ['kind', kind] as const, ...lines].map(([key, value]) => (
          <div key={key} className="flex gap-2">
            <dt className="text-t3">{key}</dt>
            <dd className="min-w-0 whitespace-pre-wrap text-t1 [overflow-wrap:anywhere]">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
