import { NewNote, NotesParams } from '@/lib/contracts/note';
import { createNote, listNotes } from '@/lib/server/notes/store';
import { route } from '@/lib/server/route';

export const GET = route('notes:read', NotesParams, (params, { identity }) => listNotes(params, identity));

export const POST = route('notes:write', NewNote, (note, context) => createNote(note, context));
