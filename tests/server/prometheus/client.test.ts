import { describe, expect, it } from 'vitest';
import { SeriesSet } from '@/lib/contracts/series';
import { whyOf } from '@/lib/server/answer';
import { QueryCache } from '@/lib/server/cache';
import { prometheusClient } from '@/lib/server/prometheus/client';
import { gridOf } from '@/lib/server/prometheus/grid';
import { errorOf } from '../../error-of';
import {
  type Behaviour,
  FakeUpstream,
  fakeSource,
  halfOpen,
  html,
  json,
  malformed,
  never,
  noContent,
  recording,
  replay,
  slow,
  text,
} from '../../fake-upstream';

const fake = FakeUpstream.forTests();

const NOW = 1_800_000_000_000;
const clientOf = (overrides = {}, cache = new QueryCache(), nowMs = () => NOW) =>
  prometheusClient(fakeSource('prometheus', fake.url, overrides), { cache, nowMs });
const vector = (result: unknown[], extra = {}) =>
  json({ status: 'success', data: { resultType: 'vector', result }, ...extra });

describe('the five', () => {
  it('happy: reads samples, and tells how they came', async () => {
    fake.on('/api/v1/query', replay(recording('prometheus', 'query-vector-rps')));
    const answer = await clientOf().instant('sum(x)', NOW, never());
    expect(answer.value[0]).toEqual({
      labels: { model_name: 'fraud_detector', model_version: '2.4.0' },
      value: expect.any(Number),
    });
    expect(whyOf(answer, 'requests')).toMatchObject({
      purpose: 'requests',
      source: 'Prometheus',
      kind: 'prometheus',
      language: 'promql',
      query: 'sum(x)',
      endMs: NOW,
      stepMs: null,
      cached: false,
      truncated: null,
      warnings: [],
    });
    expect(fake.last.params.get('time')).toBe('1800000000');
  });
  it('empty: no series is an empty list', async () => {
    fake.on('/api/v1/query', replay(recording('prometheus', 'query-empty')));
    expect((await clientOf().instant('nope', NOW, never())).value).toEqual([]);
  });
  it('refused: the query is blamed with its place', async () => {
    fake.on('/api/v1/query', replay(recording('prometheus', 'query-parse-error')));
    const error = await errorOf(clientOf().instant('sum by (', NOW, never()));
    expect(error.code).toBe('upstream_rejected');
    expect(error.message).toContain('unclosed left parenthesis');
    expect(error.details.position).toEqual({ line: 1, column: 9 });
  });
  it('malformed: broken JSON, a web page and a wrong form are said', async () => {
    for (const behaviour of [
      malformed(),
      html(),
      json({ status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [1] }] } }),
    ]) {
      fake.on('/api/v1/query', behaviour);
      expect((await errorOf(clientOf().instant('x', NOW, never()))).code).toBe('upstream_malformed');
    }
  });
  it('slow: times out, and the upstream sees the reader leave', async () => {
    fake.on('/api/v1/query', halfOpen());
    expect((await errorOf(clientOf({ timeoutMs: 150 }).instant('x', NOW, never()))).code).toBe('upstream_timeout');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(fake.aborted).toBe(1);
  });
});

