import { describe, expect, it } from 'vitest';
import { QueryCache } from '@/lib/server/cache';
import { AppError } from '@/lib/server/errors';
import { isSimpleFilter, unscoped } from '@/lib/server/tempo/catalog';
import { tempoClient } from '@/lib/server/tempo/client';
import { parseTraceId, toHexId } from '@/lib/server/tempo/ids';
import { errorOf } from '../../error-of';
import {
  FakeUpstream,
  fakeSource,
  halfOpen,
  html,
  json,
  malformed,
  never,
  recording,
  replay,
  text,
} from '../../fake-upstream';

const fake = FakeUpstream.forTests();

const NOW = 1_800_000_000_000;
const range = { startMs: NOW - 3_600_000, endMs: NOW };
const client = (overrides = {}) =>
  tempoClient(fakeSource('tempo', fake.url, overrides), { cache: new QueryCache(), nowMs: () => NOW });
const ID = '0123456789abcdef0123456789abcdef';
const V2 = `/api/v2/traces/${ID}`;
const V1 = `/api/traces/${ID}`;
const span = (fields: object) => ({
  name: 's',
  startTimeUnixNano: '1799999999000000000',
  endTimeUnixNano: '1799999999001500000',
  ...fields,
});
const batch = (spans: object[], service = 'cart') => ({
  resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
  scopeSpans: [{ scope: { name: 'lib' }, spans }],
});

describe('the five', () => {
  it('happy: a search gives traces, newest first, ids padded', async () => {
    fake.on('/api/search', replay(recording('tempo', 'search-traceql')));
    const { value, why } = await client().search('{}', range, never());
    expect(value.every(({ traceId }) => /^[0-9a-f]{32}$/.test(traceId))).toBe(true);
    expect(value.map(({ startMs }) => startMs)).toEqual(value.map(({ startMs }) => startMs).sort((a, b) => b - a));
    expect(value[0]?.spans[0]).toMatchObject({ name: 'model.infer', attributes: { model_name: 'fraud_detector' } });
    expect(why.language).toBe('traceql');
    expect(fake.last.method).toBe('GET');
  });
  it('empty: TRAP traces may be absent', async () => {
    fake.on('/api/search', json({ metrics: {} }));
    expect((await client().search('{}', range, never())).value).toEqual([]);
  });
  it('refused: TRAP errors are plain text without a content type, 500 too may be about the query', async () => {
    fake.on('/api/search', (_request, response) => {
      response.writeHead(400);
      response.end('invalid TraceQL query: parse error at line 1, col 21: syntax error');
    });
    const error = await errorOf(client().search('{', range, never()));
    expect(error.details.position).toEqual({ line: 1, column: 21 });
    fake.on('/api/search', text('unsupported combination of operators', 500));
    expect((await errorOf(client().search('{', range, never()))).message).toContain('unsupported combination');
  });
  it('malformed: broken JSON, a web page, a wrong form', async () => {
    for (const behaviour of [malformed(), html(), json({ traces: [{ traceID: 5 }] })]) {
      fake.on('/api/search', behaviour);
      expect((await errorOf(client().search('{}', range, never()))).code).toBe('upstream_malformed');
    }
  });
  it('slow: times out', async () => {
    fake.on('/api/search', halfOpen());
    expect((await errorOf(client({ timeoutMs: 100 }).search('{}', range, never()))).code).toBe('upstream_timeout');
  });
});

