import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TraceAnswer } from '@/lib/server/tempo/schema';
import { toSpans } from '@/lib/server/tempo/spans';
import { parseTrace } from '@/lib/server/tempo/trace-columns';
import { findTraceParts } from '@/lib/server/tempo/trace-text';

const FIXTURES = new URL('../../fixtures/', import.meta.url);
const never = new AbortController().signal;

/** Every whole trace that a real Tempo gave, by file. */
const recorded = ['recordings/tempo', 'recordings/tempo-2.8', 'corpus/cases/tempo'].flatMap((folder) =>
  readdirSync(new URL(folder, FIXTURES))
    .filter((file) => /^trace-v[12]/.test(file))
    .map((file) => {
      const { response } = JSON.parse(readFileSync(new URL(`${folder}/${file}`, FIXTURES), 'utf8'));
      return { file: `${folder}/${file}`, body: response.body as unknown };
    }),
);

const value = fc.oneof(
  fc.record({ stringValue: fc.string({ unit: 'binary' }) }),
  fc.record({ intValue: fc.integer().map(String) }),
  fc.constant({ arrayValue: { values: [{ stringValue: '"]}\\' }, { kvlistValue: { values: [] } }] } }),
  fc.constant({}),
);
const attributes = fc.array(fc.record({ key: fc.string({ unit: 'binary' }), value }), { maxLength: 3 });
const id = fc.integer({ min: 1, max: 40 }).map((n) => n.toString(16).padStart(16, '0'));
const anySpan = fc.record(
  {
    spanId: id,
    parentSpanId: fc.oneof(fc.constant(''), id),
    name: fc.string({ unit: 'binary' }),
    startTimeUnixNano: fc.integer({ min: 0, max: 5_000 }).map((n) => `17000000000000${String(n).padStart(5, '0')}`),
    endTimeUnixNano: fc.integer({ min: 0, max: 5_000 }).map((n) => `17000000000000${String(n).padStart(5, '0')}`),
    attributes,
    status: fc.constantFrom({}, { code: 2 }, { code: 'STATUS_CODE_ERROR', message: '{[",' }, { code: 1 }),
    events: fc.array(fc.record({ name: fc.string(), timeUnixNano: fc.constant('1700000000000000001') }), {
      maxLength: 2,
    }),
  },
  { requiredKeys: ['spanId', 'name', 'startTimeUnixNano', 'endTimeUnixNano'] },
);
const anyBatch = fc.record({
  resource: fc.record({
    attributes: fc.string({ unit: 'binary' }).map((name) => [{ key: 'service.name', value: { stringValue: name } }]),
  }),
  scopeSpans: fc.array(
    fc.record({
      scope: fc.record({ name: fc.string({ unit: 'binary' }) }),
      spans: fc.array(anySpan, { maxLength: 6 }),
    }),
    { maxLength: 3 },
  ),
});
const anyAnswer = fc.oneof(
  fc.array(anyBatch, { maxLength: 3 }).map((batches) => ({ batches })),
  fc
    .array(anyBatch, { maxLength: 3 })
    .map((resourceSpans) => ({ trace: { resourceSpans }, status: 'PARTIAL', message: 'a "cut" one' })),
  fc
    .array(anyBatch, { maxLength: 3 })
    .map((resourceSpans) => ({ metrics: { inspectedBytes: '5' }, trace: { resourceSpans } })),
);

