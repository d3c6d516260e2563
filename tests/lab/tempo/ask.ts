import type { LabAnswer, LabEngine } from '@/lab/http';
import { MemoryTraceStore } from '@/lab/memory-traces';
import type { Attribute, AttributeValue, Span } from '@/lab/stores';
import { tempoEngine } from '@/lab/tempo/engine';

/** Noon of an ordinary day; every trace below lies in the hour before it. */
export const NOW_MS = Date.UTC(2026, 0, 15, 12);
export const START_SECONDS = NOW_MS / 1000 - 3600;
export const END_SECONDS = NOW_MS / 1000 - 60;

export async function ask(
  engine: LabEngine,
  path: string,
  query: Record<string, string | number> = {},
): Promise<LabAnswer> {
  const params = new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)]));
  return engine({ method: 'GET', path, params, headers: {}, body: Buffer.alloc(0), nowMs: NOW_MS });
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

export const attributes = (record: Record<string, string | number | boolean | AttributeValue>): Attribute[] =>
  Object.entries(record).map(([key, value]) => ({ key, value: attributeValue(value) }));

function attributeValue(value: string | number | boolean | AttributeValue): AttributeValue {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return value;
}

export interface SpanOptions extends Partial<Omit<Span, 'attributes' | 'resource'>> {
  trace?: number;
  id: number;
  parent?: number;
  /** After the start of the hour. */
  atMs?: number;
  tookMs?: number;
  attributes?: Parameters<typeof attributes>[0];
  resource?: Parameters<typeof attributes>[0];
}

export function span({
  trace = 1,
  id,
  parent,
  atMs = 0,
  tookMs = 10,
  attributes: own,
  resource,
  ...rest
}: SpanOptions): Span {
  const startNs = BigInt(START_SECONDS * 1000 + atMs) * 1_000_000n;
  return {
    traceId: hex(trace, 32),
    spanId: hex(id, 16),
    parentSpanId: parent === undefined ? '' : hex(parent, 16),
    name: `span-${id}`,
    kind: 1,
    startNs,
    endNs: startNs + BigInt(tookMs) * 1_000_000n,
    events: [],
    links: [],
    statusCode: 0,
    statusMessage: '',
    scope: { name: 'test', version: '1' },
    ...rest,
    attributes: attributes(own ?? {}),
    resource: attributes(resource ?? { 'service.name': 'shop' }),
  };
}

export function engineOf(spans: readonly Span[]): LabEngine {
  const store = new MemoryTraceStore();
  store.push(spans);
  return tempoEngine(store);
}

/** Numbers of the spans that a query finds, ascending; the answer's text where the query is refused. */
export async function found(engine: LabEngine, q: string): Promise<number[] | string> {
  const answer = await ask(engine, '/api/search', {
    q,
    start: START_SECONDS,
    end: END_SECONDS,
    limit: 1000,
    spss: 100,
  });
  if (answer.status !== 200) return answer.body;
  const body: { traces: { spanSets: { spans: { spanID: string }[] }[] }[] } = JSON.parse(answer.body);
  const ids = body.traces.flatMap((trace) => trace.spanSets.flatMap((set) => set.spans.map(({ spanID }) => spanID)));
  return ids.map((id) => Number.parseInt(id, 16)).sort((a, b) => a - b);
}
