import type { Matcher } from '../stores';
import { anchoredRegex } from './regex';

/** A test of one matcher on a value; a missing label has the empty value. */
export function compileMatcherTest(matcher: Matcher): (value: string) => boolean {
  if (matcher.op === '=') return (value) => value === matcher.value;
  if (matcher.op === '!=') return (value) => value !== matcher.value;
  const regex = anchoredRegex(matcher.value);
  return (value) => regex.test(value) === (matcher.op === '=~');
}
