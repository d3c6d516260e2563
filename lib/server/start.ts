import 'server-only';
import { adoptEarlierEntries } from './audit/adopt';
import { startLoops, stopLoops } from './background/loop';
import { WORK } from './background/work';
import { getConfig } from './config';
import { ConfigError } from './config/problems';
import { db } from './db';
import { migrate } from './db/migrate';
import { AppError } from './errors';
import { log } from './log';

/**
 * What must hold before the first request: a configuration without a fault and a database with the tables of this
 * version. Otherwise the process ends with the reason in a sentence; a stack trace would tell its reader nothing more.
 */
export async function start(): Promise<void> {
  // A build has neither a configuration nor a database.
  if (process.env.NEXT_PHASE === 'phase-production-build') return;
  try {
    const config = getConfig();
    for (const warning of config.warnings) log.warn(warning);
    const applied = await migrate(config.database.url);
    if (applied.length > 0) log.info({ migrations: applied }, 'The database was brought up to date.');
    await adoptEarlierEntries(db());
    startLoops(WORK, db());
    // Next.js ends the process itself once its server is closed; until then the leases are given back.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stopLoops());
  } catch (error) {
    const expected = error instanceof ConfigError || error instanceof AppError;
    const text = expected ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`windsock: ${text}\n`);
    process.exit(1);
  }
}
