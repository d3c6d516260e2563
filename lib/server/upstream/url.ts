import 'server-only';
import type { SourceConfig } from '../config';
import { AppError } from '../errors';

/** Parameters of an upstream request; a list repeats its key, undefined is left out. */
export type UpstreamParams = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

interface UpstreamUrl {
  full: string;
  bare: string;
  search: string;
  /** Without credentials. */
  shown: string;
  authorization: Readonly<Record<string, string>>;
}

/**
 * The address of a request. Credentials written into the configured address become a header, since fetch refuses them
 * there and nothing shown may hold them. A path that would be normalised to another one ("..") is refused.
 */
export function upstreamUrl(source: SourceConfig, path: string, params: UpstreamParams): UpstreamUrl {
  const base = new URL(source.url);
  const wanted = `${base.pathname.replace(/\/+$/, '')}${path}`;
  const { username, password } = base;
  base.username = '';
  base.password = '';
  base.hash = '';
  base.search = '';
  base.pathname = wanted;
  if (base.pathname !== wanted) {
    throw new AppError('bad_request', `A name that ${source.name} was to be asked for cannot stand in an address.`);
  }
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue;
    if (typeof value === 'object') for (const item of value) search.append(name, item.toWellFormed());
    else search.append(name, String(value).toWellFormed());
  }
  const bare = base.href;
  const query = search.toString();
  const full = query === '' ? bare : `${bare}?${query}`;
  const authorization: Record<string, string> =
    username === ''
      ? {}
      : {
          authorization: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`,
        };
  return { full, bare, search: query, shown: full, authorization };
}