/** What the columns say of each span, beside what the reader of whole objects says. */
async function bothReadings(body: unknown, text: string) {
  const columns = await parseTrace(text, never);
  const answer = TraceAnswer.parse(body);
  const spans = toSpans(answer.resourceSpans);
  const byColumns = Array.from({ length: columns.count }, (_, i) => ({
    spanId: columns.spanIds[i],
    parent: columns.parentIds[i] || null,
    name: columns.names[columns.name[i] ?? -1],
    service: columns.services[columns.service[i] ?? -1],
    startNs: (columns.baseNs + BigInt(columns.startNs[i] ?? 0)).toString(),
    durationNs: columns.durationNs[i],
    failed: columns.error[i] === 1,
    events: columns.events[i],
  })).sort(byKey);
  const byObjects = spans
    .map((span) => ({
      spanId: span.spanId,
      parent: span.parentSpanId,
      name: span.name,
      service: span.serviceName,
      startNs: span.startNs,
      durationNs: Math.round(span.durationMs * 1e6),
      failed: span.statusCode === 'error',
      events: span.events.length,
    }))
    .sort(byKey);
  return { columns, byColumns, byObjects, answer };
}
const byKey = (a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

describe('a trace as columns', () => {
  it.each(recorded)('reads $file as whole objects are read', async ({ body }) => {
    const { columns, byColumns, byObjects } = await bothReadings(body, JSON.stringify(body));
    expect(byColumns).toEqual(byObjects);
    expect(columns.whole).toBe(true);
    expect(columns.unreadable).toBe(0);
  });

  it('reads any answer, in any spacing, as whole objects are read', async () => {
    await fc.assert(
      fc.asyncProperty(anyAnswer, fc.constantFrom(undefined, 1, '\t'), async (body, space) => {
        const { columns, byColumns, byObjects, answer } = await bothReadings(body, JSON.stringify(body, null, space));
        expect(byColumns).toEqual(byObjects);
        expect({ partial: columns.partial, message: columns.message || null, whole: columns.whole }).toEqual({
          partial: answer.partial,
          message: answer.message,
          whole: true,
        });
      }),
      { numRuns: 200 },
    );
  });

  it('reads what is whole of an answer cut anywhere, and closes it to JSON again', async () => {
    const body = recorded.find(({ file }) => file.endsWith('trace-v2.json'))?.body;
    const text = JSON.stringify(body);
    const all = await parseTrace(text, never);
    let most = 0;
    for (let end = 0; end < text.length; end += 7) {
      const cut = text.slice(0, end);
      const columns = await parseTrace(cut, never);
      expect(columns.whole).toBe(false);
      expect(columns.count).toBeGreaterThanOrEqual(most);
      most = columns.count;
      for (const spanId of columns.spanIds) expect(all.spanIds).toContain(spanId);
      if (columns.count === 0) continue;
      const repaired: unknown = JSON.parse(cut.slice(0, Math.max(...columns.to)) + columns.closing);
      expect(toSpans(TraceAnswer.parse(repaired).resourceSpans)).toHaveLength(columns.count);
    }
    expect(most).toBe(all.count);
  });

  it('leaves out spans that are none, and says how many', async () => {
    const text = '{"batches":[{"scopeSpans":[{"spans":[{"spanId":"00000000000000aa","name":"a"},{"b":tru},7,null]}]}]}';
    const columns = await parseTrace(text, never);
    expect([columns.count, columns.unreadable]).toEqual([1, 1]);
    expect(columns.untimed[0]).toBe(1);
  });

  it('finds nothing in what is no trace', () => {
    for (const text of ['', 'null', '[]', '{}', '"spans"', '<html>', '{"trace":{}}', '{"spans":[1,2]}']) {
      expect(findTraceParts(text).from).toEqual([]);
    }
  });

  it('takes a missing start for the beginning of the trace, and not for 1970', async () => {
    const spans = [
      {
        spanId: '00000000000000aa',
        name: 'a',
        startTimeUnixNano: '1700000000000000000',
        endTimeUnixNano: '1700000000000000900',
      },
      { spanId: '00000000000000ab', name: 'b', endTimeUnixNano: '1700000000000000900' },
      { spanId: '00000000000000ac', name: 'c', startTimeUnixNano: '1700000000000000100' },
    ];
    const columns = await parseTrace(JSON.stringify({ batches: [{ scopeSpans: [{ spans }] }] }), never);
    expect([...columns.startNs]).toEqual([0, 0, 100]);
    expect([...columns.durationNs]).toEqual([900, 0, 0]);
    expect([...columns.untimed]).toEqual([0, 1, 0]);
  });

  it('stops when the reader leaves', async () => {
    const spans = Array.from({ length: 60_000 }, (_, i) => ({ spanId: String(i).padStart(16, '0'), name: 'x' }));
    const text = JSON.stringify({ batches: [{ scopeSpans: [{ spans }] }] });
    await expect(parseTrace(text, AbortSignal.abort(new Error('left')))).rejects.toThrow('left');
  });
});