describe('search', () => {
  const ask = async (asked: Parameters<ReturnType<typeof client>['search']>[1]) => {
    fake.on('/api/search', json({ traces: [] }));
    const answer = await client().search('{ a = 1 }', asked, never());
    return { answer, params: fake.last.params };
  };
  it('TRAP times are whole seconds, both always sent; q and spss are the names', async () => {
    const { params } = await ask({ startMs: NOW - 1_500, endMs: NOW + 1 });
    expect(Object.fromEntries(params)).toEqual({
      q: '{ a = 1 }',
      start: '1799999998',
      end: '1800000001',
      limit: '21',
      spss: '3',
    });
  });
  it('TRAP ranges beyond 168 hours are refused: the newest part is searched, and that is said', async () => {
    const { answer, params } = await ask({ startMs: NOW - 30 * 86_400_000, endMs: NOW + 1 });
    expect(Number(params.get('end')) - Number(params.get('start'))).toBe(168 * 3600);
    expect(answer.why.truncated).toContain('Only the last 168 hours');
  });
  it('TRAP spss=0 slips past the bound and limit=0 is invalid: neither is ever sent', async () => {
    expect((await ask({ ...range, spansPerTrace: 0, limit: 0 })).params.get('spss')).toBe('1');
    expect(fake.last.params.get('limit')).toBe('2');
    expect((await ask({ ...range, spansPerTrace: 1_000, limit: 1e9 })).params.get('spss')).toBe('100');
    expect(fake.last.params.get('limit')).toBe('1001');
  });
  it('TRAP times beyond 32 bits are refused: a range of ten years from 0 stays inside', async () => {
    const { params } = await ask({ startMs: 8_640_000_000_000_000 - 1, endMs: 8_640_000_000_000_000 });
    expect(Number(params.get('end'))).toBeLessThan(2 ** 32);
    expect(Number(params.get('start'))).toBeLessThan(Number(params.get('end')));
  });
  it('TRAP results are the first found, not the newest: the hint asks for them, and older servers are asked without', async () => {
    fake.on('/api/search', (request, response, socket) =>
      (request.params.get('q')?.includes('with (') ? text('parse error at line 1, col 9', 400) : json({ traces: [] }))(
        request,
        response,
        socket,
      ),
    );
    await client().search('{}', { ...range, mostRecent: true }, never());
    expect(fake.seen.map(({ params }) => params.get('q'))).toEqual(['{} with (most_recent=true)', '{}']);
  });
  it('TRAP no partial flag: jobs that did not run are said, unless the limit ended the search', async () => {
    const traces = [
      { traceID: '1', startTimeUnixNano: '1' },
      { traceID: '2', startTimeUnixNano: '2' },
    ];
    fake.on('/api/search', json({ traces, metrics: { completedJobs: 3, totalJobs: 7 } }));
    expect((await client().search('{}', range, never())).why.truncated).toBe('Tempo searched 3 of 7 parts.');
    expect((await client().search('{}', { ...range, limit: 1 }, never())).why.truncated).toContain(
      'Only 1 traces are here',
    );
  });
  it('TRAP a root that has not arrived has a stand-in name, durations of 0 are absent, ids lose their zeros', async () => {
    fake.on(
      '/api/search',
      json({
        traces: [
          {
            traceID: 'AB',
            rootServiceName: '<root span not yet received>',
            spanSets: [
              { spans: [{ spanID: '1' }], matched: 9, attributes: [{ key: 'by(x)', value: { stringValue: 'y' } }] },
            ],
            serviceStats: { cart: { spanCount: 2, errorCount: 1 } },
          },
        ],
      }),
    );
    expect((await client().search('{}', range, never())).value).toEqual([
      {
        traceId: 'ab'.padStart(32, '0'),
        rootServiceName: null,
        rootName: null,
        startMs: 0,
        durationMs: 0,
        spans: [{ spanId: '0000000000000001', name: '', startMs: 0, durationMs: 0, attributes: { 'by(x)': 'y' } }],
        matched: 9,
        services: [{ name: 'cart', spanCount: 2, errorCount: 1 }],
      },
    ]);
  });
});

