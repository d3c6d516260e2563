import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GET as arms } from '@/app/api/drift/arms/route';
import { GET as consequences } from '@/app/api/drift/consequences/route';
import { GET as feature } from '@/app/api/drift/feature/route';
import { GET as heat } from '@/app/api/drift/heat/route';
import { GET as logs } from '@/app/api/drift/logs/route';
import { GET as output } from '@/app/api/drift/output/route';
import { GET as drift } from '@/app/api/drift/route';
import { GET as fleet } from '@/app/api/fleet/route';
import { GET as quality } from '@/app/api/quality/route';
import type { AnswerText } from '@/lib/contracts/answer';
import {
  DriftArms,
  DriftConsequences,
  DriftFeature,
  DriftHeat,
  DriftLogsLine,
  DriftOutput,
  DriftReport,
} from '@/lib/contracts/drift';
import { Fleet } from '@/lib/contracts/fleet';
import { Quality } from '@/lib/contracts/quality';
import { queryCache } from '@/lib/server/cache';
import { getConfig } from '@/lib/server/config';
import { migrate } from '@/lib/server/db/migrate';
import type { RouteHandler } from '@/lib/server/route';
import { call, type Lab, NOW_MS, startLab, useConfig } from './console';

/** The page of a model owner over the lab, through its routes: what moved, since when, what it means. */

const HOUR_MS = 3_600_000;
let lab: Lab;
let isLokiDown = false;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
  lab = await startLab(56 * HOUR_MS, (engine) => engine === 'loki' && isLokiDown);
  useConfig(`
sources:
  prometheus: { url: '${lab.url}/prometheus', scrapeInterval: 30s }
  loki: { url: '${lab.url}/loki' }
models:
  - name: churn_scorer
    proxies:
      - { name: errors, query: 'sum(increase(inference_requests_total{model_name="churn_scorer",status="error"}[$window]))', better: down }
`);
  await migrate(getConfig().database.url);
}, 180_000);

afterAll(async () => {
  await lab.close();
  vi.useRealTimers();
});

const ask = async <T>(
  handler: RouteHandler,
  contract: { parse: (body: unknown) => T },
  query: Record<string, string | number>,
): Promise<T> => {
  const { status, body } = await call(handler, { query: { endMs: NOW_MS, ...query } });
  expect(status, JSON.stringify(body).slice(0, 400)).toBe(200);
  return contract.parse(body);
};
const churn = (hours: number) => ({ model: 'churn_scorer', startMs: NOW_MS - hours * HOUR_MS });
const said = (answer: AnswerText): string =>
  answer.map(({ parts }) => parts.map(({ text }) => text).join('')).join('\n');
const called = (features: DriftReport['features']): string[] =>
  features.filter(({ state }) => state === 'drifted' || state === 'watch').map(({ feature: name }) => name);