describe('values', () => {
  it('TRAP Number("+Inf") is NaN: NaN and infinities are not measured, exponents are', async () => {
    const values = ['NaN', '+Inf', '-Inf', '1e+21', '1e-07', '0', '-1.5'];
    fake.on('/api/v1/query', vector(values.map((value, n) => ({ metric: { n: String(n) }, value: [1, value] }))));
    const { value } = await clientOf().instant('x', NOW, never());
    expect(value.map((sample) => sample.value)).toEqual([null, null, null, 1e21, 1e-7, 0, -1.5]);
  });
  it('TRAP a sample may hold a histogram instead of a value: not measured, with a warning, and its buckets on request', async () => {
    fake.on(
      '/api/v1/query',
      vector([
        {
          metric: {},
          histogram: [
            1,
            {
              count: '42',
              sum: '3.4',
              buckets: [
                [0, '0.5', '1', '21'],
                [3, '-Inf', '0', '0.5'],
              ],
            },
          ],
        },
      ]),
    );
    const answer = await clientOf().instant('x', NOW, never());
    expect(answer.value).toEqual([{ labels: {}, value: null }]);
    expect(answer.why.warnings[0]).toContain('native histograms');
    const native = await clientOf().nativeHistograms('x', NOW, never());
    expect(native.value[0]).toEqual({
      labels: {},
      count: 42,
      sum: 3.4,
      buckets: [
        { lower: 0.5, upper: 1, lowerInclusive: false, upperInclusive: true, count: 21 },
        { lower: null, upper: 0, lowerInclusive: true, upperInclusive: true, count: 0.5 },
      ],
    });
  });
  it('TRAP series.values may be absent: a matrix of histograms is all gaps, with a warning', async () => {
    fake.on(
      '/api/v1/query_range',
      json({
        status: 'success',
        data: { resultType: 'matrix', result: [{ metric: {}, histograms: [[NOW / 1000, { count: '1', sum: '1' }]] }] },
      }),
    );
    const answer = await clientOf().range('x', { startMs: NOW - 60_000, endMs: NOW, stepMs: 30_000 }, never());
    expect(answer.value.series).toEqual([{ labels: {}, values: [null, null, null] }]);
    expect(answer.why.warnings).toHaveLength(1);
  });
  it('a scalar is one sample without labels; a text and a range are refused by their kind', async () => {
    fake.on('/api/v1/query', replay(recording('prometheus', 'query-scalar')));
    expect((await clientOf().instant('1+1', NOW, never())).value).toEqual([{ labels: {}, value: 2 }]);
    fake.on('/api/v1/query', replay(recording('prometheus', 'query-string')));
    expect((await errorOf(clientOf().instant('"x"', NOW, never()))).message).toContain('gives a text');
    fake.on('/api/v1/query', replay(recording('prometheus', 'query-range-matrix-selector')));
    expect((await errorOf(clientOf().instant('x[1m]', NOW, never()))).message).toContain('values over a range');
  });
});

