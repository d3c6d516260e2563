import 'server-only';
import type { Labels } from '@/lib/contracts/series';
import { AppError } from '../errors';
import type { SilenceMatcher } from './schema';

const CLASSIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/**
 * A string for a matcher filter. Versions before 0.27 know the escapes \\, \" and \n only, later ones Go's: other
 * control characters cannot be written for all, so they are refused.
 */
function quote(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the purpose
  if (/[\u0000-\u0009\u000b-\u001f\u007f]/.test(value) || !value.isWellFormed()) {
    throw new AppError('bad_request', 'A label value with control characters cannot be filtered by.');
  }
  return `"${value.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`;
}

/** The operator of a matcher. */
const operatorOf = ({ isRegex, isEqual }: Pick<SilenceMatcher, 'isRegex' | 'isEqual'>): string =>
  isEqual ? (isRegex ? '=~' : '=') : isRegex ? '!~' : '!=';

/** One matcher as the `filter` parameter takes it. Names beyond the classic form are quoted, which 0.27 and later read. */
export const filterOf = (matcher: SilenceMatcher): string =>
  `${CLASSIC_NAME.test(matcher.name) ? matcher.name : quote(matcher.name)}${operatorOf(matcher)}${quote(matcher.value)}`;

/**
 * Whether a matcher fits labels; a label that is absent is the empty text. Null for a regular expression: those are
 * RE2's, anchored, and only Alertmanager may judge them.
 */
export function matchesLabels(matcher: SilenceMatcher, labels: Labels): boolean | null {
  if (matcher.isRegex) return null;
  return ((labels[matcher.name] ?? '') === matcher.value) === matcher.isEqual;
}