describe('drift of the inputs', () => {
  it('calls the amount of churn_scorer and no other feature, and says against what', async () => {
    const report = await ask(drift, DriftReport, churn(2));
    expect(called(report.features)).toEqual(['amount']);
    expect(report.features[0]?.psi).toBeGreaterThan(0.3);
    expect(said(report.answer)).toMatch(
      /^churn_scorer 1\.8\.2: amount has drifted .* Against the training baseline of 1\.8\.2\./,
    );
    expect(report.reference).toMatchObject({ kind: 'training', because: expect.stringContaining('first there is') });
    expect(report.gaps).toEqual([]);
  });

  it('holds a feature that training does not know against the day before, and says so', async () => {
    const report = await ask(drift, DriftReport, churn(2));
    const country = report.features.find(({ feature: name }) => name === 'country');
    expect(country).toMatchObject({ kind: 'categorical', state: 'within-noise', referenceOwn: 'the 24 h before' });
  });

  it('dates it within one window of its true start', async () => {
    const strip = await ask(heat, DriftHeat, { ...churn(24), windows: 24 });
    const amount = strip.rows.find(({ feature: name }) => name === 'amount');
    expect(Math.abs((amount?.began?.sinceMs ?? 0) - (NOW_MS - 10 * HOUR_MS))).toBeLessThanOrEqual(strip.windowMs);
    expect(strip.rows.filter(({ began }) => began !== null).map(({ feature: name }) => name)).toEqual(['amount']);
    for (const row of strip.rows) expect(row.psi).toHaveLength(strip.windows);
  });

  it('asks a handful of queries, however many windows', async () => {
    queryCache().clear();
    lab.taken();
    await ask(heat, DriftHeat, { ...churn(24), windows: 24 });
    expect(lab.taken().length).toBeLessThanOrEqual(24);
  });

  it('finds nothing new against an earlier time of the same drift, and the drift against one before it', async () => {
    const same = { againstStartMs: NOW_MS - 5 * HOUR_MS, againstEndMs: NOW_MS - 3 * HOUR_MS, against: 'earlier' };
    expect(called((await ask(drift, DriftReport, { ...churn(2), ...same })).features)).toEqual([]);
    const before = await ask(drift, DriftReport, {
      ...churn(2),
      against: 'earlier',
      againstStartMs: NOW_MS - 20 * HOUR_MS,
      againstEndMs: NOW_MS - 12 * HOUR_MS,
    });
    expect(called(before.features)).toEqual(['amount']);
    expect(before.reference.kind).toBe('earlier');
  });

  it('shows one feature with its quantiles over time, its onset and the lines that carry it', async () => {
    const one = await ask(feature, DriftFeature, { ...churn(24), feature: 'amount' });
    const median = one.overTime.quantiles.find(({ q }) => q === 0.5);
    expect((median?.values.at(-1) ?? 0) / (median?.values[0] ?? 1)).toBeGreaterThan(1.6);
    expect(median?.reference).toBeCloseTo(48, -1);
    expect(one.distributions?.bins).toHaveLength(10);
    expect(one.began?.sinceMs).toBe(NOW_MS - 10 * HOUR_MS);
    expect(one.logQuery).toContain('{model_name="churn_scorer"}');
    expect(one.logQuery).toContain('|= "\\"amount\\""');
  });

  it('answers for a feature that nobody knows', async () => {
    const one = await ask(feature, DriftFeature, { ...churn(2), feature: '__proto__"} or vector(1)' });
    expect(one.drift.state).toBe('not-measured');
    expect(one.distributions).toBeNull();
  });

  it('finds the same inputs in both arms of a rollout', async () => {
    const both = await ask(arms, DriftArms, { model: 'fraud_detector', startMs: NOW_MS - 24 * HOUR_MS });
    expect([both.champion, both.challenger]).toEqual(['2.3.0', '2.4.0']);
    expect(both.words).toBe('since the first traffic of 2.4.0');
    expect(called(both.features)).toEqual([]);
    expect(both.features.length).toBe(5);
  });

  it('finds no drift of the scores and labels, against the day before', async () => {
    const out = await ask(output, DriftOutput, churn(24));
    expect(out.reference.kind).toBe('earlier');
    expect(out.scores?.drift.state).toBe('within-noise');
    expect(out.labels?.drift.kind).toBe('categorical');
  });

  it('refuses a version of a model that nobody knows, with the nearest name', async () => {
    const { status, body } = await call(drift, { query: { ...churn(2), model: 'churn_scorr', endMs: NOW_MS } });
    expect(status).toBe(404);
    expect(JSON.stringify(body)).toContain('churn_scorer');
  });

  it('says that a version without inputs has none', async () => {
    const report = await ask(drift, DriftReport, { ...churn(2), version: '0.0.1' });
    expect(report.features.every(({ state }) => state === 'not-measured')).toBe(true);
    expect(said(report.answer)).toMatch(/cannot be said|could be judged|Not judged: \d+ not measured/);
  });
});

