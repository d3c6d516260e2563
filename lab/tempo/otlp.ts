import { z } from 'zod';
import type { Attribute, Span } from '../stores';
import { OtlpError, toAttributes } from './otlp-value';

const Attributes = z
  .unknown()
  .optional()
  .transform((json) => toAttributes(json));

const hexId = (digits: number): z.ZodType<string> =>
  z
    .string()
    .transform((id) => id.toLowerCase())
    .refine((id) => id === '' || (id.length === digits && /^[0-9a-f]+$/.test(id)), 'length mismatch');

const Nanoseconds = z
  .union([z.string().regex(/^\d+$/), z.number().int().nonnegative()])
  .default('0')
  .transform(BigInt);
const Event = z.object({
  name: z.string().default(''),
  timeUnixNano: Nanoseconds,
  attributes: Attributes,
});
const Link = z.object({ traceId: hexId(32), spanId: hexId(16), attributes: Attributes });

const OtlpSpan = z.object({
  traceId: hexId(32).default(''),
  spanId: hexId(16).default(''),
  parentSpanId: hexId(16).default(''),
  name: z.string().default(''),
  kind: z.number().int().min(0).max(5).default(0),
  startTimeUnixNano: Nanoseconds,
  endTimeUnixNano: Nanoseconds,
  attributes: Attributes,
  events: z.array(Event).nullish(),
  links: z.array(Link).nullish(),
  status: z.object({ code: z.number().int().min(0).max(2).default(0), message: z.string().default('') }).nullish(),
});

const ExportRequest = z.object({
  resourceSpans: z
    .array(
      z.object({
        resource: z.object({ attributes: Attributes }).nullish(),
        scopeSpans: z
          .array(
            z.object({
              scope: z.object({ name: z.string().default(''), version: z.string().default('') }).nullish(),
              spans: z.array(OtlpSpan).nullish(),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
});

/** Longer attribute texts are cut, as the server's distributor does. */
const MAX_VALUE_BYTES = 2048;

/**
 * Spans of an OTLP/JSON ExportTraceServiceRequest. Throws OtlpError, with the server's words where it has some,
 * on ids of a wrong length, enums that are not numbers and whatever else is not OTLP.
 */
export function spansFromOtlp(json: unknown): Span[] {
  const parsed = ExportRequest.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new OtlpError(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed request'}`);
  }
  return (parsed.data.resourceSpans ?? []).flatMap(({ resource, scopeSpans }) => {
    const held = cutValues(resource?.attributes ?? []);
    return (scopeSpans ?? []).flatMap(({ scope, spans }) => {
      const heldScope = { name: scope?.name ?? '', version: scope?.version ?? '' };
      return (spans ?? []).map((span) => toSpan(span, held, heldScope));
    });
  });
}

function toSpan(span: z.output<typeof OtlpSpan>, resource: Attribute[], scope: Span['scope']): Span {
  if (span.traceId === '' || /^0+$/.test(span.traceId)) throw new OtlpError('trace ids must be 128 bit');
  if (span.spanId === '' || /^0+$/.test(span.spanId)) throw new OtlpError('span ids must be 64 bit and not all zero');
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: /^0*$/.test(span.parentSpanId) ? '' : span.parentSpanId,
    name: span.name,
    kind: span.kind,
    startNs: span.startTimeUnixNano,
    endNs: span.endTimeUnixNano,
    attributes: cutValues(span.attributes),
    events: (span.events ?? []).map((event) => ({
      name: event.name,
      timeNs: event.timeUnixNano,
      attributes: cutValues(event.attributes),
    })),
    links: (span.links ?? []).map((link) => ({
      traceId: link.traceId,
      spanId: link.spanId,
      attributes: cutValues(link.attributes),
    })),
    statusCode: span.status?.code ?? 0,
    statusMessage: span.status?.message ?? '',
    resource,
    scope,
  };
}

const cutValues = (attributes: readonly Attribute[]): Attribute[] =>
  attributes.map((attribute) =>
    'stringValue' in attribute.value && Buffer.byteLength(attribute.value.stringValue) > MAX_VALUE_BYTES
      ? { key: attribute.key, value: { stringValue: cutText(attribute.value.stringValue) } }
      : attribute,
  );

/** Cut at a whole character. */
const cutText = (text: string): string =>
  Buffer.from(text)
    .subarray(0, MAX_VALUE_BYTES)
    .toString()
    .replace(/\uFFFD$/, '');
