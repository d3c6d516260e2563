import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { POST as backtest } from '@/app/api/rollouts/[model]/backtest/route';
import { ErrorBody } from '@/lib/contracts/error';
import { BacktestLine } from '@/lib/contracts/rollout-backtest';
import type { Database } from '@/lib/server/db';
import { listEvaluations } from '@/lib/server/rollouts/store';
import { type Lab, NOW_MS, startLab } from '@/tests/api/console';
import { evaluateAt, guardConfig, guardDatabase, MINUTE_MS } from '@/tests/server/rollouts/guard-lab';

const HOUR_MS = 60 * MINUTE_MS;
let lab: Lab;
let database: Database;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
  lab = await startLab(30 * HOUR_MS);
  guardConfig(
    lab,
    `
  - name: fraud_detector
    policy: { guard: { enabled: true, interval: 5m } }
  - name: reco
    policy: { guard: { enabled: true, interval: 5m } }
`,
  );
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
  it('says when the guard would have fired on fraud_detector, quickly', { timeout: 60_000 }, async () => {
    const begunMs = performance.now();
    const { begin, steps, result } = await run('fraud_detector');
    const elapsedMs = performance.now() - begunMs;
    console.info(`backtest of 24 h at 5 min: ${begin?.steps} steps in ${Math.round(elapsedMs)} ms`);
    expect(begin).toMatchObject({ champion: '2.3.0', challenger: '2.4.0', intervalMs: 5 * MINUTE_MS, violations: 3 });
    // The challenger is six hours old; before it there is nothing to judge.
    expect(begin?.steps).toBe(72);
    expect(steps.map(({ done }) => done)).toEqual(Array.from({ length: 72 }, (_, i) => i + 1));
    expect(result?.firedAtMs).not.toBeNull();
    const fired = steps.find(({ step }) => step.atMs === result?.firedAtMs)?.step;
    expect(fired).toMatchObject({ decision: 'act', run: 3, from: 'exact' });
    expect(steps.filter(({ step }) => step.decision === 'act')).toHaveLength(1);
    expect(result?.sentence).toMatch(/^The guard would have rolled 2\.4\.0 back .* after its first traffic\./);
    expect(elapsedMs).toBeLessThan(20_000);
  });

  it('agrees with the live guard at the same instants', { timeout: 60_000 }, async () => {
    for (const model of ['fraud_detector', 'reco']) {
      const { steps } = await run(model);
      const seen = steps.filter((_, i) => i < 6 || i % 12 === 0);
      await evaluateAt(
        model,
        seen.map(({ step }) => step.atMs),
        database,
      );
      const { evaluations } = await listEvaluations({ model, limit: 100 }, database);
      const live = new Map(evaluations.map(({ atMs, verdict }) => [atMs, verdict]));
      expect(seen.length).toBeGreaterThan(8);
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

  it('never fires on reco, which is to be promoted', { timeout: 60_000 }, async () => {
    const { result } = await run('reco');
    expect(result?.firedAtMs).toBeNull();
    expect(result?.verdicts.promote).toBeGreaterThan(0);
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

  it('stops when its reader leaves: no query follows', { timeout: 60_000 }, async () => {
    const response = await ask('fraud_detector', { intervalMinutes: 1, violations: 1_000 });
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    // What was on its way may still arrive; then it is quiet.
    await new Promise((resolve) => setTimeout(resolve, 500));
    lab.taken();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(lab.taken()).toEqual([]);
  });
});
