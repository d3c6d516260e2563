import { afterAll, describe, expect, it } from 'vitest';
import { Fleet } from '@/lab/fleet/fleet';
import { BIG_TRACE_ID, BIG_TRACE_SPANS } from '@/lab/fleet/scenario';
import { prometheusEngine } from '@/lab/prometheus/engine';
import type { Labels, Matcher } from '@/lab/stores';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START_MS = 1_795_230_000_000;
const eq = (name: string, value: string): Matcher => ({ name, op: '=', value });

const begunMs = performance.now();
const fleet = new Fleet({ seed: 20_260, historyMs: 72 * HOUR_MS, startMs: START_MS, now: () => START_MS });
const startUpMs = performance.now() - begunMs;
const { scenario } = fleet;

afterAll(() => {
  const rss = Math.round(process.memoryUsage().rss / 1_048_576);
  console.info(`three days of history in ${Math.round(startUpMs)} ms, ${rss} MB resident with the test runner`);
});

const matchersOf = (labels: Labels): Matcher[] => Object.entries(labels).map(([name, value]) => eq(name, value));

/** How much the counters that carry these labels grew in a range, one figure a series. */
function growths(labels: Labels, fromMs: number, toMs: number): { labels: Labels; grown: number }[] {
  return fleet.metrics
    .select(matchersOf(labels), fromMs, toMs)
    .map(({ labels: own, values }) => ({ labels: own, grown: (values.at(-1) ?? 0) - (values[0] ?? 0) }));
}

const growth = (labels: Labels, fromMs: number, toMs: number): number =>
  growths(labels, fromMs, toMs).reduce((sum, { grown }) => sum + grown, 0);

function errorRatio(model: string, version: string, fromMs: number, toMs: number): number {
  const labels = { __name__: 'inference_requests_total', model_name: model, model_version: version };
  return growth({ ...labels, status: 'error' }, fromMs, toMs) / growth(labels, fromMs, toMs);
}

/** Quantile of a classic histogram with linear interpolation inside the bucket, as histogram_quantile has it. */
function quantile(q: number, labels: Labels, fromMs: number, toMs: number): number {
  const byBound = new Map<number, number>();
  for (const { labels: own, grown } of growths(labels, fromMs, toMs)) {
    const bound = own.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(own.le);
    byBound.set(bound, (byBound.get(bound) ?? 0) + grown);
  }
  const buckets = [...byBound].sort(([a], [b]) => a - b);
  const rank = q * (buckets.at(-1)?.[1] ?? 0);
  let lower = { bound: 0, count: 0 };
  for (const [bound, count] of buckets) {
    if (count >= rank) return lower.bound + ((bound - lower.bound) * (rank - lower.count)) / (count - lower.count);
    lower = { bound, count };
  }
  return Number.NaN;
}

const p95 = (model: string, version: string, fromMs: number, toMs: number): number =>
  quantile(
    0.95,
    { __name__: 'inference_latency_seconds_bucket', model_name: model, model_version: version },
    fromMs,
    toMs,
  );

/** Shares of the bins of a cumulative histogram. */
function shares(cumulative: { le: string; count: number }[]): number[] {
  const sorted = cumulative.toSorted(
    (a, b) => Number(a.le === '+Inf') - Number(b.le === '+Inf') || Number(a.le) - Number(b.le),
  );
  const total = sorted.at(-1)?.count ?? 0;
  return sorted.map(({ count }, i) => Math.max((count - (sorted[i - 1]?.count ?? 0)) / total, 1e-4));
}

