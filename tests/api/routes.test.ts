import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GET as events } from '@/app/api/events/route';
import { GET as choices } from '@/app/api/fleet/choices/route';
import { GET as fleet } from '@/app/api/fleet/route';
import { GET as health } from '@/app/api/health/route';
import { GET as jobs } from '@/app/api/jobs/route';
import { GET as errors } from '@/app/api/models/[model]/errors/route';
import { GET as heatmap } from '@/app/api/models/[model]/heatmap/route';
import { GET as inFlight } from '@/app/api/models/[model]/in-flight/route';
import { GET as latency } from '@/app/api/models/[model]/latency/route';
import { GET as stages } from '@/app/api/models/[model]/stages/route';
import { GET as summary } from '@/app/api/models/[model]/summary/route';
import { GET as traffic } from '@/app/api/models/[model]/traffic/route';
import { GET as ready } from '@/app/api/ready/route';
import { GET as sourcesHealth } from '@/app/api/sources/health/route';
import { GET as sources } from '@/app/api/sources/route';
import { ErrorBody } from '@/lib/contracts/error';
import { Events } from '@/lib/contracts/event';
import { Fleet, Jobs, ModelChoices } from '@/lib/contracts/fleet';
import {
  ModelErrors,
  ModelHeatmap,
  ModelInFlight,
  ModelLatency,
  ModelStages,
  ModelSummary,
  ModelTraffic,
} from '@/lib/contracts/model';
import { Health, Readiness, SourcesHealth, SourcesReport } from '@/lib/contracts/source';
import { migrate } from '@/lib/server/db/migrate';
import { call, type Lab, NOW_MS, startLab, useConfig } from './console';

const HOUR_MS = 3_600_000;
const range = { startMs: NOW_MS - HOUR_MS, endMs: NOW_MS };

let lab: Lab;
let isLokiDown = false;
let isPrometheusDown = false;

beforeAll(async () => {
  // Only the clock stands still: sockets and timers go on.
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
  lab = await startLab(30 * HOUR_MS, (engine) => (engine === 'loki' ? isLokiDown : isPrometheusDown));
  useConfig(`
sources:
  prometheus: { url: '${lab.url}/prometheus' }
  loki: { url: '${lab.url}/loki' }
  tempo: { url: '${lab.url}/tempo' }
models:
  - name: fraud_detector
    slos:
      - { kind: availability, objective: 0.99, window: 24h }
  - name: reco
    slos:
      - { kind: latency, objective: 0.95, threshold: 300ms, window: 24h }
`);
  await migrate(process.env.DATABASE_URL ?? '');
}, 120_000);

afterAll(async () => {
  await lab.close();
  vi.useRealTimers();
});

const text = (answer: { parts: { text: string }[] }[]): string =>
  answer.map(({ parts }) => parts.map((part) => part.text).join('')).join('\n');

