import 'server-only';
import { z } from 'zod';

/** Levenshtein distance with swaps of neighbours; names are short, so the whole table is cheap. */
function distance(a: string, b: string): number {
  const rows: number[][] = Array.from({ length: a.length + 1 }, (_, i) => [i]);
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  for (let j = 0; j <= b.length; j += 1) rows[0]?.splice(j, 1, j);
  for (let i = 1; i <= a.length; i += 1) {
    for (let j = 1; j <= b.length; j += 1) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, at(i - 2, j - 2) + 1);
      rows[i]?.splice(j, 1, best);
    }
  }
  return at(a.length, b.length);
}

/** The known name nearest to what was written, case ignored; null when none is near enough to be meant. */
export function nearest(written: string, known: readonly string[]): string | null {
  let best: { name: string; score: number } | null = null;
  const from = written.toLowerCase().replace(/[-_]/g, '');
  for (const name of known) {
    const to = name.toLowerCase();
    const score = distance(from, to);
    const bound = to.startsWith(from) || from.startsWith(to) ? 6 : Math.max(1, Math.floor(to.length / 3));
    if (score <= bound && (best === null || score < best.score)) best = { name, score };
  }
  return best?.name ?? null;
}

const unknownKey = (key: string, known: readonly string[]): string => {
  const meant = nearest(key, known);
  return meant === null ? `unknown key; known here: ${known.join(', ')}` : `unknown key; did you mean ${meant}?`;
};

/** An object that knows its keys and, for one that it does not know, the key that was probably meant. */
export function block<S extends z.core.$ZodLooseShape>(shape: S) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return `expected a block with the keys ${known.join(', ')}`;
      // One line per key: zod reports all unknown keys of an object as one issue.
      return issue.keys.map((key: string) => unknownKey(key, known)).join('\n');
    },
  });
}

/** One of a few words, and for another word the one that was probably meant. */
export function oneOf<const T extends readonly [string, ...string[]]>(words: T) {
  return z.enum(words, {
    error: (issue) => {
      const meant = typeof issue.input === 'string' ? nearest(issue.input, words) : null;
      const expected = `expected one of ${words.join(', ')}`;
      return meant === null ? expected : `${expected}; did you mean ${meant}?`;
    },
  });
}

/** A list, or one entry that stands for a list of one. */
export const listOf = <T extends z.ZodType>(entry: T) =>
  z.preprocess(
    (value) => (value !== null && typeof value === 'object' && !Array.isArray(value) ? [value] : value),
    z.array(entry, { error: 'expected a list' }),
  );

const dotted = (path: readonly PropertyKey[]): string => path.map(String).join('.');

/** One sentence per bad key: dotted path, what was expected, the key that was probably meant. */
export function problemsOf(error: z.ZodError): string[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [`${dotted(issue.path) || 'the file'}: ${issue.message}`];
    const lines = issue.message.split('\n');
    return issue.keys.map((key, index) => `${dotted([...issue.path, key])}: ${lines[index] ?? 'unknown key'}`);
  });
}

/** A configuration nobody can start with: one sentence per bad key, each led by its dotted path. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(file: string, problems: readonly string[]) {
    super(`${file} cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
