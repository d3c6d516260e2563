import type { Attribute, AttributeValue } from '../stores';

/** A push that cannot be stored; answered as HTTP 400 with the gRPC code InvalidArgument. */
export class OtlpError extends Error {}

const MAX_DEPTH = 32;

/**
 * OTLP/JSON attributes; absent and empty values are null in OTLP and are left out. Throws OtlpError. Written by hand:
 * values are most of a push, and a schema with a union for each takes ten times as long.
 */
export function toAttributes(json: unknown, depth = 0): Attribute[] {
  if (json === undefined || json === null) return [];
  if (!Array.isArray(json)) throw new OtlpError('attributes: expected array');
  const attributes: Attribute[] = [];
  for (const entry of json) {
    if (!isRecord(entry) || typeof entry.key !== 'string') throw new OtlpError('attributes: expected key and value');
    const value = toValue(entry.value, depth);
    if (value !== null) attributes.push({ key: entry.key, value });
  }
  return attributes;
}

function toValue(json: unknown, depth: number): AttributeValue | null {
  if (json === undefined || json === null) return null;
  if (!isRecord(json)) throw refused(json);
  if (depth > MAX_DEPTH) throw new OtlpError('attributes: nested too deeply');
  const { stringValue, intValue, doubleValue, boolValue, bytesValue, arrayValue, kvlistValue } = json;
  if (typeof stringValue === 'string') return { stringValue };
  if (typeof intValue === 'string' && /^-?\d+$/.test(intValue)) return { intValue };
  if (typeof intValue === 'number' && Number.isInteger(intValue)) return { intValue: String(intValue) };
  if (typeof boolValue === 'boolean') return { boolValue };
  if (typeof doubleValue === 'number') return { doubleValue };
  if (doubleValue === 'NaN' || doubleValue === 'Infinity' || doubleValue === '-Infinity') {
    return { doubleValue: Number(doubleValue) };
  }
  if (typeof bytesValue === 'string') return { bytesValue };
  if (isRecord(arrayValue)) {
    const { values = [] } = arrayValue;
    if (!Array.isArray(values)) throw refused(json);
    return {
      arrayValue: { values: values.map((value) => toValue(value, depth + 1)).filter((value) => value !== null) },
    };
  }
  if (isRecord(kvlistValue)) return { kvlistValue: { values: toAttributes(kvlistValue.values, depth + 1) } };
  if (Object.keys(json).length === 0) return null;
  throw refused(json);
}

const refused = (json: unknown): OtlpError =>
  new OtlpError(`attributes: no OTLP value: ${JSON.stringify(json).slice(0, 100)}`);

const isRecord = (json: unknown): json is Record<string, unknown> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);
