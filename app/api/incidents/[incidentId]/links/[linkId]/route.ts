import { LinkUndo } from '@/lib/contracts/incident-link';
import { undoLink } from '@/lib/server/incidents/links';
import { route } from '@/lib/server/route';

/** Undoes a link; the record of it stays. */
export const DELETE = route('incidents:write', LinkUndo, (undo, context) => undoLink(undo, context));
