import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSurelyId, readPasted } from '@/lib/domain/pasted-id';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const AT = Date.parse('2026-11-21T06:41:36.650Z');

const kinds = (text: string) => readPasted(text).ids.map(({ kind, id }) => `${kind} ${id}`);

describe('what a pasted text is an id of', () => {
  it.each([
    ['a request id', 'req-e47eb72beef3', ['request req-e47eb72beef3']],
    ['a request id in quotes with a comma', '"req-e47eb72beef3",', ['request req-e47eb72beef3']],
    ['a trace id', TRACE, [`trace ${TRACE}`, `request ${TRACE}`]],
    ['a trace id in capitals', TRACE.toUpperCase(), [`trace ${TRACE}`, `request ${TRACE.toUpperCase()}`]],
    [
      'a trace id whose leading zero Tempo left out',
      `${TRACE.slice(1)}`,
      [`trace 0${TRACE.slice(1)}`, `request ${TRACE.slice(1)}`],
    ],
    [
      '16 digits: a span, an old trace id, or a request',
      SPAN,
      [`span ${SPAN}`, `trace ${SPAN.padStart(32, '0')}`, `request ${SPAN}`],
    ],
    ['a traceparent', `00-${TRACE}-${SPAN}-01`, [`trace ${TRACE}`, `span ${SPAN}`]],
    ['a traceparent header', `traceparent: 00-${TRACE}-${SPAN}-01`, [`trace ${TRACE}`, `span ${SPAN}`]],
    [
      'a UUID',
      '4bf92f35-77b3-4da6-a3ce-929d0e0e4736',
      ['request 4bf92f35-77b3-4da6-a3ce-929d0e0e4736', `trace ${TRACE}`],
    ],
    ['16 bytes in base64, as OTLP writes them', 'S/kvNXezTaajzpKdDg5HNg==', [`trace ${TRACE}`]],
    ['a pair', `trace_id=${TRACE}`, [`trace ${TRACE}`]],
    ['a pair with a colon', 'request_id: req-12', ['request req-12']],
    [
      'a logfmt line',
      `level=info request_id=req-0a1b trace_id=${TRACE} msg="done"`,
      ['request req-0a1b', `trace ${TRACE}`],
    ],
    ['prose around a request id', 'see req-e47eb72beef3 please, it was slow', ['request req-e47eb72beef3']],
    ['prose around a trace id', `see trace ${TRACE} please`, [`trace ${TRACE}`]],
    [
      'a Jaeger address',
      `https://jaeger.example.com/trace/${TRACE}?uiFind=${SPAN}`,
      [`trace ${TRACE}`, `span ${SPAN}`],
    ],
    [
      'a Grafana address with its query as JSON',
      `https://g.example.com/explore?left=${encodeURIComponent(JSON.stringify({ queries: [{ query: TRACE }] }))}`,
      [`trace ${TRACE}`],
    ],
    [
      'a Grafana drilldown address',
      `https://g.example.com/a/grafana-exploretraces-app/explore?traceId=${TRACE}`,
      [`trace ${TRACE}`],
    ],
    ['an address of this console', 'http://localhost:3000/requests/req-12ab?at=1795243296650', ['request req-12ab']],
    [
      'a trace of this console',
      `http://localhost:3000/traces/${TRACE}?span=${SPAN}`,
      [`trace ${TRACE}`, `span ${SPAN}`],
    ],
    ['an address without any id', 'https://example.com/about', []],
    ['nothing', '   ', []],
    ['a word', 'overview', []],
    ['a small number', '24', []],
    ['an id of zeros', '0'.repeat(32), []],
    ['a sentence', 'why is it slow today', []],
  ])('%s', (_name, text, expected) => {
    expect(kinds(text)).toEqual(expected);
  });

  it('reads ids and time of a JSON log line, request first', () => {
    const line = JSON.stringify({
      ts: '2026-11-21T06:41:36.650Z',
      request_id: 'req-1',
      trace_id: TRACE,
      span_id: SPAN,
    });
    expect(readPasted(line)).toEqual({
      ids: [
        { kind: 'request', id: 'req-1' },
        { kind: 'trace', id: TRACE },
        { kind: 'span', id: SPAN },
      ],
      atMs: AT,
    });
  });

  it('reads a line that another JSON wraps, and one that was cut in the middle', () => {
    const line = JSON.stringify({ level: 'INFO', request_id: 'req-77aa', trace_id: TRACE });
    expect(kinds(JSON.stringify({ log: line, stream: 'stdout' }))).toEqual(['request req-77aa', `trace ${TRACE}`]);
    expect(kinds(`${line.slice(0, -3)}…`)[0]).toBe('request req-77aa');
  });

  it.each([
    ['seconds', '1795243296'],
    ['milliseconds', '1795243296650'],
    ['microseconds', '1795243296650000'],
    ['nanoseconds', '1795243296650000000'],
  ])('reads a time in %s', (_name, time) => {
    const atMs = readPasted(`request_id=req-1 ts=${time}`).atMs;
    expect(Math.abs((atMs ?? 0) - AT)).toBeLessThan(1_000);
  });

  it('takes the time of an address of this console along', () => {
    expect(readPasted('http://x/requests/req-12ab?at=1795243296650').atMs).toBe(1795243296650);
  });

  it('says which ids cannot well be anything else', () => {
    const [sure] = readPasted('req-e47eb72beef3').ids;
    const [perhaps] = readPasted('fraud_detector_v2').ids;
    expect(sure && isSurelyId(sure)).toBe(true);
    expect(perhaps && isSurelyId(perhaps)).toBe(false);
  });

  const hex = (digits: number) =>
    fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits });

  it('law: no text makes it fail, and ids have the form of their kind', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.webUrl({ withQueryParameters: true })),
        (text) => {
          for (const { kind, id } of readPasted(text).ids) {
            if (kind === 'trace') expect(id).toMatch(/^[0-9a-f]{32}$/);
            else if (kind === 'span') expect(id).toMatch(/^[0-9a-f]{16}$/);
            else expect(id.length).toBeGreaterThan(0);
          }
        },
      ),
    );
  });

  it('law: a trace id is found in whatever it is wrapped', () => {
    const wrap = fc.constantFrom<(id: string) => string>(
      (id) => id,
      (id) => `"${id}"`,
      (id) => `{"a":{"traceID":"${id}"}}`,
      (id) => `trace_id=${id}`,
      (id) => `https://jaeger/trace/${id}`,
      (id) => `00-${id}-${SPAN}-01`,
      (id) => `  ${id.toUpperCase()}\n`,
    );
    fc.assert(
      fc.property(hex(32), wrap, (id, inside) => {
        fc.pre(!/^0+$/.test(id));
        expect(readPasted(inside(id)).ids).toContainEqual({ kind: 'trace', id });
      }),
    );
  });

  it('law: what was read is read the same again', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          hex(16),
          hex(32),
          hex(12).map((id) => `req-${id}`),
          fc.uuid(),
        ),
        (text) => {
          for (const { kind, id } of readPasted(text).ids) expect(readPasted(id).ids).toContainEqual({ kind, id });
        },
      ),
    );
  });

  it('reads a line of a megabyte in a moment', () => {
    const started = performance.now();
    readPasted(`{"stack":"${'a=b '.repeat(300_000)}`);
    readPasted('a'.repeat(1_000_000));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
