import { EvidenceId } from '@/lib/contracts/evidence';
import { askAgain } from '@/lib/server/evidence/again';
import { soundDocument } from '@/lib/server/evidence/store';
import { route } from '@/lib/server/route';

/** The same question, asked of the sources now. */
export const GET = route('evidence:read', EvidenceId, async ({ id }, context) =>
  askAgain(await soundDocument(id), context),
);
