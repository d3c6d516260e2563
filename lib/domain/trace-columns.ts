import type { NamedSpan } from './trace-diff';

/**
 * The spans of a trace as columns of one length, in order of their start; at 200,000 spans an object each would cost
 * four times the memory. Times are nanoseconds from the trace's earliest start.
 */
export interface TraceColumns {
  count: number;
  startNs: Float64Array;
  /** Negative where it ends before it starts. */
  durationNs: Float64Array;
  spanIds: readonly string[];
  /** Empty for a root. */
  parentIds: readonly string[];
  /** Into `names` and `services`. */
  name: Uint32Array;
  names: readonly string[];
  service: Uint32Array;
  services: readonly string[];
  /** 1 where the span's status is an error. */
  error: Uint8Array;
  /** 1 where it came without a start; it is laid at the trace's. */
  untimed: Uint8Array;
}

/** The spans as the tree's maths takes them, with `offsetsNs` added to their starts. */
export function toNamedSpans(columns: TraceColumns, offsetsNs?: Float64Array): NamedSpan[] {
  const spans: NamedSpan[] = new Array(columns.count);
  for (let i = 0; i < columns.count; i += 1) {
    spans[i] = {
      spanId: columns.spanIds[i] ?? '',
      parentSpanId: columns.parentIds[i] ?? '',
      startNs: (columns.startNs[i] ?? 0) + (offsetsNs?.[i] ?? 0),
      durationNs: columns.durationNs[i] ?? 0,
      service: columns.services[columns.service[i] ?? 0] ?? '',
      name: columns.names[columns.name[i] ?? 0] ?? '',
    };
  }
  return spans;
}
