import 'server-only';
import { AppError } from '../errors';
import { type MatchOp, regexAnyOf } from '../prometheus/promql';

/*
 * The only place where TraceQL is composed from values. Every value passes quote(), every attribute name attribute();
 * nothing else is ever spliced into a query.
 */

export type AttributeScope = 'span' | 'resource' | 'event' | 'link' | 'instrumentation' | 'any';

/** A typed value as /tag/<name>/values gives it. The type matters: 200 does not match "200". */
export type TraceValue = string | number | boolean;

const INTRINSICS = new Set([
  'name',
  'status',
  'statusMessage',
  'kind',
  'duration',
  'rootName',
  'rootServiceName',
  'traceDuration',
  'nestedSetParent',
  'span:name',
  'span:status',
  'span:statusMessage',
  'span:duration',
  'span:kind',
  'span:id',
  'span:parentID',
  'span:childCount',
  'trace:id',
  'trace:duration',
  'trace:rootName',
  'trace:rootService',
  'event:name',
  'event:timeSinceStart',
  'link:traceID',
  'link:spanID',
  'instrumentation:name',
  'instrumentation:version',
]);

const STATUS_WORDS = new Set(['ok', 'error', 'unset']);
const KIND_WORDS = new Set(['server', 'client', 'producer', 'consumer', 'internal', 'unspecified']);

/**
 * A TraceQL string literal of any text: double quotes with Go's escapes. Single quotes would switch a filter off. Lone
 * surrogates become U+FFFD. Control characters are written as escapes, which Tempo reads; the editor grammar of the
 * language knows only those of the quote and the backslash.
 */
export const quote = (value: string): string => JSON.stringify(value.toWellFormed());

/** An attribute: its scope and its name, in quotes where the name has other characters than the plain ones. */
export function attribute(scope: AttributeScope, name: string): string {
  if (name === '') throw new AppError('bad_request', 'An attribute name must not be empty.');
  const prefix = scope === 'any' ? '.' : `${scope}.`;
  if (/^[A-Za-z_][A-Za-z0-9_.\-/]*$/.test(name)) return `${prefix}${name}`;
  // Quoted names know two escapes only, so a line break or a NUL cannot be written.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the purpose
  if (/[\u0000-\u001f\u007f]/.test(name) || !name.isWellFormed()) {
    throw new AppError('bad_request', 'An attribute name must not hold control characters.');
  }
  return `${prefix}"${name.replace(/[\\"]/g, '\\$&')}"`;
}

/** An intrinsic such as `status` or `span:name`, checked against the list. */
export function intrinsic(name: string): string {
  if (INTRINSICS.has(name)) return name;
  throw new AppError('bad_request', 'This is not an intrinsic of TraceQL.');
}

/** As `intrinsic` checks, for a name that may be an attribute too. */
export const isIntrinsic = (name: string): boolean => INTRINSICS.has(name);

/** A value in its own type; a number that is not finite cannot be written. */
export function literal(value: TraceValue): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'boolean') return String(value);
  if (!Number.isFinite(value)) throw new AppError('bad_request', 'TraceQL cannot compare with this number.');
  return Number.isSafeInteger(value) ? String(value) : value.toFixed(12).replace(/\.?0+$/, '');
}

/** A condition on a field that attribute() or intrinsic() made. */
export const condition = (field: string, op: '=' | '!=' | '>' | '>=' | '<' | '<=', value: TraceValue): string =>
  `${field} ${op} ${literal(value)}`;

/** A condition on text by regular expression. Anchored since Tempo 2.7, so that "holds" is asked for with `.*`. */
export const matches = (field: string, op: Extract<MatchOp, '=~' | '!~'>, regex: string): string =>
  `${field} ${op} ${quote(regex)}`;

/** One of several texts, or null for no restriction. Anchored by hand too: before 2.7 a regex matched anywhere. */
export function anyOf(field: string, values: readonly string[]): string | null {
  const [first] = values;
  if (first === undefined) return null;
  return values.length === 1 ? condition(field, '=', first) : matches(field, '=~', `^(?:${regexAnyOf(values)})$`);
}

/** A condition on the status, a bare word in TraceQL. Throws `bad_request` for any other word. */
export function statusIs(status: string): string {
  if (STATUS_WORDS.has(status)) return `status = ${status}`;
  throw new AppError('bad_request', 'status: one of ok, error, unset.');
}

/** The same turned round: `statusIsNot('error')` fits spans that ended well and spans whose status nobody set. */
export const statusIsNot = (status: string): string => statusIs(status).replace('=', '!=');

/** A condition on the kind, a bare word in TraceQL. Throws `bad_request` for any other word. */
export function kindIs(kind: string): string {
  if (KIND_WORDS.has(kind)) return `kind = ${kind}`;
  throw new AppError('bad_request', 'kind: one of server, client, producer, consumer, internal, unspecified.');
}

/** A duration in milliseconds as TraceQL writes it, whole microseconds. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) throw new AppError('bad_request', 'A duration is a number of milliseconds.');
  return `${Math.round(ms * 1000)}us`;
}

/** One of several conditions that condition() and its like made. */
export const anyOfConditions = (conditions: readonly string[]): string =>
  conditions.length === 1 ? (conditions[0] ?? '') : `(${conditions.join(' || ')})`;

