import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GET as alertsRoute } from '@/app/api/alerts/route';
import { GET as againRoute } from '@/app/api/evidence/[id]/again/route';
import { GET as reportRoute } from '@/app/api/evidence/[id]/report/route';
import { GET as readRoute } from '@/app/api/evidence/[id]/route';
import { POST as createRoute, GET as listRoute } from '@/app/api/evidence/route';
import { GET as latencyRoute } from '@/app/api/models/[model]/latency/route';
import { GET as tracesRoute } from '@/app/api/traces/route';
import { AlertList, AlertReport } from '@/lib/contracts/alert';
import { Compare } from '@/lib/contracts/compare';
import { ENDPOINTS } from '@/lib/contracts/endpoints';
import { ErrorBody } from '@/lib/contracts/error';
import { Evidence, EvidenceAgain, EvidenceList, EvidenceRead } from '@/lib/contracts/evidence';
import { EVIDENCE_KINDS, type EvidenceKind } from '@/lib/contracts/evidence-kinds';
import { LogPage } from '@/lib/contracts/logs';
import { Metric } from '@/lib/contracts/metric';
import { TraceSearch } from '@/lib/contracts/traces';
import { getConfig } from '@/lib/server/config';
import { db } from '@/lib/server/db';
import { migrate } from '@/lib/server/db/migrate';
import { PINNABLE } from '@/lib/server/evidence/pinnable';
import { ANSWERABLE } from '@/lib/server/evidence/questions';
import { call, type Lab, NOW_MS, startLab, useConfig } from './console';

const HOUR_MS = 3_600_000;
const range = { startMs: NOW_MS - 2 * HOUR_MS, endMs: NOW_MS };
const model = 'fraud_detector';

let lab: Lab;
let isDown = false;
let trace = { traceId: '', requestId: '' };
let firing = { id: '', query: '' };

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
  lab = await startLab(30 * HOUR_MS, () => isDown);
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
redaction:
  rules:
    - { name: 'segment', pattern: 'premium', replacement: '[segment]' }
