import 'server-only';
import type { ConfigFile } from './schema';
import { type Findings, readSecret } from './secret';

/** A guard as it is used. */
export function toGuard({
  interval,
  cooldown,
  maxAge,
  ...rest
}: NonNullable<ConfigFile['models'][number]['policy']['guard']>) {
  return { ...rest, intervalMs: interval, cooldownMs: cooldown, maxAgeMs: maxAge };
}

/** Tokens short enough to be guessed are refused: whoever has one may make a rollout stop. */
const SHORTEST_TOKEN = 16;

/** A token with its secret read. */
export function toToken(
  { name, token, permissions }: ConfigFile['access']['tokens'][number],
  index: number,
  found: Findings,
) {
  const path = `access.tokens.${index}.token`;
  const secret = readSecret(token, path, found);
  if (secret !== '' && !/^[\x21-\x7e]+$/.test(secret)) {
    found.problems.push(`${path}: expected letters, digits and signs without spaces, as a header carries them`);
  } else if (secret !== '' && secret.length < SHORTEST_TOKEN) {
    found.problems.push(`${path}: expected at least ${SHORTEST_TOKEN} characters`);
  }
  return { name, secret, permissions };
}
