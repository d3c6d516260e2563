import { SignoffId } from '@/lib/contracts/readiness';
import { withdrawSignoff } from '@/lib/server/readiness/signoffs';
import { route } from '@/lib/server/route';

export const DELETE = route('readiness:sign', SignoffId, (params, context) => withdrawSignoff(params, context));
