import { parseGoDuration } from '../go/durations';
import type { LabAnswer, LabRequest } from '../http';
import type { LogStore } from '../stores';
import { lokiJson } from './answers';
import { parseError } from './errors';
import { flattenJson } from './json-parser';
import { parseBytes } from './literals';
import { checkEntries, checkRange, integerParam, rangeOf, stepOf } from './params';
import { parseQuery, parseSelector } from './parse';
import { type FoundLine, findLines } from './scan';
import { scanLogfmt } from './text-parsers';
import { noCost } from './windows';

type FieldType = 'string' | 'int' | 'float' | 'boolean' | 'duration' | 'bytes';

interface Field {
  type: FieldType | null;
  values: Set<string>;
  /** Empty for structured metadata. */
  parsers: Set<string>;
}

function typeOf(value: string): FieldType {
  if (/^[+-]?\d+$/.test(value)) return 'int';
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value)) return 'float';
  if (/^(true|false|t|f)$/i.test(value)) return 'boolean';
  if (parseGoDuration(value) !== null) return 'duration';
  return /[a-z]$/i.test(value) && parseBytes(value) !== null ? 'bytes' : 'string';
}

/** One type for all values of a field: whole numbers among fractions are fractions, everything else mixed is text. */
function widen(known: FieldType | null, next: FieldType): FieldType {
  if (known === null || known === next) return next;
  const both = new Set([known, next]);
  return both.has('int') && both.has('float') ? 'float' : 'string';
}

function parseLine(line: string): { parser: string; fields: Map<string, string> } | null {
  const fields = new Map<string, string>();
  const isJson = line.trimStart().startsWith('{');
  try {
    if (isJson) flattenJson(line, (name, value) => fields.set(name, value));
    else scanLogfmt(line, { strict: true, keepEmpty: false }, (name, value) => fields.set(name, value));
  } catch {
    return null;
  }
  return fields.size > 0 ? { parser: isJson ? 'json' : 'logfmt', fields } : null;
}

function fieldsOf(lines: readonly FoundLine[], queryParsers: readonly string[]): Map<string, Field> {
  const found = new Map<string, Field>();
  const add = (name: string, value: string, parser: string | null): void => {
    if (name.startsWith('__error')) return;
    const field = found.get(name) ?? { type: null, values: new Set<string>(), parsers: new Set<string>() };
    found.set(name, field);
    field.type = widen(field.type, typeOf(value));
    field.values.add(value);
    if (parser !== null) field.parsers.add(parser);
  };
  for (const { line, stream, metadata, parsed } of lines) {
    for (const [name, value] of Object.entries(metadata)) add(name, value, null);
    if (queryParsers.length > 0) {
      for (const [name, value] of Object.entries(parsed)) for (const parser of queryParsers) add(name, value, parser);
      continue;
    }
    const read = parseLine(line);
    for (const [name, value] of read?.fields ?? []) {
      add(Object.hasOwn(stream, name) ? `${name}_extracted` : name, value, read?.parser ?? null);
    }
  }
  return found;
}

function sampleFields(store: LogStore, request: LabRequest): { fields: Map<string, Field>; limit: number } {
  const { params } = request;
  const range = rangeOf(params, request.nowMs);
  checkRange(range);
  if (params.get('step')) stepOf(params, range);
  const expr = parseQuery(params.get('query') ?? '');
  if (expr.kind !== 'log') throw parseError('only log selector is supported');
  const lineLimit = integerParam(params, 'line_limit', 100);
  checkEntries(lineLimit);
  const query = { expr, ...range, limit: Math.max(1, lineLimit), backward: true, intervalNs: 0n };
  const parsers = expr.stages
    .map((s) => s.kind)
    .filter((kind) => ['json', 'logfmt', 'regexp', 'pattern'].includes(kind));
  const fields = fieldsOf(findLines(store, query, noCost()), parsers);
  return { fields, limit: integerParam(params, params.has('limit') ? 'limit' : 'field_limit', 1000) };
}

/** `/detected_fields`: fields of a sample of the newest lines, with type, number of values and the parsers that find them. */
export function detectedFields(store: LogStore, request: LabRequest): LabAnswer {
  const { fields, limit } = sampleFields(store, request);
  const list = [...fields].slice(0, limit).map(([label, { type, values, parsers }]) => ({
    label,
    type: type ?? 'string',
    cardinality: values.size,
    parsers: parsers.size > 0 ? [...parsers] : null,
  }));
  return lokiJson({ ...(list.length > 0 && { fields: list }), limit });
}

/** `/detected_field/<name>/values`. */
export function detectedFieldValues(store: LogStore, request: LabRequest, name: string): LabAnswer {
  const { fields, limit } = sampleFields(store, request);
  const values = [...(fields.get(name)?.values ?? [])].slice(0, limit);
  return lokiJson({ ...(values.length > 0 && { values }), limit });
}

const ALWAYS_SHOWN = new Set(['cluster', 'namespace', 'instance', 'pod']);
const IDENTIFIER = /^(-?\d+(\.\d+)?|[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12})$/i;

/** `/detected_labels`: stream labels with their number of values; those that hold only ids or numbers are left out. */
export function detectedLabels(store: LogStore, request: LabRequest): LabAnswer {
  const range = rangeOf(request.params, request.nowMs);
  checkRange(range);
  const matchers = parseSelector(request.params.get('query') ?? '');
  const values = new Map<string, Set<string>>();
  for (const labels of store.series(matchers, range.startNs, range.endNs)) {
    for (const [name, value] of Object.entries(labels)) values.set(name, (values.get(name) ?? new Set()).add(value));
  }
  const list = [...values]
    .filter(([name, set]) => ALWAYS_SHOWN.has(name) || ![...set].every((value) => IDENTIFIER.test(value)))
    .map(([label, set]) => ({ label, cardinality: set.size }));
  return lokiJson({ ...(list.length > 0 && { detectedLabels: list }) });
}
