import 'server-only';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { promisify } from 'node:util';
import { createGunzip, gunzip, gzip } from 'node:zlib';
import { AppError } from '../errors';

/** A body as far as it is kept. */
export interface ReceivedBody {
  bytes: Buffer;
  /** Bytes beyond the bound, which were read and forgotten. */
  cutBytes: number;
  /** Of everything that was read, kept or not; lowercase hex. */
  sha256: string;
}

/** A sender that takes longer is given up, and tries again. */
const TIMEOUT_MS = 10_000;
/** So many bounds are read before a body counts as endless. */
const MAX_TIMES = 8;

/**
 * Reads a body of any length and keeps its first `maxBytes`: refusing a long one would lose the alerts in it, for
 * Alertmanager does not try again what was refused. Unpacks gzip. Throws `storage_unavailable` for what may come better.
 */
export async function readBody(request: Request, maxBytes: number): Promise<ReceivedBody> {
  const hash = createHash('sha256');
  const kept: Buffer[] = [];
  let size = 0;
  let keptSize = 0;
  if (request.body !== null) {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    // The two declarations of a web stream, of the browser and of Node, describe one class.
    const raw = Readable.fromWeb(request.body as WebStream<Uint8Array>, { signal });
    const unpacked = /\bgzip\b/i.test(request.headers.get('content-encoding') ?? '') ? raw.pipe(createGunzip()) : raw;
    raw.on('error', (error) => unpacked.destroy(error));
    try {
      for await (const chunk of unpacked) {
        const bytes = Buffer.from(chunk);
        hash.update(bytes);
        const room = maxBytes - keptSize;
        if (room > 0) kept.push(bytes.subarray(0, room));
        keptSize += Math.min(room, bytes.length);
        size += bytes.length;
        if (size > maxBytes * MAX_TIMES) break;
      }
    } catch (cause) {
      throw new AppError(
        'storage_unavailable',
        'The body did not arrive whole, so nothing was stored. Send it again.',
        {
          cause,
        },
      );
    } finally {
      raw.destroy();
    }
  }
  return { bytes: Buffer.concat(kept), cutBytes: size - keptSize, sha256: hash.digest('hex') };
}

const packing = promisify(gzip);
const unpacking = promisify(gunzip);

/** A body as the ledger keeps it. */
export const packBody = async (bytes: Buffer): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await packing(bytes, { level: 6 }));

/**
 * The kept bytes of a ledger's body as UTF-8 text; throws where they are not gzip. A character cut by the bound comes
 * back as U+FFFD.
 */
export const unpackBody = async (packed: Uint8Array): Promise<string> => (await unpacking(packed)).toString('utf8');
