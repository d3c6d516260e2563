import { PostmortemActionEdit } from '@/lib/contracts/postmortem';
import { editAction } from '@/lib/server/postmortems/review';
import { route } from '@/lib/server/route';

export const PATCH = route('incidents:write', PostmortemActionEdit, (edit, context) => editAction(edit, context));
