import { describe, expect, it } from 'vitest';
import { QueryCache } from '@/lib/server/cache';
import { labelPathPart } from '@/lib/server/prometheus/catalog';
import { prometheusClient } from '@/lib/server/prometheus/client';
import { flavourOf } from '@/lib/server/prometheus/flavour';
import { atLeast } from '@/lib/server/upstream/version';
import { FakeUpstream, fakeSource, json, never, text } from '../../fake-upstream';

const fake = FakeUpstream.forTests();

const NOW = 1_800_000_000_000;
const range = { startMs: NOW - 3_600_000, endMs: NOW };
const client = () =>
  prometheusClient(fakeSource('prometheus', fake.url), { cache: new QueryCache(), nowMs: () => NOW });
const ok = (data: unknown, extra = {}) => json({ status: 'success', data, ...extra });

describe('names and series', () => {
  it('TRAP metadata and labels default to all time: start and end are always sent, with one more than the limit', async () => {
    fake.on('/api/v1/labels', ok(['a', 'b', 'c']));
    const answer = await client().labels({ ...range, match: ['x'], limit: 2 }, never());
    expect(answer.value).toEqual(['a', 'b']);
    expect(answer.why.truncated).toContain('there are more');
    expect(Object.fromEntries(fake.last.params)).toEqual({
      start: '1799996400',
      end: '1800000000',
      'match[]': 'x',
      limit: '3',
    });
  });
  it('TRAP label values take no form: a long matcher stays in the address', async () => {
    fake.on('/api/v1/label/model_name/values', ok(['m']));
    const match = [`x{a="${'y'.repeat(3_000)}"}`];
    expect((await client().labelValues('model_name', { ...range, match }, never())).value).toEqual(['m']);
    expect(fake.last.method).toBe('GET');
  });
  it('TRAP odd label names are escaped for the path; they cannot climb out of it', () => {
    expect(labelPathPart('http.status')).toBe('U__http_2e_status');
    expect(labelPathPart('a_b-c')).toBe('U__a__b_2d_c');
    expect(labelPathPart('..')).toBe('U___2e__2e_');
    expect(labelPathPart('😀/')).toBe('U___1f600__2f_');
    expect(() => labelPathPart('')).toThrow();
    expect(() => labelPathPart('\ud800')).toThrow();
  });
  it('TRAP limit=0 on metadata means none: no limit is sent', async () => {
    fake.on('/api/v1/metadata', ok({ x: [{ type: 'counter', help: 'h', unit: '' }] }));
    expect((await client().metadata({}, never())).value.x?.[0]?.type).toBe('counter');
    expect(fake.last.params.has('limit')).toBe(false);
  });
  it('TRAP v2.50.0 wrote metadata keys with capitals', async () => {
    fake.on('/api/v1/metadata', ok({ x: [{ Type: 'gauge', Help: 'h', Unit: 's' }] }));
    expect((await client().metadata({ metric: 'x' }, never())).value).toEqual({
      x: [{ type: 'gauge', help: 'h', unit: 's' }],
    });
  });
});

