import 'server-only';
import { createHmac } from 'node:crypto';

/**
 * Signatures of the Standard Webhooks specification 1.0
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md):
 *   signature = base64(HMAC-SHA256(key, "id.timestamp.body")), written "v1,signature"; several are parted by a space.
 */

const PREFIX = 'whsec_';
/** The bounds of the specification. */
const MIN_KEY_BYTES = 24;
const MAX_KEY_BYTES = 64;

/** The key of a secret as people keep it, "whsec_" and base64; null when it is not one, or shorter than 24 or longer than 64 bytes. */
export function keyOf(secret: string): Buffer | null {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return null;
  const key = Buffer.from(encoded, 'base64');
  return key.length >= MIN_KEY_BYTES && key.length <= MAX_KEY_BYTES ? key : null;
}

/**
 * The header `webhook-signature` of one attempt.
 * @param keys the newest first; more than one while receivers change over
 * @param timestampS when it is sent, whole seconds since the epoch
 * @param body exactly as it is sent
 */
export function signatureHeader(
  keys: readonly Buffer[],
  { id, timestampS, body }: { id: string; timestampS: number; body: string },
): string {
  const signed = `${id}.${timestampS}.${body}`;
  return keys.map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`).join(' ');
}