describe('the inputs of the fleet', () => {
  /** Asked until the engine, which computes beside it, has answered for every model. */
  const fleetWith = async (startMs: number): Promise<Fleet> => {
    for (let asked = 0; asked < 600; asked += 1) {
      const found = await ask(fleet, Fleet, { startMs });
      const early = found.rows.filter(({ inputs }) => !inputs.basis?.startsWith('Computed by this console'));
      if (early.length === 0) return found;
      // What is on its way is not called "not measured", unless scores from elsewhere stand in for it.
      const waiting = early.filter(({ inputs }) => !inputs.basis?.startsWith('Computed elsewhere'));
      for (const { inputs } of waiting) expect(inputs).toMatchObject({ word: 'being computed', isPending: true });
      for (const { inputs } of early) expect(inputs.isPending).toBe(true);
      await wait(50);
    }
    throw new Error('the engine never answered');
  };

  it('say what the drift page says, by the same engine, and which query it rests on', async () => {
    const report = await ask(drift, DriftReport, churn(1));
    const { rows, why } = await fleetWith(NOW_MS - HOUR_MS);
    const inputs = rows.find(({ model }) => model === 'churn_scorer')?.inputs;
    expect(inputs).toMatchObject({ status: 'watch', word: `${called(report.features).join()} drifted` });
    expect(inputs?.basis).toContain(`against ${report.reference.words}`);
    expect(why.map(({ purpose }) => purpose)).toContain('inputs of churn_scorer 1.8.2, as on its drift page');
    for (const { model, inputs: own } of rows) {
      if (model !== 'churn_scorer') expect(own).toMatchObject({ status: 'ok', word: '5 features quiet' });
    }
  });

  it('are computed once for all who look, and not again while they are fresh', async () => {
    await fleetWith(NOW_MS - HOUR_MS);
    queryCache().clear();
    lab.taken();
    await Promise.all(Array.from({ length: 5 }, () => fleetWith(NOW_MS - HOUR_MS)));
    expect(lab.taken().filter(({ query }) => query?.includes('feature_value_bucket'))).toEqual([]);
  });
});

