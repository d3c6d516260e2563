import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { POST as backtest } from '@/app/api/rollouts/[model]/backtest/route';
import { ErrorBody } from '@/lib/contracts/error';
import { BacktestLine } from '@/lib/contracts/rollout-backtest';
import { judge } from '@/lib/domain/compare';
import type { Database } from '@/lib/server/db';
import { readSidesInputs } from '@/lib/server/rollouts/read-inputs';
import { listEvaluations } from '@/lib/server/rollouts/store';
import { type Lab, NOW_MS, startLab } from '@/tests/api/console';
import { evaluateAt, guardConfig, guardDatabase, MINUTE_MS } from '@/tests/server/rollouts/guard-lab';

const HOUR_MS = 60 * MINUTE_MS;
let lab: Lab;
let database: Database;
const MODELS = `
  - name: fraud_detector
    policy: { guard: { enabled: true, interval: 5m } }
  - name: reco
    policy: { guard: { enabled: true, interval: 5m } }
`;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
  lab = await startLab(30 * HOUR_MS);
  guardConfig(lab, MODELS);
  database = await guardDatabase();
}, 120_000);
afterAll(async () => {
  await lab.close();
  vi.useRealTimers();
});

const ask = (model: string, body: object, signal?: AbortSignal): Promise<Response> =>
  backtest(
    new Request(`http://127.0.0.1/api/rollouts/${model}/backtest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ startMs: NOW_MS - 24 * HOUR_MS, endMs: NOW_MS, ...body }),
      ...(signal === undefined ? {} : { signal }),
    }),
    { params: Promise.resolve({ model }) },
  );
const run = async (model: string, body: object = {}) => {
  const response = await ask(model, body);
  expect(response.headers.get('content-type')).toBe('application/x-ndjson');
  const lines = (await response.text())
    .trim()
    .split('\n')
    .map((line) => BacktestLine.parse(JSON.parse(line)));
  const of = <T extends BacktestLine['type']>(type: T) =>
    lines.filter((line): line is Extract<BacktestLine, { type: T }> => line.type === type);
  return { begin: of('begin')[0], steps: of('step'), result: of('result')[0], errors: of('error') };
};

describe('a backtest', () => {
  it('says when the guard would have fired on fraud_detector', { timeout: 60_000 }, async () => {
    const { begin, steps, result } = await run('fraud_detector');
    expect(begin).toMatchObject({ champion: '2.3.0', challenger: '2.4.0', intervalMs: 5 * MINUTE_MS, violations: 3 });
    // The challenger is six hours old; before it there is nothing to judge.
    expect(begin?.steps).toBe(72);
    expect(steps.map(({ done }) => done)).toEqual(Array.from({ length: 72 }, (_, i) => i + 1));
    expect(result?.firedAtMs).not.toBeNull();
    const fired = steps.find(({ step }) => step.atMs === result?.firedAtMs)?.step;
    expect(fired).toMatchObject({ decision: 'act', run: 3, from: 'exact' });
    expect(steps.filter(({ step }) => step.decision === 'act')).toHaveLength(1);
    expect(result?.sentence).toMatch(/^The guard would have rolled 2\.4\.0 back .* after its first traffic\./);
  });

  it('agrees with the live guard at the same instants, and never fires on reco, which is to be promoted', {
    timeout: 60_000,
  }, async () => {
    for (const model of ['fraud_detector', 'reco']) {
      const { steps, result } = await run(model);
      const seen = steps.filter((_, i) => i < 4 || i % 24 === 0);
      if (model === 'reco') expect(result).toMatchObject({ firedAtMs: null });
      await evaluateAt(
        model,
        seen.map(({ step }) => step.atMs),
        database,
      );
      const { evaluations } = await listEvaluations({ model, limit: 100 }, database);
      const live = new Map(evaluations.map(({ atMs, verdict }) => [atMs, verdict]));
      expect(seen.length).toBeGreaterThan(5);
      expect(seen.map(({ step }) => `${step.atMs} ${step.verdict}`)).toEqual(
        seen.map(({ step }) => `${step.atMs} ${live.get(step.atMs)}`),
      );
    }
  });

  it('tries an edited policy: with five points allowed it would not have fired', { timeout: 90_000 }, async () => {
    const { result, begin } = await run('fraud_detector', { errors: 5, quality: 100, p95: 500 });
    expect(begin?.policy.maxErrorIncrease).toBe(0.05);
    expect(result?.firedAtMs).toBeNull();
    expect(result?.sentence).toMatch(/would not have fired/);
    const later = await run('fraud_detector', { violations: 12 });
    const sooner = await run('fraud_detector', { violations: 1 });
    expect((later.result?.firedAtMs ?? 0) - (sooner.result?.firedAtMs ?? 0)).toBeGreaterThanOrEqual(11 * 5 * MINUTE_MS);
  });

  it('has nothing to compare with one version, and says so', async () => {
    const { errors } = await run('churn_scorer');
    expect(errors[0]?.message).toMatch(/no two versions/);
  });

  it.each([
    ['too many evaluations', { intervalMinutes: 1, startMs: NOW_MS - 6 * 24 * HOUR_MS }, /2016/],
    ['more than a week', { startMs: NOW_MS - 8 * 24 * HOUR_MS, intervalMinutes: 60 }, /seven days/],
    ['an end before the start', { startMs: NOW_MS + 1 }, /startMs/],
  ])('refuses %s before the first line', async (_, body, expected) => {
    const response = await ask('reco', body);
    expect(response.status).toBe(400);
    expect(ErrorBody.parse(await response.json()).error.message).toMatch(expected);
  });

  it('takes exact durations where the buckets cannot tell P95s apart, as the live guard does', {
    timeout: 60_000,
  }, async () => {
    const edited = { errors: 5, quality: 100, intervalMinutes: 60, startMs: NOW_MS - HOUR_MS };
    const blind = await run('fraud_detector', edited);
    expect(blind.steps.at(-1)?.step.reason).toMatch(/P95 latency: the histogram cannot tell/);
    expect(blind.result?.notes.join(' ')).toMatch(/neither logs nor traces had them: P95 is not measured there/);
    guardConfig(lab, MODELS, { logs: true });
    try {
      const { begin, steps, result } = await run('fraud_detector', edited);
      expect(result?.notes.join(' ')).toMatch(/exact durations were taken from the logs/);
      expect(result?.notes.join(' ')).toMatch(/tokens and cost are not measured here/);
      const last = steps.at(-1)?.step;
      if (begin === undefined || last === undefined) throw new Error('nothing was judged');
      const sides = { champion: begin.champion, challenger: begin.challenger, startMs: begin.windowStartMs };
      const asked = { model: 'fraud_detector', atMs: last.atMs, sides };
      const live = await readSidesInputs(asked, { signal: new AbortController().signal, nowMs: NOW_MS });
      expect(live.exactP95).not.toBeNull();
      expect(last.verdict).toBe(judge(live, begin.policy).verdict.kind);
      expect(last.reason).not.toMatch(/cannot tell/);
    } finally {
      guardConfig(lab, MODELS);
    }
  });

  it('stops when its reader leaves: no query follows', { timeout: 60_000 }, async () => {
    const response = await ask('fraud_detector', { intervalMinutes: 1, violations: 1_000 });
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    // What was on its way may still arrive; all of it would be more than a thousand.
    lab.taken();
    let late = 0;
    for (let quiet = 0; quiet < 2; ) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      const taken = lab.taken().length;
      late += taken;
      quiet = taken === 0 ? quiet + 1 : 0;
    }
    expect(late).toBeLessThan(100);
  });
});
