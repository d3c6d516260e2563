import 'server-only';
import { toQueryDuration } from '@/lib/domain/time';
import { AppError } from '../errors';
import { escapeRegex, type MatchOp, regexAnyOf } from '../prometheus/promql';

/*
 * The only place where LogQL is composed from values. Every value passes quote(); label names are checked, since LogQL
 * has no quoted names; nothing else is ever spliced into a query.
 */

const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Words of the language, in any case, which cannot be label names behind a pipe. */
const KEYWORDS = new Set(
  'json logfmt regexp pattern unpack unwrap by without on ignoring bool offset or and unless drop keep decolorize variants of ip line_format label_format'.split(
    ' ',
  ),
);

/**
 * A LogQL string literal of any text: double quotes with Go's escapes. Single quotes would be a character literal. Lone
 * surrogates become U+FFFD.
 */
export const quote = (value: string): string => JSON.stringify(value.toWellFormed());

function labelName(name: string): string {
  if (LABEL.test(name)) return name;
  throw new AppError('bad_request', 'A Loki label name has letters, digits and underscores only.');
}

/** Whether a field can be filtered on behind a pipe; the others can be shown only. */
export const isFilterable = (name: string): boolean => LABEL.test(name) && !KEYWORDS.has(name.toLowerCase());

/** One matcher of a stream selector. Regexes are anchored on both ends. */
export const streamMatcher = (name: string, op: MatchOp, value: string): string =>
  `${labelName(name)}${op}${quote(value)}`;

/** A matcher for one or several values of a label, or null for no restriction. */
export function streamMatcherAnyOf(name: string, values: readonly string[]): string | null {
  const [first] = values;
  if (first === undefined) return null;
  return values.length === 1 ? streamMatcher(name, '=', first) : streamMatcher(name, '=~', regexAnyOf(values));
}

/** A stream selector. At least one matcher must not match the empty text, or Loki refuses it. */
export const streamSelector = (matchers: readonly (string | null)[]): string =>
  `{${matchers.filter((one) => one !== null).join(', ')}}`;

/** Lines that hold this text, letter for letter. Never `|>`, where `<_>` in the text would be a wildcard. */
export const lineContains = (text: string): string => `|= ${quote(text)}`;

/** Lines that hold this text in any case. */
export const lineContainsAnyCase = (text: string): string => `|~ ${quote(`(?i)${escapeRegex(text)}`)}`;

/** Lines that hold one of these texts, letter for letter. */
export const lineContainsAny = (texts: readonly string[]): string => `|~ ${quote(regexAnyOf(texts))}`;

/** A filter on a label, on structured metadata or on a parsed field. */
export function fieldFilter(name: string, op: MatchOp, value: string): string {
  if (!isFilterable(name)) {
    throw new AppError('bad_request', 'LogQL cannot filter on this field: its name is a word of the language.');
  }
  return `| ${name}${op}${quote(value)}`;
}

/** A filter on one or several values of a field, or null for no restriction. */
export function fieldFilterAnyOf(name: string, values: readonly string[]): string | null {
  const [first] = values;
  if (first === undefined) return null;
  return values.length === 1 ? fieldFilter(name, '=', first) : fieldFilter(name, '=~', regexAnyOf(values));
}

/** Lines of which at least one of these fields has its value. */
export function fieldIsAny(pairs: readonly { name: string; value: string }[]): string {
  if (pairs.length === 0 || !pairs.every(({ name }) => isFilterable(name))) {
    throw new AppError('bad_request', 'LogQL cannot filter on this field: its name is a word of the language.');
  }
  return `| ${pairs.map(({ name, value }) => `${name}=${quote(value)}`).join(' or ')}`;
}

/** A numeric filter on a field. */
export function numberFilter(name: string, op: '==' | '!=' | '>' | '>=' | '<' | '<=', value: number): string {
  if (!isFilterable(name) || !Number.isFinite(value)) {
    throw new AppError('bad_request', 'LogQL cannot filter on this field or number.');
  }
  return `| ${name} ${op} ${value.toFixed(9).replace(/\.?0+$/, '')}`;
}

/** A log query of its stages, empty ones left out. */
export const pipeline = (selector: string, stages: readonly (string | null)[]): string =>
  [selector, ...stages.filter((stage) => stage !== null && stage !== '')].join(' ');

/** Reads the fields of JSON lines; a line that is none keeps its labels and stays. */
export const PARSE_JSON = '| json';
/** Reads the fields of logfmt lines. */
export const PARSE_LOGFMT = '| logfmt';

/** A filter that holds where any of these labels or fields matches. */
export const anyFieldFilter = (names: readonly string[], op: MatchOp, value: string): string => {
  if (!names.every(isFilterable)) throw new AppError('bad_request', 'LogQL cannot filter on these fields.');
  return `| ${names.map((name) => `${name}${op}${quote(value)}`).join(' or ')}`;
};

/** A regex of any of these texts in any case. */
export const anyCase = (texts: readonly string[]): string => `(?i)(?:${texts.map(escapeRegex).join('|')})`;

/**
 * Counts the lines of a log query by these labels in windows of a length. Lines whose parser failed are counted too: a
 * metric query with one of them is refused otherwise. The line end ends a comment of the query.
 */
export const countBy = (query: string, labels: readonly string[], windowMs: number): string =>
  `sum by (${labels.map(labelName).join(', ')}) (count_over_time(${query}\n| drop __error__, __error_details__ [${toQueryDuration(windowMs)}]))`;

/** The stream selector a log query begins with; null where the text is none: a metric query, for one. */
export function selectorOf(query: string): string | null {
  const match = /^\s*(?:#[^\n]*\n\s*)*(\{(?:[^"`{}#]|"(?:[^"\\]|\\.)*"|`[^`]*`)*\})/.exec(query);
  return match?.[1] ?? null;
}

/** The matchers of a stream selector. */
export function matchersOf(selector: string): { name: string; op: MatchOp; literal: string }[] {
  const found = selector.matchAll(/([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|`[^`]*`)/g);
  return [...found].flatMap(([, name = '', op, literal = '']) =>
    op === '=' || op === '!=' || op === '=~' || op === '!~' ? [{ name, op, literal }] : [],
  );
}