describe('drift from prediction logs', () => {
  it('agrees with the histograms on the same time, the sample said', async () => {
    const range = { model: 'churn_scorer', startMs: NOW_MS - 30 * 60_000 };
    const [metrics, lines] = [
      await ask(drift, DriftReport, range),
      await ask(drift, DriftReport, { ...range, source: 'logs' }),
    ];
    expect(lines.current.sample?.read).toBeGreaterThan(1_000);
    expect(called(lines.features)).toEqual(called(metrics.features));
    expect(lines.features.find(({ feature: name }) => name === 'amount')?.psi).toBeCloseTo(
      metrics.features.find(({ feature: name }) => name === 'amount')?.psi ?? 0,
      1,
    );
  });

  it('agrees within the width of the bucket, quantile by quantile', async () => {
    // No batch job counts into the histograms of fraud_detector: both are of the same requests.
    const range = { model: 'fraud_detector', version: '2.3.0', startMs: NOW_MS - 10 * 60_000, feature: 'amount' };
    const metrics = await ask(feature, DriftFeature, range);
    const lines = await ask(feature, DriftFeature, { ...range, source: 'logs' });
    const bins = metrics.distributions?.bins ?? [];
    for (const [i, bin] of (lines.distributions?.bins ?? []).entries()) {
      expect(bin.upper).toBe(bins[i]?.upper);
      expect(Math.abs((bin.current ?? 0) - (bins[i]?.current ?? 0))).toBeLessThan(0.03);
    }
    expect(lines.distributions?.bins).toHaveLength(10);
    expect(Math.abs((lines.drift.n.current ?? 0) / (metrics.drift.n.current ?? 1) - 1)).toBeLessThan(0.1);
  });

  it('streams its progress, then the report', async () => {
    const url = `http://127.0.0.1/api/drift/logs?model=churn_scorer&startMs=${NOW_MS - 30 * 60_000}&endMs=${NOW_MS}`;
    const text = await (await logs(new Request(url))).text();
    const read = text
      .trim()
      .split('\n')
      .map((line) => DriftLogsLine.parse(JSON.parse(line)));
    expect(read.at(-1)).toMatchObject({ kind: 'report', report: { current: { source: 'logs' } } });
    expect(read.filter(({ kind }) => kind === 'progress').length).toBeGreaterThan(0);
  });

  it('stops asking once the reader has left', async () => {
    queryCache().clear();
    const url = `http://127.0.0.1/api/drift/logs?model=churn_scorer&startMs=${NOW_MS - 6 * HOUR_MS}&endMs=${NOW_MS}`;
    const reader = (await logs(new Request(url))).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    lab.taken();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(lab.taken().filter(({ engine }) => engine === 'loki')).toEqual([]);
  });

  it('says what the drift does to the score, from how many lines', async () => {
    const found = await ask(consequences, DriftConsequences, churn(1));
    expect(found.how).toBe('logs');
    const amount = found.rows.find(({ feature: name }) => name === 'amount')?.consequence;
    expect(amount?.n).toBeGreaterThan(1_000);
    // The lab's scores do not depend on the inputs: an effect of none must be within the interval.
    expect(amount?.interval?.low).toBeLessThan(0);
    expect(amount?.interval?.high).toBeGreaterThan(0);
  });

  it('falls back to windows where the logs are down, and says both', async () => {
    isLokiDown = true;
    try {
      queryCache().clear();
      const found = await ask(consequences, DriftConsequences, churn(24));
      expect(found.how).toBe('windows');
      expect(found.gaps.join(' ')).toMatch(/log/);
      expect(found.rows[0]?.consequence.n).toBeGreaterThanOrEqual(8);
    } finally {
      isLokiDown = false;
    }
  });
});

describe('quality', () => {
  it('names the stale label feed and the weak cohort, from the newest labels there are', async () => {
    const found = await ask(quality, Quality, churn(24));
    expect(found.labels).toMatchObject({ state: 'stale', limitFrom: 'default' });
    expect(said(found.answer)).toMatch(/label feed is stale/);
    expect(said(found.answer)).toMatch(/Cohort senior is served worse/);
    expect(found.cohorts.filter(({ state }) => state === 'below').map(({ cohort }) => cohort)).toEqual(['senior']);
    expect(found.cohortTime?.words).toMatch(/^the last 24\sh with labels$/);
    expect(found.counts).toBeNull();
  });

  it('draws the line after which labels are missing, and judges only what has matured', async () => {
    const found = await ask(quality, Quality, { ...churn(48), windows: 24 });
    expect(Math.abs((found.maturity?.atMs ?? 0) - (NOW_MS - 30 * HOUR_MS))).toBeLessThanOrEqual(found.windowMs);
    expect(found.measures.map(({ state }) => state)).not.toContain('fallen');
    expect(found.measures.find(({ name }) => name === 'recall')?.values.at(-1)).toBeNull();
  });

  it('measures a healthy model, calls none of its cohorts and holds it against the time before', async () => {
    const found = await ask(quality, Quality, { model: 'reco', startMs: NOW_MS - 24 * HOUR_MS });
    expect(found.labels.state).toBe('fresh');
    expect(found.measures.find(({ name }) => name === 'recall')?.now?.value).toBeCloseTo(0.8, 1);
    expect(found.reference?.words).toMatch(/^the 24\sh before$/);
    expect(found.cohorts.filter(({ state }) => state === 'below')).toEqual([]);
  });

  it('shows the proxies that the configuration names', async () => {
    const [proxy] = (await ask(quality, Quality, churn(24))).proxies;
    expect(proxy).toMatchObject({ name: 'errors', better: 'down' });
    expect(proxy?.values.filter((value) => value !== null).length).toBeGreaterThan(20);
  });
});
