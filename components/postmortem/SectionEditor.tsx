'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';
import { readStored, writeStored } from '@/components/ui/browser-storage';
import { FormError } from '@/components/ui/FormError';
import { MergeView } from '@/components/ui/MergeView';
import { useDraft } from '@/components/ui/use-draft';
import { MAX_SECTION_CHARACTERS } from '@/lib/contracts/incident-words';
import type { PostmortemSection } from '@/lib/contracts/postmortem';
import { toApiError } from '@/lib/queries/api';
import { saveSection } from '@/lib/queries/postmortems';
import { baseKey, draftKey } from './section-draft';

export interface SectionEditorProps {
  incidentId: string;
  section: PostmortemSection;
  /** Words to begin with instead of the section's own: a draft from the timeline, an earlier version. */
  proposal: string | null;
  onClose: () => void;
}

/**
 * Writes a section. Each keystroke is kept by the browser; a save names the version it was made from, and where somebody
 * else saved meanwhile both texts are shown with the merge of them. No word is lost either way.
 */
export function SectionEditor({ incidentId, section, proposal, onClose }: SectionEditorProps) {
  const client = useQueryClient();
  const save = useMutation(saveSection(client));
  const draft = useDraft(draftKey(incidentId, section.key), proposal ?? section.text);
  const stored = baseKey(incidentId, section.key);
  const [base, setBase] = useState(() => Number(readStored(stored) ?? section.version));
  const [saveId, setSaveId] = useState(() => crypto.randomUUID());
  const rebase = (version: number) => {
    setBase(version);
    writeStored(stored, String(version));
    setSaveId(crypto.randomUUID());
  };
  const forget = () => {
    draft.done();
    writeStored(stored, null);
    onClose();
  };
  const send = (text: string, baseVersion: number, id: string) =>
    save.mutate(
      { incidentId, id, key: section.key, baseVersion, text },
      {
        onSuccess: () => {
          announce(`${section.title} saved`);
          forget();
        },
      },
    );
  const failure = save.error === null ? null : toApiError(save.error);
  const theirs = failure?.code === 'conflict' ? failure.fields : null;

  if (theirs !== null && theirs.text !== undefined) {
    return (
      <MergeView
        what="section"
        mine={draft.text}
        theirs={theirs.text}
        author={theirs.author ?? 'somebody else'}
        merged={theirs.merged ?? draft.text}
        isClean={theirs.clean === 'true'}
        isSaving={save.isPending}
        onSave={(text) => {
          const version = Number(theirs.version ?? section.version);
          const id = crypto.randomUUID();
          draft.write(text);
          rebase(version);
          send(text, version, id);
        }}
        onBack={() => {
          // Their version becomes what the next save is laid against; the words stay the writer's.
          rebase(Number(theirs.version ?? section.version));
          save.reset();
        }}
      />
    );
  }
  return (
    <div className="grid gap-2">
      {section.version > base ? (
        <p role="status" className="text-small text-watch">
          {section.author?.name ?? 'Somebody'} saved version {section.version} while you write. Saving shows both.
        </p>
      ) : null}
      <textarea
        aria-label={section.title}
        rows={Math.min(24, Math.max(5, draft.text.split('\n').length + 1))}
        maxLength={MAX_SECTION_CHARACTERS}
        // The editor was opened to type here.
        // biome-ignore lint/a11y/noAutofocus: see above
        autoFocus
        className="w-full rounded-panel border border-line bg-raised p-2 font-mono text-small text-t1"
        value={draft.text}
        onChange={(event) => {
          draft.write(event.target.value);
          writeStored(stored, String(base));
        }}
        onKeyDown={(event) => {
          if (event.key === 's' && (event.metaKey || event.ctrlKey)) {
            event.preventDefault();
            send(draft.text, base, saveId);
          }
        }}
      />
      <FormError error={save.error} />
      <div className="flex flex-wrap items-center gap-2">
        <Button look="primary" disabled={save.isPending} onClick={() => send(draft.text, base, saveId)}>
          Save section
        </Button>
        <Button look="quiet" onClick={forget}>
          Discard my words
        </Button>
        <span className="text-small text-t3">
          Markdown; [^e12] refers to entry 12. Kept in this browser as you type.
        </span>
      </div>
    </div>
  );
}
