import { NoteEdit, NoteRemoval } from '@/lib/contracts/note';
import { editNote, removeNote } from '@/lib/server/notes/store';
import { route } from '@/lib/server/route';

export const PATCH = route('notes:write', NoteEdit, (edit, context) => editNote(edit, context));

export const DELETE = route('notes:write', NoteRemoval, (removal, context) => removeNote(removal, context));
