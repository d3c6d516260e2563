import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metricStoreFromOpenMetrics } from '@/lab/open-metrics';
import { prometheusEngine } from '@/lab/prometheus/engine';
import { hasPrometheus, type RealPrometheus, startPrometheus } from '../real-prometheus';
import { ask, difference, resultOf } from './prometheus-answers';
import { ERROR_QUERIES, INSTANT_QUERIES, LONG_QUERIES, RANGE_QUERIES } from './prometheus-queries';

/**
 * The lab follows 3.5; Debian 12 has 2.42. Where they differ by design the queries stay clear of it:
 * - windows and lookback are left-open since 3.0: evaluation times lie 7 s beside every sample (samples stand on
 *   multiples of 15 s), and ranges are multiples of 15 s;
 * - since 3.0 rate() bounds the extrapolation to zero after, not before, it looks at the distance to the window's
 *   start: rates are taken of series that reach back beyond their window;
 * - atan2 kept the metric name of its left side: it is put to nameless series;
 * - four error texts were worded differently: see `asOf242`;
 * - mad_over_time, sort_by_label, histogram_fraction over classic buckets and the ts_of functions came after 2.42.
 */
const file = fileURLToPath(new URL('../fixtures/corpus/data/metrics.om', import.meta.url));
const { from, to } = JSON.parse(readFileSync(new URL('../fixtures/corpus/data/range.json', import.meta.url), 'utf8'));
const time = to - 8;
const range = { start: from + 307, end: to - 8, step: 20 };
const engine = prometheusEngine(metricStoreFromOpenMetrics(readFileSync(file, 'utf8')));

/** An answer of 3.5 in the words of 2.42, where they differ. */
const asOf242 = (body: string, path = ''): unknown =>
  JSON.parse(
    body
      .replace('`^(?s:', '`^(?:')
      .replace('in offset, expected number, duration, or step()', 'in offset, expected duration')
      .replace('invalid time value for', 'Invalid time value for')
      // query_range did not say which parameter a bad query was.
      .replace(path === '/api/v1/query_range' ? 'invalid parameter \\"query\\": ' : /$^/, ''),
  );

const present = hasPrometheus();
if (!present) console.warn('SKIPPED: no prometheus and promtool here; the lab is not compared with a real server.');

