import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { POST as killSwitch } from '@/app/api/guards/switch/route';
import { POST as flagger } from '@/app/api/rollouts/[model]/gate/flagger/[hook]/route';
import { GET as gate } from '@/app/api/rollouts/[model]/gate/route';
import { POST as rearm } from '@/app/api/rollouts/[model]/rearm/route';
import { GET as one } from '@/app/api/rollouts/[model]/route';
import { GET as all } from '@/app/api/rollouts/route';
import { ErrorBody } from '@/lib/contracts/error';
import { GuardState, GuardStates } from '@/lib/contracts/rollout';
import { RolloutGate } from '@/lib/contracts/rollout-gate';
import { argoYaml, flaggerYaml } from '@/lib/domain/gate-snippets';
import type { Database } from '@/lib/server/db';
import { type Lab, NOW_MS, startLab } from '@/tests/api/console';
import { evaluateAt, guardConfig, guardDatabase, MINUTE_MS } from '@/tests/server/rollouts/guard-lab';

const TOKEN = 'a-token-of-sixteen-or-more';
const MODELS = `
  - name: fraud_detector
    policy: { guard: { enabled: true, interval: 1m } }
  - name: reco
    policy: { guard: { enabled: true, interval: 1m } }
access:
  tokens:
    - { name: argo, token: ${TOKEN}, permissions: [rollouts:gate] }
`;

let lab: Lab;
let database: Database;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
  lab = await startLab(12 * 60 * MINUTE_MS);
}, 120_000);
afterAll(async () => {
  await lab.close();
  vi.useRealTimers();
});
beforeEach(async () => {
  vi.setSystemTime(NOW_MS);
  guardConfig(lab, MODELS);
  database = await guardDatabase();
});

const BEARER = { authorization: `Bearer ${TOKEN}` };
const basic = (password: string) => ({
  authorization: `Basic ${Buffer.from(`flagger:${password}`).toString('base64')}`,
});

