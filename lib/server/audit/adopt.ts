import 'server-only';
import type { Database } from '../db';
import { GENESIS, nextLink } from './chain';

/** Rows of one transaction: few enough to be done long before it times out. */
const AT_ONCE = 500;
/** The row of AuditHead that stands while earlier entries are taken in. */
const ADOPTING = 0;

/**
 * Takes the entries from before there was a chain into it, once: when the chain has no head yet. Safe when several
 * consoles start at once, and goes on where one that died stopped. Later entries without a place in the chain are not
 * taken in, for whoever put them there went round the console. Returns how many were taken in.
 */
export async function adoptEarlierEntries(database: Database): Promise<number> {
  await database.write(async (transaction) => {
    const head = await transaction.auditHead.findUnique({ where: { id: 1 } });
    if (head !== null) return;
    await transaction.auditHead.create({ data: { id: 1, sequence: 0, hash: GENESIS } });
    await transaction.auditHead.create({ data: { id: ADOPTING, sequence: 0, hash: GENESIS } });
  });
  let adopted = 0;
  for (;;) {
    const count = await database.write(async (transaction) => {
      // Locks it: of several consoles one takes in at a time.
      const { count: adopting } = await transaction.auditHead.updateMany({
        where: { id: ADOPTING },
        data: { sequence: { increment: 1 } },
      });
      if (adopting === 0) return null;
      const rows = await transaction.auditEntry.findMany({
        where: { sequence: null },
        orderBy: [{ atMs: 'asc' }, { id: 'asc' }],
        take: AT_ONCE,
      });
      for (const row of rows) {
        await transaction.auditEntry.update({ where: { id: row.id }, data: await nextLink(transaction, row) });
      }
      if (rows.length < AT_ONCE) await transaction.auditHead.delete({ where: { id: ADOPTING } });
      return rows.length;
    });
    adopted += count ?? 0;
    if (count === null || count < AT_ONCE) return adopted;
  }
}