describe('ranges', () => {
  const grid: Behaviour = (request, response, socket) => {
    const [start, end, step] = ['start', 'end', 'step'].map((name) => Number(request.params.get(name)));
    const values: [number, string][] = [];
    // The value of a point is its own time, and every third is missing.
    for (let at = start ?? 0; at <= (end ?? 0); at += step ?? 1)
      if ((at / (step ?? 1)) % 3 !== 0) values.push([at, String(at)]);
    return json({ status: 'success', data: { resultType: 'matrix', result: [{ metric: { a: '1' }, values }] } })(
      request,
      response,
      socket,
    );
  };

  it('TRAP the server does not align: start and end are multiples of the step, missing points are gaps', async () => {
    fake.on('/api/v1/query_range', grid);
    const { value, why } = await clientOf().range(
      'x',
      { startMs: NOW - 100_123, endMs: NOW + 7, stepMs: 15_000 },
      never(),
    );
    expect(SeriesSet.parse(value)).toEqual(value);
    expect(value.startMs % 15_000).toBe(0);
    expect(value.series[0]?.values.every((v, i) => v === null || v * 1000 === value.startMs + i * 15_000)).toBe(true);
    expect(value.series[0]?.values).toContain(null);
    expect(why).toMatchObject({ stepMs: 15_000, startMs: value.startMs });
  });
  it('TRAP 11,000 points: ten years at a step of one second become a step that fits 2,000 points, and that is said', async () => {
    fake.on('/api/v1/query_range', grid);
    const tenYears = 10 * 366 * 86_400_000;
    const { value, why } = await clientOf().range('x', { startMs: NOW - tenYears, endMs: NOW, stepMs: 1_000 }, never());
    expect(value.series[0]?.values.length).toBeLessThanOrEqual(2_000);
    expect(why.warnings.join()).toMatch(/^The step is \d+d instead of 1s/);
  });
  it('chooses no grid over 2,000 points for any range', () => {
    for (const range of [1, 1_000, 3_600_000, 86_400_000 * 30, 10 * 366 * 86_400_000]) {
      for (const stepMs of [undefined, 1, 1_000, 15_000]) {
        const {
          startMs,
          endMs,
          stepMs: step,
        } = gridOf({ startMs: NOW - range, endMs: NOW, ...(stepMs ? { stepMs } : {}) });
        expect((endMs - startMs) / step + 1).toBeLessThanOrEqual(2_000);
      }
    }
  });
  it('asks for the newest minutes only when the older part is known, and the whole is the same', async () => {
    fake.on('/api/v1/query_range', grid);
    const cache = new QueryCache();
    let now = NOW;
    const client = clientOf({}, cache, () => now);
    const range = () => ({ startMs: now - 3_600_000, endMs: now, stepMs: 30_000 });
    const first = await client.range('x', range(), never());
    expect(first.why.cached).toBe(false);
    now += 60_000;
    const second = await client.range('x', range(), never());
    expect(Number(fake.last.params.get('start')) * 1000).toBe(NOW - 300_000 + 30_000);
    expect(second.why.cached).toBe(true);
    expect(second.why.requestUrl).toContain(`start=${(now - 3_600_000) / 1000}`);
    const fresh = await clientOf({}, new QueryCache(), () => now).range('x', range(), never());
    expect(second.value).toEqual(fresh.value);
  });
  it('many viewers of one grid, at once and a little later, are one upstream request', async () => {
    fake.on('/api/v1/query_range', grid);
    const cache = new QueryCache();
    const client = clientOf({}, cache, () => NOW);
    const range = { startMs: NOW - 3_600_000, endMs: NOW, stepMs: 30_000 };
    const [first, ...others] = await Promise.all(Array.from({ length: 100 }, () => client.range('x', range, never())));
    const later = await client.range('x', range, never());
    expect(fake.seen).toHaveLength(1);
    expect(first?.why.cached).toBe(false);
    for (const other of [...others, later]) {
      expect(other.why.cached).toBe(true);
      expect(other.value).toBe(first?.value);
    }
  });
  it('a range that one of two readers leaves goes on for the other', async () => {
    fake.on('/api/v1/query_range', slow(80, grid));
    const client = clientOf();
    const range = { startMs: NOW - 3_600_000, endMs: NOW, stepMs: 30_000 };
    const leaver = new AbortController();
    const left = client.range('x', range, leaver.signal).catch((reason: Error) => reason.name);
    const stayed = client.range('x', range, never());
    setTimeout(() => leaver.abort(), 20);
    expect(await left).toBe('AbortError');
    expect((await stayed).value.series).toHaveLength(1);
    expect(fake.aborted).toBe(0);
  });
  it('joins series that begin or end at the seam, with gaps', async () => {
    let name = 'old';
    fake.on('/api/v1/query_range', (request, response, socket) =>
      json({
        status: 'success',
        data: {
          resultType: 'matrix',
          result: [{ metric: { name }, values: [[Number(request.params.get('start')), '1']] }],
        },
      })(request, response, socket),
    );
    const client = clientOf();
    const range = { startMs: NOW - 600_000, endMs: NOW, stepMs: 60_000 };
    await client.range('x', range, never());
    name = 'new';
    const later = await client.range('x', { ...range, endMs: NOW + 60_000 }, never());
    expect(later.value.series.map(({ labels }) => labels.name)).toEqual(['new', 'old']);
    expect(new Set(later.value.series.map(({ values }) => values.length))).toEqual(new Set([12]));
  });
  it.each(['x @ end()', 'x offset -5m', 'x @ 1700000000', 'max_over_time(x[range()])'])(
    'never puts together a query whose points depend on the range: %s',
    async (query) => {
      fake.on('/api/v1/query_range', grid);
      const cache = new QueryCache();
      let now = NOW;
      const client = clientOf({}, cache, () => now);
      await client.range(query, { startMs: now - 3_600_000, endMs: now, stepMs: 30_000 }, never());
      now += 60_000;
      const { why } = await client.range(query, { startMs: now - 3_600_000, endMs: now, stepMs: 30_000 }, never());
      expect(why.cached).toBe(false);
      expect(Number(fake.last.params.get('start')) * 1000).toBe(now - 3_600_000);
    },
  );
  it('sends a long query as a form', async () => {
    fake.on('/api/v1/query_range', grid);
    await clientOf().range(
      `x{a="${'y'.repeat(5_000)}"}`,
      { startMs: NOW - 60_000, endMs: NOW, stepMs: 15_000 },
      never(),
    );
    expect(fake.last.method).toBe('POST');
    expect(fake.last.params.get('query')).toHaveLength(5_007);
  });
  it('says when there are more series than were asked for', async () => {
    fake.on('/api/v1/query', vector([1, 2, 3].map((n) => ({ metric: { n: String(n) }, value: [1, '1'] }))));
    const answer = await clientOf().instant('x', NOW, never(), 2);
    expect(fake.last.params.get('limit')).toBe('3');
    expect(answer.value).toHaveLength(2);
    expect(answer.why.truncated).toContain('first 2 series');
  });
});