/** PSI of a feature of a version in a range against its training baseline. */
function psi(model: string, version: string, feature: string, fromMs: number, toMs: number): number {
  const labels = { model_name: model, model_version: version, feature };
  const sums = new Map<string, number>();
  for (const { labels: own, grown } of growths({ __name__: 'feature_value_bucket', ...labels }, fromMs, toMs)) {
    sums.set(own.le ?? '', (sums.get(own.le ?? '') ?? 0) + grown);
  }
  const actual = shares([...sums].map(([le, count]) => ({ le, count })));
  const expected = shares(
    fleet.metrics
      .select(matchersOf({ __name__: 'feature_baseline_bucket', ...labels }), toMs - HOUR_MS, toMs)
      .map(({ labels: own, values }) => ({ le: own.le ?? '', count: values.at(-1) ?? 0 })),
  );
  expect(actual.length).toBe(expected.length);
  return actual.reduce((sum, share, i) => sum + (share - (expected[i] ?? 0)) * Math.log(share / (expected[i] ?? 1)), 0);
}

const latest = (labels: Labels): number | undefined =>
  fleet.metrics.select(matchersOf(labels), START_MS - 5 * MINUTE_MS, START_MS)[0]?.values.at(-1);

const alertTimes = (alertname: string, alertstate: string): number[] => [
  ...(fleet.metrics.select(matchersOf({ __name__: 'ALERTS', alertname, alertstate }), 0, START_MS)[0]?.timesMs ?? []),
];

describe('fraud_detector', () => {
  const quiet = [scenario.fraudRolloutMs, scenario.failoverStartMs] as const;

  it('has a challenger that fails three times as often', () => {
    expect(errorRatio('fraud_detector', '2.3.0', ...quiet)).toBeCloseTo(0.006, 3);
    expect(errorRatio('fraud_detector', '2.4.0', ...quiet)).toBeGreaterThan(0.016);
    expect(errorRatio('fraud_detector', '2.4.0', ...quiet)).toBeLessThan(0.022);
  });

  it('has a challenger that is 12 to 22 % slower at the 95th percentile', () => {
    const ratio = p95('fraud_detector', '2.4.0', ...quiet) / p95('fraud_detector', '2.3.0', ...quiet);
    expect(ratio).toBeGreaterThan(1.12);
    expect(ratio).toBeLessThan(1.22);
  });

  it('gives the challenger a fifth of the traffic from its rollout on, and not one request before', () => {
    const requests = (version: string, fromMs: number, toMs: number) =>
      growth(
        { __name__: 'inference_requests_total', model_name: 'fraud_detector', model_version: version },
        fromMs,
        toMs,
      );
    const challenger = requests('2.4.0', scenario.fraudRolloutMs, START_MS);
    expect(challenger / (challenger + requests('2.3.0', scenario.fraudRolloutMs, START_MS))).toBeCloseTo(0.2, 2);
    const first = fleet.metrics.select(
      matchersOf({
        __name__: 'inference_requests_total',
        model_version: '2.4.0',
        model_name: 'fraud_detector',
        status: 'ok',
      }),
      0,
      START_MS,
    )[0];
    expect(first?.timesMs[0]).toBe(scenario.fraudRolloutMs);
    expect(first?.values[0]).toBe(0);
  });

  it('changes its champion from 2.2.0 to 2.3.0, whose traffic then ends', () => {
    const roles = (atMs: number) =>
      fleet.metrics
        .select(matchersOf({ __name__: 'model_info', model_name: 'fraud_detector' }), atMs, atMs)
        .map(({ labels }) => `${labels.model_version} ${labels.role}`)
        .sort();
    expect(roles(scenario.fraudPromotionMs - 30_000)).toEqual(['2.2.0 champion', '2.3.0 challenger']);
    expect(roles(scenario.fraudPromotionMs)).toEqual(['2.3.0 champion']);
    expect(roles(START_MS)).toEqual(['2.3.0 champion', '2.4.0 challenger']);
    const old = fleet.metrics.select(
      matchersOf({ __name__: 'inference_requests_total', model_version: '2.2.0' }),
      0,
      START_MS,
    );
    for (const { timesMs } of old) expect(timesMs.at(-1)).toBe(scenario.fraudPromotionMs);
  });

  it('traffic follows the day around eight requests a second', () => {
    const perSecond = (fromMs: number) =>
      growth({ __name__: 'inference_requests_total', model_name: 'fraud_detector' }, fromMs, fromMs + HOUR_MS) / 3600;
    const hours = Array.from({ length: 24 }, (_, hour) => perSecond(START_MS - (25 + hour) * HOUR_MS));
    expect(Math.max(...hours) / 8).toBeCloseTo(1.35, 1);
    expect(Math.min(...hours) / 8).toBeCloseTo(0.65, 1);
  });
});

