import 'server-only';
import type { Readiness } from '@/lib/contracts/source';
import { getConfig } from './config';
import { db, isPostgres } from './db';
import { AppError } from './errors';
import { readSourcesHealth } from './sources-health';

/** Whether the process may be given traffic: its database answers. Sources are said, not required. */
export async function readReadiness(signal: AbortSignal, nowMs: number): Promise<Readiness> {
  const [database, sources] = await Promise.all([readDatabase(), readSourcesHealth(signal, nowMs)]);
  return { ready: database.status === 'ok', database, sources };
}

async function readDatabase(): Promise<Readiness['database']> {
  const kind = isPostgres(getConfig().database.url) ? 'postgresql' : 'sqlite';
  const startedMs = performance.now();
  try {
    await db().read((client) => client.$queryRaw`SELECT 1`);
    const elapsedMs = Math.round(performance.now() - startedMs);
    return { status: 'ok', kind, elapsedMs, word: `answers in ${elapsedMs} ms` };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { status: 'bad', kind, elapsedMs: null, word: error.message };
  }
}
