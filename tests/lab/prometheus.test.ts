import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MemoryMetricStore } from '@/lab/memory-metrics';
import { prometheusEngine } from '@/lab/prometheus/engine';
import type { Labels, Series } from '@/lab/stores';
import { ask, labRequest, series } from './prometheus-answers';

const every = (stepS: number, count: number, of: (index: number) => number): [number, number][] =>
  Array.from({ length: count }, (_, index) => [index * stepS, of(index)]);

const recording = (name: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/recordings/prometheus/${name}.json`, import.meta.url), 'utf8'));

const vectorOf = (body: string): Record<string, string> =>
  Object.fromEntries(
    JSON.parse(body).data.result.map((one: { metric: Labels; value: [number, string] }) => [
      JSON.stringify(one.metric),
      one.value[1],
    ]),
  );

describe('what 3.x does otherwise than 2.42', () => {
  const engine = prometheusEngine(
    new MemoryMetricStore({
      series: [
        series(
          { __name__: 'c_total', job: 'a' },
          every(15, 41, (index) => index * 3),
        ),
      ],
    }),
  );

  it('leaves the left end of a window open', async () => {
    const at = async (query: string) => vectorOf((await ask(engine, '/api/v1/query', { query, time: 300 })).body);
    expect(await at('count_over_time(c_total[1m])')).toEqual({ '{"job":"a"}': '4' });
    expect(await at('count_over_time(c_total[15s])')).toEqual({ '{"job":"a"}': '1' });
    expect(await at('count_over_time(c_total[1m:15s])')).toEqual({ '{"job":"a"}': '4' });
    expect(await at('rate(c_total[15s])')).toEqual({});
  });

  it('looks back five minutes, the last of them excluded', async () => {
    const at = async (time: number) =>
      JSON.parse((await ask(engine, '/api/v1/query', { query: 'c_total', time })).body);
    expect((await at(899.999)).data.result).toHaveLength(1);
    expect((await at(900)).data.result).toHaveLength(0);
  });

  it('takes lookback_delta from the request', async () => {
    const { body } = await ask(engine, '/api/v1/query', { query: 'c_total', time: 640, lookback_delta: '30s' });
    expect(JSON.parse(body).data.result).toEqual([]);
  });

  it('extrapolates a rate to both ends of the window', async () => {
    const { body } = await ask(engine, '/api/v1/query', { query: 'increase(c_total[1m])', time: 307 });
    expect(vectorOf(body)).toEqual({ '{"job":"a"}': '12' });
  });
});

describe('staleness', () => {
  const values = new Float64Array([1, 2, 0, 4]);
  new BigUint64Array(values.buffer)[2] = 0x7ff0000000000002n;
  const stale: Series = {
    labels: { __name__: 'g' },
    timesMs: Float64Array.from([0, 15_000, 30_000, 120_000]),
    values,
  };
  const engine = prometheusEngine(new MemoryMetricStore({ series: [stale] }));

  it('ends a series at its marker and lets it begin again', async () => {
    const { body } = await ask(engine, '/api/v1/query_range', { query: 'g', start: 0, end: 120, step: 15 });
    expect(JSON.parse(body).data.result[0].values).toEqual([
      [0, '1'],
      [15, '2'],
      [120, '4'],
    ]);
  });

  it('does not count the marker in a window', async () => {
    const { body } = await ask(engine, '/api/v1/query', { query: 'count_over_time(g[5m])', time: 120 });
    expect(vectorOf(body)).toEqual({ '{}': '3' });
  });
});

describe('answers in the form of the recordings of 3.5', () => {
  const rules = recording('rules').response.body.data.groups;
  const targets = recording('targets').response.body.data.activeTargets;
  const labels = (le: string): Labels => ({ __name__: 'inference_latency_seconds_bucket', model_name: 'm', le });
  const engine = prometheusEngine(
    new MemoryMetricStore({
      series: [
        series(
          { __name__: 'in_flight_requests', job: 'a' },
          every(15, 41, () => 1),
        ),
        series(
          { __name__: 'inference_requests_total', instance: 'x', status: 'ok' },
          every(15, 41, (index) => index),
        ),
        series(
          { __name__: 'inference_requests_total', instance: 'x', status: 'error' },
          every(15, 41, () => 0),
        ),
        series(
          { __name__: 'up', instance: 'x' },
          every(15, 41, () => 1),
        ),
        series(
          labels('0.1'),
          every(15, 41, (index) => index),
        ),
      ],
      exemplars: [
        { seriesLabels: labels('0.1'), labels: { trace_id: 'b' }, value: 0.05, timestampMs: 20_250 },
        { seriesLabels: labels('0.1'), labels: { trace_id: 'a' }, value: 0.07, timestampMs: 10_000 },
      ],
      metadata: new Map([
        ['up', { type: 'gauge', help: 'Up.', unit: '' }],
        ['inference_requests', { type: 'counter', help: '', unit: '' }],
      ]),
      ruleGroups: () => rules,
      targets: () => targets,
    }),
  );
  const get = async (path: string, params: Record<string, string | number | string[]> = {}) => {
    const answer = await ask(engine, path, params, 600_000);
    return { status: answer.status, body: JSON.parse(answer.body) };
  };

  it.each([
    'query-bad-time',
    'query-parse-error',
    'query-range-too-many-points',
    'query-scalar',
    'query-string',
    'query-inf',
    'query-empty',
    'format-query',
  ])('%s', async (name) => {
    const { request, response } = recording(name);
    const answer = await get(request.path, request.query);
    expect(answer).toEqual({ status: response.status, body: response.body });
  });

  it('informs of a rate of what may be no counter', async () => {
    const { body } = await get('/api/v1/query', { query: 'rate(in_flight_requests[5m])', time: 600 });
    expect(body.infos).toEqual(recording('query-info-rate-of-gauge').response.body.infos);
  });

  it('warns of a histogram without le', async () => {
    const { body } = await get('/api/v1/query', {
      query: 'histogram_quantile(0.9, rate(inference_requests_total[5m]))',
      time: 600,
    });
    expect(body).toEqual(recording('query-warning-histogram').response.body);
  });

  it('names both series of a match that is not unique', async () => {
    const { status, body } = await get('/api/v1/query', {
      query: 'up * on(instance) group_left inference_requests_total',
      time: 600,
    });
    expect(status).toBe(422);
    expect(body.errorType).toBe('execution');
    expect(body.error).toBe(
      'found duplicate series for the match group {instance="x"} on the right hand-side of the operation: [{__name__="inference_requests_total", instance="x", status="error"}, {__name__="inference_requests_total", instance="x", status="ok"}];many-to-many matching not allowed: matching labels must be unique on one side',
    );
  });

  it('gives up in time', async () => {
    let now = 0;
    const slow = prometheusEngine(new MemoryMetricStore({ series: [series({ __name__: 'a' }, [[0, 1]])] }), () => {
      now += 10;
      return now;
    });
    const answer = await ask(slow, '/api/v1/query', { query: 'a', time: 1, timeout: '1ms' });
    expect({ status: answer.status, body: JSON.parse(answer.body) }).toEqual({
      status: 503,
      body: recording('query-timeout').response.body,
    });
  });

  it('refuses a query that would hold too much', async () => {
    const wide = await get('/api/v1/query', { query: 'count_over_time(up[3y:1s])', time: 600 });
    expect(wide.status).toBe(422);
    expect(wide.body.error).toBe('query processing would load too many samples into memory in query execution');
  });

  it('says what it does not know as the server does', async () => {
    const answer = await ask(engine, '/api/v1/nope', {});
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toBe(recording('not-found').response.contentType);
    expect(answer.body).toBe(recording('not-found').response.body);
  });

  it('says what the lab leaves out by its name', async () => {
    for (const query of ['limitk(2, up)', 'info(up)', 'up[5m * 2]', 'histogram_count(up)']) {
      const { status, body } = await get('/api/v1/query', { query, time: 600 });
      expect(status, query).toBe(422);
      expect(body.error, query).toContain('the lab does not support');
    }
    expect((await get('/api/v1/status/config')).body.error).toContain('the lab does not support');
  });

  it('cuts lists and results at the limit, and warns', async () => {
    const warnings = ['results truncated due to limit'];
    const names = await get('/api/v1/label/__name__/values', { limit: 2 });
    expect(names.body).toEqual({
      status: 'success',
      data: ['in_flight_requests', 'inference_latency_seconds_bucket'],
      warnings,
    });
    const whole = await get('/api/v1/labels', { limit: 6 });
    expect(whole.body).toEqual({
      status: 'success',
      data: ['__name__', 'instance', 'job', 'le', 'model_name', 'status'],
    });
    const result = await get('/api/v1/query', { query: 'inference_requests_total', time: 600, limit: 1 });
    expect(result.body.data.result).toHaveLength(1);
    expect(result.body.warnings).toEqual(warnings);
  });

  it('gives the exemplars of every selector, oldest first, and none without a selector', async () => {
    const query = 'histogram_quantile(0.9, sum by (le) (rate(inference_latency_seconds_bucket[5m]))) or up';
    const { body } = await get('/api/v1/query_exemplars', { query, start: 0, end: 600 });
    expect(body.data).toEqual([
      {
        seriesLabels: { __name__: 'inference_latency_seconds_bucket', le: '0.1', model_name: 'm' },
        exemplars: [
          { labels: { trace_id: 'a' }, value: '0.07', timestamp: 10 },
          { labels: { trace_id: 'b' }, value: '0.05', timestamp: 20.25 },
        ],
      },
    ]);
    expect((await ask(engine, '/api/v1/query_exemplars', { query: '1 + 1' })).status).toBe(204);
  });

  it('answers metadata, where a limit of zero is none', async () => {
    expect((await get('/api/v1/metadata', { metric: 'up' })).body.data).toEqual({
      up: [{ type: 'gauge', help: 'Up.', unit: '' }],
    });
    expect((await get('/api/v1/metadata', { limit: 0 })).body.data).toEqual({});
  });

  it('filters rules as the server does', async () => {
    const alerts = await get('/api/v1/rules', { type: 'alert' });
    const expected = recording('rules-alert-only').response.body.data.groups;
    const names = (groups: { rules: { name: string }[] }[]) =>
      groups.flatMap((group) => group.rules.map(({ name }) => name));
    expect(names(alerts.body.data.groups)).toEqual(names(expected));
    const quiet = await get('/api/v1/rules', { exclude_alerts: 'true', 'rule_name[]': 'LatencyP95High' });
    expect(quiet.body.data.groups[0].rules).toMatchObject([{ name: 'LatencyP95High', alerts: null }]);
    expect((await get('/api/v1/rules', { 'rule_group[]': 'nope' })).body.data.groups).toEqual([]);
    const severe = await get('/api/v1/rules', { 'match[]': '{severity="critical"}' });
    expect(names(severe.body.data.groups)).toContain('HighErrorRateFastBurn');
    expect(names(severe.body.data.groups)).not.toContain('LatencyP95High');
  });

  it('gives the active alerts of all rules', async () => {
    const { body } = await get('/api/v1/alerts');
    expect(body.data.alerts.map((alert: { labels: Labels }) => alert.labels.alertname)).toEqual(
      recording('alerts').response.body.data.alerts.map((alert: { labels: Labels }) => alert.labels.alertname),
    );
  });

  it('filters targets by state and pool', async () => {
    const { body } = await get('/api/v1/targets', { state: 'active', scrapePool: 'ml-service' });
    expect(body.data.activeTargets).toHaveLength(1);
    expect(body.data.droppedTargetCounts).toEqual({ 'ml-service': 0 });
    expect((await get('/api/v1/targets', { state: 'dropped' })).body.data.activeTargets).toEqual([]);
  });

  it('counts the head', async () => {
    const { body } = await get('/api/v1/status/tsdb', { limit: 1 });
    expect(body.data).toEqual({
      headStats: { numSeries: 5, numLabelPairs: 10, chunkCount: 5, minTime: 0, maxTime: 600_000 },
      seriesCountByMetricName: [{ name: 'inference_requests_total', value: 2 }],
      labelValueCountByLabelName: [{ name: '__name__', value: 4 }],
      memoryInBytesByLabelName: [{ name: '__name__', value: 100 }],
      seriesCountByLabelValuePair: [{ name: 'instance=x', value: 3 }],
    });
    expect(Object.keys((await get('/api/v1/status/buildinfo')).body.data)).toEqual(
      Object.keys(recording('buildinfo').response.body.data),
    );
  });

  it('takes a form where the server takes one', async () => {
    const form = new URLSearchParams({ query: 'up', time: '600' });
    expect((await engine(labRequest('/api/v1/query', form, 0, 'POST'))).status).toBe(200);
    expect((await engine(labRequest('/api/v1/rules', form, 0, 'POST'))).status).toBe(405);
  });

  it('reads an escaped label name from the path', async () => {
    expect((await get('/api/v1/label/U__model__name/values')).body.data).toEqual(['m']);
    expect((await get('/api/v1/label/model%5Fname/values')).body.data).toEqual(['m']);
  });

  it('adds statistics where they are asked for', async () => {
    const { body } = await get('/api/v1/query', { query: 'count_over_time(up[1m])', time: 600, stats: 'all' });
    expect(body.data.stats.samples.totalQueryableSamples).toBe(4);
    expect((await get('/api/v1/query', { query: 'up', time: 600 })).body.data.stats).toBeUndefined();
  });
});

describe('functions that 2.42 does not have', () => {
  const buckets = [10, 40, 90, 100].map((count, index) =>
    series({ __name__: 'b', le: ['0.1', '0.2', '0.4', '+Inf'][index] ?? '' }, [[0, count]]),
  );
  const engine = prometheusEngine(
    new MemoryMetricStore({
      series: [
        ...buckets,
        series(
          { __name__: 'g', n: '10' },
          every(10, 5, (index) => [4, 1, 9, 1, 6][index] ?? 0),
        ),
        series(
          { __name__: 'g', n: '9' },
          every(10, 5, () => 1),
        ),
      ],
    }),
  );
  const at = async (query: string) => vectorOf((await ask(engine, '/api/v1/query', { query, time: 40 })).body);

  it('histogram_fraction interpolates within a bucket', async () => {
    expect(await at('histogram_fraction(0, 0.2, b)')).toEqual({ '{}': '0.4' });
    expect(Number((await at('histogram_fraction(0.05, 0.3, b)'))['{}'])).toBeCloseTo(0.6, 12);
    expect(await at('histogram_fraction(0.3, 0.2, b)')).toEqual({ '{}': '0' });
  });

  it('mad_over_time, first_over_time and the times of extremes', async () => {
    expect(await at('mad_over_time(g{n="10"}[1m])')).toEqual({ '{"n":"10"}': '3' });
    expect(await at('first_over_time(g{n="10"}[1m])')).toEqual({ '{"__name__":"g","n":"10"}': '4' });
    expect(await at('ts_of_max_over_time(g{n="10"}[1m])')).toEqual({ '{"n":"10"}': '20' });
    expect(await at('ts_of_min_over_time(g{n="10"}[1m])')).toEqual({ '{"n":"10"}': '30' });
    expect(await at('ts_of_last_over_time(g{n="10"}[1m])')).toEqual({ '{"n":"10"}': '40' });
  });

  it('sort_by_label sorts numbers in names as numbers', async () => {
    expect(Object.keys(await at('sort_by_label(g, "n")'))).toEqual([
      '{"__name__":"g","n":"9"}',
      '{"__name__":"g","n":"10"}',
    ]);
    expect(Object.keys(await at('sort_by_label_desc(g, "n")'))).toEqual([
      '{"__name__":"g","n":"10"}',
      '{"__name__":"g","n":"9"}',
    ]);
  });
});