/** Spans that fulfil all conditions; `{}` is every span. */
export function spanset(conditions: readonly (string | null)[]): string {
  const given = conditions.filter((one) => one !== null);
  return given.length === 0 ? '{}' : `{ ${given.join(' && ')} }`;
}

/** A pipeline of a spanset and its stages, empty ones left out. */
export const pipeline = (first: string, stages: readonly (string | null)[]): string =>
  [first, ...stages.filter((stage) => stage !== null && stage !== '')].join(' | ');

/** Fields that every found span carries, for tables and for telling versions apart. */
export const select = (fields: readonly string[]): string => `select(${fields.join(', ')})`;

/** Newest first: costs more, and from Tempo 2.8. */
const MOST_RECENT = 'with (most_recent=true)';

const FIELD = /^(span|resource|event|link|instrumentation)?\.(.+)$/s;

/** A field as a person or a list of tags has it (`span.model_version`, `status`), written safely. */
export function field(text: string): string {
  if (INTRINSICS.has(text)) return text;
  const found = FIELD.exec(text);
  const scope = SCOPES.find((one) => one === (found?.[1] ?? 'any'));
  const name = found?.[2];
  if (scope === undefined || name === undefined) {
    throw new AppError(
      'bad_request',
      'A field is an intrinsic, or an attribute with its scope, such as span.model_name.',
    );
  }
  const bare = /^"((?:[^"\\]|\\["\\])*)"$/s.exec(name)?.[1]?.replace(/\\(["\\])/g, '$1');
  return attribute(scope, bare ?? name);
}

const SCOPES: readonly AttributeScope[] = ['span', 'resource', 'event', 'link', 'instrumentation', 'any'];

/** A value by the type that its list of values gave it; text that does not fit the type is refused. */
export function typedLiteral(type: 'string' | 'int' | 'float' | 'bool' | 'duration' | 'keyword', text: string): string {
  switch (type) {
    case 'string':
      return quote(text);
    case 'int':
    case 'float': {
      const number = Number(text);
      if (text.trim() === '') throw new AppError('bad_request', 'This attribute is compared with a number.');
      return type === 'int' && /^-?\d{1,19}$/.test(text.trim()) ? text.trim() : literal(number);
    }
    case 'bool':
      if (text !== 'true' && text !== 'false') throw new AppError('bad_request', 'This attribute is true or false.');
      return text;
    case 'duration':
      if (!/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(text)) {
        throw new AppError('bad_request', 'A duration is written as in 250ms or 1m30s.');
      }
      return text;
    case 'keyword':
      if (!STATUS_WORDS.has(text) && !KIND_WORDS.has(text)) {
        throw new AppError('bad_request', 'This field is compared with a word such as error or server.');
      }
      return text;
  }
}

const HINTS = /\s*\bwith\s*\(([^()]*)\)\s*$/;

/** A query of anybody's with stages of the console's behind it, before its own hints. */
export function withStages(query: string, stages: readonly string[]): string {
  const hints = HINTS.exec(query)?.[0] ?? '';
  const body = hints === '' ? query : query.slice(0, -hints.length);
  const gap = query.includes('//') ? '\n| ' : ' | ';
  return [[body.trimEnd(), ...stages].join(gap), hints.trim()].filter((part) => part !== '').join(' ');
}

/** A query that asks for the newest first, whatever other hints it has. */
export function newestFirst(query: string): string {
  const hints = HINTS.exec(query);
  // A line of its own where the query may end in a comment.
  if (hints === null) return `${query.trimEnd()}${query.includes('//') ? '\n' : ' '}${MOST_RECENT}`;
  if (/\bmost_recent\b/.test(hints[1] ?? '')) return query;
  return `${query.slice(0, hints.index)} with (${[hints[1]?.trim(), 'most_recent=true'].filter(Boolean).join(', ')})`;
}

/** Traces longer than this, of those found before. */
export const longerThan = (ms: number): string => `{ traceDuration > ${duration(ms)} }`;

/** The inside of a query that is one plain spanset, or null: only such a one can be narrowed from within. */
export function insideOf(query: string): string | null {
  const hints = HINTS.exec(query)?.[0] ?? '';
  const body = query.slice(0, query.length - hints.length).trim();
  return /^\{(?:[^{}|"`]|\|\||"(?:[^"\\]|\\.)*"|`[^`]*`)*\}$/s.test(body) ? body.slice(1, -1).trim() : null;
}

/** Conditions that hold on one root span together with the inside of another spanset. */
export const onRoot = (inside: string): string =>
  inside === '' ? '{ nestedSetParent < 0 }' : `{ nestedSetParent < 0 && (${inside}) }`;

/** `compare({…})`: what is different in those selected, with at most `topN` values of each attribute. */
export const compareWith = (
  selection: readonly string[],
  topN: number,
  window: { startMs: number; endMs: number } | null,
): string => {
  const ns = window === null ? [] : [window.startMs, window.endMs].map((ms) => `${Math.round(ms)}000000`);
  return `compare(${[`{ ${selection.join(' && ')} }`, String(topN), ...ns].join(', ')})`;
};

/** Quantiles of the durations of the traces found, in seconds, labelled `p`. */
export const durationQuantiles = (quantiles: readonly number[]): string =>
  `quantile_over_time(traceDuration, ${quantiles.join(', ')})`;
