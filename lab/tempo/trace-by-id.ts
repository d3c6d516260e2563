import type { LabAnswer } from '../http';
import { jsonAnswer, textAnswer } from '../http';
import type { Span, Trace, TraceStore } from '../stores';
import { intParam, RequestError } from './params';
import { resourceSpansJson } from './trace-json';

/** The server's `max_bytes_per_trace`. */
const MAX_TRACE_BYTES = 5_000_000;

/** Hex of any case with leading zeros optional → 32 lowercase digits. Throws a 400 in the server's words. */
function parseTraceId(text: string): string {
  for (const [position, character] of [...text].entries()) {
    if (!/[0-9a-fA-F]/.test(character)) {
      throw new RequestError(
        400,
        `trace IDs can only contain hex characters: invalid character '${character}' at position ${position + 1}`,
      );
    }
  }
  if (text.length > 32) throw new RequestError(400, `trace IDs can't be larger than 128 bits`);
  return text.toLowerCase().padStart(32, '0');
}

/** The trace as far as the optional window shows it: blocks outside of it are not read, without any flag. */
function find(store: TraceStore, id: string, params: URLSearchParams): Trace | null {
  const start = intParam(params, 'start');
  const end = intParam(params, 'end');
  const trace = store.byId(parseTraceId(id));
  if (trace === null || start === null || end === null) return trace;
  const startNs = BigInt(start) * 1_000_000_000n;
  const endNs = BigInt(end) * 1_000_000_000n;
  const overlaps = trace.spans.some((span) => span.startNs <= endNs && span.endNs >= startNs);
  return overlaps ? trace : null;
}

/** GET /api/traces/{id}: `batches`; 404 without a body where there is none, 422 where it is too large. */
export function traceV1(store: TraceStore, id: string, params: URLSearchParams): LabAnswer {
  const trace = find(store, id, params);
  if (trace === null) return { status: 404, headers: {}, body: '' };
  if (sizeOf(trace) > MAX_TRACE_BYTES) {
    return textAnswer(422, `trace exceeds max size (max bytes: ${MAX_TRACE_BYTES})`);
  }
  return jsonAnswer(200, { batches: resourceSpansJson(trace) });
}

/** GET /api/v2/traces/{id}: no spans where there is no such trace, a part and a message where it is too large. */
export function traceV2(store: TraceStore, id: string, params: URLSearchParams): LabAnswer {
  const trace = find(store, id, params);
  if (trace === null) return jsonAnswer(200, { trace: {}, metrics: {} });
  const kept = withinBytes(trace.spans, MAX_TRACE_BYTES);
  const body = {
    trace: { resourceSpans: resourceSpansJson({ traceId: trace.traceId, spans: kept }) },
    metrics: { inspectedBytes: String(sizeOf(trace)) },
  };
  if (kept.length === trace.spans.length) return jsonAnswer(200, body);
  return jsonAnswer(200, {
    ...body,
    status: 'PARTIAL',
    message: `Trace exceeds maximum size of ${MAX_TRACE_BYTES} bytes, a partial trace is returned`,
  });
}

function withinBytes(spans: readonly Span[], maxBytes: number): Span[] {
  let bytes = 0;
  return spans.filter((span) => {
    bytes += spanBytes(span);
    return bytes <= maxBytes;
  });
}

const sizeOf = (trace: Trace): number => trace.spans.reduce((sum, span) => sum + spanBytes(span), 0);

/** About the size of a span in protobuf: 60 bytes of ids and times, and its texts. */
function spanBytes(span: Span): number {
  let bytes = 60 + span.name.length + span.statusMessage.length;
  const lists = [
    span.attributes,
    ...span.events.map((event) => event.attributes),
    ...span.links.map((link) => link.attributes),
  ];
  for (const attributes of lists) {
    for (const { key, value } of attributes) {
      bytes += 6 + key.length + ('stringValue' in value ? value.stringValue.length : 8);
    }
  }
  return bytes + span.events.reduce((sum, event) => sum + 12 + event.name.length, 0) + span.links.length * 30;
}
