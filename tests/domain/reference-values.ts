import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One entry of the reference values: computed with SciPy and statsmodels, or printed by a peer (then with its source). */
export interface Reference {
  id?: string;
  what: string;
  inputs: Record<string, unknown>;
  expected: unknown;
  tolerance: number;
  source?: string;
}

const read = (file: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/reference', file), 'utf8'));

const listed = (value: unknown): Reference[] =>
  Array.isArray(value)
    ? value
    : Object.values(value as Record<string, unknown>).flatMap((entry) => (Array.isArray(entry) ? entry : []));

const all = [...listed(read('statistics.json')), ...listed(read('published.json'))];

/** Every entry whose `what` begins with this; never none, so that a misspelt name cannot pass. */
export function references(what: string): Reference[] {
  const found = all.filter((entry) => entry.what.startsWith(what));
  if (found.length === 0) throw new Error(`no reference values for "${what}"`);
  return found;
}

/** Numbers of an input, "+Inf" included. */
export const numbers = (value: unknown): number[] =>
  (value as (number | string)[]).map((one) => (one === '+Inf' ? Number.POSITIVE_INFINITY : Number(one)));
