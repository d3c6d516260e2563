import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GET as getEaten } from '@/app/api/slos/eaten/route';
import { GET as getDetail } from '@/app/api/slos/objective/route';
import { GET as getSlos } from '@/app/api/slos/route';
import { GET as getLoaded } from '@/app/api/slos/rules/loaded/route';
import { GET as getRules } from '@/app/api/slos/rules/route';
import { SloDetail, SloEaten, SloRules, Slos } from '@/lib/contracts/slo';
import { queryCache } from '@/lib/server/cache';
import { getConfig } from '@/lib/server/config';
import { migrate } from '@/lib/server/db/migrate';
import { call, type Lab, NOW_MS, startLab, useConfig } from './console';

const HOUR_MS = 3_600_000;
let lab: Lab;
let isPrometheusDown = false;

beforeAll(async () => {
  // Only the clock stands still: sockets and timers go on.
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
  lab = await startLab(32 * HOUR_MS, (engine) => engine === 'prometheus' && isPrometheusDown);
  useConfig(`sources:
  prometheus: { url: '${lab.url}/prometheus' }
  loki: { url: '${lab.url}/loki' }
models:
  - name: fraud_detector
    owner: risk-ml
    runbook: https://runbooks.example.com/fraud
    slos:
      - { kind: availability, objective: 99%, window: 1d }
      - { kind: latency, objective: 99%, threshold: 500ms, window: 1d }
      - { name: no-bound, kind: latency, objective: 99%, threshold: 333ms, window: 1d }
      - { name: short, kind: availability, objective: 99%, window: 2h }
      - { name: two-days, kind: availability, objective: 99%, window: 2d }
      - { name: month, kind: availability, objective: 99.9%, window: 30d }
  - name: churn_scorer
    slos:
      - { kind: freshness, objective: 99%, threshold: 26h, window: 7d }
      - { name: batch, kind: freshness, job: churn_hourly_scoring, objective: 95%, threshold: 2h, window: 1d }
      - { kind: quality, measure: recall, objective: 80%, window: 1d, owner: labels-team }
  - name: "nobody{{x}}"
    slos:
      - { kind: availability, objective: 99%, window: 1d }
  - name: reco
`);
  await migrate(getConfig().database.url);
});
afterAll(async () => {
  await lab.close();
  vi.useRealTimers();
});

const read = async () => Slos.parse((await call(getSlos, { query: { endMs: NOW_MS } })).body);
const rowOf = (slos: Slos, id: string) => {
  const row = slos.rows.find((one) => one.id === id);
  if (row === undefined) throw new Error(`no row ${id}`);
  return row;
};

describe('objectives over the lab', () => {
  it('have attainment, budget left and burn rates that agree with each other', async () => {
    const row = rowOf(await read(), 'fraud_detector/availability');
    expect(row).toMatchObject({
      promise: '99\u202f% of requests succeed, over 24\u202fh',
      owner: 'risk-ml',
      origin: 'windsock',
      coverageRatio: 1,
    });
    expect(row.attainment).toBeCloseTo(1 - (row.bad ?? 0) / (row.total ?? 1), 12);
    expect(row.leftRatio).toBeCloseTo(1 - (1 - (row.attainment ?? 0)) / 0.01, 9);
    // Over a window as long as the objective's own, the burn rate is what was spent of the budget.
    const day = row.pairs.find(({ longMs }) => longMs === 24 * HOUR_MS);
    expect(day?.longBurn).toBeCloseTo(1 - (row.leftRatio ?? 0), 2);
  });

  it('take as many queries for all models as there are kinds and windows', async () => {
    queryCache().clear();
    lab.taken();
    await read();
    // Seven windows, coverage and two of the budget for each of availability (two windows), latency, two freshness, quality;
    // what nothing measures asks for its last known state besides.
    expect(lab.taken().filter(({ path }) => path.includes('/query')).length).toBeLessThan(90);
  });

  it('refuse a threshold that is no bound, naming the bounds', async () => {
    const slos = await read();
    expect(rowOf(slos, 'fraud_detector/no-bound')).toMatchObject({
      state: 'refused',
      attainment: null,
      problem: expect.stringMatching(
        /^333.ms is no bucket bound of inference_latency_seconds_bucket.*Take one of 10.ms, .*250.ms, .*500.ms/,
      ),
    });
    const { status, body } = await call(getDetail, { query: { model: 'fraud_detector', slo: 'no-bound' } });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toMatch(/no bucket bound/);
  });

  it('say of a window longer than the data that it is not measured whole', async () => {
    const slos = await read();
    const row = rowOf(slos, 'fraud_detector/month');
    expect(row).toMatchObject({ attainment: null, leftRatio: null, endsInMs: null });
    expect(row.problem).toMatch(/Only 4\.\d.% of the last 30.d is measured/);
    expect(slos.notes.join(' ')).toMatch(/Windows of up to 30.d are not measured whole/);
    expect(slos.notes.join(' ')).toMatch(/Without an objective: reco/);
  });

  it('are "no data" for a model that nothing measures, never a zero', async () => {
    const slos = await read();
    expect(rowOf(slos, 'nobody{{x}}/availability')).toMatchObject({
      state: 'no data',
      status: 'unknown',
      attainment: null,
      kept: null,
      total: null,
    });
    expect(slos.answer.map(({ parts }) => parts.map(({ text }) => text).join('')).join(' ')).toMatch(
      /no data, less than 90 %/,
    );
  });

  it('measure stale labels, late jobs and judged predictions', async () => {
    const slos = await read();
    const labels = rowOf(slos, 'churn_scorer/freshness');
    expect(labels.total).toBeNull();
    // The last label came 30 hours ago: over 26 hours old for about four.
    expect(labels.pairs[0]?.longBurn).toBeCloseTo(100, 6);
    expect(labels.state).toBe('page');
    const quality = rowOf(slos, 'churn_scorer/quality');
    expect(quality).toMatchObject({ owner: 'labels-team', completeUntilMs: expect.any(Number) });
    expect(quality.pairs.slice(0, 2).every(({ silent }) => silent !== null)).toBe(true);
  });

  it('keep the state they had when their data ended', async () => {
    // Four hours after the present nothing was measured for long: what was known last is kept.
    const later = Slos.parse((await call(getSlos, { query: { endMs: NOW_MS + 4 * HOUR_MS } })).body);
    const row = rowOf(later, 'fraud_detector/two-days');
    expect(row.state).toBe('no data');
    expect(row.kept?.atMs ?? 0).toBeGreaterThan(NOW_MS - HOUR_MS);
    expect(row.kept?.atMs ?? 0).toBeLessThanOrEqual(NOW_MS + 10 * 60_000);
    expect(row.word).toBe(`no data, was ${row.kept?.state}`);
  });
});

