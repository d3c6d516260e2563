import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assembleLab, fleetStores } from '@/lab/assemble';
import { Fleet } from '@/lab/fleet/fleet';
import { answerText, configure, endedSteps, lastOf, storyOf, storyResponse } from '../../server/requests/fake-sources';

const HOUR_MS = 3_600_000;
const fleet = new Fleet({ seed: 7, historyMs: 3 * HOUR_MS, startMs: Date.now(), now: Date.now });
const lab = assembleLab(fleetStores(fleet));
let url = '';
let undo = () => {};

const all = () => ({ prometheus: `${url}/prometheus`, loki: `${url}/loki`, tempo: `${url}/tempo` });

beforeAll(async () => {
  await new Promise<void>((resolve) => lab.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(lab.address() as AddressInfo).port}`;
  undo = configure(all());
});
afterAll(async () => {
  undo();
  lab.closeAllConnections();
  await new Promise((resolve) => lab.close(resolve));
});

interface Line {
  request_id: string;
  trace_id: string;
  span_id: string;
  model_name: string;
  model_version: string;
  user_segment: string;
  latency_ms: number;
  feature_sample: Record<string, number>;
  prediction?: { label: string; score: number };
  error?: string;
}

/** The newest lines of the lab that hold these texts, an hour old at least ten minutes. */
async function linesWith(...texts: string[]): Promise<{ line: Line; text: string }[]> {
  const query = `{model_name="fraud_detector"} ${texts.map((one) => `|= ${JSON.stringify(one)}`).join(' ')}`;
  const search = new URLSearchParams({
    query,
    limit: '20',
    start: `${Date.now() - HOUR_MS}000000`,
    end: `${Date.now() - 600_000}000000`,
  });
  const response = await fetch(`${url}/loki/loki/api/v1/query_range?${search}`);
  const body = (await response.json()) as { data: { result: { values: [string, string][] }[] } };
  return body.data.result.flatMap(({ values }) => values.map(([, text]) => ({ line: JSON.parse(text) as Line, text })));
}

async function oneWith(...texts: string[]): Promise<{ line: Line; text: string }> {
  const [first] = await linesWith('"service":"fraud-api"', ...texts);
  if (first === undefined) throw new Error(`the lab has no line with ${texts.join(', ')}`);
  return first;
}

describe('GET /api/requests/{requestId}/story over the fleet', () => {
  it('tells a traced request: record, timeline, inputs, latency, versions, its like, guide, answer', async () => {
    const { line } = await oneWith('prediction_completed', '"sampled":true');
    const events = await storyOf(line.request_id);
    const { story } = lastOf(events, 'story');
    expect(story.record).toMatchObject({
      model: 'fraud_detector',
      version: line.model_version,
      status: 'ok',
      label: line.prediction?.label,
      score: line.prediction?.score,
      segment: line.user_segment,
      latencyMs: line.latency_ms,
      latencyFrom: 'log',
    });
    expect(Object.fromEntries(story.record.features.map(({ name, value }) => [name, value]))).toEqual(
      line.feature_sample,
    );
    expect(story.trace?.traceId).toBe(line.trace_id);
    expect(story.timeline.entries.map(({ kind }) => kind)).toContain('log');
    const spans = story.timeline.entries.filter(({ kind }) => kind === 'span');
    expect(spans).toHaveLength(story.trace?.spanCount ?? -1);
    const times = story.timeline.entries.map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));

    const { latency } = lastOf(events, 'latency');
    expect(latency.place?.low).toBeLessThanOrEqual(latency.place?.high ?? -1);
    expect(latency.why.length).toBeGreaterThan(0);
    const { features } = lastOf(events, 'features');
    expect(features.rows.map(({ name }) => name).sort()).toEqual([
      'account_age_days',
      'amount',
      'country',
      'merchant_risk',
      'session_length_s',
    ]);
    expect(features.rows.find(({ name }) => name === 'amount')?.against).toBe('training');
    const { deployment } = lastOf(events, 'deployment');
    expect(deployment.versions.map(({ version }) => version)).toContain(line.model_version);
    expect(deployment.role).not.toBeNull();
    const { similar } = lastOf(events, 'similar');
    expect(similar.rows.length).toBeGreaterThan(0);
    expect(similar.rows.map(({ id }) => id)).not.toContain(line.request_id);
    expect(lastOf(events, 'guide').guide.steps).toHaveLength(7);
    expect(answerText(events)).toContain(`answered ${line.request_id} in`);
    expect(events.at(-1)?.type).toBe('end');
  });

  it('tells a failed request with the lines of every service', async () => {
    const { line } = await oneWith('prediction_failed', 'FeatureStoreTimeout');
    const events = await storyOf(line.request_id);
    const { story } = lastOf(events, 'story');
    const services = story.timeline.entries.flatMap((entry) => (entry.kind === 'log' ? [entry.service] : []));
    expect(new Set(services)).toEqual(new Set(['fraud-api', 'feature-store', 'gateway']));
    expect(story.record).toMatchObject({ status: 'error', error: line.error, label: null });
    expect(answerText(events)).toContain('FeatureStoreTimeout');
    const steps = lastOf(events, 'guide').guide.steps;
    expect(steps.find(({ id }) => id === 'features')?.status).toBe('bad');
    expect(steps.find(({ id }) => id === 'errors')?.status).toBe('bad');
  });

  it('says why an unsampled request has no trace, and tells the rest', async () => {
    const { line } = await oneWith('"sampled":false');
    const events = await storyOf(line.request_id);
    const { story } = lastOf(events, 'story');
    expect(story.trace).toBeNull();
    expect(story.noTrace).toContain('not sampled');
    expect(lastOf(events, 'latency').latency.place).not.toBeNull();
  });

  it('comes to the same request by its trace, its span, its log line and its address', async () => {
    const { line, text } = await oneWith('prediction_completed', '"sampled":true');
    const root = lastOf(await storyOf(line.request_id), 'story').story.timeline.entries.find(
      ({ kind }) => kind === 'span',
    );
    for (const id of [
      line.trace_id,
      root?.key ?? '',
      text,
      `https://jaeger/trace/${line.trace_id}`,
      `00-${line.trace_id}-${line.span_id}-01`,
    ]) {
      const { story } = lastOf(await storyOf(id.slice(0, 2_000)), 'story');
      expect([story.requestId, story.traceId], id.slice(0, 40)).toEqual([line.request_id, line.trace_id]);
    }
  });

  it('looks around a known time first, and asks nothing else when it is there', async () => {
    const [found] = await linesWith('"sampled":false');
    const events = await storyOf(found?.line.request_id ?? '', `atMs=${Date.now() - 30 * 60_000}`);
    const purposes = endedSteps(events).map(({ purpose }) => purpose);
    expect(purposes.some((purpose) => purpose.includes('around the time'))).toBe(true);
    expect(purposes.some((purpose) => purpose.includes('the last 1 h'))).toBe(false);
  });

  it('says of an id that is nowhere where was looked and how far back', async () => {
    const events = await storyOf('req-000000000000', `backMs=${6 * HOUR_MS}`);
    const { nowhere } = lastOf(events, 'nowhere');
    expect(nowhere.looked.map(({ source, failed }) => [source, failed])).toEqual([
      ['Tempo', false],
      ['Loki', false],
    ]);
    expect(Math.abs((nowhere.looked[1]?.backToMs ?? 0) - (Date.now() - 6 * HOUR_MS))).toBeLessThan(60_000);
    expect(nowhere.advice.length).toBeGreaterThan(1);
    expect(endedSteps(events).map(({ state }) => state)).not.toContain('failed');
    expect(events.some(({ type }) => type === 'story')).toBe(false);
  });

  it('works with logs alone, and with traces alone', async () => {
    const { line } = await oneWith('prediction_completed', '"sampled":true');
    const undoLogs = configure({ loki: `${url}/loki` });
    const logs = await storyOf(line.request_id);
    undoLogs();
    expect(lastOf(logs, 'story').story).toMatchObject({
      noTrace: 'No Tempo is configured, so that there is no trace.',
      record: { model: 'fraud_detector' },
    });
    expect(lastOf(logs, 'latency').latency.gaps[0]).toContain('No Prometheus is configured');

    const undoTraces = configure({ tempo: `${url}/tempo`, prometheus: `${url}/prometheus` });
    const traces = await storyOf(line.request_id);
    undoTraces();
    const { story } = lastOf(traces, 'story');
    expect(story.record).toMatchObject({
      model: 'fraud_detector',
      version: line.model_version,
      latencyFrom: 'trace',
      features: [],
    });
    expect(story.noLines).toContain('No Loki is configured');
    expect(lastOf(traces, 'similar').similar.rows.length).toBeGreaterThan(0);
  });

  it('refuses what is no id, without a stream', async () => {
    expect((await storyResponse('')).status).toBe(400);
    expect((await storyResponse('req-1', 'backMs=12')).status).toBe(400);
    expect((await storyResponse('x'.repeat(2_001))).status).toBe(400);
  });
});
