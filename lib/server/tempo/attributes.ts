import 'server-only';
import { z } from 'zod';

/** What an attribute may hold once it is read. A list or a map becomes JSON text. Null is an empty value. */
export type AttributeValue = string | number | boolean | null;
export type Attributes = Record<string, AttributeValue>;

/** 64-bit integers come as text; those beyond what a number holds exactly stay text. */
function toInteger(value: string | number): string | number {
  if (typeof value === 'number') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Doubles are numbers, but "NaN", "Infinity" and "-Infinity" are words: not measured. */
const toDouble = (value: string | number): number | null => {
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
};

const MAX_DEPTH = 8;

/** An OTLP AnyValue. Deeper nesting than eight levels, and what has no known member, is null. */
export function toAttributeValue(raw: unknown, depth = 0): AttributeValue {
  const nested = toPlain(raw, depth);
  return typeof nested === 'object' && nested !== null ? JSON.stringify(nested) : nested;
}

type Plain = AttributeValue | Plain[] | { [key: string]: Plain };

const text = (value: unknown): string | number | null =>
  typeof value === 'string' || typeof value === 'number' ? value : null;

function toPlain(raw: unknown, depth: number): Plain {
  if (typeof raw !== 'object' || raw === null || depth > MAX_DEPTH) return null;
  const any = raw as Record<string, unknown>;
  if (typeof any.stringValue === 'string') return any.stringValue;
  if (typeof any.boolValue === 'boolean') return any.boolValue;
  const integer = text(any.intValue);
  if (integer !== null) return toInteger(integer);
  const double = text(any.doubleValue);
  if (double !== null) return toDouble(double);
  if (typeof any.bytesValue === 'string') return any.bytesValue;
  const list = (any.arrayValue as { values?: unknown } | undefined)?.values;
  if (Array.isArray(list)) return list.map((item) => toPlain(item, depth + 1));
  const pairs = (any.kvlistValue as { values?: unknown } | undefined)?.values;
  if (Array.isArray(pairs)) {
    return Object.fromEntries(
      pairs.flatMap((pair: { key?: unknown; value?: unknown } | null) =>
        typeof pair?.key === 'string' ? [[pair.key, toPlain(pair.value, depth + 1)]] : [],
      ),
    );
  }
  if ('arrayValue' in any) return [];
  return null;
}

const KeyValue = z.object({ key: z.string(), value: z.unknown().optional() });
export type KeyValue = z.infer<typeof KeyValue>;

/** A list of key and value, as OTLP has it; absent when empty. */
export const KeyValues = z.array(KeyValue).nullish();

/** Attributes by name; a name that comes twice keeps its last value. */
export function toAttributes(pairs: readonly KeyValue[] | null | undefined): Attributes {
  const attributes: Attributes = Object.create(null) as Attributes;
  for (const { key, value } of pairs ?? []) attributes[key] = toAttributeValue(value);
  return { ...attributes };
}