describe('the fleet', () => {
  it('answers with what is wrong first, and in few queries', async () => {
    await call(sources);
    lab.taken();
    const { status, body } = await call(fleet, { query: { ...range, against: 'day' } });
    expect(status).toBe(200);
    const read = Fleet.parse(body);
    expect(read.rows.map(({ model }) => model)).toEqual(expect.arrayContaining(['fraud_detector', 'reco']));
    expect(read.rows[0]?.model).toBe('fraud_detector');
    expect(read.rows[0]?.status).toBe('bad');
    expect(text(read.answer)).toContain('fraud_detector');
    // Beside them the inputs of each model are computed, once for all readers and again after five minutes.
    const ofFleet = lab.taken().filter(({ query }) => !query?.includes('model_name="'));
    expect(ofFleet.length).toBeLessThanOrEqual(16);
    expect(read.preset).toBe('windsock, found by inference_requests_total');
    expect(read.rows[0]?.versions.map(({ role }) => role)).toEqual(['champion', 'challenger']);
  });

  it('shows the numbers that Prometheus gives for the same questions', async () => {
    const read = Fleet.parse((await call(fleet, { query: range })).body);
    const ask = async (query: string): Promise<number> => {
      const url = new URL(`${lab.url}/prometheus/api/v1/query`);
      url.searchParams.set('query', query);
      url.searchParams.set('time', String(NOW_MS / 1000));
      const answer = await (await fetch(url)).json();
      return Number(answer.data.result[0]?.value[1]);
    };
    for (const row of read.rows) {
      const own = `model_name="${row.model}"`;
      const total = await ask(`sum(increase(inference_requests_total{${own}}[1h]))`);
      const failed = await ask(`sum(increase(inference_requests_total{${own},status="error"}[1h]))`);
      const p95 = await ask(
        `histogram_quantile(0.95, sum by (le) (increase(inference_latency_seconds_bucket{${own}}[1h])))`,
      );
      expect(row.requestsPerSecond).toBeCloseTo(total / 3600, 9);
      expect(row.errorRatio).toBeCloseTo(failed / total, 9);
      expect(row.p95.ms).toBeCloseTo(p95 * 1000, 6);
    }
  });

  it('measures budgets of availability and of latency over their own window', async () => {
    const read = Fleet.parse((await call(fleet, { query: range })).body);
    const budget = (model: string) => read.rows.find((row) => row.model === model)?.budget;
    expect(budget('fraud_detector')).toMatchObject({ objective: 0.99, windowDays: 1 });
    expect(budget('fraud_detector')?.leftRatio).not.toBeNull();
    expect(budget('reco')?.leftRatio).not.toBeNull();
    expect(budget('reco')?.burnRate).not.toBeNull();
    expect(budget('churn_scorer')?.objective).toBeNull();
  });

  it('lists models and versions to choose from', async () => {
    const read = ModelChoices.parse((await call(choices, { query: range })).body);
    expect(read.models.map(({ model }) => model)).toEqual(['churn_scorer', 'fraud_detector', 'reco']);
  });

  it('knows batch jobs and pipelines', async () => {
    const read = Jobs.parse((await call(jobs, { query: range })).body);
    expect(read.jobs.map(({ kind }) => kind).sort()).toEqual(expect.arrayContaining(['batch', 'pipeline']));
    expect(read.gaps).toEqual([]);
  });
});

