import { userInfo } from 'node:os';
import { eraseAuditValues } from '../../lib/server/audit/erase';
import { db } from '../../lib/server/db';
import { type Command, say, UsageError } from './command';
import { readOptions } from './options';

/** Erases personal values from the audit, each with its salt. */
export const auditErase: Command = {
  async run(args) {
    const { values } = readOptions(args, { actor: { type: 'string' }, subject: { type: 'string' } });
    const erasure =
      values.actor !== undefined && values.subject === undefined
        ? { actorId: values.actor }
        : values.subject !== undefined && values.actor === undefined
          ? { subject: values.subject }
          : null;
    if (erasure === null) throw new UsageError('Name either --actor or --subject.');
    const database = db();
    try {
      const count = await eraseAuditValues(
        erasure,
        { identity: { id: 'shell', name: userInfo().username }, nowMs: Date.now() },
        database,
      );
      say(`Erased values of ${count} entries. Backups made before still hold them until they are deleted.`);
      return 0;
    } finally {
      await database.close();
    }
  },
};
