import type { AuditPage, AuditParams, AuditVerification } from '@/lib/contracts/audit';
import { apiQuery } from './api';

/** A page of the audit, newest first. */
export const auditQuery = ({
  before,
  action,
  subject,
}: Pick<AuditParams, 'action' | 'subject'> & { before?: number }) =>
  apiQuery<AuditPage>('audit', { before, action, subject });

/** Whether the chain of the audit holds. */
export const auditVerificationQuery = () => apiQuery<AuditVerification>('audit/verification');
