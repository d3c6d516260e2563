import 'server-only';
import { AppError } from '../errors';
import { escapeRegex, type MatchOp, regexAnyOf } from '../prometheus/promql';

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

/** Text that holds this, letter for letter. */
export const contains = (field: string, text: string): string => matches(field, '=~', `.*${escapeRegex(text)}.*`);

/** One of several texts, or null for no restriction. Anchored by hand too: before 2.7 a regex matched anywhere. */
export function anyOf(field: string, values: readonly string[]): string | null {
  const [first] = values;
  if (first === undefined) return null;
  return values.length === 1 ? condition(field, '=', first) : matches(field, '=~', `^(?:${regexAnyOf(values)})$`);
}

export function statusIs(status: string): string {
  if (STATUS_WORDS.has(status)) return `status = ${status}`;
  throw new AppError('bad_request', 'status: one of ok, error, unset.');
}

export function kindIs(kind: string): string {
  if (KIND_WORDS.has(kind)) return `kind = ${kind}`;
  throw new AppError('bad_request', 'kind: one of server, client, producer, consumer, internal, unspecified.');
}

/** A duration in milliseconds as TraceQL writes it, whole microseconds. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) throw new AppError('bad_request', 'A duration is a number of milliseconds.');
  return `${Math.round(ms * 1000)}us`;
}

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
export const MOST_RECENT = 'with (most_recent=true)';
