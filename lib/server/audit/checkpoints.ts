import 'server-only';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { BackgroundLoop } from '../background/loop';
import { type Config, getConfig } from '../config';
import { type Database, isPostgres } from '../db';
import { sqlitePath } from '../db/sqlite';
import { AppError } from '../errors';
import { log } from '../log';

/**
 * Checkpoints: what the end of the chain was, written outside the database. Whoever can write to the database can make
 * a whole new chain of it, or cut off its end; against the checkpoints neither goes unseen. The same line goes to the
 * log, which in most places leaves the machine at once.
 */

const Checkpoint = z.object({
  sequence: z.number().int().positive(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  atMs: z.number(),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

/** Where the checkpoints of a configuration are: as configured, else beside the database's file, else in data/. */
export function checkpointFile({ audit, database }: Pick<Config, 'audit' | 'database'>): string {
  if (audit.checkpoints !== null) return resolve(/* turbopackIgnore: true */ audit.checkpoints);
  if (!isPostgres(database.url)) return `${sqlitePath(database.url)}.checkpoints.ndjson`;
  const name = new URL(database.url).pathname.slice(1).replace(/[^\w-]/g, '_') || 'windsock';
  return resolve(/* turbopackIgnore: true */ join('data', `${name}.checkpoints.ndjson`));
}

/**
 * The checkpoints of a file, in its order; none when there is no file. A last line without its end was cut off while it
 * was written and is left out; any other that is no checkpoint throws, for somebody wrote it.
 */
export async function readCheckpoints(file: string): Promise<Checkpoint[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw new AppError('storage_unavailable', `The checkpoints in ${file} cannot be read.`, { cause });
  }
  return text
    .split('\n')
    .slice(0, -1)
    .map((line, index) => {
      try {
        return Checkpoint.parse(JSON.parse(line));
      } catch (cause) {
        const message = `Line ${index + 1} of ${file} is no checkpoint: somebody changed the file.`;
        throw new AppError('storage_unavailable', message, { cause });
      }
    });
}

/** Appends the end of the chain to the file, on the disk when this returns; null when the last line says the same. */
export async function writeCheckpoint(file: string, database: Database, nowMs: number): Promise<Checkpoint | null> {
  const last = (await readCheckpoints(file)).at(-1) ?? null;
  const { head, known } = await database.read(async (client) => ({
    head: await client.auditHead.findUnique({ where: { id: 1 } }),
    known: last && (await client.auditEntry.findUnique({ where: { sequence: last.sequence }, select: { hash: true } })),
  }));
  if (last !== null && known?.hash !== last.hash) {
    const message = `The audit no longer holds what its checkpoint says of entry ${last.sequence} (${file}). Run npx windsock audit verify.`;
    throw new AppError('storage_unavailable', message);
  }
  if (head === null || head.sequence === 0 || head.sequence === last?.sequence) return null;
  const checkpoint = { sequence: head.sequence, hash: head.hash, atMs: nowMs };
  await append(file, `${JSON.stringify(checkpoint)}\n`);
  return checkpoint;
}

async function append(file: string, line: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(file, 'a', 0o600);
    try {
      await handle.appendFile(line);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw new AppError('storage_unavailable', `The checkpoint of the audit cannot be written to ${file}.`, { cause });
  }
}

/** Writes a checkpoint each minute in which something was recorded. Each console writes its own file. */
export const checkpointLoop = (
  file: () => string = () => checkpointFile(getConfig()),
  intervalMs = 60_000,
): BackgroundLoop => ({
  name: 'audit-checkpoint',
  intervalMs,
  firstAfterMs: Math.min(intervalMs, 5_000),
  runs: 'each',
  run: async ({ database, nowMs }) => {
    const checkpoint = await writeCheckpoint(file(), database, nowMs);
    if (checkpoint !== null) log.info({ audit: checkpoint }, 'Audit checkpoint.');
    return null;
  },
});
