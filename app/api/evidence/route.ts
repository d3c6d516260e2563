import { EvidenceListParams, NewEvidence } from '@/lib/contracts/evidence';
import { createEvidence, listEvidence } from '@/lib/server/evidence/store';
import { route } from '@/lib/server/route';

export const GET = route('evidence:read', EvidenceListParams, (params) => listEvidence(params));

/** The server asks the question itself: what is kept is what the source said, not what a browser claims it said. */
export const POST = route('evidence:write', NewEvidence, (asked, context) => createEvidence(asked, context));
