import 'server-only';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { AppError } from '../errors';

/** What a backup is, beside its files. Its tables hold everything that the schema names. */
export const Manifest = z.object({
  format: z.literal(1),
  /** Version of the console that made it. */
  console: z.string(),
  madeAtMs: z.number(),
  /** Where it came from; it can be restored into the other kind too. */
  provider: z.enum(['sqlite', 'postgresql']),
  /** Names of the migrations that made its tables. */
  migrations: z.array(z.string()),
  tables: z.array(
    z.object({
      name: z.string().regex(/^\w+$/),
      rows: z.number().int().nonnegative(),
      /** Of the uncompressed lines. */
      sha256: z.string(),
    }),
  ),
  /** The end of the audit chain; null where nothing was recorded. */
  audit: z.object({ sequence: z.number(), hash: z.string() }).nullable(),
});
export type Manifest = z.infer<typeof Manifest>;

export const MANIFEST_FILE = 'manifest.json';
export const CHECKPOINTS_FILE = 'checkpoints.ndjson';

/** A table's file in a backup: one JSON object a line, gzip. `name` as the schema spells it. */
export const tableFile = (name: string): string => `${name}.ndjson.gz`;

/** The manifest of a backup's folder. Throws an AppError when it is none, or one of a newer console. */
export async function readManifest(folder: string): Promise<Manifest> {
  let text: string;
  try {
    text = await readFile(join(folder, MANIFEST_FILE), 'utf8');
  } catch (cause) {
    throw new AppError('not_found', `${folder} is no backup: it has no ${MANIFEST_FILE} that can be read.`, { cause });
  }
  try {
    return Manifest.parse(JSON.parse(text));
  } catch (cause) {
    const sentence = `${join(folder, MANIFEST_FILE)} is not a manifest that this console understands: it was changed, or made by a newer console.`;
    throw new AppError('bad_request', sentence, { cause });
  }
}

/**
 * The lines of a table's file, with their hash once all are read. Throws an AppError for a file that is missing, cut off
 * or altered so that it cannot be unpacked; what unpacks and is not what was written shows in the hash.
 */
export async function* readLines(folder: string, name: string, told: (sha256: string) => void): AsyncGenerator<string> {
  const hash = createHash('sha256');
  const file = join(folder, tableFile(name));
  const source = createReadStream(file);
  const unpacked = source.pipe(createGunzip());
  // A pipe does not pass on the errors of its source.
  source.on('error', (error) => unpacked.destroy(error));
  try {
    // Not readline: it also parts lines where a text within the JSON holds a line separator.
    const decoder = new TextDecoder();
    let rest = '';
    for await (const piece of unpacked as AsyncIterable<Buffer>) {
      hash.update(piece);
      const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    if (rest !== '') yield rest;
  } catch (cause) {
    throw new AppError('bad_request', `${file} cannot be read: it is missing, cut off or damaged.`, { cause });
  }
  told(hash.digest('hex'));
}
