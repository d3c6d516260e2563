import 'server-only';
import { type Attributes, toAttributes } from './attributes';
import { toHexId } from './ids';
import type { RawSpan, ResourceSpans } from './schema';

export type SpanKind = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer';
export type SpanStatus = 'unset' | 'ok' | 'error';

export interface SpanEvent {
  name: string;
  /** Milliseconds since the epoch, with a fraction. */
  timeMs: number;
  attributes: Attributes;
}

export interface SpanLink {
  traceId: string | null;
  spanId: string | null;
  attributes: Attributes;
}

/** One span. Ids are lowercase hex. Everything named by the service is hostile text. */
export interface Span {
  spanId: string;
  /** Null for a root. A parent that is not in the trace is the tree's business. */
  parentSpanId: string | null;
  name: string;
  kind: SpanKind;
  serviceName: string;
  /** Nanoseconds since the epoch as text: exact. */
  startNs: string;
  /** Milliseconds since the epoch with a fraction: exact to about a quarter of a microsecond. */
  startMs: number;
  /** Negative where clocks disagree. */
  durationMs: number;
  attributes: Attributes;
  resource: Attributes;
  scopeName: string;
  events: SpanEvent[];
  links: SpanLink[];
  statusCode: SpanStatus;
  statusMessage: string;
}

export interface Trace {
  /** 32 hex digits. */
  traceId: string;
  /** In order of their start. */
  spans: Span[];
  /** True when Tempo says that it left spans out. */
  partial: boolean;
  /** Tempo's reason. */
  message: string | null;
}

const KINDS: readonly SpanKind[] = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const STATUSES: readonly SpanStatus[] = ['unset', 'ok', 'error'];

/** An enum as a number (OTLP), as a name with its prefix (Tempo) or without it. */
function fromEnum<T extends string>(known: readonly T[], raw: string | number | null | undefined, prefix: string): T {
  const first = known[0] as T;
  if (typeof raw === 'number') return known[raw] ?? first;
  const word = (raw ?? '').replace(prefix, '').toLowerCase();
  return known.find((one) => one === word) ?? known[/^\d$/.test(word) ? Number(word) : 0] ?? first;
}

/** Nanoseconds as milliseconds with their fraction. */
export function nsToFloatMs(ns: bigint): number {
  const whole = ns / 1_000_000n;
  return Number(whole) + Number(ns - whole * 1_000_000n) / 1_000_000;
}

function toSpan(raw: RawSpan, resource: Attributes, scopeName: string, position: number): Span {
  const startNs = BigInt(raw.startTimeUnixNano);
  const endNs = BigInt(raw.endTimeUnixNano);
  const service = resource['service.name'];
  return {
    // A span without an id still has its place in the list.
    spanId: toHexId(raw.spanId, 8) ?? `unnamed-${position}`,
    parentSpanId: toHexId(raw.parentSpanId, 8),
    name: raw.name,
    kind: fromEnum(KINDS, raw.kind, 'SPAN_KIND_'),
    serviceName: typeof service === 'string' ? service : '',
    startNs: startNs.toString(),
    startMs: nsToFloatMs(startNs),
    durationMs: nsToFloatMs(endNs - startNs),
    attributes: toAttributes(raw.attributes),
    resource,
    scopeName,
    events: raw.events.map((event) => ({
      name: event.name,
      timeMs: nsToFloatMs(BigInt(event.timeUnixNano)),
      attributes: toAttributes(event.attributes),
    })),
    links: raw.links.map((link) => ({
      traceId: toHexId(link.traceId, 16),
      spanId: toHexId(link.spanId, 8),
      attributes: toAttributes(link.attributes),
    })),
    statusCode: fromEnum(STATUSES, raw.status?.code, 'STATUS_CODE_'),
    statusMessage: raw.status?.message ?? '',
  };
}

/** All spans of an answer in order of their start; the server's order is arbitrary. */
export function toSpans(resourceSpans: readonly ResourceSpans[]): Span[] {
  const keyed: { span: Span; startNs: bigint }[] = [];
  for (const { resource, scopeSpans, instrumentationLibrarySpans } of resourceSpans) {
    const attributes = toAttributes(resource?.attributes);
    for (const { scope, spans } of scopeSpans ?? instrumentationLibrarySpans ?? []) {
      for (const raw of spans) {
        const span = toSpan(raw, attributes, scope?.name ?? '', keyed.length);
        keyed.push({ span, startNs: BigInt(span.startNs) });
      }
    }
  }
  keyed.sort((a, b) =>
    a.startNs < b.startNs ? -1 : a.startNs > b.startNs ? 1 : a.span.spanId < b.span.spanId ? -1 : 1,
  );
  return keyed.map(({ span }) => span);
}