describe.skipIf(!present)('the lab agrees with the Prometheus of this machine', () => {
  let real: RealPrometheus;
  beforeAll(async () => {
    real = await startPrometheus({ openMetricsFile: file, flags: ['--enable-feature=promql-negative-offset'] });
  });
  afterAll(async () => real.stop());

  const askReal = async (
    path: string,
    params: Record<string, string | number>,
  ): Promise<{ status: number; body: string }> => {
    const search = new URLSearchParams(Object.entries(params).map(([name, value]) => [name, String(value)]));
    const answer = await fetch(`${real.url}${path}?${search}`);
    return { status: answer.status, body: await answer.text() };
  };

  it.each(INSTANT_QUERIES)('at one time: %s', async (query) => {
    const expected = resultOf((await askReal('/api/v1/query', { query, time })).body);
    const actual = resultOf((await ask(engine, '/api/v1/query', { query, time })).body);
    expect(difference(actual, expected, /^(topk|bottomk|sort)/.test(query))).toBeNull();
    expect(expected.result.length).toBeGreaterThan(0);
  });

  it.each(RANGE_QUERIES)('over a range: %s', async (query) => {
    const expected = resultOf((await askReal('/api/v1/query_range', { query, ...range })).body);
    const actual = resultOf((await ask(engine, '/api/v1/query_range', { query, ...range })).body);
    expect(difference(actual, expected, true)).toBeNull();
  });

  it.each(ERROR_QUERIES)('refuses: %s', async (query) => {
    const expected = await askReal('/api/v1/query', { query, time });
    const actual = await ask(engine, '/api/v1/query', { query, time });
    expect(asOf242(actual.body)).toEqual(JSON.parse(expected.body));
    expect(actual.status).toBe(expected.status);
    expect(actual.status).not.toBe(200);
  });

  it('lists the same series, labels and values', async () => {
    const window = { start: from, end: to };
    for (const [path, params] of [
      ['/api/v1/series', { 'match[]': '{__name__=~"inference_.+",le!="+Inf"}', ...window }],
      ['/api/v1/labels', window],
      ['/api/v1/labels', { 'match[]': 'inference_requests_total', ...window }],
      ['/api/v1/label/model_version/values', window],
      ['/api/v1/label/__name__/values', { 'match[]': '{feature!=""}', ...window }],
      ['/api/v1/label/nope/values', window],
    ] as const) {
      const expected = JSON.parse((await askReal(path, params)).body);
      const actual = JSON.parse((await ask(engine, path, params)).body);
      expect(actual, path).toEqual(expected);
    }
  });

  it('refuses bad parameters in the same words', async () => {
    for (const [path, params] of [
      ['/api/v1/query', { query: 'up', time: 'yesterday' }],
      ['/api/v1/query', {}],
      ['/api/v1/query', { query: ' ' }],
      ['/api/v1/query', { query: 'up', timeout: 'soon' }],
      ['/api/v1/query_range', { query: 'up', start: 'x', end: 1, step: 1 }],
      ['/api/v1/query_range', { query: 'up', start: 2, end: 1, step: 1 }],
      ['/api/v1/query_range', { query: 'up', start: 1, end: 2, step: 0 }],
      ['/api/v1/query_range', { query: 'up', start: 1, end: 2, step: 'x' }],
      ['/api/v1/query_range', { query: 'up', start: 1, end: 11_002, step: 1 }],
      ['/api/v1/query_range', { query: 'up[5m]', start: 1, end: 2, step: 1 }],
      ['/api/v1/query_range', { query: '"x"', start: 1, end: 2, step: 1 }],
      ['/api/v1/query_range', { query: 'up{', start: 1, end: 2, step: 1 }],
      ['/api/v1/query_range', { query: 'up', start: 1, end: 2, step: '1h30' }],
      ['/api/v1/query_range', { query: 'up', start: 1, end: '2026-01-01', step: 1 }],
      ['/api/v1/query_range', { start: 1, end: 2, step: 1 }],
      ['/api/v1/query_exemplars', { query: 'up{' }],
      ['/api/v1/query_exemplars', { query: 'up', start: 2, end: 1 }],
      ['/api/v1/query_exemplars', { query: 'up', start: 'x', end: 1 }],
      ['/api/v1/format_query', { query: 'up{' }],
      ['/api/v1/labels', { 'match[]': 'up{', start: 'x' }],
      ['/api/v1/labels', { 'match[]': 'rate(up[5m])' }],
      ['/api/v1/label/job/values', { start: 'x' }],
      ['/api/v1/metadata', { limit: 'x' }],
      ['/api/v1/series', {}],
      ['/api/v1/series', { 'match[]': '{a=""}' }],
      ['/api/v1/series', { 'match[]': 'up{' }],
      ['/api/v1/rules', { type: 'x' }],
    ] as const) {
      const expected = await askReal(path, params);
      const actual = await ask(engine, path, params);
      expect(asOf242(actual.body, path), `${path} ${JSON.stringify(params)}`).toEqual(JSON.parse(expected.body));
      expect(actual.status).toBe(expected.status);
    }
  });

  it('prints queries alike', async () => {
    for (const query of [...INSTANT_QUERIES, ...RANGE_QUERIES, ...LONG_QUERIES]) {
      const expected = JSON.parse((await askReal('/api/v1/format_query', { query })).body);
      const actual = JSON.parse((await ask(engine, '/api/v1/format_query', { query })).body);
      expect(actual.data, query).toBe(expected.data);
    }
  });
});
