import 'server-only';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { FrozenDocument } from '@/lib/contracts/evidence';
import { canonicalJson } from '@/lib/domain/canonical-json';
import { formatBytes } from '@/lib/domain/format';
import { AppError } from '../errors';

/** Bytes of one canonical document at most. */
export const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;

export interface PackedDocument {
  content: Uint8Array<ArrayBuffer>;
  sizeBytes: number;
  sha256: string;
}

const compress = promisify(gzip);
const expand = promisify(gunzip);
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A document as it is stored: canonical, hashed, then compressed. Throws `too_large` past MAX_DOCUMENT_BYTES. */
export async function packDocument(document: FrozenDocument): Promise<PackedDocument> {
  const bytes = Buffer.from(canonicalJson(document), 'utf8');
  if (bytes.byteLength > MAX_DOCUMENT_BYTES) {
    throw new AppError(
      'too_large',
      `What is shown takes ${formatBytes(bytes.byteLength)}, and a pin holds ${formatBytes(MAX_DOCUMENT_BYTES)} at most. A shorter range or a narrower filter makes it smaller.`,
    );
  }
  return { content: new Uint8Array(await compress(bytes)), sizeBytes: bytes.byteLength, sha256: hashOf(bytes) };
}

/** A stored document, or what is wrong with its bytes, as a sentence. The hash is of what was stored, computed anew here. */
export async function unpackDocument(
  packed: PackedDocument,
): Promise<{ document: FrozenDocument } | { document: null; damage: string }> {
  let bytes: Buffer;
  try {
    // A damaged length must not make a bomb of it.
    bytes = await expand(packed.content, { maxOutputLength: MAX_DOCUMENT_BYTES + 1 });
  } catch {
    return { document: null, damage: 'The stored bytes cannot be unpacked: they are not those that were stored.' };
  }
  const found = hashOf(bytes);
  if (found !== packed.sha256) {
    const words = `The stored bytes have the hash ${found.slice(0, 12)}…, and ${packed.sha256.slice(0, 12)}… was recorded when they were frozen: they were changed since.`;
    return { document: null, damage: words };
  }
  const parsed = FrozenDocument.safeParse(readJson(bytes.toString('utf8')));
  if (parsed.success) return { document: parsed.data };
  return { document: null, damage: 'The hash is right, and this console cannot read the form it was stored in.' };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