describe('reco', () => {
  it('has a challenger that is a quarter faster and fails as often', () => {
    const quiet = [scenario.recoRolloutMs, scenario.failoverStartMs] as const;
    const ratio = p95('reco', '2.4.0', ...quiet) / p95('reco', '2.3.1', ...quiet);
    expect(ratio).toBeGreaterThan(0.68);
    expect(ratio).toBeLessThan(0.78);
    expect(errorRatio('reco', '2.4.0', ...quiet)).toBeCloseTo(errorRatio('reco', '2.3.1', ...quiet), 3);
  });
});

describe('the feature store', () => {
  const fetchMedian = (fromMs: number, toMs: number) =>
    quantile(
      0.5,
      { __name__: 'feature_fetch_seconds_bucket', model_name: 'fraud_detector', model_version: '2.3.0' },
      fromMs,
      toMs,
    );
  const usual = fetchMedian(START_MS - 30 * HOUR_MS, START_MS - 20 * HOUR_MS);

  it('was out for 25 minutes: slow fetches, timeouts, its target down', () => {
    const outage = [scenario.outageStartMs, scenario.outageEndMs] as const;
    expect(outage[1] - outage[0]).toBe(25 * MINUTE_MS);
    expect(fetchMedian(...outage) / usual).toBeGreaterThan(4);
    expect(errorRatio('fraud_detector', '2.3.0', ...outage)).toBeGreaterThan(0.07);
    expect(errorRatio('reco', '2.3.1', ...outage)).toBeLessThan(0.05);
    expect(alertTimes('FeatureStoreDown', 'firing').at(-1)).toBeLessThan(scenario.outageEndMs);
    const up = fleet.metrics.select(matchersOf({ __name__: 'up', job: 'feature-store' }), ...outage)[0];
    expect([...(up?.values ?? [])].filter((value) => value === 0)).toHaveLength(50);
    expect(errorRatio('fraud_detector', '2.3.0', scenario.outageEndMs, scenario.outageEndMs + HOUR_MS)).toBeLessThan(
      0.01,
    );
  });

  it('has been three times as slow for twenty minutes, and the error budget burns', () => {
    expect(fetchMedian(scenario.failoverStartMs, START_MS) / usual).toBeGreaterThan(2.4);
    expect(errorRatio('fraud_detector', '2.3.0', scenario.failoverStartMs, START_MS)).toBeGreaterThan(0.03);
    expect(alertTimes('HighErrorRateFastBurn', 'firing').at(-1)).toBe(START_MS);
  });
});

