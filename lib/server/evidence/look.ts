import 'server-only';
import type { NewEvidence } from '@/lib/contracts/evidence';
import { ownValue } from '@/lib/domain/own-value';
import type { Question } from './questions';

/** Where a page stood: its path and its query. */
export type Look = NonNullable<NewEvidence['look']>;

/** Parameters of a question that stand in the address of a page under another name; the others keep theirs. */
const NAMES: Readonly<Record<string, string>> = { query: 'q', direction: 'order', requestId: 'request' };

/** The page a question belongs to: a model's own, else the one whose resource its path begins with. */
function pageOf(path: string): string {
  const model = /^models\/([^/]+)\//.exec(path)?.[1];
  if (model !== undefined) return `/models/${model}`;
  const [resource = ''] = path.split('/');
  if (resource === 'traces' && path !== 'traces') return `/${path}`;
  return ['compare', 'logs', 'traces', 'drift', 'slos', 'alerts', 'readiness'].includes(resource)
    ? `/${resource}`
    : '/';
}

/** The address a page would have to ask this question: for who asks without a page, such as a program. */
export function lookOf({ path, params }: Question): Look {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (name !== 'startMs' && name !== 'endMs') search.set(ownValue(NAMES, name) ?? name, String(value));
  }
  return { pathname: pageOf(path), search: search.toString() };
}

/** An address whose range stands still: relative ends become those of the question. */
export function absolute({ pathname, search }: Look, range: { startMs: number; endMs: number } | null): Look {
  const params = new URLSearchParams(search);
  params.delete('refresh');
  if (range !== null && range.startMs < range.endMs) {
    params.set('from', String(range.startMs));
    params.set('to', String(range.endMs));
  }
  return { pathname, search: params.toString() };
}