describe('one trace', () => {
  it('TRAP not found is 200 without spans in v2 and 404 in v1', async () => {
    fake.on(V2, json({ trace: {}, metrics: {} }));
    expect((await errorOf(client().trace(ID, {}, never()))).code).toBe('not_found');
    fake.on(V2, text('404 page not found', 404));
    fake.on(V1, text('', 404));
    expect((await errorOf(client().trace(ID, {}, never()))).code).toBe('not_found');
  });
  it('TRAP before 2.6 there is only v1, whose key is batches', async () => {
    fake.on(V1, json({ batches: [batch([span({ spanId: 'AAAAAAAAAAE=' })])] }));
    const { value } = await client().trace(ID, {}, never());
    expect(value.spans[0]).toMatchObject({
      spanId: '0000000000000001',
      parentSpanId: null,
      serviceName: 'cart',
      kind: 'unspecified',
      statusCode: 'unset',
      durationMs: 1.5,
    });
    expect(fake.seen.map(({ path }) => path)).toEqual([V2, V1]);
  });
  it('TRAP PARTIAL comes with a message, which is said', async () => {
    fake.on(
      V2,
      json({
        trace: { resourceSpans: [batch([span({})])] },
        status: 'PARTIAL',
        message: 'Trace exceeds maximum size of 5000000 bytes',
      }),
    );
    const { value, why } = await client().trace(ID, {}, never());
    expect(value).toMatchObject({ partial: true, message: expect.stringContaining('5000000') });
    expect(why.truncated).toContain('left spans out: Trace exceeds maximum size');
  });
  it('TRAP a wrong window hides a trace: it is padded by an hour, and given up when nothing is found', async () => {
    fake.on(V2, (request, response, socket) =>
      json(request.params.has('start') ? { trace: {} } : { trace: { resourceSpans: [batch([span({})])] } })(
        request,
        response,
        socket,
      ),
    );
    expect((await client().trace(ID, { around: range }, never())).value.spans).toHaveLength(1);
    expect(fake.seen[0]?.params.get('start')).toBe(String(NOW / 1000 - 7_200));
    expect(fake.seen).toHaveLength(2);
  });
  it('TRAP ids are base64, hex or empty, told by length; enums are words or numbers; zero times stay exact', async () => {
    fake.on(
      V2,
      json({
        trace: {
          resourceSpans: [
            batch([
              span({
                spanId: '00f067aa0ba902b7',
                parentSpanId: '0000000000000000',
                kind: 2,
                status: { code: 2, message: 'boom' },
              }),
              span({
                spanId: 'APBnqgupArc=',
                parentSpanId: '',
                kind: 'SPAN_KIND_CLIENT',
                status: { code: 'STATUS_CODE_OK' },
                startTimeUnixNano: '1799999999000000001',
                endTimeUnixNano: '1799999998000000000',
              }),
              span({
                spanId: 'APBnqgupArg=',
                parentSpanId: 'APBnqgupArc=',
                kind: 'client',
                links: [{ traceId: 'AAAAAAAAAAAAAAAAAAAAAQ==', spanId: 'AAAAAAAAAAE=' }],
                startTimeUnixNano: '1799999999000000002',
              }),
            ]),
          ],
        },
      }),
    );
    const { spans } = (await client().trace(ID, {}, never())).value;
    expect(spans.map(({ spanId, parentSpanId }) => [spanId, parentSpanId])).toEqual([
      ['00f067aa0ba902b7', null],
      ['00f067aa0ba902b7', null],
      ['00f067aa0ba902b8', '00f067aa0ba902b7'],
    ]);
    expect(spans.map(({ kind, statusCode }) => [kind, statusCode])).toEqual([
      ['server', 'error'],
      ['client', 'ok'],
      ['client', 'unset'],
    ]);
    expect(spans[1]).toMatchObject({ startNs: '1799999999000000001', durationMs: -1000.000001 });
    expect(spans[2]?.links).toEqual([
      { traceId: '00000000000000000000000000000001', spanId: '0000000000000001', attributes: {} },
    ]);
  });
  it('reads every kind of attribute', async () => {
    const values: [string, object | undefined][] = [
      ['text', { stringValue: '<b>' }],
      ['int', { intValue: '45' }],
      ['huge', { intValue: '9223372036854775807' }],
      ['zero', { intValue: '0' }],
      ['no', { boolValue: false }],
      ['double', { doubleValue: 0.5 }],
      ['nan', { doubleValue: 'NaN' }],
      ['list', { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } }],
      ['empty list', { arrayValue: {} }],
      ['map', { kvlistValue: { values: [{ key: 'k', value: { boolValue: true } }] } }],
      ['nothing', {}],
      ['missing', undefined],
      ['__proto__', { stringValue: 'x' }],
    ];
    fake.on(
      V2,
      json({
        trace: { resourceSpans: [batch([span({ attributes: values.map(([key, value]) => ({ key, value })) })])] },
      }),
    );
    const attributes = (await client().trace(ID, {}, never())).value.spans[0]?.attributes ?? {};
    expect({ ...attributes }).toMatchObject({
      text: '<b>',
      int: 45,
      huge: '9223372036854775807',
      zero: 0,
      no: false,
      double: 0.5,
      nan: null,
      list: '["a",1]',
      'empty list': '[]',
      map: '{"k":true}',
      nothing: null,
      missing: null,
    });
    expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
  });
  it('reads blocks older than OTLP 0.15, and 20,000 spans in a second', async () => {
    fake.on(V2, json({ trace: { resourceSpans: [{ instrumentationLibrarySpans: [{ spans: [span({})] }] }] } }));
    expect((await client().trace(ID, {}, never())).value.spans).toHaveLength(1);
    const many = Array.from({ length: 20_000 }, (_, n) =>
      span({
        spanId: (n + 1).toString(16).padStart(16, '0'),
        startTimeUnixNano: String(1_799_999_999_000_000_000n - BigInt(n)),
      }),
    );
    fake.on(V2, json({ trace: { resourceSpans: [batch(many)] } }));
    const { spans } = (await client().trace(ID, {}, never())).value;
    expect(spans).toHaveLength(20_000);
    expect(spans.every((one, n) => n === 0 || BigInt(one.startNs) >= BigInt(spans[n - 1]?.startNs ?? '0'))).toBe(true);
  });
  it('takes an id in any case and without its zeros, and refuses what is none before asking', async () => {
    expect(parseTraceId(' 0123456789ABCDEF-0123-4567-89abcdef '.replace(/-(?=0123-)/, ''))).toBe(ID);
    expect(parseTraceId('abc')).toBe('abc'.padStart(32, '0'));
    for (const bad of ['', 'zz', '0', '0'.repeat(32), `${ID}0`, '../..', '"} ||'])
      expect(() => parseTraceId(bad)).toThrow(AppError);
    expect((await errorOf(client().trace('../../x', {}, never()))).code).toBe('bad_request');
    expect(fake.seen).toHaveLength(0);
    expect(toHexId(undefined, 8)).toBeNull();
  });
  it('TRAP v1 refuses a trace over its size with 422, which is said with what to do', async () => {
    fake.on(V1, text('trace exceeds max size (max bytes: 5000000)', 422));
    expect((await errorOf(client().trace(ID, {}, never()))).message).toMatch(/exceeds max size.*max_bytes_per_trace/);
  });
});

