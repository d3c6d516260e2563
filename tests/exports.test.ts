import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** What files offer each other: functions say what their signature does not, and nothing is offered that nobody takes. */

const ROOT = join(import.meta.dirname, '..');
const OFFERING = /^(?:lib|lab|components)\//;

const texts = new Map(
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx', '*.mjs'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((path) => path !== '' && existsSync(join(ROOT, path)))
    .map((path) => [path, readFileSync(join(ROOT, path), 'utf8')] as const),
);

const EXPORT =
  /^export (?:abstract )?(?:async )?(function\*?|class|const|let|enum|type|interface) (\w+)(?:(?:: .+?)?( = (?:async )?(?:[(<]|\w+ =>)))?/;

interface Offer {
  name: string;
  isType: boolean;
  /** Functions and classes, arrow functions too. */
  isFunction: boolean;
  hasDocstring: boolean;
}

/** Whether the lines above hold a docstring; comments for tools and other overloads may stand in between. */
function isDocumented(lines: readonly string[], at: number, name: string): boolean {
  let above = at - 1;
  while (/^(?:\/\/|@)/.test(lines[above] ?? '') || lines[above]?.startsWith(`export function ${name}(`)) above -= 1;
  if (!lines[above]?.trimEnd().endsWith('*/')) return false;
  while (above > 0 && !lines[above]?.trimStart().startsWith('/*')) above -= 1;
  return lines[above]?.trimStart().startsWith('/**') === true;
}

function offersOf(text: string): Offer[] {
  const lines = text.split('\n');
  return lines.flatMap((line, at) => {
    const [, kind = '', name = '', arrow] =
      EXPORT.exec(line.endsWith('=') ? `${line} ${lines[at + 1]?.trim()}` : line) ?? [];
    if (name === '') return [];
    const isFunction = /^(?:function|class)/.test(kind) || (kind === 'const' && arrow !== undefined);
    const isType = kind === 'type' || kind === 'interface';
    return [{ name, isType, isFunction, hasDocstring: isDocumented(lines, at, name) }];
  });
}

const IMPORT = /\bimport\s+(?:type\s+)?([^'";]*?)\s+from\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;

/** Names that a text takes from elsewhere; `null` for a whole file, whose names then stand somewhere in the text. */
function takenBy(text: string): { specifier: string; names: readonly string[] | null }[] {
  return [...text.matchAll(IMPORT)].map(([, clause, from = '', opened]) => {
    if (clause === undefined || clause.includes('*')) return { specifier: opened ?? from, names: null };
    const named = /\{([^}]*)\}/.exec(clause)?.[1] ?? '';
    const names = named.split(',').flatMap((part) => /^\s*(?:type\s+)?(\w+)/.exec(part)?.[1] ?? []);
    return { specifier: from, names };
  });
}

function fileOf(importer: string, specifier: string): string | null {
  const base = specifier.startsWith('@/') ? specifier.slice(2) : join(dirname(importer), specifier);
  if (!/^[@.]\.?\//.test(specifier)) return null;
  return ['', '.ts', '.tsx', '.mjs'].map((ending) => normalize(base + ending)).find((path) => texts.has(path)) ?? null;
}

const says = (text: string, name: string): number => text.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0;

/** By file, the names that other files take of it: those of the product, and those of its tests. */
function takers(): Map<string, { product: Set<string>; tests: Set<string> }> {
  const taken = new Map<string, { product: Set<string>; tests: Set<string> }>();
  for (const [path, text] of texts) {
    for (const { specifier, names } of takenBy(text)) {
      const target = fileOf(path, specifier);
      if (target === null) continue;
      const own = taken.get(target) ?? { product: new Set(), tests: new Set() };
      taken.set(target, own);
      const offered = offersOf(texts.get(target) ?? '').map(({ name }) => name);
      for (const name of names ?? offered.filter((one) => says(text, one) > 0)) {
        own[path.startsWith('tests/') ? 'tests' : 'product'].add(name);
      }
    }
  }
  return taken;
}

describe('what files offer each other', () => {
  const offers = [...texts].flatMap(([path, text]) =>
    OFFERING.test(path) ? offersOf(text).map((offer) => ({ ...offer, path, text })) : [],
  );

  it('tells a function with a docstring from one without', () => {
    const text = `/** Of its own. */
export function a(x: string): void;
export function a(x: number): void {}
// A plain comment.
export const b = (x: number): number => x;
/* A heading. */
export class C {}
/**
 * Two lines.
 */
// biome-ignore lint/style/x: a reason
export const d: Made<(of: string) => void> =
  async <T,>(x: T) => x;

export const e = z.object({});
export type F = string;
`;
    expect(offersOf(text).map(({ name, isFunction, hasDocstring }) => [name, isFunction, hasDocstring])).toEqual([
      ['a', true, true],
      ['a', true, true],
      ['b', true, false],
      ['C', true, false],
      ['d', true, true],
      ['e', false, false],
      ['F', false, false],
    ]);
    expect(offers.filter(({ isFunction }) => isFunction).length).toBeGreaterThan(1_500);
  });

  it('every exported function says what its signature does not', () => {
    const silent = offers.filter(({ isFunction, hasDocstring }) => isFunction && !hasDocstring);
    expect(silent.map(({ path, name }) => `${path}: ${name}`)).toEqual([]);
  });

  it('every export is taken by a file of the product, or by its test while its own file needs it', () => {
    const taken = takers();
    const idle = offers.filter(({ path, text, name, isType }) => {
      const own = taken.get(path);
      if (own?.product.has(name)) return false;
      // A type may stand in a signature that others call without naming it.
      return !((isType || own?.tests.has(name)) && says(text, name) > 1);
    });
    expect(idle.map(({ path, name }) => `${path}: ${name}`)).toEqual([]);
  });
});
