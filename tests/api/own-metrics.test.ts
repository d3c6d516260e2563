import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GET as getHealth } from '@/app/api/health/route';
import { GET as getTraffic } from '@/app/api/models/[model]/traffic/route';
import { GET as getMetrics } from '@/app/metrics/route';
import { getConfig } from '@/lib/server/config';
import { routeName } from '@/lib/server/console/metrics';
import { db } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { createRun, newRun } from '@/lib/server/synthetic/store';
import { call, type Lab, NOW_MS, useConfig as pointAt, startLab } from './console';

const text = async (): Promise<string> => {
  const response = await getMetrics(new Request('http://127.0.0.1/metrics'));
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('version=0.0.4');
  return response.text();
};

const sampleOf = (exposition: string, series: string): number | null => {
  const line = exposition.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? null : Number(line.slice(series.length + 1));
};

describe('/metrics of the console', () => {
  let lab: Lab;
  let down = false;
  beforeAll(async () => {
    lab = await startLab(1_800_000, () => down);
    pointAt(`
sources:
  prometheus: { url: '${lab.url}/prometheus', scrapeInterval: 30s }
models:
  - name: 'fraud "detector"'
    synthetic: { url: 'http://127.0.0.1:1/predict' }
  - name: reco
    synthetic: { url: 'http://127.0.0.1:1/predict' }
`);
    await migrate(getConfig().database.url);
  });
  afterAll(async () => {
    await db().close();
    await lab.close();
  });

  it('passes promtool check metrics, with checks and without', async () => {
    const run = newRun({
      id: randomUUID(),
      model: 'fraud "detector"',
      origin: 'schedule',
      askedByName: null,
      askedAtMs: NOW_MS,
      host: 'h',
    });
    const [metric, trace, log] = run.signals;
    if (metric === undefined || trace === undefined || log === undefined) throw new Error('three signals');
    await db().write((transaction) =>
      createRun(transaction, {
        ...run,
        sentAtMs: NOW_MS,
        settledAtMs: NOW_MS + 60_000,
        outcome: 'incomplete',
        answer: { state: 'ok', status: 200, elapsedMs: 41, reason: null, text: '' },
        signals: [
          { ...metric, state: 'seen', seenAfterMs: 15_000 },
          { ...trace, state: 'missing' },
          { ...log, state: 'unknown' },
        ],
      }),
    );
    const exposition = await text();
    execFileSync('promtool', ['check', 'metrics'], { input: exposition });
    const own = '{model_name="fraud \\"detector\\""}';
    const signal = (name: string) => `{model_name="fraud \\"detector\\"",signal="${name}"}`;
    expect(sampleOf(exposition, `windsock_synthetic_success${own}`)).toBe(1);
    expect(sampleOf(exposition, `windsock_synthetic_duration_seconds${own}`)).toBe(0.041);
    expect(sampleOf(exposition, `windsock_synthetic_last_run_timestamp_seconds${own}`)).toBe(NOW_MS / 1000);
    expect(sampleOf(exposition, `windsock_synthetic_seen_seconds${signal('metric')}`)).toBe(15);
    expect(sampleOf(exposition, `windsock_synthetic_found${signal('metric')}`)).toBe(1);
    expect(sampleOf(exposition, `windsock_synthetic_found${signal('trace')}`)).toBe(0);
    // Not known is not zero.
    expect(sampleOf(exposition, `windsock_synthetic_found${signal('log')}`)).toBeNull();
    expect(exposition).not.toContain('model_name="reco"');
  });

  it('counts what the console asks of its sources, what its cache saved, and how its routes answer', async () => {
    const range = { startMs: NOW_MS - 600_000, endMs: NOW_MS };
    const asked = { path: { model: 'reco' }, query: range };
    const route = 'windsock_http_request_duration_seconds_count{method="GET",route="/api/test",status="2xx"}';
    const upstream =
      'windsock_upstream_request_duration_seconds_count{kind="prometheus",source="Prometheus",outcome="ok"}';
    const hits = 'windsock_query_cache_answers_total{result="hit"}';
    const before = await text();
    expect((await call(getTraffic, asked)).status).toBe(200);
    const after = await text();
    const grown = (series: string) => (sampleOf(after, series) ?? 0) - (sampleOf(before, series) ?? 0);
    expect(grown(route)).toBe(1);
    expect(grown(upstream)).toBe(lab.taken().length);
    await call(getTraffic, asked);
    expect(sampleOf(await text(), hits)).toBeGreaterThan(sampleOf(after, hits) ?? 0);
    down = true;
    expect((await call(getTraffic, { ...asked, query: { ...range, endMs: NOW_MS - 60_000 } })).status).toBe(502);
    down = false;
    const failed = await text();
    expect(
      sampleOf(failed, 'windsock_http_request_duration_seconds_count{method="GET",route="/api/test",status="5xx"}'),
    ).toBe(1);
    expect(sampleOf(failed, upstream.replace('"ok"', '"upstream_rejected"'))).toBeGreaterThan(0);
    expect((await call(getHealth)).status).toBe(200);
  });

  it('names routes by their parameters, so that their number stays that of the files', () => {
    expect(routeName('/api/models/fraud%20x/traffic', { model: 'fraud x' })).toBe('/api/models/{model}/traffic');
    expect(routeName('/api/models/fraud%20x/traffic', { model: 'fraud%20x' })).toBe('/api/models/{model}/traffic');
    expect(routeName('/api/fleet', {})).toBe('/api/fleet');
    expect(routeName('/api/traces/%E0%A4%A', { traceId: 'other' })).toBe('/api/traces/%E0%A4%A');
  });
});
