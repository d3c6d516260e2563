import { EvidenceId } from '@/lib/contracts/evidence';
import { readEvidence } from '@/lib/server/evidence/store';
import { route } from '@/lib/server/route';

export const GET = route('evidence:read', EvidenceId, ({ id }) => readEvidence(id));
