import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { GET as report } from '@/app/api/compare/report/route';
import { GET as compare } from '@/app/api/compare/route';
import { GET as traces } from '@/app/api/compare/traces/route';
import { Compare, CompareTraces } from '@/lib/contracts/compare';
import { ErrorBody } from '@/lib/contracts/error';
import { judge } from '@/lib/domain/compare';
import { call, type Lab, NOW_MS, startLab, useConfig } from './console';

const HOUR_MS = 3_600_000;

let lab: Lab;
/** Whether Prometheus answers a query, null for its catalog. */
let isLost: (query: string | null) => boolean = () => false;
let isTempoDown = false;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
  lab = await startLab(30 * HOUR_MS, (engine, query) =>
    engine === 'tempo' ? isTempoDown : engine === 'prometheus' && isLost(query),
  );
  useConfig(`
sources:
  prometheus: { url: '${lab.url}/prometheus', scrapeInterval: 30s }
  loki: { url: '${lab.url}/loki' }
  tempo: { url: '${lab.url}/tempo' }
models:
  - name: fraud_detector
    policy: { challengerShare: 20% }
    slos:
      - { kind: latency, objective: 0.95, threshold: 300ms, window: 24h }
`);
}, 120_000);

beforeEach(() => {
  isLost = () => false;
  isTempoDown = false;
});

afterAll(async () => {
  await lab.close();
  vi.useRealTimers();
});

const ask = async (query: Record<string, string | number>): Promise<Compare> => {
  const { status, body } = await call(compare, { query: { endMs: NOW_MS, ...query } });
  expect(status, JSON.stringify(body).slice(0, 300)).toBe(200);
  return Compare.parse(body);
};
const sentence = ({ result }: Compare): string =>
  result.answer.map(({ parts }) => parts.map(({ text }) => text).join('')).join('\n');
const measure = ({ result }: Compare, id: string) => result.measures.find((one) => one.id === id);

const direct = async (query: string, atMs: number): Promise<number> => {
  const url = new URL(`${lab.url}/prometheus/api/v1/query`);
  url.searchParams.set('query', query);
  url.searchParams.set('time', String(atMs / 1000));
  const answer = await (await fetch(url)).json();
  return Number(answer.data.result[0]?.value[1]);
};

describe('the comparison', () => {
  it('rolls fraud_detector 2.4.0 back, errors named first, since its first traffic', async () => {
    const found = await ask({ model: 'fraud_detector' });
    expect(found.result.verdict.kind).toBe('roll-back');
    expect(sentence(found)).toMatch(/^Roll back 2\.4\.0\. It fails 2\.\d.% of requests against/);
    expect(found.result.verdict.reasons.find(({ decides }) => decides)?.text).toMatch(/^Errors: wholly beyond/);
    expect(Math.abs(found.inputs.startMs - (NOW_MS - 6 * HOUR_MS))).toBeLessThanOrEqual(120_000);
    expect(found.window).toBe('since the first traffic of 2.4.0');
    expect(found.sharedStartMs).toBeNull();
    expect(found.result.split.pValue).toBeGreaterThan(0.001);
    expect(found.inputs.faults).toEqual([]);
  });

  it('promotes reco 2.4.0 with P95 named', async () => {
    const found = await ask({ model: 'reco' });
    expect(found.result.verdict.kind).toBe('promote');
    expect(sentence(found)).toMatch(/^Promote 2\.4\.0\. It is faster: P95/);
    expect(found.result.verdict.reasons.find(({ decides }) => decides)?.text).toMatch(/^P95 latency: improves/);
    expect(sentence(found)).toContain('the difference is in infer');
  });

  it('shows the numbers that Prometheus gives for the same questions, to 1e-9', async () => {
    const found = await ask({ model: 'fraud_detector' });
    const { startMs, endMs, champion, challenger } = found.inputs;
    const window = `${(endMs - startMs) / 1000}s`;
    for (const side of [champion, challenger]) {
      const own = `model_name="fraud_detector",model_version="${side?.version}"`;
      const requests = await direct(`sum(increase(inference_requests_total{${own}}[${window}]))`, endMs);
      const errors = await direct(`sum(increase(inference_requests_total{${own},status="error"}[${window}]))`, endMs);
      expect(Math.abs((side?.requests ?? 0) / requests - 1)).toBeLessThan(1e-9);
      expect(Math.abs((side?.errors ?? 0) / errors - 1)).toBeLessThan(1e-9);
      const p99 = await direct(
        `histogram_quantile(0.99, sum by (le) (increase(inference_latency_seconds_bucket{${own}}[${window}])))`,
        endMs,
      );
      const shown = measure(found, 'p99')?.[side === champion ? 'champion' : 'challenger'] ?? 0;
      expect(Math.abs(shown / (p99 * 1000) - 1)).toBeLessThan(1e-9);
    }
  });

  it('counts each request once over its cells: their sum is the whole', async () => {
    const { inputs } = await ask({ model: 'reco' });
    const sum = (values: readonly (number | null)[]) => values.reduce<number>((all, one) => all + (one ?? 0), 0);
    const counted = sum(inputs.cells?.champion.requests ?? []);
    expect(Math.abs(counted / (inputs.champion?.requests ?? 1) - 1)).toBeLessThan(0.01);
  });

  it('keeps inputs that give the same result again', async () => {
    const found = await ask({ model: 'fraud_detector' });
    expect(judge(found.inputs, found.result.policy)).toEqual(found.result);
  });

  it('adjusts errors for the mix of segments and measures quality, outputs and stages', async () => {
    const found = await ask({ model: 'fraud_detector' });
    expect(found.result.segments.map(({ segment }) => segment)).toEqual(['free', 'premium', 'business']);
    expect(measure(found, 'errors-mix')?.state).toBe('beyond');
    for (const id of ['recall', 'precision', 'scores', 'label-positive', 'above-slo', 'stage-infer']) {
      expect(measure(found, id)?.state, id).not.toBe('not-measured');
    }
    expect(found.why.length).toBeGreaterThan(10);
  });
});

