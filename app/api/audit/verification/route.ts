import { NoParams } from '@/lib/contracts/params';
import { auditVerification } from '@/lib/server/audit/read';
import { route } from '@/lib/server/route';

export const GET = route('audit:read', NoParams, (_params, { nowMs }) => auditVerification(nowMs));
