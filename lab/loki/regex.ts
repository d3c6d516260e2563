import { RE2JS } from 're2js';

export interface CompiledRegex {
  test(text: string): boolean;
}

const META = /[\\.+*?()|[\]{}^$]/;

/** RE2 of a pattern; throws an Error whose text is Go's (`error parsing regexp: …`). */
export const compileRe2 = (pattern: string): RE2JS => RE2JS.compile(pattern);

/** Unanchored, as line filters are. A pattern without meta characters is a plain search, ten times as fast. */
export function searchRegex(pattern: string): CompiledRegex {
  if (!META.test(pattern)) return { test: (text) => text.includes(pattern) };
  const caseless = /^\(\?i\)(.*)$/s.exec(pattern)?.[1];
  if (caseless !== undefined && !META.test(caseless) && /^[\x20-\x7e]*$/.test(caseless)) {
    const wanted = caseless.toLowerCase();
    return { test: (text) => text.toLowerCase().includes(wanted) };
  }
  const regex = compileRe2(pattern);
  return { test: (text) => regex.test(text) };
}

/** Anchored at both ends, as label matchers are; alternatives without meta characters become a set. */
export function anchoredRegex(pattern: string): CompiledRegex {
  const alternatives = pattern.split('|');
  if (alternatives.every((part) => !META.test(part))) {
    const set = new Set(alternatives);
    return { test: (text) => set.has(text) };
  }
  const regex = compileRe2(`^(?:${pattern})$`);
  return { test: (text) => regex.test(text) };
}
