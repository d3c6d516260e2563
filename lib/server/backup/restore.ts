import 'server-only';
import { createHash } from 'node:crypto';
import { constants, copyFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SqlQueryable } from '@prisma/driver-adapter-utils';
import { isPostgres, postgresAdapter } from '../db';
import { toStorageError } from '../db/errors';
import { migrate } from '../db/migrate';
import { migrationNames, prismaDirectory, readSchema } from '../db/schema-engine';
import { sqliteAdapter } from '../db/sqlite';
import { AppError } from '../errors';
import { CHECKPOINTS_FILE, type Manifest, readLines, readManifest } from './manifest';
import { countRows, insertRows, readRows } from './rows';
import { readTables, type Table } from './tables';

/** Rows that are stored together. */
const AT_ONCE = 200;

/**
 * Restores a backup into an empty database, of either kind. Everything is checked before anything is stored: the hashes
 * of the backup, that this console knows its tables, that the database is empty. All rows are stored in one transaction
 * and read again: what is there is what was backed up, or nothing is. Throws AppError.
 */
export async function restoreBackup(
  folder: string,
  { url, checkpointFile }: { url: string; checkpointFile: string },
): Promise<Manifest> {
  const manifest = await readManifest(folder);
  const provider = isPostgres(url) ? 'postgresql' : 'sqlite';
  const directory = prismaDirectory(provider);
  const tables = readTables(readSchema(directory).content);
  refuseNewer(manifest, migrationNames(directory), tables);
  await checkHashes(folder, manifest);
  await migrate(url);
  const adapter = await (provider === 'postgresql' ? postgresAdapter(url, 1) : sqliteAdapter(url)).connect();
  try {
    const transaction = await adapter.startTransaction();
    const finish = async (end: 'COMMIT' | 'ROLLBACK') => {
      // What Prisma does itself: some drivers end a transaction by SQL, others by a call.
      if (!transaction.options.usePhantomQuery) await transaction.executeRaw({ sql: end, args: [], argTypes: [] });
      await (end === 'COMMIT' ? transaction.commit() : transaction.rollback());
    };
    try {
      for (const table of tables) await refuseFilled(transaction, table);
      for (const table of tables) await fill(transaction, { table, folder, manifest, provider });
      await finish('COMMIT');
    } catch (error) {
      await finish('ROLLBACK').catch(() => undefined);
      throw error;
    }
  } catch (error) {
    const known = toStorageError(error);
    if (known instanceof AppError) throw known;
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('storage_unavailable', `Nothing was restored: ${reason}.`, { cause: error });
  } finally {
    await adapter.dispose();
  }
  await restoreCheckpoints(folder, checkpointFile);
  return manifest;
}

function refuseNewer(manifest: Manifest, migrations: readonly string[], tables: readonly Table[]): void {
  const known = new Set(migrations);
  const newer = manifest.migrations.filter((name) => !known.has(name));
  const strange = manifest.tables.filter(({ name }) => !tables.some((table) => table.name === name));
  if (newer.length === 0 && strange.length === 0) return;
  const what = newer.length > 0 ? `the migration ${newer[0]}` : `the table ${strange[0]?.name}`;
  const message = `This backup was made by a newer console (${manifest.console}): this one does not know ${what}. Restore it with that version.`;
  throw new AppError('conflict', message);
}

async function checkHashes(folder: string, manifest: Manifest): Promise<void> {
  for (const { name, rows, sha256 } of manifest.tables) {
    let found = '';
    let count = 0;
    for await (const _ of readLines(folder, name, (hash) => {
      found = hash;
    })) {
      count += 1;
    }
    if (found !== sha256 || count !== rows) {
      throw new AppError(
        'bad_request',
        `${name} of this backup is not what was backed up: its hash is another. Nothing was restored.`,
      );
    }
  }
}

async function refuseFilled(queryable: SqlQueryable, table: Table): Promise<void> {
  if ((await countRows(queryable, table)) === 0) return;
  const message = `The database is not empty: ${table.name} has rows. A backup is restored into an empty one only; name another with DATABASE_URL.`;
  throw new AppError('conflict', message);
}

async function fill(
  queryable: SqlQueryable,
  {
    table,
    folder,
    manifest,
    provider,
  }: { table: Table; folder: string; manifest: Manifest; provider: 'sqlite' | 'postgresql' },
): Promise<void> {
  const told = manifest.tables.find(({ name }) => name === table.name);
  // A table that came after the backup stays empty.
  if (told === undefined) return;
  let rows: Record<string, unknown>[] = [];
  let columns: readonly string[] = [];
  for await (const line of readLines(folder, table.name, () => undefined)) {
    const row: Record<string, unknown> = JSON.parse(line);
    columns = Object.keys(row);
    rows.push(row);
    if (rows.length < AT_ONCE) continue;
    await insertRows(queryable, { table, rows, provider });
    rows = [];
  }
  await insertRows(queryable, { table, rows, provider });
  // Read again as a backup would read it; by the columns the backup has, of which there may be more by now.
  const hash = createHash('sha256');
  const known = { ...table, columns: table.columns.filter(({ name }) => columns.includes(name)) };
  if (told.rows > 0) for await (const line of readRows(queryable, known, provider)) hash.update(line);
  if (hash.digest('hex') !== told.sha256) {
    throw new AppError(
      'storage_unavailable',
      `${table.name} did not come out of the database as it went in. Nothing was restored.`,
    );
  }
}

/** The checkpoints go beside the database, unless some are there: those were written for it and know more. */
async function restoreCheckpoints(folder: string, file: string): Promise<void> {
  const text = await readFile(join(folder, CHECKPOINTS_FILE), 'utf8').catch(() => '');
  if (text === '') return;
  await mkdir(dirname(file), { recursive: true });
  await copyFile(join(folder, CHECKPOINTS_FILE), file, constants.COPYFILE_EXCL).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
    throw new AppError(
      'storage_unavailable',
      `The database is restored; its checkpoints could not be written to ${file}.`,
      { cause: error },
    );
  });
}
