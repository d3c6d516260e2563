import 'server-only';
import type { Readiness } from '@/lib/contracts/source';
import { formatMs } from '@/lib/domain/format';
import { db } from '../db';
import { AppError } from '../errors';
import { log } from '../log';

/** Whether the database answers a query now, and how fast. */
export async function databaseHealth(): Promise<Readiness['database']> {
  const database = db();
  const beganMs = performance.now();
  try {
    await database.read((client) => client.$queryRaw`SELECT 1`);
    const elapsedMs = performance.now() - beganMs;
    return { status: 'ok', kind: database.provider, elapsedMs, word: `answers in ${formatMs(Math.round(elapsedMs))}` };
  } catch (error) {
    log.error({ err: error }, 'The database does not answer.');
    const word = error instanceof AppError ? error.message : 'does not answer; the log has the reason.';
    return { status: 'bad', kind: database.provider, elapsedMs: null, word };
  }
}