`);
  await migrate(getConfig().database.url);
  const found = await call(tracesRoute, { query: { ...range, model, limit: 5 } });
  const [first] = TraceSearch.parse(found.body).rows;
  trace = { traceId: first?.traceId ?? '', requestId: '' };
  const alerts = AlertList.parse((await call(alertsRoute, {})).body).groups.flatMap((group) => group.alerts);
  const alert = alerts.find(({ state }) => state === 'firing');
  firing = { id: alert?.id ?? '', query: alert?.query ?? '' };
}, 120_000);

afterAll(async () => {
  await lab.close();
  await db().close();
  vi.useRealTimers();
});

const send = async (body: object): Promise<{ status: number; body: unknown }> => {
  const response = await createRoute(
    new Request('http://127.0.0.1/api/evidence', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  );
  return { status: response.status, body: await response.json() };
};
const asked = (kind: EvidenceKind, path: string, params: object = range, search = '') => ({
  id: randomUUID(),
  kind,
  title: `${kind} of the test`,
  path,
  params,
  look: { pathname: '/', search },
});
const ofModel = (kind: EvidenceKind, panel: string) => asked(kind, `models/${model}/${panel}`);
const pin = async (question: object): Promise<Evidence> => {
  const { status, body } = await send(question);
  expect(status, JSON.stringify(body).slice(0, 300)).toBe(200);
  return Evidence.parse(body);
};
const read = async (id: string): Promise<EvidenceRead> => {
  const { status, body } = await call(readRoute, { path: { id } });
  expect(status, JSON.stringify(body).slice(0, 300)).toBe(200);
  return EvidenceRead.parse(body);
};
const again = async (id: string) => EvidenceAgain.parse((await call(againRoute, { path: { id } })).body);
const refusal = async (question: object) => {
  const { status, body } = await send(question);
  return { status, ...ErrorBody.parse(body).error };
};

/** One question of every kind; those of traces and requests once the lab has named one. */
const questions = (): Record<EvidenceKind, object> => ({
  fleet: asked('fleet', 'fleet', { ...range, against: 'day' }),
  jobs: asked('jobs', 'jobs'),
  changes: asked('changes', 'events'),
  model: ofModel('model', 'summary'),
  requests: ofModel('requests', 'traffic'),
  errors: ofModel('errors', 'traffic'),
  latency: ofModel('latency', 'latency'),
  heatmap: ofModel('heatmap', 'heatmap'),
  stages: ofModel('stages', 'stages'),
  'stage-split': ofModel('stage-split', 'stages'),
  'in-flight': ofModel('in-flight', 'in-flight'),
  metric: asked('metric', 'metrics', { ...range, query: 'sum by (model_name) (rate(inference_requests_total[1m]))' }),
  'error-reasons': ofModel('error-reasons', 'errors'),
  comparison: asked('comparison', 'compare', { model, endMs: NOW_MS, errors: 3 }),
  'log-lines': asked('log-lines', 'logs', { ...range, model, direction: 'backward' }),
  'log-volume': asked('log-volume', 'logs/summary', { ...range, model }),
  traces: asked('traces', 'traces', { ...range, model, order: 'slowest', limit: 50 }),
  trace: asked('trace', `traces/${trace.traceId}`, { clock: 'raw' }, 'group=none'),
  drift: {
    ...asked('drift', 'drift', { ...range, model }),
    beside: [
      { path: 'drift/heat', params: { ...range, model, windows: 6 } },
      { path: 'quality', params: { ...range, model, windows: 6 } },
    ],
  },
  slos: asked('slos', 'slos', { endMs: NOW_MS }),
  impact: asked('impact', 'impact', { startMs: NOW_MS - HOUR_MS, endMs: NOW_MS, against: 'before' }),
  alert: asked('alert', `alerts/${firing.id}`),
  alerts: asked('alerts', 'alerts', { model }),
  readiness: asked('readiness', 'readiness', { ...range, model }),
  request: asked('request', `requests/${encodeURIComponent(trace.traceId)}/story`, { atMs: NOW_MS - HOUR_MS }),
});

describe('a pin', () => {
  it('of every kind is there, whole and verified, after its sources are gone', async () => {
    const pins = new Map<string, EvidenceRead>();
    for (const [kind, question] of Object.entries(questions())) {
      const { id } = await pin(question);
      const kept = await read(id);
      expect(kept, kind).toMatchObject({ state: 'sound', damage: null, kind });
      expect(kept.why.length, `${kind} tells its queries`).toBeGreaterThan(0);
      expect(kept.sources.length, `${kind} names its sources`).toBeGreaterThan(0);
      pins.set(id, kept);
    }
    expect([...pins.values()].map(({ kind }) => kind).sort()).toEqual([...EVIDENCE_KINDS].sort());
    isDown = true;
    lab.taken();
    for (const [id, before] of pins) expect(await read(id)).toEqual(before);
    expect(lab.taken(), 'reading a pin asks no source').toEqual([]);
    isDown = false;
  }, 120_000);

  it('keeps the very answer of its endpoint', async () => {
    const { id } = await pin(ofModel('latency', 'latency'));
    const { document } = await read(id);
    const direct = await call(latencyRoute, { path: { model }, query: range });
    const withoutTimes = (answer: unknown) =>
      JSON.parse(JSON.stringify(answer), (key, value) => (key === 'elapsedMs' || key === 'cached' ? null : value));
    expect(document?.parts[0]).toMatchObject({ path: `models/${model}/latency`, params: range });
    expect(withoutTimes(document?.parts[0]?.answer)).toEqual(withoutTimes(direct.body));
  });

  it('of an alert has its labels, its value, its expression, and the graph of that over the range', async () => {
    const { id } = await pin(asked('alert', `alerts/${firing.id}`));
    const { document, startMs, endMs } = await read(id);
    const { alert } = AlertReport.parse(document?.parts[0]?.answer);
    expect(alert).toMatchObject({ id: firing.id, state: 'firing', query: firing.query, sources: ['Prometheus'] });
    expect(Object.keys(alert.labels)).toContain('alertname');
    expect(alert.sinceMs).toBeGreaterThan(0);
    expect({ startMs, endMs }).toEqual(range);
    expect(document?.parts[1]).toMatchObject({ path: 'metrics', params: { ...range, query: firing.query } });
    expect(Metric.parse(document?.parts[1]?.answer).set.series.length).toBeGreaterThan(0);
    expect(await again(id)).toMatchObject({ state: 'same' });
    const refused = await refusal(asked('alert', 'alerts/0123456789abcdef'));
    expect(refused).toMatchObject({ status: 404, message: expect.stringContaining('No source tells of this alert') });
  });

  it('has an absolute range, whatever the page showed', async () => {
    const { id } = await pin({
      ...ofModel('requests', 'traffic'),
      look: { pathname: `/models/${model}`, search: 'from=now-2h&to=now&refresh=15s&versions=2.4.0' },
    });
    const { document, startMs, endMs, stepMs } = await read(id);
    expect({ startMs, endMs }).toEqual(range);
    expect(stepMs).toBeGreaterThan(0);
    expect(Object.fromEntries(new URLSearchParams(document?.look.search))).toEqual({
      from: String(range.startMs),
      to: String(range.endMs),
      versions: '2.4.0',
    });
    expect(document?.parts.map(({ path, params }) => [path, params])).toEqual([
      [`models/${model}/traffic`, range],
      ['events', { ...range, model }],
    ]);
  });

  it('keeps what stood beside it on the screen, once, and nothing that cannot be kept', async () => {
    const { id } = await pin(questions().drift);
    const { document } = await read(id);
    expect(document?.parts.map(({ path }) => path)).toEqual(['drift', 'drift/heat', 'quality']);
    const beside = [{ path: `models/${model}/traffic`, params: range }];
    const twice = await pin({ ...ofModel('requests', 'traffic'), beside: [...beside, ...beside] });
    expect((await read(twice.id)).document?.parts.map(({ path }) => path)).toEqual([
      `models/${model}/traffic`,
      'events',
    ]);
    expect(await refusal({ ...asked('jobs', 'jobs'), beside: [{ path: 'sources', params: {} }] })).toMatchObject({
      status: 400,
    });
  });

  it('sent twice is kept once, and asks the sources once', async () => {
    const question = ofModel('errors', 'traffic');
    const first = await pin(question);
    lab.taken();
    expect(await pin(question)).toEqual(first);
    expect(lab.taken()).toEqual([]);
    expect(await refusal({ ...asked('jobs', 'jobs'), id: question.id })).toMatchObject({ status: 409 });
  });

  it('is listed by model, kind and time, newest first', async () => {
    const one = await pin({ ...asked('log-lines', 'logs', { ...range, model: 'reco', direction: 'forward' }) });
    const list = async (query: Record<string, string | number>) =>
      EvidenceList.parse((await call(listRoute, { query })).body);
    expect((await list({ model: 'reco' })).evidence).toEqual([one]);
    expect((await list({ kind: 'fleet' })).evidence.every(({ kind }) => kind === 'fleet')).toBe(true);
    expect((await list({ startMs: NOW_MS + 1 })).evidence).toEqual([]);
    expect(await list({ limit: 1 })).toMatchObject({ evidence: [{}], more: true });
  });

  it('bounds its log lines and says that more matched', async () => {
    const { id, isPartial, warnings } = await pin(questions()['log-lines']);
    const page = LogPage.parse((await read(id)).document?.parts[0]?.answer);
    expect(page.rows).toHaveLength(1_000);
    expect(page.next).toBeNull();
    expect(isPartial).toBe(true);
    expect(warnings.join(' ')).toContain('Only these 1000 lines were kept; more matched.');
  });

  it('keeps nothing that the rules take out, neither in lines nor in its own question', async () => {
    const question = {
      ...asked('log-lines', 'logs', { ...range, model, text: 'premium', direction: 'backward' }),
      title: 'Lines of ana@example.org',
      look: { pathname: '/logs', search: 'text=premium&q=ana%40example.org' },
    };
    const { id } = await pin(question);
    const { document, title } = await read(id);
    expect(LogPage.parse(document?.parts[0]?.answer).rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(document).match(/premium|ana@|ana%40/g)).toBeNull();
    expect(title).toBe('Lines of [e-mail]');
    expect(document?.redaction).toMatchObject({ isQuestionRedacted: true });
    expect(await again(id)).toMatchObject({ state: 'failed', parts: null });
  });

  it('of a failing question is not made, and says which source failed', async () => {
    isDown = true;
    const refused = await refusal(asked('log-lines', 'logs', { ...range, model: 'never_seen', direction: 'backward' }));
    isDown = false;
    expect(refused).toMatchObject({ status: 502, source: 'Loki' });
  });
});

describe('asked again', () => {
  it('says that nothing changed while the source says the same', async () => {
    const { id } = await pin(ofModel('heatmap', 'heatmap'));
    expect(await again(id)).toMatchObject({ state: 'same', difference: { changed: 0, lost: 0, gained: 0 } });
  });

  it('says that the source has it no longer, or fails, without touching what was kept', async () => {
    const { id } = await pin({
      ...ofModel('latency', 'latency'),
      params: { startMs: NOW_MS - HOUR_MS, endMs: NOW_MS },
    });
    const kept = await read(id);
    vi.setSystemTime(NOW_MS + 30 * 60_000);
    isDown = true;
    const failed = await again(id);
    isDown = false;
    vi.setSystemTime(NOW_MS);
    // The console may still hold the answers of the last minutes itself: either is said for what it is.
    expect(['failed', 'same']).toContain(failed.state);
    expect(await read(id)).toEqual(kept);
  });
});

describe('a comparison kept as a report', () => {
  it('is the verdict that was seen, under the policy that was tried', async () => {
    const { id } = await pin(questions().comparison);
    const compare = Compare.parse((await read(id)).document?.parts[0]?.answer);
    expect(compare.result.policy.maxErrorIncrease).toBeCloseTo(0.03);
    const plain = await pin(asked('comparison', 'compare', { model, endMs: NOW_MS }));
    const judged = Compare.parse((await read(plain.id)).document?.parts[0]?.answer);
    expect(judged.result.verdict.kind).toBe('roll-back');
  });

  it('is exported as Markdown with queries, numbers and example traces, the same bytes every time', async () => {
    const { id } = await pin(asked('comparison', 'compare', { model, endMs: NOW_MS }));
    const text = async () =>
      (await reportRoute(new Request('http://127.0.0.1/x'), { params: Promise.resolve({ id }) })).text();
    const first = await text();
    expect(first).toContain('# fraud\\_detector: 2.3.0 against 2.4.0');
    expect(first).toContain('## Queries');
    expect(first).toMatch(/## Example traces\n\n- 2\.3\.0: `[0-9a-f]{32}`.*model\.infer \d/);
    isDown = true;
    expect(await text()).toBe(first);
    isDown = false;
    const { id: other } = await pin(ofModel('requests', 'traffic'));
    expect((await call(reportRoute, { path: { id: other } })).status).toBe(404);
  });
});

describe('hostile questions', () => {
  it.each([
    ['an endpoint that cannot be kept', { kind: 'latency', path: 'sources' }],
    ['another endpoint than the kind of panel asks', { kind: 'latency', path: `models/${model}/traffic` }],
    ['a path that climbs', { kind: 'latency', path: 'models/../../settings/latency' }],
    ['an address outside', { kind: 'jobs', path: 'http://127.0.0.1/jobs' }],
    ['half an escape', { kind: 'latency', path: 'models/%E0%A4%A/latency' }],
    ['a kind nobody knows', { kind: 'everything', path: 'jobs' }],
    ['a kind that every object has', { kind: 'constructor', path: 'jobs' }],
    ['no range', { kind: 'jobs', path: 'jobs', params: {} }],
    ['a range backwards', { kind: 'jobs', path: 'jobs', params: { startMs: 2, endMs: 1 } }],
    ['a nested parameter', { kind: 'jobs', path: 'jobs', params: { ...range, model: { $ne: null } } }],
    ['a list', { kind: 'jobs', path: 'jobs', params: [1, 2] }],
    ['an address of another host', { kind: 'jobs', path: 'jobs', look: { pathname: '//evil.example', search: '' } }],
    ['an empty title', { kind: 'jobs', path: 'jobs', title: '  ' }],
    ['no id', { kind: 'jobs', path: 'jobs', id: 'mine' }],
  ])('%s is refused', async (_what, fields) => {
    const refused = await refusal({ ...asked('jobs', 'jobs'), ...fields });
    expect([refused.status, refused.code]).toEqual([400, 'bad_request']);
  });

  it('a parameter named __proto__ is no parameter, and changes no prototype', async () => {
    const body = JSON.stringify(asked('jobs', 'jobs')).replace('"params":{', '"params":{"__proto__":{"polluted":1},');
    const response = await createRoute(
      new Request('http://127.0.0.1/api/evidence', {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      }),
    );
    const { document } = await read(Evidence.parse(await response.json()).id);
    expect(Object.getOwnPropertyNames(document?.parts[0]?.params).sort()).toEqual(['endMs', 'startMs']);
    expect('polluted' in {}).toBe(false);
  });

  it('a pin that is not there is not found', async () => {
    expect((await call(readRoute, { path: { id: randomUUID() } })).status).toBe(404);
    expect((await call(readRoute, { path: { id: 'x' } })).status).toBe(400);
  });
});

describe('the list of what can be kept', () => {
  it('names endpoints of the console only, with their own permission', () => {
    for (const [path, { permission }] of ANSWERABLE) {
      const endpoint = ENDPOINTS.find((one) => one.method === 'GET' && one.path === `/api/${path}`);
      expect(endpoint?.permission, path).toBe(permission);
    }
    for (const { endpoint } of Object.values(PINNABLE)) expect(ANSWERABLE.has(endpoint), endpoint).toBe(true);
  });
});
