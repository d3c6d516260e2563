import { NewSignoff } from '@/lib/contracts/readiness';
import { createSignoff } from '@/lib/server/readiness/signoffs';
import { route } from '@/lib/server/route';

export const POST = route('readiness:sign', NewSignoff, (signoff, context) => createSignoff(signoff, context));