describe('other sides and windows', () => {
  it('a range that begins before the challenger: the clock is not shared, and a better start is named', async () => {
    const found = await ask({ model: 'fraud_detector', startMs: NOW_MS - 12 * HOUR_MS });
    expect(found.result.verdict.kind).toBe('in-doubt');
    expect(sentence(found)).toContain('do not share the wall clock');
    expect(Math.abs((found.sharedStartMs ?? 0) - (NOW_MS - 6 * HOUR_MS))).toBeLessThanOrEqual(180_000);
  });

  it('before and after an instant', async () => {
    const splitMs = NOW_MS - 20 * 60_000;
    const found = await ask({ model: 'churn_scorer', splitMs, startMs: splitMs - HOUR_MS });
    expect(found.inputs).toMatchObject({
      mode: 'instant',
      champion: { version: '1.8.2' },
      challenger: { version: '1.8.2' },
    });
    expect(found.result.verdict.kind).toBe('in-doubt');
    expect(measure(found, 'p50')?.challenger).toBeGreaterThan(measure(found, 'p50')?.champion ?? 0);
  });

  it('one version: there is nothing to compare it with', async () => {
    const found = await ask({ model: 'churn_scorer' });
    expect(found.result.verdict.kind).toBe('not-enough-data');
    expect(sentence(found)).toContain('churn_scorer has one version here, 1.8.2');
  });

  it('equal versions, and versions turned around', async () => {
    const equal = await ask({ model: 'reco', champion: '2.4.0', challenger: '2.4.0' });
    expect(equal.result.verdict.kind).toBe('in-doubt');
    const turned = await ask({ model: 'reco', champion: '2.4.0', challenger: '2.3.1', startMs: NOW_MS - 6 * HOUR_MS });
    expect(turned.result.verdict.kind).toBe('roll-back');
  });

  it.each([
    ['a version without traffic', 'no-such'],
    ['a hostile one', '2.4.0"} or vector(1) #'],
  ])('%s has no requests, and no query breaks', async (_, challenger) => {
    const found = await ask({ model: 'reco', challenger, startMs: NOW_MS - HOUR_MS });
    expect(found.result.verdict.kind).toBe('not-enough-data');
    expect(sentence(found)).toContain('had no requests in this range');
  });

  it.each([
    ['an unknown model', { model: 'fraud_detecter' }, 404],
    ['a start behind the end', { model: 'reco', startMs: NOW_MS + 1 }, 400],
    ['a split outside the range', { model: 'reco', startMs: NOW_MS - HOUR_MS, splitMs: NOW_MS - 2 * HOUR_MS }, 400],
    ['no model', {}, 400],
  ])('refuses %s', async (_, query, expected) => {
    const { status, body } = await call(compare, {
      query: { endMs: NOW_MS, ...query } as Record<string, string | number>,
    });
    expect(status).toBe(expected);
    expect(ErrorBody.parse(body).error.message).not.toBe('');
  });
});

