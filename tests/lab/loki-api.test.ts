import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { lokiEngine } from '@/lab/loki/engine';
import { ask, linesOf, NOW_MS, NOW_NS, storeOf } from './loki-lines';

const PREFIX = '/loki/api/v1';
const store = storeOf([
  { ago: 50, line: '{"status":"ok","ms":12}', labels: { app: 'a', pod: '1' }, metadata: { trace_id: 'abcd' } },
  { ago: 40, line: '{"status":"error","ms":1.5}', labels: { app: 'a', pod: '2' } },
  { ago: 30, line: 'took=2s size=3KB', labels: { app: 'b', pod: '3' } },
]);
const json = async (path: string, params: Record<string, string> = {}, from = store) => {
  const answer = await ask(from, { path, params });
  expect(answer.status, answer.body).toBe(200);
  return JSON.parse(answer.body);
};
const recorded = (name: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/recordings/loki/${name}.json`, import.meta.url), 'utf8')).response;

/** Names of all keys at all depths, those of array items once. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 ? [shape(value[0])] : [];
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shape(item)]));
}

describe('metadata', () => {
  it('lists labels, values and series; nothing found leaves `data` out', async () => {
    expect(await json(`${PREFIX}/labels`)).toEqual({ status: 'success', data: ['app', 'pod'] });
    expect(await json(`${PREFIX}/label/app/values`)).toEqual({ status: 'success', data: ['a', 'b'] });
    expect((await json(`${PREFIX}/label/pod/values`, { query: '{app="a"}' })).data).toEqual(['1', '2']);
    expect(await json(`${PREFIX}/label/nope/values`)).toEqual({ status: 'success' });
    expect((await json(`${PREFIX}/series`)).data).toHaveLength(3);
    expect((await json(`${PREFIX}/series`, { 'match[]': '{app="b"}' })).data).toEqual([{ app: 'b', pod: '3' }]);
  });

  it('counts what a query would read', async () => {
    const stats = await json(`${PREFIX}/index/stats`, { query: '{app="a"}' });
    expect(stats).toMatchObject({ streams: 2, chunks: 2, entries: 2 });
    expect(stats.bytes).toBeGreaterThan(40);
  });

  it('volume_range is a matrix with bucket ends, a vector where there is one bucket', async () => {
    const range = { start: String(NOW_NS - 60_000_000_000n), end: String(NOW_NS) };
    const one = await json(`${PREFIX}/index/volume_range`, { query: '{app=~".+"}', ...range, step: '600' });
    expect(one.data.resultType).toBe('vector');
    const many = await json(`${PREFIX}/index/volume_range`, {
      query: '{app="a", pod=~".+"}',
      ...range,
      step: '10',
      targetLabels: 'app',
    });
    expect(many.data.resultType).toBe('matrix');
    expect(many.data.result[0].values.map(([at]: [number]) => at)).toEqual([1_700_000_559.999, 1_700_000_569.999]);
    const named = await json(`${PREFIX}/index/volume`, { query: '{app=~".+"}', ...range, aggregateBy: 'labels' });
    expect(named.data.result.map((r: { metric: unknown }) => r.metric)).toEqual(
      expect.arrayContaining([{ app: '' }, { pod: '' }]),
    );
  });

  it('detects fields with types and parsers, and labels that are no ids', async () => {
    const { fields, limit } = await json(`${PREFIX}/detected_fields`, { query: '{app=~".+"}' });
    const byName = Object.fromEntries(fields.map((f: { label: string }) => [f.label, f]));
    expect(limit).toBe(1000);
    expect(byName.ms).toEqual({ label: 'ms', type: 'float', cardinality: 2, parsers: ['json'] });
    expect(byName.took).toMatchObject({ type: 'duration', parsers: ['logfmt'] });
    expect(byName.size).toMatchObject({ type: 'bytes' });
    expect(byName.trace_id).toMatchObject({ parsers: null });
    const values = await json(`${PREFIX}/detected_field/status/values`, { query: '{app="a"}' });
    expect(values.values.sort()).toEqual(['error', 'ok']);
    const numbered = storeOf([{ ago: 1, line: 'x', labels: { app: 'a', pod: '1', shard: '7' } }]);
    expect((await json(`${PREFIX}/detected_labels`, {}, numbered)).detectedLabels).toEqual([
      { label: 'app', cardinality: 1 },
      { label: 'pod', cardinality: 1 },
    ]);
  });

  it('finds patterns and counts them by time', async () => {
    const lines = Array.from({ length: 20 }, (_, i) => ({
      ago: 100 - i,
      line: `GET /items/${i} took ${i * 3}ms by user ${'abc'[i % 3]}`,
    }));
    const { data } = await json(`${PREFIX}/patterns`, { query: '{app="a"}', step: '1h' }, storeOf(lines));
    expect(data[0].pattern).toBe('GET <_> took <_> by user <_>');
    expect(data[0].samples.reduce((sum: number, [, count]: [number, number]) => sum + count, 0)).toBe(20);
    const found = await linesOf(storeOf(lines), `{app="a"} |> ${JSON.stringify(data[0].pattern)}`);
    expect(found).toHaveLength(20);
  });

  it('formats queries, and says in JSON why it cannot', async () => {
    expect((await json(`${PREFIX}/format_query`, { query: '{a="b"}|json|x>1' })).data).toBe(
      recorded('format-query').body.data,
    );
    const all =
      'sum by(a)(rate({a="b"}|="x" or "y"!=ip("1.0.0.0/8")|logfmt --strict q="r"|d>1.5s or b<=20KB|unwrap duration(z)|__error__=""[5m] offset 1h))/on(a)group_left(c) vector(2)>bool 1';
    const once = (await json(`${PREFIX}/format_query`, { query: all })).data;
    expect((await json(`${PREFIX}/format_query`, { query: once })).data).toBe(once);
    const bad = await ask(store, { path: `${PREFIX}/format_query`, params: { query: '{' } });
    expect([bad.status, JSON.parse(bad.body).status]).toEqual([400, 'invalid-query']);
  });

  it('has the shapes of the recordings', async () => {
    const engine = lokiEngine(store);
    const get = (path: string) =>
      engine({ method: 'GET', path, params: new URLSearchParams(), headers: {}, body: Buffer.alloc(0), nowMs: NOW_MS });
    expect(shape(JSON.parse((await get(`${PREFIX}/status/buildinfo`)).body))).toEqual(
      shape(recorded('buildinfo').body),
    );
    expect(JSON.parse((await get('/prometheus/api/v1/rules')).body)).toEqual(recorded('rules').body);
    expect((await get('/ready')).body).toBe(recorded('ready').body);
    const stats = async (path: string, query: string) => shape((await json(path, { query })).data.stats);
    const empty = shape(recorded('query-empty').body.data.stats);
    expect(await stats(`${PREFIX}/query_range`, '{app="a"}')).toEqual(empty);
    expect(await stats(`${PREFIX}/query`, 'sum(rate({app="a"}[1m]))')).toEqual(empty);
    expect((await get('/loki/api/v1/drilldown-limits')).status).toBe(404);
  });
});

describe('times', () => {
  const count = async (params: Record<string, string>) =>
    (await json(`${PREFIX}/query_range`, { query: '{app="a"}', ...params })).data.result.length;

  it('takes seconds, nanoseconds, fractions and RFC 3339, and 13 digits as nanoseconds', async () => {
    for (const end of [String(NOW_MS / 1000), String(NOW_NS), `${NOW_MS / 1000}.0`, new Date(NOW_MS).toISOString()]) {
      expect(await count({ end, since: '1m' }), end).toBe(2);
    }
    expect(await count({ start: String(NOW_MS - 60_000), end: String(NOW_MS) })).toBe(0);
  });

  it('start is part of the range, end is not', async () => {
    const at = NOW_NS - 50_000_000_000n;
    expect(await count({ start: String(at), end: String(at + 1n) })).toBe(1);
    expect(await count({ start: String(at - 1n), end: String(at) })).toBe(0);
  });

  it('limits lines in all, newest first unless told, and thins by interval', async () => {
    const many = storeOf(Array.from({ length: 50 }, (_, i) => ({ ago: 50 - i, line: `l${i}` })));
    const lines = async (params: Record<string, string>) =>
      (await json(`${PREFIX}/query_range`, { query: '{app="a"}', ...params }, many)).data.result.flatMap(
        (s: { values: string[][] }) => s.values.map((v) => v[1]),
      );
    expect(await lines({ limit: '2' })).toEqual(['l49', 'l48']);
    expect(await lines({ limit: '2', direction: 'FORWARD' })).toEqual(['l0', 'l1']);
    expect(await lines({ interval: '20', direction: 'forward' })).toEqual(['l0', 'l20', 'l40']);
  });

  it('a line with HTML in it stays one JSON string', async () => {
    const html = storeOf([{ ago: 1, line: '<b>&amp;</b>\u2028' }]);
    const answer = await ask(html, { path: `${PREFIX}/query_range`, params: { query: '{app="a"}' } });
    expect(answer.body).toContain('\\u003cb\\u003e\\u0026amp;');
    expect(JSON.parse(answer.body).data.result[0].values[0][1]).toBe('<b>&amp;</b>\u2028');
  });
});

describe('push', () => {
  const body = (value: unknown) => JSON.stringify({ streams: [{ stream: { app: 'p' }, values: [value] }] });
  const post = (
    text: string | Buffer,
    headers: Record<string, string> = { 'content-type': 'application/json' },
    into = storeOf([]),
  ) =>
    lokiEngine(into)({
      method: 'POST',
      path: `${PREFIX}/push`,
      params: new URLSearchParams(),
      headers,
      body: Buffer.from(text),
      nowMs: NOW_MS,
    });
  const now = String(NOW_NS - 1n);

  it('keeps what it is given, with service_name and detected_level, once', async () => {
    const into = storeOf([]);
    const text = body([now, 'an ERROR occurred', { trace_id: 'abcd' }]);
    const gzip = { 'content-type': 'application/json; charset=utf-8', 'content-encoding': 'gzip' };
    expect(await post(text, undefined, into)).toMatchObject({ status: 204, body: '' });
    expect(await post(gzipSync(text), gzip, into)).toMatchObject({ status: 204 });
    expect(await post(text, gzip, into)).toMatchObject({ status: 204 });
    const [line, ...more] = await linesOf(into, '{app="p"}');
    expect(more).toEqual([]);
    expect(line?.labels).toEqual({ app: 'p', service_name: 'p', trace_id: 'abcd', detected_level: 'error' });
  });

  it('refuses what Loki refuses, in plain text', async () => {
    const refusal = async (text: string, headers?: Record<string, string>) => {
      const { status, body: message } = await post(text, headers);
      return `${status} ${message}`;
    };
    expect(await refusal(body([now, 'x']), { 'content-type': 'text/json' })).toBe('400 snappy: corrupt input');
    expect(await refusal(body([now, 'x']), {})).toBe('400 snappy: corrupt input');
    expect(await refusal('{')).toContain("400 couldn't parse push request");
    expect(await refusal(body([1, 'x']))).toContain('400 loghttp.PushRequest.Streams');
    expect(await refusal(body([now, 'x', { a: 1 }]))).toContain('is not a string');
    expect(await refusal('{"streams":[{"stream":{},"values":[]}]}')).toContain('at least one label pair is required');
    expect(await refusal(body([String(NOW_NS - 8n * 86_400_000_000_000n), 'x']))).toContain(
      'has timestamp too old: 2023-11-06T',
    );
    expect(await refusal(body([String(NOW_NS + 3_600_000_000_000n), 'x']))).toContain(
      'has timestamp too new: 2023-11-14T',
    );
  });

  it('keeps the good entries of a request that is refused in part', async () => {
    const into = storeOf([]);
    const values = [
      ['1', 'old'],
      [now, 'good'],
    ];
    const answer = await post(JSON.stringify({ streams: [{ stream: { app: 'p' }, values }] }), undefined, into);
    expect(answer.status).toBe(400);
    expect((await linesOf(into, '{app="p"}')).map(({ line }) => line)).toEqual(['good']);
  });

  it('is not read with GET', async () => {
    expect((await ask(storeOf([]), { path: `${PREFIX}/push` })).status).toBe(405);
  });
});
