import { formatGoDuration } from '../go/durations';
import type { AttributeValue } from '../stores';

/** OTLP number → the word TraceQL has for it. */
export const STATUS_WORDS = ['unset', 'ok', 'error'] as const;
export const KIND_WORDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;

/**
 * A TraceQL value. `int` and `duration` (nanoseconds) are doubles: exact to 2^53, which is 104 days of duration.
 * `array` holds an OTLP array attribute whose elements are compared one by one.
 */
export type Static =
  | { type: 'nil' }
  | { type: 'string'; value: string }
  | { type: 'int' | 'float' | 'duration'; value: number }
  | { type: 'bool'; value: boolean }
  | { type: 'status' | 'kind'; value: string }
  | { type: 'array'; value: readonly Static[] };

export const NIL: Static = { type: 'nil' };
export const TRUE: Static = { type: 'bool', value: true };
export const FALSE: Static = { type: 'bool', value: false };

/** One object for each of the two, as nothing ever changes them. */
export const staticBool = (value: boolean): Static => (value ? TRUE : FALSE);

/** The value of an attribute as TraceQL sees it. Maps and bytes cannot be compared and read as nil. */
export function staticOf(value: AttributeValue | undefined): Static {
  if (value === undefined) return NIL;
  if ('stringValue' in value) return { type: 'string', value: value.stringValue };
  if ('intValue' in value) return { type: 'int', value: Number(value.intValue) };
  if ('doubleValue' in value) return { type: 'float', value: value.doubleValue };
  if ('boolValue' in value) return staticBool(value.boolValue);
  if ('arrayValue' in value) return { type: 'array', value: (value.arrayValue.values ?? []).map(staticOf) };
  return NIL;
}

/** A duration counts as a number, of nanoseconds. */
export function isNumeric(value: Static): value is { type: 'int' | 'float' | 'duration'; value: number } {
  return value.type === 'int' || value.type === 'float' || value.type === 'duration';
}

/** A key under which equal values of equal type meet: the integer 200 and the string "200" differ. */
export function staticKey(value: Static): string {
  if (value.type === 'nil') return 'nil';
  if (value.type === 'array') return `array:[${value.value.map(staticKey).join(',')}]`;
  return `${value.type}:${value.value}`;
}

/** Text as the engine writes a value in a label: durations in Go's form, words for status and kind. */
export function staticText(value: Static): string {
  if (value.type === 'nil') return 'nil';
  if (value.type === 'duration') return formatGoDuration(value.value);
  if (value.type === 'array') return `[${value.value.map(staticText).join(', ')}]`;
  return String(value.value);
}

/** JSON has no non-finite numbers: the protobuf mapping writes them as words. */
export const jsonDouble = (value: number): number | string =>
  Number.isFinite(value) ? value : Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';

/** The OTLP AnyValue of a value, as in search answers and series labels. */
export function anyValueOf(value: Static): Record<string, unknown> {
  switch (value.type) {
    case 'int':
      return { intValue: String(value.value) };
    case 'float':
      return { doubleValue: jsonDouble(value.value) };
    case 'bool':
      return { boolValue: value.value };
    case 'array':
      return { arrayValue: { values: value.value.map(anyValueOf) } };
    default:
      return { stringValue: staticText(value) };
  }
}