interface Asked {
  headers?: Record<string, string>;
  query?: string;
}
const askGate = async (model: string, { headers = BEARER, query = '' }: Asked = {}) => {
  const request = new Request(`http://127.0.0.1/api/rollouts/${model}/gate${query}`, { headers });
  const response = await gate(request, { params: Promise.resolve({ model }) });
  expect(response.headers.get('www-authenticate')).toBe(response.status === 401 ? 'Bearer' : null);
  return { status: response.status, body: await response.json() };
};
const askFlagger = async (model: string, hook: string, { headers = basic(TOKEN), query = '' }: Asked = {}) => {
  const request = new Request(`http://127.0.0.1/api/rollouts/${model}/gate/flagger/${hook}${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    // What Flagger sends with every hook.
    body: JSON.stringify({
      name: 'fraud',
      namespace: 'prod',
      phase: 'Progressing',
      checksum: '5',
      metadata: { a: 'b' },
    }),
  });
  const response = await flagger(request, { params: Promise.resolve({ model, hook }) });
  return { status: response.status, body: await response.json() };
};
const rollBack = () =>
  evaluateAt(
    'fraud_detector',
    [2, 1, 0].map((before) => NOW_MS - before * MINUTE_MS),
    database,
  );

describe('who may ask the pull gate', () => {
  it.each([
    ['nobody in particular, though at this console', {}],
    ['a token that nobody was given', { authorization: 'Bearer another-token-of-sixteen' }],
    ['a token with a letter more', { authorization: `Bearer ${TOKEN}x` }],
    ['an empty token', { authorization: 'Bearer ' }],
    ['a wrong password', basic('wrong')],
    ['a scheme of its own', { authorization: 'Negotiate abc' }],
  ])('not %s: 401 with a sentence, and no hook of Flagger fires', async (_, headers) => {
    await rollBack();
    for (const { status, body } of [
      await askGate('fraud_detector', { headers }),
      await askFlagger('fraud_detector', 'rollback', { headers }),
    ]) {
      expect(status).toBe(401);
      expect(ErrorBody.parse(body).error.message).toMatch(/access\.tokens/);
    }
  });

  it('a token, as a bearer or as a password; and it may do nothing else', async () => {
    expect((await askGate('fraud_detector')).status).toBe(200);
    expect((await askGate('fraud_detector', { headers: basic(TOKEN) })).status).toBe(200);
    const request = new Request('http://127.0.0.1/api/rollouts', { headers: BEARER });
    const response = await all(request, { params: Promise.resolve({}) });
    expect(response.status).toBe(403);
  });
});

describe('what the gate says', () => {
  it('rollback after enough violations in a row, and not one earlier', async () => {
    const seen: string[] = [];
    for (const before of [2, 1, 0]) {
      await evaluateAt('fraud_detector', [NOW_MS - before * MINUTE_MS], database);
      const { body } = await askGate('fraud_detector');
      seen.push(
        `${RolloutGate.parse(body).action} ${body.run}/${body.violations} ${(await askFlagger('fraud_detector', 'rollback')).status}`,
      );
    }
    expect(seen).toEqual(['hold 1/3 409', 'hold 2/3 409', 'rollback 3/3 200']);
    expect((await askGate('fraud_detector')).body).toMatchObject({
      rollback: true,
      promote: false,
      verdict: 'roll_back',
    });
    expect((await askFlagger('fraud_detector', 'confirm-promotion')).status).toBe(409);
    expect((await askFlagger('fraud_detector', 'confirm-traffic-increase')).status).toBe(409);
  });

  it('promote for reco, which opens the gates of Flagger and rolls nothing back', async () => {
    await evaluateAt('reco', [NOW_MS], database);
    expect((await askGate('reco')).body).toMatchObject({ action: 'promote', promote: true, rollback: false });
    expect((await askFlagger('reco', 'confirm-promotion')).status).toBe(200);
    expect((await askFlagger('reco', 'confirm-traffic-increase')).status).toBe(200);
    expect((await askFlagger('reco', 'rollback')).status).toBe(409);
  });

  it.each([
    ['a model without a guard', 'churn_scorer', /not switched on/],
    ['a model nobody knows', 'nobody', /not switched on/],
    ['a guard that evaluated nothing yet', 'reco', /not evaluated anything yet/],
  ])('hold, in doubt, for %s', async (_, model, reason) => {
    const { status, body } = await askGate(model);
    expect(status).toBe(200);
    expect(body).toMatchObject({ action: 'hold', verdict: 'in_doubt', rollback: false });
    expect(body.reason).toMatch(reason);
    expect((await askFlagger(model, 'rollback')).status).toBe(409);
    expect((await askFlagger(model, 'confirm-promotion')).status).toBe(409);
  });

  it('hold when the newest evaluation is old, of another version, or the kill switch is thrown', async () => {
    await rollBack();
    const other = await askGate('fraud_detector', { query: '?challenger=2.5.0' });
    expect(other.body).toMatchObject({ action: 'hold', verdict: 'in_doubt' });
    expect((await askFlagger('fraud_detector', 'rollback', { query: '?challenger=2.5.0' })).status).toBe(409);
    expect((await askGate('fraud_detector', { query: '?challenger=2.4.0' })).body.action).toBe('rollback');

    vi.setSystemTime(NOW_MS + 3 * MINUTE_MS + 1);
    expect((await askGate('fraud_detector')).body).toMatchObject({ action: 'hold', verdict: 'in_doubt' });
    vi.setSystemTime(NOW_MS);

    const thrown = await post(
      killSwitch,
      'switch',
      {},
      { model: 'fraud_detector', killed: true, reason: 'not now', revision: 0 },
    );
    expect(GuardStates.parse(thrown.body).guards[0]?.mode).toBe('killed');
    expect((await askGate('fraud_detector')).body).toMatchObject({ action: 'hold', mode: 'killed' });
    expect((await askFlagger('fraud_detector', 'rollback')).status).toBe(409);
  });

  it('hold with 200 when the console cannot read its own database: a failed answer would abort a rollout', async () => {
    await rollBack();
    await database.write((transaction) =>
      transaction.$executeRawUnsafe('ALTER TABLE "GuardEvaluation" RENAME TO "gone"'),
    );
    const { status, body } = await askGate('fraud_detector');
    expect(status).toBe(200);
    expect(RolloutGate.parse(body)).toMatchObject({ action: 'hold', verdict: 'in_doubt', rollback: false });
    expect((await askFlagger('fraud_detector', 'rollback')).status).toBe(409);
  });

  it('refuses a hook that Flagger does not have', async () => {
    expect((await askFlagger('fraud_detector', 'pre-rollout')).status).toBe(400);
  });
});

const post = async (
  handler: typeof rearm,
  path: string,
  params: Record<string, string>,
  body: object,
  headers: Record<string, string> = {},
) => {
  const request = new Request(`http://127.0.0.1/api/rollouts/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const response = await handler(request, { params: Promise.resolve(params) });
  return { status: response.status, body: await response.json() };
};

describe('the state of guards', () => {
  it('lists those that are on, and answers for one that is not', async () => {
    await rollBack();
    const response = await all(new Request('http://127.0.0.1/api/rollouts'), { params: Promise.resolve({}) });
    const states = GuardStates.parse(await response.json());
    expect(states.guards.map(({ model, mode, run }) => `${model} ${mode} ${run}`)).toEqual([
      'fraud_detector dry-run 3',
      'reco dry-run 0',
    ]);
    expect(states.guards[0]?.nextDueMs).toBe(NOW_MS + MINUTE_MS + 30_000);
    const off = await one(new Request('http://127.0.0.1/x'), { params: Promise.resolve({ model: 'churn_scorer' }) });
    expect(GuardState.parse(await off.json())).toMatchObject({ mode: 'off', nextDueMs: null });
  });

  it('needs a reason and the revision on screen; a second press is told what happened meanwhile', async () => {
    const change = { reason: 'rolled out again', revision: 0 };
    expect((await post(rearm, 'x', { model: 'reco' }, { ...change, reason: '  ' })).status).toBe(400);
    const first = await post(rearm, 'x', { model: 'reco' }, change);
    expect(GuardState.parse(first.body).rearmedAtMs).toBe(NOW_MS);
    const second = await post(rearm, 'x', { model: 'reco' }, change);
    expect(second.status).toBe(409);
    expect(ErrorBody.parse(second.body).error.fields).toEqual({ revision: '1' });
  });

  it('no tool with a token may move a switch', async () => {
    const body = { model: null, killed: true, reason: 'x', revision: 0 };
    expect((await post(killSwitch, 'switch', {}, body, BEARER)).status).toBe(403);
  });
});

/** What Argo does with a jsonPath of this form: fields one after the other. */
const atPath = (path: string, body: unknown): unknown => {
  const match = /^\{\$((?:\.\w+)+)\}$/.exec(path);
  if (match === null) throw new Error(`no JSONPath that this test knows: ${path}`);
  return (match[1] ?? '')
    .slice(1)
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], body);
};