describe('metrics', () => {
  const series = (fields: object) =>
    json({ series: [{ labels: [{ key: 'span.model_version', value: { stringValue: '2.4.0' } }], ...fields }] });
  it('TRAP a value of 0 is absent, a missing interval too, and a point may lie before the start', async () => {
    fake.on(
      '/api/metrics/query_range',
      series({
        samples: [
          { timestampMs: String(NOW - 180_000), value: 9 },
          { timestampMs: String(NOW - 120_000) },
          { timestampMs: String(NOW), value: 'NaN' },
        ],
      }),
    );
    const { value } = await client().metricsRange(
      '{} | rate()',
      { startMs: NOW - 120_000, endMs: NOW, stepMs: 60_000 },
      never(),
    );
    expect(value.set.series).toEqual([{ labels: { 'span.model_version': '2.4.0' }, values: [0, null, null] }]);
  });
  it('TRAP the step is a Go duration, which knows no days; times are seconds', async () => {
    fake.on('/api/metrics/query_range', series({}));
    await client().metricsRange(
      '{} | rate()',
      { startMs: NOW - 86_400_000 * 20, endMs: NOW, stepMs: 86_400_000 },
      never(),
    );
    expect(fake.last.params.get('step')).toBe('86400s');
    expect(fake.last.params.get('start')).toMatch(/^\d{10}$/);
  });
  it('TRAP no exemplars parameter means the most: none are given unless asked for, ids padded', async () => {
    fake.on(
      '/api/metrics/query_range',
      series({
        exemplars: [
          { labels: [{ key: 'trace:id', value: { stringValue: 'AB' } }], value: 0.5, timestampMs: '1000' },
          { labels: [], timestampMs: '1' },
        ],
      }),
    );
    expect((await client().metricsRange('{} | rate()', range, never())).value.exemplars).toEqual([]);
    expect(fake.last.params.has('exemplars')).toBe(false);
    const { exemplars } = (await client().metricsRange('{} | rate()', { ...range, exemplars: 5 }, never())).value;
    expect(exemplars).toEqual([
      {
        labels: { 'span.model_version': '2.4.0' },
        traceId: 'ab'.padStart(32, '0'),
        spanId: null,
        timeMs: 1000,
        value: 0.5,
      },
    ]);
  });
  it('says a partial answer', async () => {
    fake.on(
      '/api/metrics/query',
      json({ series: [], status: 'PARTIAL', message: 'Response exceeds maximum series limit of 5' }),
    );
    expect((await client().metricsInstant('{} | rate()', range, never())).why.truncated).toContain(
      'maximum series limit of 5',
    );
  });
  it('TRAP the range of metrics is bounded at 3 or 24 hours: said with what to do', async () => {
    fake.on('/api/metrics/query', text('metrics query time range exceeds the maximum allowed duration of 3h0m0s', 400));
    expect((await errorOf(client().metricsInstant('{} | rate()', range, never()))).message).toMatch(
      /3h0m0s.*shorter range/,
    );
  });
  it('TRAP compare(): totals have the value nil, and attributes cut at topN say so', async () => {
    const one = (type: string, key: string, value: string, count?: number) => ({
      labels: [
        { key: '__meta_type', value: { stringValue: type } },
        { key, value: { stringValue: value } },
      ],
      ...(count === undefined ? {} : { value: count }),
    });
    fake.on(
      '/api/metrics/query',
      json({
        series: [
          one('baseline', 'span.source', 'redis', 90),
          one('selection', 'span.source', 'redis', 1),
          one('selection', 'span.source', 'db', 9),
          one('baseline', 'span.source', 'db'),
          one('baseline_total', 'span.source', 'nil', 90),
          one('selection_total', 'span.source', 'nil', 10),
          {
            labels: [
              { key: '__meta_error', value: { stringValue: '__too_many_values__' } },
              { key: 'span.request_id', value: { stringValue: 'nil' } },
            ],
          },
        ],
      }),
    );
    expect((await client().compare('{} | compare({ status = error })', range, never())).value).toEqual([
      { name: 'span.request_id', baselineTotal: 0, selectionTotal: 0, values: [], cut: true },
      {
        name: 'span.source',
        baselineTotal: 90,
        selectionTotal: 10,
        values: [
          { value: 'db', baseline: 0, selection: 9 },
          { value: 'redis', baseline: 90, selection: 1 },
        ],
        cut: false,
      },
    ]);
  });
});

