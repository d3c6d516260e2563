import { checkpointFile, readCheckpoints } from '../../lib/server/audit/checkpoints';
import { verifyChain } from '../../lib/server/audit/verify';
import { restoreBackup } from '../../lib/server/backup/restore';
import { getConfig } from '../../lib/server/config';
import { db } from '../../lib/server/db';
import { type Command, say, typedPath, UsageError } from './command';
import { readOptions } from './options';

/** Restores a backup into the configured database, which must be empty, and verifies its audit. */
export const restore: Command = {
  async run(args) {
    const [folder] = readOptions(args, {}, 1).positionals;
    if (folder === undefined) throw new UsageError('Name the folder of the backup.');
    const config = getConfig();
    const file = checkpointFile(config);
    const manifest = await restoreBackup(typedPath(folder), { url: config.database.url, checkpointFile: file });
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    say(
      `Restored ${rows} rows of ${manifest.tables.length} tables, made ${new Date(manifest.madeAtMs).toISOString()}.`,
    );
    const database = db();
    try {
      const pending = await database.read((client) => client.webhookDelivery.count({ where: { state: 'pending' } }));
      if (pending > 0) say(`${pending} webhook messages wait and are sent, under their ids, once the console starts.`);
      const checkpoints = await readCheckpoints(file);
      const { broken, entries } = await verifyChain(database, { checkpoints, checkpointFile: file, nowMs: Date.now() });
      say(broken === null ? `The audit holds: ${entries} entries.` : `The audit does NOT hold. ${broken.reason}`);
      return broken === null ? 0 : 1;
    } finally {
      await database.close();
    }
  },
};
