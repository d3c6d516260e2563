import 'server-only';
import { parseConditions } from '@/lib/contracts/trace-conditions';
import type { TraceFilter } from '@/lib/contracts/traces';
import { AppError } from '../errors';
import { anyOf, condition, duration, field, matches, spanset, statusIs, typedLiteral } from '../tempo/traceql';
import { type SpanNames, spanNames } from './names';

/** One restriction of the builder: the field it is on, and how it is said where nothing meets it. */
export interface Restriction {
  field: string;
  text: string;
  /** The values asked for, where they are exact: then it can be said whether they exist at all. */
  values: readonly string[] | null;
}

/** The builder's restrictions in the order of its fields. Throws bad_request where a value does not fit its type. */
export function restrictionsOf(filter: TraceFilter, names: SpanNames): Restriction[] {
  const restrictions: Restriction[] = [];
  const exact = (on: string, values: readonly string[]) => {
    const text = anyOf(on, values);
    if (text !== null) restrictions.push({ field: on, text, values });
  };
  if (filter.model !== undefined) exact(names.model, [filter.model]);
  exact(names.version, (filter.versions ?? '').split(',').filter(Boolean));
  if (filter.segment !== undefined && filter.segment !== '') exact(names.segment, [filter.segment]);
  if (filter.requestId !== undefined && filter.requestId !== '') exact(names.requestId, [filter.requestId]);
  if (filter.status !== undefined) {
    restrictions.push({ field: 'status', text: statusIs(filter.status), values: null });
  }
  if (filter.minMs !== undefined) {
    restrictions.push({ field: 'traceDuration', text: `traceDuration >= ${duration(filter.minMs)}`, values: null });
  }
  if (filter.maxMs !== undefined) {
    restrictions.push({ field: 'traceDuration', text: `traceDuration <= ${duration(filter.maxMs)}`, values: null });
  }
  for (const { field: name, op, type, value } of parseConditions(filter.where ?? '') ?? []) {
    const on = field(name);
    if (op === '=~' || op === '!~') {
      restrictions.push({ field: on, text: matches(on, op, value), values: null });
    } else if (op === '=' && type === 'string') {
      restrictions.push({ field: on, text: condition(on, '=', value), values: [value] });
    } else {
      const isExact = op === '=' && type !== 'duration' && type !== 'float';
      restrictions.push({
        field: on,
        text: `${on} ${op} ${typedLiteral(type, value)}`,
        values: isExact ? [value] : null,
      });
    }
  }
  return restrictions;
}

const EQUALS =
  /((?:(?:span|resource|event|link|instrumentation)?\.(?:"(?:[^"\\]|\\.)*"|[A-Za-z_][\w.\-/]*))|name|rootName|rootServiceName)\s*=\s*("(?:[^"\\]|\\.)*")/g;

/** Exact comparisons with text that a written query holds, for saying which value does not exist. */
export function equalitiesIn(query: string): Restriction[] {
  return [...query.matchAll(EQUALS)].flatMap(([text, on, quoted]) => {
    if (on === undefined || quoted === undefined) return [];
    try {
      const value: unknown = JSON.parse(quoted);
      return typeof value === 'string' ? [{ field: field(on), text, values: [value] }] : [];
    } catch {
      return [];
    }
  });
}

/** The TraceQL of a filter: what was written, else what the builder says. */
export function queryOf(filter: TraceFilter): string {
  if (filter.q !== undefined) {
    if (filter.q.trim() === '') throw new AppError('bad_request', 'The query is empty; {} finds every trace.');
    return filter.q;
  }
  return spanset(restrictionsOf(filter, spanNames()).map(({ text }) => text));
}
