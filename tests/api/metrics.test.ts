import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GET as metrics } from '@/app/api/metrics/route';
import { ErrorBody } from '@/lib/contracts/error';
import { Metric } from '@/lib/contracts/metric';
import { call, type Lab, NOW_MS, startLab, useConfig } from './console';

const HOUR_MS = 3_600_000;
const range = { startMs: NOW_MS - HOUR_MS, endMs: NOW_MS };
let lab: Lab;

beforeAll(async () => {
  lab = await startLab(2 * HOUR_MS);
  useConfig(`
sources:
  prometheus: { url: '${lab.url}/prometheus', scrapeInterval: 30s }
`);
}, 60_000);
afterAll(() => lab.close());

const ask = (query: Record<string, string | number>) => call(metrics, { query: { ...range, ...query } });
const refusal = async (query: Record<string, string | number>) => {
  const { status, body } = await ask(query);
  return { status, ...ErrorBody.parse(body).error };
};

describe('a query of one’s own', () => {
  it('is answered with its series and with how they came to be', async () => {
    const { status, body } = await ask({ query: 'sum by (model_name) (rate(inference_requests_total[2m]))' });
    expect(status).toBe(200);
    const { set, why } = Metric.parse(body);
    expect(set.series.map(({ labels }) => labels.model_name).sort()).toEqual([
      'churn_scorer',
      'fraud_detector',
      'reco',
    ]);
    expect(why[0]).toMatchObject({
      language: 'promql',
      query: 'sum by (model_name) (rate(inference_requests_total[2m]))',
    });
  });

  it('that cannot be read is refused with the source and its reason', async () => {
    const { status, source, message } = await refusal({ query: 'sum(rate(' });
    expect({ status, source }).toEqual({ status: 502, source: 'Prometheus' });
    expect(message).toMatch(/parse|unexpected|unclosed/i);
  });

  it('of an unknown source names the way to those there are', async () => {
    expect(await refusal({ query: 'up', source: 'mimir' })).toMatchObject({
      code: 'not_configured',
      message: expect.stringContaining('No Prometheus is called mimir.'),
    });
  });

  it('that is empty is refused by its name', async () => {
    expect(await refusal({ query: '  ' })).toMatchObject({ status: 400, code: 'bad_request' });
  });

  it('says how many series it left out', async () => {
    const { body } = await ask({
      query: 'inference_latency_seconds_bucket or feature_value_bucket or feature_baseline_bucket',
    });
    const { set, truncated } = Metric.parse(body);
    expect(set.series.length).toBeLessThanOrEqual(200);
    expect(truncated).toContain('200');
  });
});
