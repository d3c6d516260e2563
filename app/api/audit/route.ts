import { AuditParams } from '@/lib/contracts/audit';
import { listAudit } from '@/lib/server/audit/read';
import { route } from '@/lib/server/route';

export const GET = route('audit:read', AuditParams, (params) => listAudit(params));
