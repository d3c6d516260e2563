import { mutationOptions, type QueryClient } from '@tanstack/react-query';
import type { NewNote, Note, NoteEdit, NoteList, NoteRemoval, NotesParams } from '@/lib/contracts/note';
import { apiQuery, apiSend } from './api';

/** Notes of a range; with a model, those about it and those about the whole fleet. */
export const notesQuery = (params: NotesParams) => apiQuery<NoteList>('notes', params);

/** Notes stand in the rail too, so both are asked again once a note changed. */
const asksAgain = (client: QueryClient) =>
  Promise.all([client.invalidateQueries({ queryKey: ['notes'] }), client.invalidateQueries({ queryKey: ['events'] })]);

/** The id is the writer's own, so that a second press adds no second note. */
export const addNote = (client: QueryClient) =>
  mutationOptions({
    mutationFn: (note: NewNote) => apiSend<Note>('POST', 'notes', note),
    onSuccess: () => asksAgain(client),
  });

/** Fields left out stay; a conflict where the note is no more at the revision that was on screen. */
export const editNote = (client: QueryClient) =>
  mutationOptions({
    mutationFn: ({ id, ...edit }: NoteEdit) => apiSend<Note>('PATCH', `notes/${encodeURIComponent(id)}`, edit),
    onSuccess: () => asksAgain(client),
  });

/** A conflict where somebody edited the note after the revision that was on screen: nobody removes words unread. */
export const removeNote = (client: QueryClient) =>
  mutationOptions({
    mutationFn: ({ id, revision }: NoteRemoval) =>
      apiSend<void>('DELETE', `notes/${encodeURIComponent(id)}?revision=${revision}`),
    onSuccess: () => asksAgain(client),
  });