describe('a model', () => {
  const asked = { path: { model: 'fraud_detector' }, query: range };

  it('has a sentence with intervals', async () => {
    const read = ModelSummary.parse((await call(summary, asked)).body);
    expect(text(read.answer)).toContain('95 % interval');
    expect(read.row.model).toBe('fraud_detector');
  });

  it('has requests and errors by version on one grid', async () => {
    const read = ModelTraffic.parse((await call(traffic, asked)).body);
    expect(read.requestsPerSecond.series.map(({ labels }) => labels.version).sort()).toEqual(['2.3.0', '2.4.0']);
    expect(read.errorRatio.startMs).toBe(read.requestsPerSecond.startMs);
    expect(read.errorRatio.series[0]?.values.length).toBe(read.requestsPerSecond.series[0]?.values.length);
  });

  it('has quantiles that keep their order, a band around P95, and exemplars with traces', async () => {
    const read = ModelLatency.parse((await call(latency, asked)).body);
    const line = (quantile: string) =>
      read.quantiles.series.find(({ labels }) => labels.version === '2.3.0' && labels.quantile === quantile)?.values;
    const p95 = line('0.95') ?? [];
    expect(p95.some((value) => value !== null)).toBe(true);
    p95.forEach((value, i) => {
      if (value !== null) expect(value).toBeLessThanOrEqual(line('0.99')?.[i] ?? Number.NaN);
    });
    const low = read.band.series.find(({ labels }) => labels.version === '2.3.0' && labels.bound === 'low')?.values;
    p95.forEach((value, i) => {
      if (value !== null) expect(low?.[i] ?? Number.NaN).toBeLessThanOrEqual(value);
    });
    expect(read.exemplars.length).toBeGreaterThan(0);
    expect(read.exemplars.length).toBeLessThanOrEqual(300);
    expect(read.exemplars[0]?.traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  it('has a heat map whose cells are no sums', async () => {
    const read = ModelHeatmap.parse((await call(heatmap, asked)).body);
    expect(read.upperBoundsMs.at(-1)).toBeNull();
    expect(read.counts.length).toBe(read.upperBoundsMs.length);
    expect(read.counts.flat().every((value) => value === null || value >= -1e-9)).toBe(true);
  });

  it('says where the time goes, before and after the newest change', async () => {
    const read = ModelStages.parse((await call(stages, asked)).body);
    expect(read.stages.series.map(({ labels }) => labels.stage)).toEqual(
      expect.arrayContaining(['feature_fetch', 'infer', 'other']),
    );
    expect(read.after.feature_fetch).toBeGreaterThan(read.before.feature_fetch ?? Number.NaN);
  });

  it('has requests in flight', async () => {
    const read = ModelInFlight.parse((await call(inFlight, asked)).body);
    expect(read.inFlight.series.length).toBe(2);
  });

  it('has reasons of errors from the logs, with an example and without e-mail addresses', async () => {
    const { status, body } = await call(errors, asked);
    expect(status, JSON.stringify(body)).toBe(200);
    const read = ModelErrors.parse(body);
    expect(read.reasons.length).toBeGreaterThan(0);
    expect(read.total).toBeGreaterThan(0);
    expect(read.reasons.some(({ exampleTraceId }) => exampleTraceId !== null)).toBe(true);
    expect(JSON.stringify(read.reasons)).not.toContain('@example.com');
  });
});

describe('events', () => {
  it('of a long range say that what was short may be missing', async () => {
    const asked = { startMs: NOW_MS - 3652 * 24 * HOUR_MS, endMs: NOW_MS };
    expect(Events.parse((await call(events, { query: asked })).body).truncated).toMatch(/steps of 30\s?d/);
  });

  it('tells the first traffic of a version with its share', async () => {
    const asked = { startMs: NOW_MS - 8 * HOUR_MS, endMs: NOW_MS };
    const read = Events.parse((await call(events, { query: asked })).body);
    expect(read.gaps).toEqual([]);
    expect(read.truncated).toBeNull();
    const version = read.events.find(({ kind, version: own }) => kind === 'version' && own === '2.4.0');
    expect(version?.text).toMatch(/^fraud_detector 2\.4\.0 first traffic/);
    expect(read.events.map(({ atMs }) => atMs)).toEqual(read.events.map(({ atMs }) => atMs).sort((a, b) => a - b));
  });
});

describe('the process and its sources', () => {
  it('is healthy, ready, and says how each source answers', async () => {
    expect(Health.parse((await call(health)).body).status).toBe('ok');
    expect(Readiness.parse((await call(ready)).body)).toMatchObject({ ready: true, database: { status: 'ok' } });
    const read = SourcesHealth.parse((await call(sourcesHealth)).body);
    expect(read.sources.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
  });

  it('reports the signal map', async () => {
    const read = SourcesReport.parse((await call(sources)).body);
    expect(read.preset.id).toBe('windsock');
    expect(read.signals.find(({ signal }) => signal === 'latency')?.present).toBe(true);
    const series = Object.fromEntries(read.signals.map((one) => [one.signal, one.series]));
    expect([series.requests, series.latency, series.inFlight].every((count) => (count ?? 0) > 0)).toBe(true);
    // Failures are told by a label of the counter of requests, so they have no series of their own to count.
    expect(series.errors).toBeNull();
  });
});

describe('bad input is a clear answer', () => {
  const hostile = '"} or vector(1) #';

  it.each([[hostile], ['x'.repeat(1000)], ['fraud_detectr'], ['\u0000\ud800'], ['.*']])(
    'an unknown model: %s',
    async (model) => {
      for (const handler of [summary, traffic, latency, heatmap, stages, inFlight]) {
        const { status, body } = await call(handler, { path: { model }, query: range });
        expect(status).toBe(404);
        expect(ErrorBody.parse(body).error.code).toBe('not_found');
      }
      const read = await call(errors, { path: { model }, query: range });
      expect(read.status, JSON.stringify(read.body)).toBe(200);
      expect(ModelErrors.parse(read.body).reasons).toEqual([]);
    },
  );

  it('names the nearest model', async () => {
    const { body } = await call(traffic, { path: { model: 'fraud_detectr' }, query: range });
    expect(ErrorBody.parse(body).error.message).toContain('fraud_detector');
  });

  it('a label of 5,000 characters is refused by name', async () => {
    const { status, body } = await call(traffic, { path: { model: 'x'.repeat(5000) }, query: range });
    expect(status).toBe(400);
    expect(ErrorBody.parse(body).error.fields).toHaveProperty('model');
  });

  it('ten years are answered within 2,000 points; more are refused', async () => {
    const tenYears = { startMs: NOW_MS - 3652 * 86_400_000, endMs: NOW_MS };
    const { status, body } = await call(traffic, { path: { model: 'reco' }, query: tenYears });
    expect(status).toBe(200);
    const read = ModelTraffic.parse(body);
    expect(read.requestsPerSecond.series[0]?.values.length ?? 0).toBeLessThanOrEqual(2000);
    const longer = { startMs: NOW_MS - 4000 * 86_400_000, endMs: NOW_MS };
    expect((await call(fleet, { query: longer })).status).toBe(400);
    expect((await call(fleet, { query: { startMs: NOW_MS, endMs: NOW_MS - 1 } })).status).toBe(400);
  });
});

describe('a source that fails', () => {
  const long = { startMs: NOW_MS - 2 * HOUR_MS, endMs: NOW_MS };

  it('Loki down: its panel names it, the others go on', async () => {
    isLokiDown = true;
    try {
      const failed = await call(errors, { path: { model: 'reco' }, query: long });
      expect(failed.status).toBe(502);
      expect(ErrorBody.parse(failed.body).error.source).toBe('Loki');
      expect((await call(traffic, { path: { model: 'reco' }, query: long })).status).toBe(200);
    } finally {
      isLokiDown = false;
    }
  });

  it('Prometheus down: events still show notes and say what is left out', async () => {
    isPrometheusDown = true;
    try {
      const older = { startMs: NOW_MS - 3 * HOUR_MS, endMs: NOW_MS - HOUR_MS / 2 };
      const read = Events.parse((await call(events, { query: older })).body);
      expect(read.gaps).toHaveLength(1);
      expect(read.gaps[0]).toMatch(/^Without .*role changes.* and .*alerts: Prometheus failed/);
      const failed = await call(fleet, { query: older });
      expect(failed.status).toBe(502);
      expect(ErrorBody.parse(failed.body).error.source).toBe('Prometheus');
    } finally {
      isPrometheusDown = false;
    }
  });

  it('Prometheus down: it is not said that there are no jobs', async () => {
    isPrometheusDown = true;
    try {
      const older = { startMs: NOW_MS - 4 * HOUR_MS, endMs: NOW_MS - HOUR_MS / 2 };
      const failed = await call(jobs, { query: older });
      expect(failed.status).toBe(502);
      expect(ErrorBody.parse(failed.body).error.source).toBe('Prometheus');
    } finally {
      isPrometheusDown = false;
    }
  });

  it('a source that refuses connections is bad in words, and the process stays ready', async () => {
    const before = process.env.WINDSOCK_CONFIG;
    const database = process.env.DATABASE_URL;
    useConfig("sources:\n  loki: { name: Logs, url: 'http://127.0.0.1:1' }\n");
    process.env.DATABASE_URL = database;
    try {
      const [loki] = SourcesHealth.parse((await call(sourcesHealth)).body).sources;
      expect(loki).toMatchObject({ name: 'Logs', status: 'bad', version: null });
      expect(Readiness.parse((await call(ready)).body).ready).toBe(true);
      const without = await call(fleet, { query: long });
      expect(without.status).toBe(422);
      expect(ErrorBody.parse(without.body).error.code).toBe('not_configured');
      expect(SourcesReport.parse((await call(sources)).body).preset.foundBy).toContain('assumed');
    } finally {
      process.env.WINDSOCK_CONFIG = before;
    }
  });
});