describe('churn_scorer', () => {
  const drifted = [scenario.driftFullMs, START_MS] as const;
  const before = [START_MS - 40 * HOUR_MS, scenario.driftStartMs] as const;

  it('has one drifted input and three that are as in training', () => {
    expect(psi('churn_scorer', '1.8.2', 'amount', ...drifted)).toBeGreaterThan(0.3);
    expect(psi('churn_scorer', '1.8.2', 'amount', ...before)).toBeLessThan(0.01);
    for (const feature of ['account_age_days', 'merchant_risk', 'session_length_s']) {
      expect(psi('churn_scorer', '1.8.2', feature, ...drifted)).toBeLessThan(0.01);
    }
    for (const [model, version] of [
      ['fraud_detector', '2.3.0'],
      ['fraud_detector', '2.4.0'],
      ['reco', '2.4.0'],
    ] as const) {
      expect(psi(model, version, 'amount', scenario.fraudRolloutMs, START_MS)).toBeLessThan(0.01);
    }
  });

  it('has got no label for thirty hours, and no outcome since', () => {
    const received = latest({ __name__: 'label_last_received_timestamp_seconds', model_name: 'churn_scorer' }) ?? 0;
    expect(START_MS - received * 1000).toBe(30 * HOUR_MS);
    expect(
      growth(
        { __name__: 'prediction_outcomes_total', model_name: 'churn_scorer' },
        scenario.churnLabelsStopMs,
        START_MS,
      ),
    ).toBe(0);
    const fraud = latest({ __name__: 'label_last_received_timestamp_seconds', model_name: 'fraud_detector' }) ?? 0;
    expect(START_MS - fraud * 1000).toBeLessThan(10 * MINUTE_MS);
  });

  it('finds less than 90 % as many of the senior cohort as of all', () => {
    const recall = (labels: Labels) => {
      const count = (outcome: string) =>
        growth(
          { __name__: 'prediction_outcomes_total', model_name: 'churn_scorer', outcome, ...labels },
          0,
          scenario.churnLabelsStopMs,
        );
      return count('tp') / (count('tp') + count('fn'));
    };
    expect(recall({ cohort: 'senior' }) / recall({})).toBeLessThan(0.87);
    expect(recall({ cohort: 'young' }) / recall({})).toBeGreaterThan(0.95);
  });

  it('runs an hourly batch job whose pipeline falls behind', () => {
    const last = latest({ __name__: 'batch_job_last_success_timestamp_seconds' }) ?? 0;
    expect(START_MS / 1000 - last).toBeLessThan(3600);
    expect(
      growth({ __name__: 'batch_rows_total', stage: 'score' }, START_MS - 24 * HOUR_MS, START_MS) / 24 / 8000,
    ).toBeCloseTo(1, 1);
    expect(latest({ __name__: 'feature_pipeline_backlog_rows', pipeline: 'churn_features' })).toBeGreaterThan(150_000);
    expect(latest({ __name__: 'feature_pipeline_backlog_rows', pipeline: 'fraud_features' })).toBeLessThan(1100);
  });

  it('left a trace of ten thousand spans about an hour ago, which its log line names', () => {
    const trace = fleet.traces.byId(BIG_TRACE_ID);
    expect(trace?.spans).toHaveLength(BIG_TRACE_SPANS);
    const ids = new Set(trace?.spans.map(({ spanId }) => spanId));
    expect(ids.size).toBe(BIG_TRACE_SPANS);
    expect(
      trace?.spans.filter(({ parentSpanId }) => parentSpanId !== '').every(({ parentSpanId }) => ids.has(parentSpanId)),
    ).toBe(true);
    const endMs = Number(trace?.spans[0]?.endNs ?? 0n) / 1e6;
    expect(START_MS - endMs).toBeLessThan(70 * MINUTE_MS);
    expect(START_MS - endMs).toBeGreaterThan(50 * MINUTE_MS);
    const startNs = BigInt(START_MS - 72 * HOUR_MS) * 1_000_000n;
    const lines = fleet.logs
      .select([], startNs, BigInt(START_MS) * 1_000_000n, { contains: [BIG_TRACE_ID] })
      .flatMap(({ entries }) => entries.map(({ line }) => line))
      .filter((line) => line.includes(BIG_TRACE_ID));
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(['batch_job_started', 'batch_job_completed']);
    expect(
      [...fleet.traces.scan(START_MS - 2 * HOUR_MS, START_MS - HOUR_MS)].some(
        ({ traceId }) => traceId === BIG_TRACE_ID,
      ),
    ).toBe(true);
  });
});

