import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { LabAnswer } from '@/lab/http';
import { MemoryTraceStore } from '@/lab/memory-traces';
import { tempoEngine } from '@/lab/tempo/engine';
import { ask, engineOf, NOW_MS, span } from './ask';

const TRACE = '00f92f3577b34da6a3ce929d0e0e4736';
const otlp = (over: Record<string, unknown> = {}): unknown => ({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'cart' } }] },
      scopeSpans: [
        {
          scope: { name: 'demo', version: '1' },
          spans: [
            {
              traceId: TRACE.toUpperCase(),
              spanId: '00f067aa0ba902b7',
              parentSpanId: '0000000000000000',
              name: 'GET /cart',
              kind: 2,
              startTimeUnixNano: '1700000000000000001',
              endTimeUnixNano: '1700000000120000000',
              attributes: [
                { key: 'n', value: { intValue: '9007199254740993' } },
                { key: 'hit', value: { boolValue: false } },
                { key: 'none', value: {} },
                { key: 'nan', value: { doubleValue: 'NaN' } },
                { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }] } } },
                { key: 'long', value: { stringValue: 'é'.repeat(3000) } },
              ],
              events: [{ timeUnixNano: '1700000000050000000', name: 'exception' }],
              links: [{ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }],
              status: { code: 2, message: 'boom' },
              ...over,
            },
          ],
        },
      ],
    },
  ],
});

async function push(
  body: Buffer | string,
  headers: Record<string, string> = {},
  store = new MemoryTraceStore(),
): Promise<LabAnswer> {
  return tempoEngine(store)({
    method: 'POST',
    path: '/v1/traces',
    params: new URLSearchParams(),
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: Buffer.from(body),
    nowMs: NOW_MS,
  });
}

describe('pushing OTLP/JSON', () => {
  it('stores what it is given and answers it by id, exactly', async () => {
    const store = new MemoryTraceStore();
    const pushed = await push(gzipSync(JSON.stringify(otlp())), { 'content-encoding': 'gzip' }, store);
    expect(pushed).toMatchObject({ status: 200, body: '{"partialSuccess":{}}' });
    const engine = tempoEngine(store);
    const answer = await ask(engine, `/api/v2/traces/${TRACE.replace(/^0+/, '').toUpperCase()}`);
    const [resource] = JSON.parse(answer.body).trace.resourceSpans;
    expect(resource.resource.attributes).toEqual([{ key: 'service.name', value: { stringValue: 'cart' } }]);
    const [one] = resource.scopeSpans[0].spans;
    expect(Buffer.from(one.traceId, 'base64').toString('hex')).toBe(TRACE);
    expect(one).toMatchObject({
      spanId: 'APBnqgupArc=',
      kind: 'SPAN_KIND_SERVER',
      startTimeUnixNano: '1700000000000000001',
      status: { code: 'STATUS_CODE_ERROR', message: 'boom' },
      events: [{ timeUnixNano: '1700000000050000000', name: 'exception' }],
    });
    expect(one).not.toHaveProperty('parentSpanId');
    expect(one.attributes.slice(0, 4)).toEqual([
      { key: 'n', value: { intValue: '9007199254740993' } },
      { key: 'hit', value: { boolValue: false } },
      { key: 'nan', value: { doubleValue: 'NaN' } },
      { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }] } } },
    ]);
    expect(one.attributes[4].value.stringValue).toBe('é'.repeat(1024));
  });

  it.each([
    [JSON.stringify(otlp({ traceId: 'abcd' })), 'length mismatch'],
    [JSON.stringify(otlp({ traceId: '0'.repeat(32) })), 'trace ids must be 128 bit'],
    [JSON.stringify(otlp({ spanId: '0'.repeat(16) })), 'span ids must be 64 bit and not all zero'],
    [JSON.stringify(otlp({ kind: 'SPAN_KIND_SERVER' })), 'kind'],
    [JSON.stringify(otlp({ attributes: [{ key: 'n', value: { stringValue: 5 } }] })), 'attributes'],
    ['{', 'JSON'],
    ['[]', 'expected object'],
  ])('refuses %#', async (body, message) => {
    const store = new MemoryTraceStore();
    const answer = await push(body, {}, store);
    expect(answer.status).toBe(400);
    const { code, message: text } = JSON.parse(answer.body);
    expect(code).toBe(3);
    expect(text).toContain(message);
    expect([...store.scan(0, Number.MAX_SAFE_INTEGER)]).toEqual([]);
  });

  it('refuses other media types, methods and broken compression', async () => {
    expect((await push('x', { 'content-type': 'application/x-protobuf' })).status).toBe(415);
    expect((await push('x', { 'content-encoding': 'gzip' })).status).toBe(400);
    expect((await ask(engineOf([]), '/v1/traces')).status).toBe(405);
  });

  it('accepts an empty request', async () => {
    expect((await push('{}')).status).toBe(200);
  });
});

describe('a trace by id', () => {
  it('is a part, and says so, where it is larger than the server allows', async () => {
    const text = 'x'.repeat(2000);
    const engine = engineOf(Array.from({ length: 3000 }, (_, i) => span({ id: i + 1, attributes: { text } })));
    const second = JSON.parse((await ask(engine, '/api/v2/traces/1')).body);
    expect(second).toMatchObject({
      status: 'PARTIAL',
      message: 'Trace exceeds maximum size of 5000000 bytes, a partial trace is returned',
    });
    const spans = second.trace.resourceSpans[0].scopeSpans[0].spans.length;
    expect(spans).toBeGreaterThan(2000);
    expect(spans).toBeLessThan(3000);
    const first = await ask(engine, '/api/traces/1');
    expect(first).toMatchObject({ status: 422, body: 'trace exceeds max size (max bytes: 5000000)' });
  });

  it('is not seen through a window beside it', async () => {
    const engine = engineOf([span({ id: 1 })]);
    const beside = await ask(engine, '/api/v2/traces/1', { start: 1000, end: 2000 });
    expect(JSON.parse(beside.body)).toEqual({ trace: {}, metrics: {} });
    expect((await ask(engine, '/api/traces/1', { start: 1000, end: 2000 })).status).toBe(404);
    expect((await ask(engine, `/api/traces/${'1'.repeat(33)}`)).status).toBe(400);
  });
});

describe('traces in memory', () => {
  it('are scanned newest first, by overlap, and a span pushed again replaces itself', () => {
    const store = new MemoryTraceStore();
    store.push([span({ trace: 1, id: 1, atMs: 0, tookMs: 5000 }), span({ trace: 2, id: 2, atMs: 4000 })]);
    store.push([
      span({ trace: 1, id: 1, name: 'again', atMs: 0, tookMs: 5000 }),
      span({ trace: 3, id: 3, atMs: 9000 }),
    ]);
    const base = Number(span({ id: 1 }).startNs / 1_000_000n);
    const ids = (from: number, to: number): string[] =>
      [...store.scan(base + from, base + to)].map(({ traceId }) => traceId.slice(-1));
    expect(ids(0, 10_000)).toEqual(['3', '2', '1']);
    expect(ids(4500, 9000)).toEqual(['1']);
    expect(ids(9000, 9001)).toEqual(['3']);
    expect(store.byId('1'.padStart(32, '0'))?.spans.map(({ name }) => name)).toEqual(['again']);
  });
});
