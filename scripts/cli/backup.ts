import { checkpointFile } from '../../lib/server/audit/checkpoints';
import { createBackup } from '../../lib/server/backup/create';
import { getConfig } from '../../lib/server/config';
import { type Command, say, typedPath, UsageError } from './command';
import { readOptions } from './options';

/** Writes a backup of the configured database. */
export const backup: Command = {
  async run(args) {
    const [folder] = readOptions(args, {}, 1).positionals;
    if (folder === undefined) throw new UsageError('Name the folder of the backup.');
    const config = getConfig();
    const manifest = await createBackup(typedPath(folder), {
      url: config.database.url,
      checkpointFile: checkpointFile(config),
      nowMs: Date.now(),
    });
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    say(`Backed up ${rows} rows of ${manifest.tables.length} tables into ${typedPath(folder)}.`);
    say(
      manifest.audit === null
        ? 'The audit has no entries.'
        : `The audit ends at entry ${manifest.audit.sequence} with hash ${manifest.audit.hash}.`,
    );
    return 0;
  },
};
