import 'server-only';
import { isIP } from 'node:net';
import { getConfig } from '../config';
import { AppError } from '../errors';

/**
 * Refuses a request that was sent to a name the console does not know. A page of another site can point its own name at
 * this machine and would then read the console as its own origin (DNS rebinding); it cannot do so with an address in
 * digits, nor with localhost.
 */
export function refuseForeignHost(request: Request): void {
  const host = request.headers.get('host')?.toLowerCase() ?? null;
  // Only HTTP/1.0 tools and tests send none; a browser always does.
  if (host === null || isOwn(host)) return;
  const { allowedHosts } = getConfig().server;
  if (allowedHosts.includes(host) || allowedHosts.includes(nameOf(host))) return;
  throw new AppError(
    'forbidden',
    `The console does not answer to the name ${host.slice(0, 200)}. If it is yours, add it to server.allowedHosts in the configuration.`,
  );
}

const nameOf = (host: string): string => host.replace(/:\d+$/, '');

function isOwn(host: string): boolean {
  const name = nameOf(host);
  return name === 'localhost' || name.endsWith('.localhost') || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
}
