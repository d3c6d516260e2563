import 'server-only';
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { InboundConfig } from '../config/incidents';

/** A signature older than this is a replay. */
const MAX_AGE_MS = 5 * 60_000;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares in a time that tells nothing about either. */
const same = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));

function presentedSecret(header: string | null): string | null {
  const match = /^(bearer|basic) +(.*)$/i.exec(header?.trim() ?? '');
  if (match === null) return null;
  const value = match[2] ?? '';
  if (match[1]?.toLowerCase() === 'bearer') return value.trim();
  const decoded = Buffer.from(value, 'base64').toString('utf8');
  return decoded.slice(decoded.indexOf(':') + 1);
}

/** Whether the sender shows a secret in the clear: a bearer token, or the password of Basic. */
export function showsSecret(headers: Headers, { secrets }: InboundConfig): boolean {
  const presented = presentedSecret(headers.get('authorization'));
  if (presented === null) return false;
  // Every one is compared, so that the time does not tell which.
  return secrets.map((secret) => same(presented, secret)).includes(true);
}

/** Whether the sender may have signed instead; then the body must be read to know. */
export const claimsSignature = (headers: Headers, { signatureHeader }: InboundConfig): boolean =>
  signatureHeader !== null && headers.has(signatureHeader);

/**
 * Whether the body is signed with one of the secrets: hex of HMAC-SHA256 over the body, or over `timestamp:body` where a
 * header with the timestamp (unix seconds) is configured; then no older than five minutes.
 */
export function isSigned(bytes: Buffer, headers: Headers, config: InboundConfig, nowMs: number): boolean {
  const { secrets, signatureHeader, timestampHeader } = config;
  const signature = signatureHeader === null ? null : headers.get(signatureHeader);
  if (signature === null) return false;
  const timestamp = timestampHeader === null ? null : headers.get(timestampHeader);
  if (timestampHeader !== null) {
    const signedAtMs = /^\d{1,12}$/.test(timestamp ?? '') ? Number(timestamp) * 1_000 : Number.NaN;
    if (!(Math.abs(nowMs - signedAtMs) <= MAX_AGE_MS)) return false;
  }
  const matches = secrets.map((secret) => {
    const hmac = createHmac('sha256', secret);
    if (timestamp !== null) hmac.update(`${timestamp}:`);
    return same(hmac.update(bytes).digest('hex'), signature.trim().toLowerCase());
  });
  return matches.includes(true);
}
