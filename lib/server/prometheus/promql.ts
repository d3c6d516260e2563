import 'server-only';
import { AppError } from '../errors';

/*
 * The only place where PromQL is composed from values. Every value passes quote(); every name passes name();
 * nothing else is ever spliced into a query.
 */

export type MatchOp = '=' | '!=' | '=~' | '!~';

const LEGACY_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const LEGACY_METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/**
 * A PromQL string literal of any text. JSON's escapes are a subset of Go's; lone surrogates become U+FFFD, and U+FFFD
 * itself is written as an escape, since the lexer takes a raw one for broken UTF-8.
 */
export const quote = (value: string): string => JSON.stringify(value.toWellFormed()).replace(/\uFFFD/g, '\\ufffd');

/** Text as an RE2 expression that matches exactly it. Escape first, quote after. */
export const escapeRegex = (value: string): string => value.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');

/** An RE2 expression for "any of these", to be quoted by matcher(). Matchers are anchored on both ends by PromQL. */
export const regexAnyOf = (values: readonly string[]): string => values.map(escapeRegex).join('|');

/** A label name: as it is where every version reads it, quoted (Prometheus 3 and later) where it has other characters. */
export function labelName(name: string): string {
  if (name === '') throw new AppError('bad_request', 'A label name must not be empty.');
  return LEGACY_LABEL.test(name) ? name : quote(name);
}

/** One matcher: name, operator, quoted value. */
export const matcher = (name: string, op: MatchOp, value: string): string => `${labelName(name)}${op}${quote(value)}`;

/** A matcher for one or several values of a label, or null for no restriction. */
export function matcherAnyOf(name: string, values: readonly string[]): string | null {
  const [first] = values;
  if (first === undefined) return null;
  return values.length === 1 ? matcher(name, '=', first) : matcher(name, '=~', regexAnyOf(values));
}

/**
 * An instant vector selector. A metric name with other characters than the classic ones is matched by __name__, which
 * every version reads.
 */
export function selector(metric: string, matchers: readonly (string | null)[] = []): string {
  if (metric === '') throw new AppError('bad_request', 'A metric name must not be empty.');
  const given = matchers.filter((one): one is string => one !== null);
  if (LEGACY_METRIC.test(metric)) return given.length === 0 ? metric : `${metric}{${given.join(',')}}`;
  return `{${[matcher('__name__', '=', metric), ...given].join(',')}}`;
}

/** A grouping clause: "by (a, b)". */
export const by = (labels: readonly string[]): string => `by (${labels.map(labelName).join(', ')})`;
