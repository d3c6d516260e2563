'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { Input, TextArea } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { useZone } from '@/components/ui/preference';
import { QueryState } from '@/components/ui/QueryState';
import { RelativeTime } from '@/components/ui/RelativeTime';
import type { Note } from '@/lib/contracts/note';
import { MAX_NOTE_CHARACTERS } from '@/lib/contracts/note-limits';
import { addNote, editNote, notesQuery, removeNote } from '@/lib/queries/notes';
import { fromInput, toInput } from './range-text';
import { useView } from './use-view';

export interface NoteDialogProps {
  /** When what is noted happened; absent: the end of the range. */
  atMs?: number | undefined;
  /** The event in the rail whose note is opened; absent: a new note. */
  eventId?: string | undefined;
  onClose: () => void;
}

/** A note on the timeline of changes: written anew, or read, edited and removed by who wrote it. */
export function NoteDialog({ atMs, eventId, onClose }: NoteDialogProps) {
  const { range, view } = useView();
  if (eventId !== undefined) return <ExistingNote eventId={eventId} onClose={onClose} />;
  return (
    <Dialog title="Add a note" description={noteScope(view.model ?? null)} onClose={onClose}>
      <NewNoteForm atMs={atMs ?? range.endMs} model={view.model ?? null} onClose={onClose} />
    </Dialog>
  );
}

const noteScope = (model: string | null): string =>
  model === null
    ? 'About the whole fleet. It stands under every chart.'
    : `About ${model}. It stands under its charts.`;

function NewNoteForm({ atMs, model, onClose }: { atMs: number; model: string | null; onClose: () => void }) {
  const client = useQueryClient();
  const add = useMutation(addNote(client));
  // One id for one form: pressing the button twice writes one note.
  const [id] = useState(() => crypto.randomUUID());
  const submit = ({ text, atMs: at }: Written) =>
    add.mutate(
      { id, text, atMs: at, model, version: null },
      {
        onSuccess: () => {
          announce('Note added');
          onClose();
        },
      },
    );
  return <NoteForm text="" atMs={atMs} verb="Add note" isSending={add.isPending} error={add.error} onSubmit={submit} />;
}

function ExistingNote({ eventId, onClose }: { eventId: string; onClose: () => void }) {
  const { range, view } = useView();
  const notes = useQuery(notesQuery({ startMs: range.startMs, endMs: range.endMs, model: view.model }));
  return (
    <Dialog title="Note" onClose={onClose}>
      <QueryState
        query={notes}
        height={160}
        diagnosis={({ notes: all }) =>
          noteOf(all, eventId) === undefined
            ? { what: 'This note is not in the range.', why: 'It was removed, or the range moved on.', action: null }
            : null
        }
      >
        {({ notes: all }) => {
          const note = noteOf(all, eventId);
          return note === undefined ? null : <NoteView key={note.revision} note={note} onClose={onClose} />;
        }}
      </QueryState>
    </Dialog>
  );
}

/** Events carry the id of their note at the end of their own. */
const noteOf = (notes: readonly Note[], eventId: string): Note | undefined =>
  notes.find(({ id }) => eventId.endsWith(id));

function NoteView({ note, onClose }: { note: Note; onClose: () => void }) {
  const client = useQueryClient();
  const edit = useMutation(editNote(client));
  const remove = useMutation(removeNote(client));
  const [isSure, setSure] = useState(false);
  // Not the mutation's own onSuccess: the new revision remounts this view before that would be called.
  const then = (change: Promise<unknown>, words: string) =>
    change.then(
      () => {
        announce(words);
        onClose();
      },
      // What went wrong stands in the form.
      () => undefined,
    );
  const written = (
    <p className="mb-2 text-small text-t3">
      {note.author.name}, <RelativeTime atMs={note.createdAtMs} />
      {note.editedAtMs === null ? null : (
        <>
          , edited <RelativeTime atMs={note.editedAtMs} />
        </>
      )}
    </p>
  );
  if (!note.mayEdit) {
    return (
      <>
        {written}
        <p className="whitespace-pre-wrap text-body [overflow-wrap:anywhere]">{note.text}</p>
      </>
    );
  }
  return (
    <>
      {written}
      <NoteForm
        text={note.text}
        atMs={note.atMs}
        verb="Save note"
        isSending={edit.isPending || remove.isPending}
        error={edit.error ?? remove.error}
        onSubmit={(next) =>
          void then(edit.mutateAsync({ id: note.id, revision: note.revision, ...next }), 'Note saved')
        }
        onRemove={() =>
          isSure
            ? void then(remove.mutateAsync({ id: note.id, revision: note.revision }), 'Note removed')
            : setSure(true)
        }
        removeVerb={isSure ? 'Press again to remove' : 'Remove note'}
      />
    </>
  );
}

interface Written {
  text: string;
  atMs: number;
}

interface NoteFormProps extends Written {
  verb: string;
  isSending: boolean;
  error: Error | null;
  onSubmit: (note: Written) => void;
  onRemove?: () => void;
  removeVerb?: string;
}

function NoteForm({ text: initial, atMs, verb, isSending, error, onSubmit, onRemove, removeVerb }: NoteFormProps) {
  const { zone, isUtc } = useZone();
  const [text, setText] = useState(initial);
  const [at, setAt] = useState(toInput(atMs, zone));
  // The input holds minutes: an instant that was not touched keeps its seconds.
  const chosen = at === toInput(atMs, zone) ? atMs : fromInput(at, isUtc);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (chosen !== null && text.trim() !== '') onSubmit({ text: text.trim(), atMs: chosen });
  };
  return (
    <form onSubmit={submit} className="grid gap-3">
      <TextArea
        label="What happened"
        rows={4}
        autoFocus
        maxLength={MAX_NOTE_CHARACTERS}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Input
        label={`When${isUtc ? ' (UTC)' : ''}`}
        type="datetime-local"
        value={at}
        onChange={(event) => setAt(event.target.value)}
        error={chosen === null ? 'A day and a time, please.' : undefined}
      />
      <FormError error={error} />
      <div className="flex items-center gap-2">
        <Button type="submit" look="primary" disabled={isSending || chosen === null || text.trim() === ''}>
          {verb}
        </Button>
        {onRemove === undefined ? null : (
          <Button look="danger" className="ml-auto" disabled={isSending} onClick={onRemove}>
            {removeVerb}
          </Button>
        )}
      </div>
    </form>
  );
}
