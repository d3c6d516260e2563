import type { Span, Trace, TraceStore } from './stores';

/** The earliest start of a trace's spans; a trace without spans sorts last. */
function startOf(trace: Trace): bigint {
  let start: bigint | null = null;
  for (const { startNs } of trace.spans) if (start === null || startNs < start) start = startNs;
  return start ?? 0n;
}

/** Two trace stores read as one; what is pushed goes to the upper. A trace that both hold is one trace of all its spans. */
export class LayeredTraceStore implements TraceStore {
  constructor(
    private readonly lower: TraceStore,
    private readonly upper: TraceStore,
  ) {}

  byId(traceId: string): Trace | null {
    const below = this.lower.byId(traceId);
    const above = this.upper.byId(traceId);
    if (below === null || above === null) return below ?? above;
    return { traceId, spans: [...below.spans, ...above.spans] };
  }

  *scan(startMs: number, endMs: number): Iterable<Trace> {
    const above = [...this.upper.scan(startMs, endMs)];
    const pushed = new Set(above.map(({ traceId }) => traceId));
    let next = 0;
    for (const trace of this.lower.scan(startMs, endMs)) {
      // A trace of both layers is handed over once, whole, in the place of the upper one.
      if (pushed.has(trace.traceId)) continue;
      const start = startOf(trace);
      for (let newer = above[next]; newer !== undefined && startOf(newer) >= start; newer = above[++next]) {
        yield this.byId(newer.traceId) ?? newer;
      }
      yield trace;
    }
    for (const rest of above.slice(next)) yield this.byId(rest.traceId) ?? rest;
  }

  push(spans: readonly Span[]): void {
    this.upper.push(spans);
  }
}
