import 'server-only';
import { RE2JS } from 're2js';
import type { Labels } from '@/lib/contracts/series';
import type { SilenceMatcher } from '@/lib/contracts/silence';
import { ownValue } from '@/lib/domain/own-value';

/** An expression as Alertmanager reads it: RE2, fitting the whole value; null where it is none. */
function compile(expression: string): RE2JS | null {
  try {
    return RE2JS.compile(expression);
  } catch {
    return null;
  }
}

/** Whether an expression fits the empty text, which an absent label is; null where it cannot be read. */
export const emptyFits = (expression: string): boolean | null => compile(expression)?.matches('') ?? null;

/** Tests labels against one matcher as Alertmanager does: an absent label is the empty text. Null for what cannot be read. */
export function matcherTest({ name, value, isRegex, isEqual }: SilenceMatcher): ((labels: Labels) => boolean) | null {
  if (!isRegex) return (labels) => ((ownValue(labels, name) ?? '') === value) === isEqual;
  const pattern = compile(value);
  return pattern === null ? null : (labels) => pattern.matches(ownValue(labels, name) ?? '') === isEqual;
}

/** Whether all of the matchers fit; one that cannot be read fits nothing. */
export function silenceTest(matchers: readonly SilenceMatcher[]): (labels: Labels) => boolean {
  const tests = matchers.map(matcherTest);
  return (labels) => tests.length > 0 && tests.every((test) => test?.(labels) ?? false);
}
