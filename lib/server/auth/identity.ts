import 'server-only';
import { createHash, timingSafeEqual } from 'node:crypto';
import { userInfo } from 'node:os';
import { Permission, TOKEN_ONLY_PERMISSIONS } from '@/lib/contracts/permission';
import { type AccessToken, getConfig } from '../config';
import { AppError } from '../errors';

/** Who asks. Today one local person, or a tool with a token; a later sign-in replaces `identify` and nothing else. */
export interface Identity {
  id: string;
  name: string;
  permissions: ReadonlySet<Permission>;
  /** What vouches for it: being at this console, or a token of the configuration. Absent: the console's own work. */
  kind?: 'local' | 'token';
}

function localName(): string {
  try {
    return userInfo().username || 'local';
  } catch {
    // A container may run under a uid without an entry in passwd.
    return 'local';
  }
}

/** What only a token gives: another tool acts on it, so being able to reach the console must not be enough. */
export const isForTokens = (permission: Permission): boolean =>
  TOKEN_ONLY_PERMISSIONS.some((one) => one === permission);

const local: Identity = {
  id: 'local',
  name: localName(),
  permissions: new Set(Permission.options.filter((permission) => !isForTokens(permission))),
  kind: 'local',
};

/** Who asked with nothing that vouches for a tool. */
export const lacksToken = (permission: Permission): AppError =>
  new AppError(
    'unauthorized',
    `This needs a token: send “Authorization: Bearer …” with one of access.tokens in the configuration that has the permission ${permission}.`,
  );

/** The identity behind a request. Throws `unauthorized` for a token that nobody was given. */
export function identify(request: Request): Identity {
  const written = request.headers.get('authorization');
  const presented = written === null ? null : tokenOf(written);
  // Another scheme is a proxy's own and none of ours: whoever passed it is the local person.
  const { tokens } = getConfig().access;
  // A proxy in front may pass on a token of its own; without tokens of ours there is nothing to mistake it for.
  if (presented === null || tokens.length === 0) return local;
  const token = findToken(presented.secret, tokens);
  if (token !== null) {
    return { id: `token:${token.name}`, name: token.name, permissions: new Set(token.permissions), kind: 'token' };
  }
  if (presented.scheme === 'basic') return local;
  throw new AppError('unauthorized', 'This token is not one of access.tokens in the configuration of this console.');
}

/** A token as a bearer, or as the password of the Basic scheme, for tools that can only put it into an address. */
function tokenOf(header: string): { scheme: 'bearer' | 'basic'; secret: string } | null {
  const match = /^(bearer|basic)(?: +|$)(.*)$/i.exec(header.trim());
  if (match === null) return null;
  const value = (match[2] ?? '').trim();
  if (match[1]?.toLowerCase() === 'bearer') return { scheme: 'bearer', secret: value };
  const decoded = Buffer.from(value, 'base64').toString('utf8');
  return { scheme: 'basic', secret: decoded.slice(decoded.indexOf(':') + 1) };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares with every token, in a time that tells nothing about any of them. */
function findToken(secret: string, tokens: readonly AccessToken[]): AccessToken | null {
  const presented = digest(secret);
  let found: AccessToken | null = null;
  for (const token of tokens) if (timingSafeEqual(presented, digest(token.secret))) found = token;
  return found;
}
