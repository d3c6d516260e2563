import 'server-only';
import { AppError } from '../errors';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses an unsafe request that another site made the browser send. Browsers say so themselves (Fetch Metadata); older
 * ones send Origin. A request with neither comes from a tool, not from a page, and carries no ambient authority.
 */
export function refuseForeignOrigin(request: Request): void {
  if (SAFE.has(request.method)) return;
  const site = request.headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none') {
    throw new AppError('forbidden', 'This change was asked for by another site, so it was refused.');
  }
  const origin = request.headers.get('origin');
  if (origin === null) return;
  const host = request.headers.get('x-forwarded-host') ?? request.headers.get('host');
  if (hostOf(origin) !== host) {
    throw new AppError('forbidden', 'This change was asked for by another site, so it was refused.');
  }
}

function hostOf(origin: string): string | null {
  try {
    return new URL(origin).host;
  } catch {
    return null;
  }
}
