import { checkpointFile, readCheckpoints } from '../../lib/server/audit/checkpoints';
import { verifyChain } from '../../lib/server/audit/verify';
import { getConfig } from '../../lib/server/config';
import { db } from '../../lib/server/db';
import { type Command, say, typedPath } from './command';
import { readOptions } from './options';

/** Walks the chain of the audit and holds it against its checkpoints. */
export const auditVerify: Command = {
  async run(args) {
    const { values } = readOptions(args, { json: { type: 'boolean' }, checkpoints: { type: 'string' } });
    const file = values.checkpoints === undefined ? checkpointFile(getConfig()) : typedPath(values.checkpoints);
    const database = db();
    try {
      const checkpoints = await readCheckpoints(file);
      const verified = await verifyChain(database, { checkpoints, checkpointFile: file, nowMs: Date.now() });
      if (values.json) say(JSON.stringify(verified));
      else if (verified.broken !== null) say(`BROKEN after ${verified.entries} entries. ${verified.broken.reason}`);
      else {
        const { newest, count } = verified.checkpoints;
        const erased = verified.erased === 0 ? '' : ` ${verified.erased} of them lost a value on request.`;
        say(`The audit holds: ${verified.entries} entries, the last with hash ${verified.hash ?? 'none'}.${erased}`);
        if (newest === null) {
          say(`No checkpoints in ${file}: a cut-off end or a chain written anew would not be seen.`);
        } else {
          const seen = new Date(newest.atMs).toISOString();
          say(`${count} checkpoints in ${file} agree; the newest, of ${seen}, covers entry ${newest.sequence}.`);
        }
      }
      return verified.state === 'intact' ? 0 : 1;
    } finally {
      await database.close();
    }
  },
};
