import 'server-only';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Checkpoint, readCheckpoints } from '../audit/checkpoints';
import { CONSOLE_VERSION } from '../console/version';
import { toStorageError } from '../db/errors';
import { migrationNames, prismaDirectory, readSchema } from '../db/schema-engine';
import { AppError } from '../errors';
import { CHECKPOINTS_FILE, MANIFEST_FILE, type Manifest, tableFile } from './manifest';
import { readRows } from './rows';
import { openSnapshot, type Snapshot } from './snapshot';
import { readTables, type Table } from './tables';

/**
 * Writes a backup of a database into a folder that is not there yet, or empty: one moment of all tables, while consoles
 * go on writing. The folder appears whole or not at all. Throws AppError.
 * @param checkpointFile the checkpoints of its audit, which go with it
 */
export async function createBackup(
  folder: string,
  { url, checkpointFile, nowMs }: { url: string; checkpointFile: string; nowMs: number },
): Promise<Manifest> {
  await refuseUsed(folder);
  const partial = join(dirname(folder), `.${nowMs}-${process.pid}.partial`);
  await mkdir(partial, { recursive: true, mode: 0o700 });
  try {
    const snapshot = await openSnapshot(url, join(partial, 'copy.db'));
    let manifest: Manifest;
    try {
      manifest = await writeTables(snapshot, partial, nowMs);
    } finally {
      await snapshot.close();
    }
    const known = (await readCheckpoints(checkpointFile)).filter(
      ({ sequence }) => sequence <= (manifest.audit?.sequence ?? 0),
    );
    await writeFile(join(partial, CHECKPOINTS_FILE), known.map(lineOf).join(''), { mode: 0o600 });
    await writeDurably(join(partial, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
    // An empty folder gives way; one that was filled meanwhile does not.
    await rmdir(folder).catch(() => undefined);
    await rename(partial, folder);
    return manifest;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    const known = toStorageError(error);
    if (known instanceof AppError) throw known;
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('storage_unavailable', `The backup was not made: ${reason}.`, { cause: error });
  }
}

const lineOf = (checkpoint: Checkpoint): string => `${JSON.stringify(checkpoint)}\n`;

async function refuseUsed(folder: string): Promise<void> {
  const present = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new AppError('bad_request', `${folder} cannot hold a backup: it is no folder, or cannot be read.`, {
      cause: error,
    });
  });
  if (present.length > 0)
    throw new AppError('conflict', `${folder} is not empty; a backup is never written over another.`);
}

async function writeTables(snapshot: Snapshot, folder: string, nowMs: number): Promise<Manifest> {
  const directory = prismaDirectory(snapshot.provider);
  const tables: Manifest['tables'] = [];
  for (const table of readTables(readSchema(directory).content)) tables.push(await writeTable(snapshot, table, folder));
  const { rows } = await snapshot.queryable.queryRaw({
    sql: 'SELECT "sequence", "hash" FROM "AuditHead" WHERE "id" = 1',
    args: [],
    argTypes: [],
  });
  const [sequence, hash] = rows[0] ?? [];
  return {
    format: 1,
    console: CONSOLE_VERSION,
    madeAtMs: nowMs,
    provider: snapshot.provider,
    migrations: migrationNames(directory),
    tables,
    audit: sequence === undefined ? null : { sequence: Number(sequence), hash: String(hash) },
  };
}

async function writeTable(
  { queryable, provider }: Snapshot,
  table: Table,
  folder: string,
): Promise<Manifest['tables'][number]> {
  const hash = createHash('sha256');
  let rows = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const line of readRows(queryable, table, provider)) {
      hash.update(line);
      rows += 1;
      yield line;
    }
  }
  const file = join(folder, tableFile(table.name));
  await pipeline(Readable.from(lines()), createGzip(), createWriteStream(file, { mode: 0o600, flush: true }));
  return { name: table.name, rows, sha256: hash.digest('hex') };
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
