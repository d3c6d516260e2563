import type { Attribute, AttributeValue, Span, Trace } from '../stores';

/** One trace with what the language asks of it beyond its spans; each part is worked out once, when first asked for. */
export class TraceView {
  readonly spans: readonly Span[];
  readonly traceId: string;
  private parentIndex: Int32Array | null = null;
  private nested: { left: Int32Array; right: Int32Array; parent: Int32Array } | null = null;
  private children: Int32Array | null = null;
  private root: Span | null | undefined;
  private times: { startNs: bigint; endNs: bigint } | null = null;

  constructor(trace: Trace) {
    this.traceId = trace.traceId;
    this.spans = trace.spans;
  }

  /** Index of each span's parent; −1 for a root, −2 where the parent is not in the trace. */
  parents(): Int32Array {
    if (this.parentIndex !== null) return this.parentIndex;
    const indexById = new Map(this.spans.map((span, index) => [span.spanId, index]));
    this.parentIndex = Int32Array.from(this.spans, (span, index) => {
      if (span.parentSpanId === '') return -1;
      const parent = indexById.get(span.parentSpanId);
      return parent === undefined || parent === index ? -2 : parent;
    });
    return this.parentIndex;
  }

  childCounts(): Int32Array {
    if (this.children !== null) return this.children;
    const counts = new Int32Array(this.spans.length);
    for (const parent of this.parents()) if (parent >= 0) counts[parent] = (counts[parent] ?? 0) + 1;
    this.children = counts;
    return counts;
  }

  /** Nested set numbers from 1 over the trees that hang on a root; 0 for spans that hang on none. */
  nestedSets(): { left: Int32Array; right: Int32Array; parent: Int32Array } {
    if (this.nested !== null) return this.nested;
    const count = this.spans.length;
    const parents = this.parents();
    const children: number[][] = Array.from({ length: count }, () => []);
    const roots: number[] = [];
    for (const [index, parent] of parents.entries()) {
      if (parent === -1) roots.push(index);
      else if (parent >= 0) children[parent]?.push(index);
    }
    const nested = { left: new Int32Array(count), right: new Int32Array(count), parent: new Int32Array(count) };
    let number = 1;
    // Leaving a span is pushed as its bitwise complement, under its children.
    const stack = roots.reverse();
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (top < 0) {
        nested.right[~top] = number++;
        continue;
      }
      nested.left[top] = number++;
      const parent = parents[top] ?? -1;
      nested.parent[top] = parent < 0 ? -1 : (nested.left[parent] ?? 0);
      stack.push(~top);
      for (const child of (children[top] ?? []).reverse()) stack.push(child);
    }
    this.nested = nested;
    return nested;
  }

  /** The span without a parent, or null where it has not been received. */
  rootSpan(): Span | null {
    if (this.root === undefined) this.root = this.spans.find((span) => span.parentSpanId === '') ?? null;
    return this.root;
  }

  startNs(): bigint {
    return this.bounds().startNs;
  }

  durationNs(): bigint {
    const { startNs, endNs } = this.bounds();
    return endNs - startNs;
  }

  private bounds(): { startNs: bigint; endNs: bigint } {
    if (this.times !== null) return this.times;
    let startNs: bigint | null = null;
    let endNs = 0n;
    for (const span of this.spans) {
      if (startNs === null || span.startNs < startNs) startNs = span.startNs;
      if (span.endNs > endNs) endNs = span.endNs;
    }
    this.times = { startNs: startNs ?? 0n, endNs };
    return this.times;
  }
}

/** The value of the first attribute of this key. */
export function attributeOf(attributes: readonly Attribute[], key: string): AttributeValue | undefined {
  for (const attribute of attributes) if (attribute.key === key) return attribute.value;
  return undefined;
}

/** `service.name` of a span's resource, or empty. */
export function serviceOf(span: Span): string {
  const value = attributeOf(span.resource, 'service.name');
  return value !== undefined && 'stringValue' in value ? value.stringValue : '';
}