describe('one objective', () => {
  const asked = { model: 'fraud_detector', slo: 'short', endMs: NOW_MS };

  it('has its budget over time, ending at what is left, and what ate it when', async () => {
    const { status, body } = await call(getDetail, { query: asked });
    expect(status).toBe(200);
    const detail = SloDetail.parse(body);
    const values = detail.budget.series[0]?.values ?? [];
    expect(values.findLast((value) => value !== null)).toBeCloseTo(detail.row.leftRatio ?? Number.NaN, 9);
    expect(detail.burn.series.map(({ labels }) => labels.window).sort()).toEqual(['1h']);
    expect(detail.stretches.length).toBeGreaterThan(0);
    expect(detail.expressions).toHaveLength(7);
    expect(detail.expressions[0]?.query).toContain('inference_requests_total{model_name="fraud_detector"');
  });

  it('says which versions, segments and reasons ate it', async () => {
    const eaten = SloEaten.parse((await call(getEaten, { query: asked })).body);
    const part = (by: string) => eaten.parts.find((one) => one.by === by);
    expect(
      part('version')
        ?.items.map(({ name }) => name)
        .sort(),
    ).toEqual(['2.3.0', '2.4.0']);
    for (const { items } of eaten.parts.filter(({ by }) => by !== 'incident')) {
      if (items.length > 0) expect(items.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
    }
    expect(part('segment')?.items.map(({ name }) => name)).toContain('premium');
    expect(part('reason')?.items.length ?? 0).toBeGreaterThan(0);
    expect(part('incident')?.note).toMatch(/No incident/);
  });

  it('that is not there is answered with the one probably meant', async () => {
    const { status, body } = await call(getDetail, { query: { ...asked, slo: 'shrt' } });
    expect(status).toBe(404);
    expect(JSON.stringify(body)).toMatch(/Did you mean fraud_detector\/short\?/);
    const evil = await call(getEaten, { query: { model: 'x"} or vector(1) #', slo: '../../etc' } });
    expect(evil.status).toBe(404);
  });
});

describe('the files of rules', () => {
  const text = async (file: string) =>
    (await getRules(new Request(`http://127.0.0.1/api/slos/rules?file=${file}`))).text();

  it('tell at their head what has no rules, and why', async () => {
    const rules = await text('prometheus');
    const head = rules.slice(0, rules.indexOf('groups:')).replaceAll(/\n# +/g, ' ');
    expect(head).toMatch(/No rules for fraud_detector\/no-bound: 333.ms is no bucket bound/);
    expect(head).toMatch(/Without a runbook.*churn_scorer\/freshness/);
    expect(rules).toContain('{{ "{{" }}x}}');
  });

  it('for the Loki ruler speak of failures and of silence', async () => {
    const rules = await text('loki');
    expect(rules).toMatch(/alert: ModelFailuresLogged/);
    expect(rules).toMatch(/absent_over_time\(\{model_name="fraud_detector"\} \[15m\]\)/);
  });

  it('are compared with what is loaded; a source that fails leaves the files', async () => {
    const answer = SloRules.parse((await call(getLoaded)).body);
    expect(answer.files.map(({ file }) => file)).toEqual(['prometheus', 'tests', 'loki']);
    expect(answer.loaded[0]?.parts[0]?.text).toMatch(/Prometheus has 5 rules, none of them these/);
  });

  it('of an unknown kind are refused', async () => {
    expect((await call(getRules, { query: { file: 'grafana' } })).status).toBe(400);
  });
});

describe('a Prometheus that is down', () => {
  it('is named in the failure', async () => {
    isPrometheusDown = true;
    queryCache().clear();
    try {
      const { status, body } = await call(getSlos, { query: { endMs: NOW_MS } });
      expect(status).toBe(502);
      expect(JSON.stringify(body)).toMatch(/Prometheus/);
    } finally {
      isPrometheusDown = false;
    }
  });
});