describe('the YAML to paste', () => {
  const asked = { base: 'https://windsock.example.com', model: 'fraud_detector', intervalMs: 90_000 };

  it('is an AnalysisTemplate whose JSONPath and conditions meet the answers', async () => {
    const template = parse(argoYaml(asked));
    expect(template).toMatchObject({ apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisTemplate' });
    expect(template.metadata.name).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
    const [metric] = template.spec.metrics;
    const { web } = metric.provider;
    expect(web.url).toBe('https://windsock.example.com/api/rollouts/fraud_detector/gate');
    expect(web.headers).toEqual([{ key: 'Authorization', value: 'Bearer {{ args.windsock-token }}' }]);
    expect(metric.interval).toBe('90s');
    const phase = (body: unknown): string => {
      const result = atPath(web.jsonPath, body);
      const meets = (condition: string) => condition === `result == ${JSON.stringify(result)}`;
      return meets(metric.failureCondition) ? 'Failed' : meets(metric.successCondition) ? 'Successful' : 'Inconclusive';
    };
    // Nothing known yet: the rollout goes on.
    expect(phase((await askGate('fraud_detector')).body)).toBe('Successful');
    await rollBack();
    await evaluateAt('reco', [NOW_MS], database);
    expect(phase((await askGate('fraud_detector')).body)).toBe('Failed');
    expect(phase((await askGate('reco')).body)).toBe('Successful');
    // Argo's own limits, 0 and 4, would pause or abort on the first answers that say nothing.
    expect(metric.failureLimit).toBe(0);
    expect(Math.min(metric.inconclusiveLimit, metric.consecutiveErrorLimit)).toBeGreaterThan(1_000);
  });

  it('is a list of Flagger webhooks whose addresses carry the token as a password', async () => {
    const { webhooks } = parse(flaggerYaml(asked)).spec.analysis;
    expect(webhooks.map(({ type }: { type: string }) => type)).toEqual([
      'confirm-traffic-increase',
      'confirm-promotion',
      'rollback',
    ]);
    for (const { url, type } of webhooks) {
      const { pathname, password } = new URL(url.replace('TOKEN', TOKEN));
      expect(pathname).toBe(`/api/rollouts/fraud_detector/gate/flagger/${type}`);
      const { status } = await askFlagger('fraud_detector', type, { headers: basic(password) });
      expect([200, 409]).toContain(status);
    }
  });

  it.each(['a "quoted": model\n- x', '{{args.token}}', '模型 1', '../..', '-'])(
    'stays one document for the model %j',
    (model) => {
      const text = argoYaml({ ...asked, model });
      const documents = parseAllDocuments(text);
      expect(documents).toHaveLength(1);
      const template = parse(text);
      expect(template.metadata.name).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
      expect(decodeURIComponent(template.spec.metrics[0].provider.web.url.split('/')[5])).toBe(model);
      expect(template.spec.metrics[0].provider.web.url).not.toContain('{{');
      expect(parse(flaggerYaml({ ...asked, model })).spec.analysis.webhooks).toHaveLength(3);
    },
  );
});