describe('a source that is lost', () => {
  it('mid-evaluation puts the verdict in doubt with the reason: no pass, no fail', async () => {
    // A window nobody asked for before. Its versions are answered, the rest is not.
    const versions = '(inference_requests_total{model_name="fraud_detector"}[10807s])';
    isLost = (query) => query?.includes('increase(') === true && !query.includes(versions);
    const found = await ask({ model: 'fraud_detector', startMs: NOW_MS - 3 * HOUR_MS - 7_000 });
    expect(found.result.verdict.kind).toBe('in-doubt');
    expect(sentence(found)).toMatch(/could not be read/);
    expect(measure(found, 'errors')?.state).toBe('not-measured');
    expect(measure(found, 'errors')?.champion).toBeNull();
  });

  it.each([
    ['prediction_outcomes_total', 'Outcomes', 10_013],
    ['inference_segment_requests_total', 'Requests by segment', 10_019],
  ])('of %s alone keeps a challenger that is better from being promoted', async (metric, what, agoMs) => {
    isLost = (query) => query?.includes(`${metric}{`) === true;
    const found = await ask({ model: 'reco', startMs: NOW_MS - 3 * HOUR_MS - agoMs });
    expect(found.result.verdict.kind).toBe('in-doubt');
    expect(sentence(found)).toMatch(new RegExp(`${what} could not be read`));
  });

  it('that tells roles leaves in doubt which version is the challenger, unless both are named', async () => {
    isLost = (query) => query?.includes('model_info{') === true;
    const asked = { model: 'reco', startMs: NOW_MS - 3 * HOUR_MS, endMs: NOW_MS - 23_000 };
    const guessed = await ask(asked);
    expect(guessed.result.verdict.kind).toBe('in-doubt');
    expect(sentence(guessed)).toMatch(/Which version is the challenger is not known\. Without roles: /);
    const named = await ask({ ...asked, champion: '2.3.1', challenger: '2.4.0' });
    expect(named.result.verdict.kind).toBe('promote');
  });

  it('from the start is an error that names it', async () => {
    isLost = () => true;
    const { status, body } = await call(compare, {
      query: { model: 'fraud_detector', startMs: NOW_MS - 3 * HOUR_MS - 9_000, endMs: NOW_MS },
    });
    expect(status).toBe(502);
    expect(ErrorBody.parse(body).error.source).toBe('Prometheus');
  });
});

describe('example traces', () => {
  const query = {
    model: 'fraud_detector',
    champion: '2.3.0',
    challenger: '2.4.0',
    startMs: NOW_MS - HOUR_MS,
    endMs: NOW_MS,
  };

  it('of both sides near their P95, each with the time of its inference', async () => {
    const found = CompareTraces.parse(
      (await call(traces, { query: { ...query, championMs: 250, challengerMs: 270 } })).body,
    );
    expect(found.champion.length).toBeGreaterThan(0);
    expect(found.challenger.length).toBeGreaterThan(0);
    for (const { traceId, inferMs, durationMs } of [...found.champion, ...found.challenger]) {
      expect(traceId).toMatch(/^[0-9a-f]{32}$/);
      expect(inferMs ?? 0).toBeLessThanOrEqual(durationMs);
    }
    expect(found.challenger.some(({ inferMs }) => inferMs !== null)).toBe(true);
  });

  it('say what is missing when Tempo is down, and the comparison goes on', async () => {
    isTempoDown = true;
    const found = CompareTraces.parse((await call(traces, { query: { ...query, endMs: NOW_MS - 1_000 } })).body);
    expect(found.champion).toEqual([]);
    expect(found.gaps.join(' ')).toMatch(/Without example traces of 2\.3\.0/);
    expect((await ask({ model: 'fraud_detector' })).result.verdict.kind).toBe('roll-back');
  });
});

describe('the report', () => {
  const download = async (query: Record<string, string | number>): Promise<{ text: string; response: Response }> => {
    const url = new URL('http://127.0.0.1/api/compare/report');
    for (const [name, value] of Object.entries({ endMs: NOW_MS, ...query })) url.searchParams.set(name, String(value));
    const response = await report(new Request(url), { params: Promise.resolve({}) });
    return { text: await response.text(), response };
  };

  it('is a Markdown file with verdict, intervals, samples, queries and example traces, the same every time', async () => {
    const { text, response } = await download({ model: 'fraud_detector' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/markdown');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="fraud_detector-2.4.0.md"');
    expect(text).toMatch(/^# fraud\\_detector: 2\.3\.0 against 2\.4\.0\n\n\*\*Roll back 2\.4\.0\.\*\*/);
    expect(text).toContain('histogram');
    expect(text).toMatch(/sum by \(model_name, model_version\) \(increase\(inference_requests_total/);
    expect(text).toMatch(/model\.infer \d/);
    expect((await download({ model: 'fraud_detector' })).text).toBe(text);
  });

  it('judges by an edited policy where one is asked for', async () => {
    const { text } = await download({ model: 'fraud_detector', errors: 5, quality: 100 });
    expect(text).toContain('Errors may rise by at most 5 points');
    expect(text).not.toContain('Roll back');
  });
});