describe('alerts and logs', () => {
  it('rules are in the state that the ALERTS series have at the present', () => {
    const groups = fleet.metrics.ruleGroups() as {
      rules: { name: string; state: string; annotations: Labels; alerts: unknown[] }[];
    }[];
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.map(({ name, state }) => `${name} ${state}`).sort()).toEqual([
      'FeaturePipelineBacklog firing',
      'FeatureStoreDown inactive',
      'HighErrorRate firing',
      'HighErrorRateFastBurn firing',
      'LabelsStale firing',
    ]);
    for (const { name, state, annotations, alerts } of rules) {
      expect(annotations.runbook_url).toMatch(/^https:/);
      expect(alerts).toHaveLength(state === 'inactive' ? 0 : 1);
      expect(alertTimes(name, 'firing').at(-1) === START_MS).toBe(state === 'firing');
    }
  });

  it('rules hold exactly where their expressions do over the data', async () => {
    const engine = prometheusEngine(fleet.metrics);
    const groups = fleet.metrics.ruleGroups() as { rules: { name: string; query: string }[] }[];
    for (const { name, query } of groups.flatMap((group) => group.rules)) {
      const active = new Set([...alertTimes(name, 'pending'), ...alertTimes(name, 'firing')]);
      const around = [...active].slice(0, 1).map((first) => first - 30_000);
      const moments = [
        START_MS,
        scenario.outageStartMs + 10 * MINUTE_MS,
        START_MS - 40 * HOUR_MS,
        ...around,
        ...[...active].slice(0, 1),
      ];
      for (const atMs of moments) {
        const answer = await engine({
          method: 'GET',
          path: '/api/v1/query',
          params: new URLSearchParams({ query, time: String(atMs / 1000) }),
          headers: {},
          body: Buffer.alloc(0),
          nowMs: START_MS,
        });
        const { data } = JSON.parse(answer.body);
        expect(`${name} ${atMs} ${data.result.length > 0}`).toBe(`${name} ${atMs} ${active.has(atMs)}`);
      }
    }
  });

  it('a rule is pending before it fires', () => {
    const pending = alertTimes('LabelsStale', 'pending');
    const firing = alertTimes('LabelsStale', 'firing');
    expect(pending).toHaveLength(20);
    expect(firing[0]).toBe((pending.at(-1) ?? 0) + 30_000);
  });

  it('lines hold addresses of people, markup, colours, and one of 19 kB', () => {
    const startNs = BigInt(START_MS - 6 * HOUR_MS) * 1_000_000n;
    const entries = fleet.logs
      .select([{ name: 'level', op: '=~', value: 'error|debug' }], startNs, BigInt(START_MS) * 1_000_000n)
      .flatMap((stream) => stream.entries.map(({ line }) => line));
    expect(entries.some((line) => line.includes('ana@example.com'))).toBe(true);
    expect(entries.some((line) => line.includes('\u001b[32m'))).toBe(true);
    const longest = Math.max(...entries.map((line) => line.length));
    expect(longest).toBeGreaterThan(18_000);
    expect(longest).toBeLessThan(20_000);
    const info = fleet.logs
      .select(
        [eq('level', 'info'), eq('model_name', 'reco')],
        BigInt(START_MS - HOUR_MS) * 1_000_000n,
        BigInt(START_MS) * 1_000_000n,
      )
      .flatMap((stream) => stream.entries.map(({ line }) => line));
    expect(info.some((line) => line.includes('<script>'))).toBe(true);
  });

  it('every metric of the telemetry contract is there', () => {
    const names = new Set(fleet.metrics.series([], START_MS - HOUR_MS, START_MS).map(({ __name__ }) => __name__));
    for (const name of [
      'inference_requests_total',
      'inference_segment_requests_total',
      'inference_latency_seconds_bucket',
      'feature_fetch_seconds_bucket',
      'model_stage_seconds_bucket',
      'in_flight_requests',
      'model_info',
      'feature_value_bucket',
      'feature_category_total',
      'feature_missing_total',
      'feature_observed_total',
      'prediction_score_bucket',
      'predictions_total',
      'feature_baseline_bucket',
      'feature_baseline_count',
      'feature_drift_score',
      'prediction_outcomes_total',
      'label_last_received_timestamp_seconds',
      'batch_job_duration_seconds',
      'batch_rows_total',
      'batch_job_last_success_timestamp_seconds',
      'feature_pipeline_backlog_rows',
      'up',
      'ALERTS',
    ]) {
      expect(names).toContain(name);
    }
  });
});
