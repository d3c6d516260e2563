import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { metricStoreFromOpenMetrics } from '@/lab/open-metrics';
import { prometheusEngine } from '@/lab/prometheus/engine';
import { ask, difference, resultOf } from './prometheus-answers';

const corpus = new URL('../fixtures/corpus/', import.meta.url);
const cases = readdirSync(new URL('cases/prometheus/', corpus)).sort();
const engine = prometheusEngine(metricStoreFromOpenMetrics(readFileSync(new URL('data/metrics.om', corpus), 'utf8')));

describe('the lab answers as Prometheus 3.5 did over the same samples', () => {
  it('has the whole corpus before it', () => {
    expect(cases.length).toBeGreaterThanOrEqual(41);
  });

  it.each(cases)('%s', async (file) => {
    const { request, response } = JSON.parse(readFileSync(new URL(`cases/prometheus/${file}`, corpus), 'utf8'));
    const answer = await ask(engine, request.path, request.query);
    expect(answer.status).toBe(response.status);
    const ordered = request.path.endsWith('query_range') || /^(topk|bottomk|sort)/.test(request.query.query);
    expect(difference(resultOf(answer.body), response.body.data, ordered)).toBeNull();
    const body = JSON.parse(answer.body);
    expect([...(body.infos ?? []), ...(body.warnings ?? [])].sort()).toEqual(
      [...(response.body.infos ?? []), ...(response.body.warnings ?? [])].sort(),
    );
  });
});
