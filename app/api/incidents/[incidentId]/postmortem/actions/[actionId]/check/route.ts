import { ActionCheck } from '@/lib/contracts/postmortem';
import { checkAction } from '@/lib/server/postmortems/check-action';
import { route } from '@/lib/server/route';

export const POST = route('incidents:write', ActionCheck, (check, context) => checkAction(check, context));
