import 'server-only';
import { AppError } from '../errors';

/**
 * An id of 8 or 16 bytes as lowercase hex. Told by length: hex has 16 or 32 digits, base64 of 8 bytes 12 characters and
 * of 16 bytes 24, and a hex id is made of base64's letters too. Empty, and all zeros, is null.
 */
export function toHexId(raw: string | null | undefined, bytes: 8 | 16): string | null {
  if (raw === null || raw === undefined || raw === '') return null;
  const hex = raw.length === bytes * 2 && /^[0-9a-f]+$/i.test(raw) ? raw.toLowerCase() : fromBase64(raw);
  const padded = hex.padStart(bytes * 2, '0');
  return /^0*$/.test(padded) ? null : padded;
}

/** Where ids are decoded: a buffer for each of a large trace's would be work for the garbage collector. */
const scratch = Buffer.alloc(64);

function fromBase64(raw: string): string {
  if (raw.length > scratch.length) return Buffer.from(raw, 'base64').toString('hex');
  return scratch.toString('hex', 0, scratch.write(raw, 'base64'));
}

/** A trace id as people write it: any case, leading zeros optional, dashes of a UUID allowed. 32 hex digits. */
export function parseTraceId(text: string): string {
  const hex = text.trim().replace(/-/g, '').toLowerCase();
  if (!/^[0-9a-f]{1,32}$/.test(hex) || /^0+$/.test(hex)) {
    throw new AppError('bad_request', 'A trace id has up to 32 hexadecimal digits.', {
      fields: { traceId: 'up to 32 hexadecimal digits' },
    });
  }
  return hex.padStart(32, '0');
}
