import type { Span, Trace, TraceStore } from './stores';
import { spansFromOtlp } from './tempo/otlp';

interface Held {
  trace: Trace;
  spanIds: Set<string>;
  startNs: bigint;
  endNs: bigint;
}

/** A TraceStore that keeps every pushed span in memory. A span that is pushed again replaces itself. */
export class MemoryTraceStore implements TraceStore {
  private readonly traces = new Map<string, Held>();
  /** Traces by start, newest first; null after a push, until it is next asked for. */
  private newestFirst: Held[] | null = null;

  byId(traceId: string): Trace | null {
    return this.traces.get(traceId)?.trace ?? null;
  }

  *scan(startMs: number, endMs: number): Generator<Trace> {
    const startNs = BigInt(Math.floor(startMs)) * 1_000_000n;
    const endNs = BigInt(Math.ceil(endMs)) * 1_000_000n;
    this.newestFirst ??= [...this.traces.values()].sort((a, b) =>
      a.startNs === b.startNs ? 0 : a.startNs > b.startNs ? -1 : 1,
    );
    for (const held of this.newestFirst) {
      if (held.startNs < endNs && held.endNs >= startNs) yield held.trace;
    }
  }

  push(spans: readonly Span[]): void {
    for (const span of spans) this.add(span);
    this.newestFirst = null;
  }

  private add(span: Span): void {
    const held = this.traces.get(span.traceId);
    if (held === undefined) {
      this.traces.set(span.traceId, {
        trace: { traceId: span.traceId, spans: [span] },
        spanIds: new Set([span.spanId]),
        startNs: span.startNs,
        endNs: span.endNs,
      });
      return;
    }
    if (held.spanIds.has(span.spanId)) {
      const at = held.trace.spans.findIndex((known) => known.spanId === span.spanId);
      held.trace.spans[at] = span;
    } else {
      held.spanIds.add(span.spanId);
      held.trace.spans.push(span);
    }
    if (span.startNs < held.startNs) held.startNs = span.startNs;
    if (span.endNs > held.endNs) held.endNs = span.endNs;
  }
}

/** A store that holds the spans of an OTLP/JSON document. Throws OtlpError where it is none. */
export function traceStoreFromOtlp(json: unknown): MemoryTraceStore {
  const store = new MemoryTraceStore();
  store.push(spansFromOtlp(json));
  return store;
}
