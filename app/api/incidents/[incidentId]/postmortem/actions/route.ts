import { NewPostmortemAction } from '@/lib/contracts/postmortem';
import { addAction } from '@/lib/server/postmortems/review';
import { route } from '@/lib/server/route';

export const POST = route('incidents:write', NewPostmortemAction, (action, context) => addAction(action, context));