describe('rules, alerts, targets', () => {
  it('TRAP year 1 is never, state unknown exists, alerts may be null', async () => {
    const rule = {
      type: 'alerting',
      name: 'A',
      query: 'x',
      duration: 30,
      state: 'unknown',
      alerts: null,
      health: 'unknown',
      lastEvaluation: '0001-01-01T00:00:00Z',
    };
    fake.on('/api/v1/rules', ok({ groups: [{ name: 'g', file: 'f', interval: 15, rules: [rule] }] }));
    const { value } = await client().rules({ type: 'alert' }, never());
    expect(fake.last.params.get('type')).toBe('alert');
    expect(fake.last.method).toBe('GET');
    expect(value[0]).toMatchObject({ name: 'g', intervalMs: 15_000 });
    expect(value[0]?.rules[0]).toMatchObject({ state: 'unknown', forMs: 30_000, alerts: [], lastEvaluationMs: null });
  });
  it('TRAP the value of an alert is in exponent form; a state from a newer version is unknown', async () => {
    fake.on(
      '/api/v1/alerts',
      ok({
        alerts: [
          {
            labels: {},
            annotations: {},
            state: 'firing',
            activeAt: '2026-11-21T03:19:53.874702296+02:00',
            value: '1e+00',
          },
          { state: 'novel', value: '+Inf' },
        ],
      }),
    );
    const { value } = await client().alerts(never());
    expect(value[0]).toMatchObject({
      value: 1,
      activeAtMs: Date.parse('2026-11-21T01:19:53.874Z'),
      keepFiringSinceMs: null,
    });
    expect(value[1]).toMatchObject({ value: null, state: 'unknown', labels: {}, activeAtMs: null });
  });
  it('TRAP targets can be many megabytes: only active ones are asked for, in the address; durations are float seconds', async () => {
    fake.on(
      '/api/v1/targets',
      ok({
        activeTargets: [
          {
            labels: { job: 'a' },
            health: 'down',
            lastError: 'refused',
            lastScrapeDuration: 0.25,
            scrapeInterval: '1m30s',
          },
        ],
        droppedTargetCounts: { a: 2, b: 3 },
      }),
    );
    const { value } = await client().targets(never());
    expect(fake.last.params.get('state')).toBe('active');
    expect(value.droppedCount).toBe(5);
    expect(value.active[0]).toMatchObject({
      health: 'down',
      lastError: 'refused',
      lastScrapeDurationMs: 250,
      scrapeIntervalMs: 90_000,
      lastScrapeMs: null,
    });
  });
  it('TRAP the key is seriesCountByLabelValuePair', async () => {
    fake.on(
      '/api/v1/status/tsdb',
      ok({
        headStats: { numSeries: 1, minTime: 2, maxTime: 3 },
        seriesCountByLabelValuePair: [{ name: 'a=b', value: 4 }],
      }),
    );
    expect((await client().tsdbStatus(5, never()))?.value).toMatchObject({
      headStats: { series: 1, startMs: 2, endMs: 3 },
      seriesCountByLabelValuePair: [{ name: 'a=b', value: 4 }],
      seriesCountByMetricName: [],
    });
  });
  it('is null, not an error, where a flavour has no such endpoint', async () => {
    fake.on(/status|alertmanagers/, text('404 page not found', 404));
    expect(await client().tsdbStatus(5, never())).toBeNull();
    expect(await client().flags(never())).toBeNull();
    expect(await client().retention(never())).toBeNull();
    expect(await client().alertmanagers(never())).toBeNull();
    expect((await client().flavour(never())).name).toBe('unknown');
  });
  it('reads flags and retention', async () => {
    fake.on('/api/v1/status/flags', ok({ 'enable-feature': 'exemplar-storage' }));
    fake.on('/api/v1/status/runtimeinfo', ok({ storageRetention: '15d' }));
    expect(await client().flags(never())).toEqual({ 'enable-feature': 'exemplar-storage' });
    expect(await client().retention(never())).toBe('15d');
  });
});

describe('readiness', () => {
  it('is an answer to the simplest query, on every flavour', async () => {
    fake.on('/api/v1/query', ok({ resultType: 'scalar', result: [1, '1'] }));
    expect((await client().ready(never())).elapsedMs).toBeGreaterThanOrEqual(0);
    fake.on('/api/v1/query', text('Service Unavailable', 503));
    await expect(client().ready(never())).rejects.toMatchObject({ code: 'upstream_unreachable' });
  });
});

describe('flavour', () => {
  it.each([
    ['Prometheus 3.5 of Debian', { version: '3.5.3+ds1', revision: 'x', goVersion: 'go1' }, 'prometheus', true],
    ['Prometheus 2.42', { version: '2.42.0', revision: 'x', goVersion: 'go1' }, 'prometheus', false],
    ['Mimir', { application: 'Grafana Mimir', version: '2.14.0', revision: 'x', goVersion: 'go1' }, 'mimir', false],
    ['Thanos', { version: '0.37.1', revision: 'x', goVersion: 'go1' }, 'thanos', false],
    ['VictoriaMetrics', { version: '2.24.0' }, 'victoriametrics', false],
    ['older VictoriaMetrics', {}, 'victoriametrics', false],
    ['another product', { application: 'Elasticsearch', version: '8.0' }, 'unknown', false],
    ['no answer', null, 'unknown', false],
  ] as const)('%s is told by its build info', (_name, build, name, utf8Names) => {
    const flavour = flavourOf(build);
    expect(flavour.name).toBe(name);
    expect(flavour.features.utf8Names).toBe(utf8Names);
  });
  it('compares versions by number, and takes a build without one for the newest', () => {
    expect(atLeast('3.10.0', '3.9')).toBe(true);
    expect(atLeast('v2.9.4', '2.10')).toBe(false);
    expect(atLeast('HEAD-1a2b', '3.0')).toBe(true);
    expect(atLeast('', '3.0')).toBe(true);
  });
});