describe('warnings and errors', () => {
  it('TRAP warnings come in random order: without doubles, sorted, infos last', async () => {
    fake.on(
      '/api/v1/query',
      vector([], {
        warnings: ['PromQL warning: b', 'PromQL warning: a', 'PromQL warning: a'],
        infos: ['PromQL info: 0'],
      }),
    );
    const { why } = await clientOf().instant('x', NOW, never());
    expect(why.warnings).toEqual(['PromQL warning: a', 'PromQL warning: b', 'PromQL info: 0']);
  });
  it('TRAP 2.42 to 2.53 put infos among the warnings: known by their prefix', async () => {
    fake.on('/api/v1/query', vector([], { warnings: ['PromQL info: z', 'PromQL warning: a'] }));
    expect((await clientOf().instant('x', NOW, never())).why.warnings).toEqual(['PromQL warning: a', 'PromQL info: z']);
  });
  it('TRAP a dead Thanos store is a 200 with a warning: the answer is said to be incomplete and not kept', async () => {
    fake.on('/api/v1/query', vector([], { warnings: ['No StoreAPIs matched for this query'] }));
    const cache = new QueryCache();
    const { why } = await clientOf({}, cache).instant('x', NOW - 3_600_000, never());
    expect(why.truncated).toContain('may be incomplete: No StoreAPIs matched');
    await clientOf({}, cache).instant('x', NOW - 3_600_000, never());
    expect(fake.seen).toHaveLength(2);
  });
  it('says that a VictoriaMetrics answer is partial', async () => {
    fake.on('/api/v1/query', vector([], { isPartial: true }));
    expect((await clientOf().instant('x', NOW, never())).why.truncated).toContain('may be incomplete');
  });
  it('TRAP unavailable is HTTP 500 and timeout is 503: the errorType decides', async () => {
    fake.on('/api/v1/query', json({ status: 'error', errorType: 'unavailable', error: 'TSDB not ready' }, 500));
    expect((await errorOf(clientOf().instant('x', NOW, never()))).code).toBe('upstream_unreachable');
    fake.on('/api/v1/query', replay(recording('prometheus', 'query-timeout')));
    const error = await errorOf(clientOf().instant('x', NOW, never()));
    expect(error.code).toBe('upstream_timeout');
    expect(error.message).toMatch(/timed out.*shorter range/);
  });
  it('TRAP 499 and 503 for cancelled: never asked again', async () => {
    fake.on('/api/v1/query', json({ status: 'error', errorType: 'canceled', error: 'query was canceled' }, 499));
    await errorOf(clientOf().instant('x', NOW, never()));
    expect(fake.seen).toHaveLength(1);
  });
  it('TRAP plain text 503 while starting: not ready', async () => {
    fake.on('/api/v1/query', text('Service Unavailable', 503, { 'x-prometheus-stopping': 'false' }));
    const error = await errorOf(clientOf().instant('x', NOW, never()));
    expect(error.message).toContain('not ready (503): Service Unavailable');
  });
  it('TRAP 204 is a legal success of exemplars', async () => {
    fake.on('/api/v1/query_exemplars', noContent());
    expect((await clientOf().exemplars('1+1', { startMs: NOW - 1000, endMs: NOW }, never())).value).toEqual([]);
  });
  it('advises when a query reads too many samples', async () => {
    fake.on(
      '/api/v1/query',
      json(
        {
          status: 'error',
          errorType: 'execution',
          error: 'query processing would load too many samples into memory in query execution',
        },
        422,
      ),
    );
    expect((await errorOf(clientOf().instant('x', NOW, never()))).message).toMatch(/too many samples.*shorter range/);
  });
});

describe('exemplars', () => {
  it('TRAP the trace label has many names and may lack leading zeros; both ends of the range are always sent', async () => {
    const labels = [{ trace_id: 'ABC' }, { traceID: '1' }, { TraceID: 'f' }, { other: 'x' }, { trace_id: '"} or' }];
    fake.on(
      '/api/v1/query_exemplars',
      json({
        status: 'success',
        data: [
          { seriesLabels: { a: 'b' }, exemplars: labels.map((one) => ({ labels: one, value: '0.5', timestamp: 1.5 })) },
        ],
      }),
    );
    const { value } = await clientOf().exemplars('x', { startMs: NOW - 1000, endMs: NOW }, never());
    expect(value.map(({ traceId }) => traceId)).toEqual([
      'abc'.padStart(32, '0'),
      '1'.padStart(32, '0'),
      'f'.padStart(32, '0'),
      null,
      null,
    ]);
    expect(value[0]).toMatchObject({ timeMs: 1500, value: 0.5, seriesLabels: { a: 'b' } });
    expect(fake.last.params.get('start')).toBe('1799999999');
  });
});
