import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GET as getReadiness } from '@/app/api/readiness/route';
import { FLEET_FAULTS, type FleetFault } from '@/lab/fleet/faults';
import type { FleetOptions } from '@/lab/fleet/fleet';
import { ReadinessReport } from '@/lib/contracts/readiness';
import { queryCache } from '@/lib/server/cache';
import { getConfig } from '@/lib/server/config';
import { migrate } from '@/lib/server/db/migrate';
import { call, NOW_MS, useConfig as pointTo, startLab } from './console';

const MINUTE_MS = 60_000;

/** A readiness report over a fleet of its own. Objectives as a healthy team has them. */
async function reportOf(telling: Pick<FleetOptions, 'story' | 'faults'>): Promise<ReadinessReport> {
  const lab = await startLab(50 * MINUTE_MS, () => false, telling);
  const model = (name: string) =>
    `  - { name: ${name}, slos: [{ kind: latency, objective: 99%, threshold: 500ms, window: 1d }] }`;
  pointTo(`sources:
  prometheus: { url: '${lab.url}/prometheus' }
  loki: { url: '${lab.url}/loki' }
  tempo: { url: '${lab.url}/tempo' }
models:
${['fraud_detector', 'reco', 'churn_scorer'].map(model).join('\n')}
`);
  queryCache().clear();
  await migrate(getConfig().database.url);
  try {
    const { status, body } = await call(getReadiness, {
      query: { startMs: NOW_MS - 25 * MINUTE_MS, endMs: NOW_MS },
    });
    expect(status, JSON.stringify(body)).toBe(200);
    return ReadinessReport.parse(body);
  } finally {
    await lab.close();
  }
}

/** What fails: each check with whose it is. */
const failing = ({ checks }: ReadinessReport) =>
  checks
    .flatMap(({ id, results }) =>
      results.flatMap(({ state, subject, model }) => (state === 'fail' ? [`${id}: ${subject ?? model}`] : [])),
    )
    .toSorted();

beforeAll(() => {
  // Only the clock stands still: sockets and timers go on.
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
});
afterAll(() => {
  vi.useRealTimers();
});

interface Found {
  fault: FleetFault;
  check: string;
  /** Whose it is, the one whose cause is looked at first; null: nobody's own. */
  of: readonly (string | null)[];
  cause: RegExp;
}

/** Two fleets with five faults each: what concerns the same service or the same sample stands in different ones. */
const FLEETS: readonly (readonly Found[])[] = [
  [
    {
      fault: 'ids missing in logs',
      check: 'log-ids',
      of: ['fraud-api'],
      cause: /^Of \d+ sampled request lines of fraud-api, 0.% carry a request id, 0.% carry a trace id\.$/,
    },
    {
      fault: 'no propagation',
      check: 'trace-propagation',
      of: ['recommender'],
      cause:
        /^recommender begins a trace of its own in 100.% of \d+ sampled traces; 10 of 10 .* a trace of gateway already/,
    },
    {
      fault: 'label of 50000 values',
      check: 'cardinality',
      of: ['Prometheus'],
      cause:
        /^In Prometheus, label user_id has 50.000 values, most of them in user_requests_total; user_requests_total has 50.000 series\.$/,
    },
    {
      fault: 'averages-only metric',
      check: 'histograms',
      of: [null],
      cause: /^feature_fetch_seconds has a sum and a count but no buckets/,
    },
    {
      fault: 'stale labels',
      check: 'label-freshness',
      of: ['reco'],
      cause: /^The newest label of reco is 30.h old, over its bound of 24.h\.$/,
    },
  ],
  [
    {
      fault: 'sampled-away errors',
      check: 'trace-coverage',
      of: ['fraud_detector', 'churn_scorer'],
      cause: /^Of fraud_detector, \d+.% of 25 sampled failed requests have a trace/,
    },
    {
      fault: 'missing bucket',
      check: 'bucket-bounds',
      of: ['reco', 'fraud_detector', 'churn_scorer'],
      cause: /^500.ms is no bound of inference_latency_seconds_bucket; there are 10.ms, .*300.ms, 1.*s/,
    },
    {
      fault: 'alert without runbook',
      check: 'runbooks',
      of: [null],
      cause: /^1 of 6 alerting rules links no runbook: SomethingSlow\.$/,
    },
    {
      fault: 'dead target',
      check: 'targets-up',
      of: ['Prometheus'],
      cause:
        /^1 of 5 targets of Prometheus is down: gateway-7d9f:9100 of job gateway \(connect: connection refused\)\.$/,
    },
    {
      fault: 'unstructured lines',
      check: 'log-json',
      of: ['recommender'],
      cause: /^[\d.]+.% of 500 sampled lines of recommender are JSON objects\.$/,
    },
  ],
];

it('every fault that a fleet can have is seeded', () => {
  expect(FLEETS.flatMap((found) => found.map(({ fault }) => fault)).toSorted()).toEqual(FLEET_FAULTS.toSorted());
});

describe('readiness over a fleet', () => {
  it('finds nothing wrong where nothing is, and says what it could not ask', async () => {
    const report = await reportOf({ story: 'healthy' });
    const left = report.checks.filter(({ state }) => state !== 'pass');
    // The lab has no page of its settings for two of its three retentions; churn_scorer failed too seldom to tell.
    expect(left.map(({ id, state }) => [id, state])).toEqual([
      ['trace-coverage', 'unknown'],
      ['retention', 'unknown'],
    ]);
    expect(failing(report)).toEqual([]);
    expect(report.gaps).toEqual([]);
    expect(report.models.map(({ model, unknown }) => [model, unknown])).toEqual([
      ['churn_scorer', 2],
      ['fraud_detector', 1],
      ['reco', 1],
    ]);
    // What is not known has not passed: 30 of 31 weights.
    expect(report.models[1]?.score).toBeCloseTo(30 / 31, 12);
  });

  it.each(FLEETS)(
    'finds each of five faults by its own check and nothing else: $fault and four more',
    async (...found) => {
      const report = await reportOf({ story: 'healthy', faults: found.map(({ fault }) => fault) });
      expect(failing(report)).toEqual(
        found.flatMap(({ check, of }) => of.map((whose) => `${check}: ${whose}`)).toSorted(),
      );
      for (const { check: id, of, cause } of found) {
        const check = report.checks.find((one) => one.id === id);
        const result = check?.results.find(({ subject, model }) => (subject ?? model) === of[0]);
        expect(result).toMatchObject({ state: 'fail', cause: expect.stringMatching(cause) });
        expect(result?.remedy?.text.length).toBeGreaterThan(20);
        expect(result?.evidence.length).toBeGreaterThan(0);
      }
    },
  );
});
