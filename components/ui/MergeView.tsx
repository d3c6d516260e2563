'use client';

import { diffWordsWithSpace } from 'diff';
import { useState } from 'react';
import { Button } from './Button';
import { StatusIcon } from './Status';

export interface MergeViewProps {
  /** What both wrote: "section", "cell". */
  what: string;
  mine: string;
  theirs: string;
  author: string;
  /** Both laid into each other; where they contradict, both stand between marks. */
  merged: string;
  /** Nothing contradicts. */
  isClean: boolean;
  isSaving: boolean;
  onSave: (text: string) => void;
  onBack: () => void;
}

/** Two people wrote one text: what the other saved, how it differs from yours, and the merge of both to save. */
export function MergeView({ what, mine, theirs, author, merged, isClean, isSaving, onSave, onBack }: MergeViewProps) {
  const [text, setText] = useState(merged);
  return (
    <section aria-label="Merge of two versions" className="grid gap-2 text-small">
      <p className="text-t1">
        <StatusIcon status="watch" label="needs a look" /> {author} saved this {what} while you wrote. Nothing of either
        is lost: {isClean ? 'both fit together, as below.' : 'where they contradict, both stand between marks below.'}
      </p>
      <details>
        <summary className="cursor-pointer text-t2">How {author}'s version differs from yours</summary>
        <p className="mt-1 whitespace-pre-wrap rounded-panel border border-line bg-raised p-2 [overflow-wrap:anywhere]">
          {diffWordsWithSpace(mine, theirs).map((run, index) =>
            run.added ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: runs have no identity but their order
              <ins key={index} className="text-accent underline">
                {run.value}
              </ins>
            ) : run.removed ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: runs have no identity but their order
              <del key={index} className="text-t3">
                {run.value}
              </del>
            ) : (
              // biome-ignore lint/suspicious/noArrayIndexKey: runs have no identity but their order
              <span key={index}>{run.value}</span>
            ),
          )}
        </p>
      </details>
      <textarea
        aria-label="Merged text"
        rows={Math.min(24, Math.max(6, text.split('\n').length + 1))}
        className="w-full rounded-panel border border-line bg-raised p-2 font-mono text-t1"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="flex flex-wrap gap-2">
        <Button look="primary" disabled={isSaving} onClick={() => onSave(text)}>
          Save the merge
        </Button>
        <Button onClick={() => setText(mine)}>Only mine</Button>
        <Button onClick={() => setText(theirs)}>Only {author}'s</Button>
        <Button onClick={() => setText(merged)}>Both</Button>
        <Button look="quiet" onClick={onBack}>
          Back to my words
        </Button>
      </div>
    </section>
  );
}
