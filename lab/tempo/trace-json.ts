import type { Attribute, AttributeValue, Span, Trace } from '../stores';
import { jsonDouble } from './static';

const KIND_NAMES = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const;

/** `ResourceSpans` of a trace in the server's JSON: ids in base64, enums as names, zero values left out. */
export function resourceSpansJson(trace: Trace): unknown[] {
  const resources = new Map<string, { resource: Attribute[]; scopes: Map<string, Span[]> }>();
  const keyOfAttributes = new Map<Attribute[], string>();
  for (const span of trace.spans) {
    let key = keyOfAttributes.get(span.resource);
    if (key === undefined) {
      key = JSON.stringify([...span.resource].sort((a, b) => (a.key < b.key ? -1 : 1)));
      keyOfAttributes.set(span.resource, key);
    }
    const entry = resources.get(key) ?? { resource: span.resource, scopes: new Map<string, Span[]>() };
    resources.set(key, entry);
    const scope = JSON.stringify([span.scope.name, span.scope.version]);
    const spans = entry.scopes.get(scope);
    if (spans === undefined) entry.scopes.set(scope, [span]);
    else spans.push(span);
  }
  return Array.from(resources.values(), ({ resource, scopes }) => ({
    resource: attributesJson(resource),
    scopeSpans: Array.from(scopes.values(), (spans) => ({
      scope: scopeJson(spans[0]),
      spans: spans.map(spanJson),
    })),
  }));
}

const scopeJson = (span: Span | undefined): Record<string, string> => ({
  ...(span === undefined || span.scope.name === '' ? {} : { name: span.scope.name }),
  ...(span === undefined || span.scope.version === '' ? {} : { version: span.scope.version }),
});

function spanJson(span: Span): Record<string, unknown> {
  return {
    traceId: base64Id(span.traceId),
    spanId: base64Id(span.spanId),
    ...(span.parentSpanId === '' ? {} : { parentSpanId: base64Id(span.parentSpanId) }),
    ...(span.name === '' ? {} : { name: span.name }),
    ...(span.kind === 0 ? {} : { kind: `SPAN_KIND_${KIND_NAMES[span.kind] ?? 'UNSPECIFIED'}` }),
    startTimeUnixNano: String(span.startNs),
    endTimeUnixNano: String(span.endNs),
    ...attributesJson(span.attributes),
    ...(span.events.length === 0
      ? {}
      : {
          events: span.events.map((event) => ({
            timeUnixNano: String(event.timeNs),
            ...(event.name === '' ? {} : { name: event.name }),
            ...attributesJson(event.attributes),
          })),
        }),
    ...(span.links.length === 0
      ? {}
      : {
          links: span.links.map((link) => ({
            traceId: base64Id(link.traceId),
            spanId: base64Id(link.spanId),
            ...attributesJson(link.attributes),
          })),
        }),
    status: {
      ...(span.statusMessage === '' ? {} : { message: span.statusMessage }),
      ...(span.statusCode === 0 ? {} : { code: span.statusCode === 2 ? 'STATUS_CODE_ERROR' : 'STATUS_CODE_OK' }),
    },
  };
}

const base64Id = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');

const attributesJson = (attributes: readonly Attribute[]): { attributes?: unknown[] } =>
  attributes.length === 0 ? {} : { attributes: attributes.map(({ key, value }) => ({ key, value: valueJson(value) })) };

function valueJson(value: AttributeValue): unknown {
  if ('doubleValue' in value) return { doubleValue: jsonDouble(value.doubleValue) };
  if ('arrayValue' in value) {
    const { values } = value.arrayValue;
    return { arrayValue: values.length === 0 ? {} : { values: values.map(valueJson) } };
  }
  if ('kvlistValue' in value) {
    const { values } = value.kvlistValue;
    return {
      kvlistValue:
        values.length === 0
          ? {}
          : { values: values.map((entry) => ({ key: entry.key, value: valueJson(entry.value) })) },
    };
  }
  return value;
}
