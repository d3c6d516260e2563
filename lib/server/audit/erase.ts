import 'server-only';
import type { Identity } from '../auth/identity';
import { type Database, db } from '../db';
import { ERASED } from './chain';
import { recordAudit } from './store';

/** Whose or what's values are to go. */
export type Erasure = { actorId: string } | { subject: string };

/**
 * Erases personal values from the audit, each together with its salt: of a person, who they were and what their entries
 * say; of a subject, what its entries say. What was done, to what and when stays, and the chain still verifies. The
 * erasure is an entry itself. Backups from before keep the values until they are deleted.
 * @returns how many entries lost something
 */
export async function eraseAuditValues(
  erasure: Erasure,
  { identity, nowMs }: { identity: Pick<Identity, 'id' | 'name'>; nowMs: number },
  database: Database = db(),
): Promise<number> {
  return database.write(async (transaction) => {
    const said = { before: null, beforeSalt: null, after: null, afterSalt: null };
    const { count } =
      'actorId' in erasure
        ? await transaction.auditEntry.updateMany({
            where: { actorId: erasure.actorId, actorSalt: { not: null } },
            data: { ...said, actorId: ERASED, actorName: ERASED, actorSalt: null },
          })
        : await transaction.auditEntry.updateMany({
            where: { subject: erasure.subject, OR: [{ beforeSalt: { not: null } }, { afterSalt: { not: null } }] },
            data: said,
          });
    await recordAudit(transaction, {
      actor: identity,
      action: 'audit.erase',
      // Not whose: that is what was to be forgotten.
      subject: 'subject' in erasure ? erasure.subject : 'audit:actor',
      before: null,
      after: { entries: count },
      atMs: nowMs,
    });
    return count;
  });
}