describe('tags and values', () => {
  it('older servers are asked for their first version', async () => {
    fake.on('/api/search/tags', json({ tagNames: ['b', 'a'] }));
    fake.on('/api/search/tag/model_version/values', json({ tagValues: ['2'] }));
    expect((await client().tags(range, never())).value).toEqual([{ scope: 'any', tags: ['a', 'b'] }]);
    expect((await client().tagValues('span.model_version', range, never())).value).toEqual([
      { type: 'string', value: '2' },
    ]);
  });
  it('TRAP a filter that is too complex is ignored in silence: it is left out, and that is said', async () => {
    fake.on(
      '/api/v2/search/tag/span.a/values',
      json({
        tagValues: [
          { type: 'int', value: '200' },
          { type: 'odd', value: 'x' },
        ],
      }),
    );
    const simple = await client().tagValues('span.a', { ...range, filter: '{ span.b = "x || }" }' }, never());
    expect(fake.last.params.get('q')).toBe('{ span.b = "x || }" }');
    expect(simple.value.map(({ type }) => type)).toEqual(['int', 'string']);
    const complex = await client().tagValues('span.a', { ...range, filter: '{ a } || { b }' }, never());
    expect(fake.last.params.has('q')).toBe(false);
    expect(complex.why.warnings).toEqual([expect.stringContaining('too complex')]);
    expect(isSimpleFilter('{ a = `x` }')).toBe(false);
  });
  it('a hostile field stays one part of the path', async () => {
    fake.on(/./, json({ tagValues: [] }));
    await client().tagValues('span."a/../b"', range, never());
    expect(fake.last.path).toBe('/api/v2/search/tag/span.%22a%2F..%2Fb%22/values');
    expect(unscoped('span."a b"')).toBe('a b');
    expect(unscoped('.foo')).toBe('foo');
    expect(unscoped('status')).toBe('status');
  });
});

describe('what it is', () => {
  it.each([
    ['2.4.1', false, false, 0],
    ['2.6.0', true, false, 0],
    ['2.8.2', true, true, 0],
    ['3.0.3', true, true, 30_000],
  ])('TRAP 3.0 never shows the last 30 s: version %s', async (version, instantMetrics, mostRecent, cutoffMs) => {
    fake.on('/api/status/buildinfo', json({ version }));
    expect(await client().flavour(never())).toMatchObject({
      version,
      features: { instantMetrics, mostRecent },
      cutoffMs,
    });
  });
  it('TRAP a build without a version is told by its endpoints', async () => {
    fake.on('/api/status/buildinfo', json({ version: '' }));
    expect((await client().flavour(never())).features.instantMetrics).toBe(false);
    fake.on('/api/metrics/query', text('localblocks processor not found', 500));
    expect((await client().flavour(never())).features.instantMetrics).toBe(true);
  });
});
