import 'server-only';
import type { TraceAttribute } from '@/lib/contracts/trace';
import { redactedSpanJson } from '../redaction/redact-trace';
import { toAttributeValue } from '../tempo/attributes';
import type { LoadedTrace } from './load';
import { pairsOf, readJson } from './resource';

/** Characters of a value that are sent unless the whole is asked for. */
const CUT_CHARS = 4_000;
/** Event ticks of one row. */
const MAX_TICKS = 40;

/** A JSON object: neither null nor a list. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const objectOf = (json: string): Record<string, unknown> => {
  const read = readJson(json);
  return isObject(read) ? read : {};
};

/** A span's own JSON, redacted. */
export const spanJson = ({ parsed }: LoadedTrace, index: number): Record<string, unknown> =>
  objectOf(redactedSpanJson(parsed.text.slice(parsed.from[index], parsed.to[index])));

/** The JSON of a span's resource, redacted. */
export const resourceJson = ({ parsed }: LoadedTrace, index: number): Record<string, unknown> =>
  objectOf(redactedSpanJson(parsed.resources[parsed.resource[index] ?? 0] ?? ''));

/** The JSON of the scope that a span was written in, redacted. */
export const scopeJson = ({ parsed }: LoadedTrace, index: number): Record<string, unknown> =>
  objectOf(redactedSpanJson(parsed.scopes[parsed.scope[index] ?? 0] ?? ''));

/** The objects of a list from telemetry; what is no list has none, and what is no object in it is passed over. */
export const listOf = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

/** Nanoseconds from the trace's start of an OTLP time; null where there is none. */
export function relativeNs({ parsed }: LoadedTrace, raw: unknown): number | null {
  const text = typeof raw === 'number' && Number.isFinite(raw) ? String(Math.trunc(raw)) : raw;
  if (typeof text !== 'string' || !/^\d{1,20}$/.test(text) || /^0+$/.test(text)) return null;
  return Number(BigInt(text) - parsed.baseNs);
}

/** Instants of a span's events, from the trace's start. */
export function eventTimesNs(trace: LoadedTrace, index: number): number[] {
  // Times alone, of every row of a window: there is nothing to redact.
  return listOf(objectOf(trace.parsed.text.slice(trace.parsed.from[index], trace.parsed.to[index])).events)
    .slice(0, MAX_TICKS)
    .flatMap((event) => relativeNs(trace, event.timeUnixNano) ?? []);
}

const TYPES = [
  ['stringValue', 'string'],
  ['intValue', 'int'],
  ['doubleValue', 'double'],
  ['boolValue', 'bool'],
  ['bytesValue', 'bytes'],
  ['arrayValue', 'array'],
  ['kvlistValue', 'map'],
] as const;

/** Attributes in their order, typed, as text; names that come twice are both here. */
export function typedAttributes(holder: unknown, isWhole: boolean): TraceAttribute[] {
  return pairsOf(holder).map(({ key, value }) => {
    const any = isObject(value) ? value : {};
    const type = TYPES.find(([member]) => any[member] !== undefined && any[member] !== null)?.[1] ?? 'empty';
    // Doubles that are no numbers are words in this JSON, and words is what they are shown as.
    const plain = type === 'double' ? any.doubleValue : toAttributeValue(value);
    const text = type === 'empty' ? '' : String(plain ?? '').toWellFormed();
    return {
      key: key.toWellFormed(),
      type,
      value: isWhole || text.length <= CUT_CHARS ? text : text.slice(0, CUT_CHARS).toWellFormed(),
      chars: text.length,
    };
  });
}
