import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SyntheticChecks } from '@/lib/contracts/synthetic';
import type { Identity } from '@/lib/server/auth/identity';
import { startLoop } from '@/lib/server/background/loop';
import { getConfig } from '@/lib/server/config';
import { readChecks, runNow } from '@/lib/server/synthetic/read';
import { createRun, listRuns, newRun } from '@/lib/server/synthetic/store';
import { tempoClient } from '@/lib/server/tempo/client';
import {
  checkConfig,
  checkDatabase,
  fastLoop,
  now,
  type SyntheticLab,
  settledRun,
  startSyntheticLab,
} from './synthetic-lab';

const me: Identity = { id: 'local', name: 'ana', permissions: new Set(['synthetic:run']), kind: 'local' };
const RUN_ID = '0d9f6a52-9a5b-4f6e-8a3e-5b1f0a7c1d2e';

const stateOf = (run: { signals: readonly { signal: string; state: string }[] }) =>
  Object.fromEntries(run.signals.map(({ signal, state }) => [signal, state]));

describe('a synthetic check', () => {
  let lab: SyntheticLab;
  beforeAll(async () => {
    lab = await startSyntheticLab();
  });
  afterAll(() => lab.close());

  it('follows its own request through metric, trace and log line, and times each', async () => {
    checkConfig(
      lab,
      `{ url: '${lab.url}/predict/fraud_detector', interval: 1d, body: { features: { amount: 12 } }, expect: { contains: score } }`,
    );
    const database = await checkDatabase();
    const run = await settledRun(database);
    expect(run).toMatchObject({
      outcome: 'ok',
      origin: 'schedule',
      answer: { state: 'ok', status: 200, reason: null },
    });
    expect(stateOf(run)).toEqual({ metric: 'seen', trace: 'seen', log: 'seen' });
    const [metric, trace, log] = run.signals;
    // Its own: the very ids that the model was sent.
    expect(lab.predictions.at(-1)).toEqual({
      requestId: run.requestId,
      traceparent: `00-${run.traceId}-${run.spanId}-01`,
    });
    expect(metric?.detail).toBe('An exemplar of its latency carries its trace id.');
    expect(trace?.detail).toBe('6 spans of 2 services go on from the traceparent of the check.');
    expect(log?.detail).toBe('1 line carries its request id and its trace id.');
    // Trace and line came with a delay that the looks must not undercut.
    expect(metric?.seenAfterMs).toBeGreaterThan(0);
    expect(trace?.seenAfterMs).toBeGreaterThanOrEqual(60 * 20);
    expect(log?.seenAfterMs).toBeGreaterThanOrEqual(20 * 20);
    for (const one of run.signals) {
      expect(one.notBeforeMs ?? 0).toBeLessThanOrEqual(one.seenAfterMs ?? 0);
      expect(one.why.length).toBeGreaterThan(0);
    }
    const source = getConfig().sources.tempo[0];
    const found = source && (await tempoClient(source).trace(run.traceId, {}, new AbortController().signal));
    expect(
      found?.value.spans.every(
        ({ attributes }) => attributes.request_id === undefined || attributes.request_id === run.requestId,
      ),
    ).toBe(true);
    const checks = SyntheticChecks.parse(await readChecks(me, now(), database));
    expect(checks.answer[0]?.status).toBe('ok');
    expect(checks.answer[0]?.parts.map(({ text }) => text).join('')).toMatch(
      /^The check of fraud_detector .* answered in .*s; its metric after .*s, trace after .*s, log line after .*s\.$/,
    );
    await database.close();
  });

  it('says what is missing when the model tells nobody of the request', async () => {
    checkConfig(lab, `{ url: '${lab.url}/silent', interval: 1d, wait: 5s }`);
    const database = await checkDatabase();
    const run = await settledRun(database);
    expect(run).toMatchObject({ outcome: 'incomplete', answer: { state: 'ok' } });
    expect(stateOf(run)).toMatchObject({ trace: 'missing', log: 'missing' });
    expect(run.signals[1]?.detail).toContain('holds no span of it');
    await database.close();
  });

  it.each([
    [
      'is refused',
      () => `{ url: 'http://127.0.0.1:1/predict', interval: 1d }`,
      'unreachable',
      /^It cannot be reached: nothing listens/,
    ],
    [
      'leads to cloud metadata',
      () => `{ url: 'http://169.254.169.254/latest', interval: 1d }`,
      'unreachable',
      /cloud metadata/,
    ],
    [
      'does not answer in time',
      () => `{ url: '${lab.url}/slow', interval: 1d, timeout: 200ms, wait: 1s }`,
      'timeout',
      /^It did not answer within 0.2 s/,
    ],
    [
      'answers with another status',
      () => `{ url: '${lab.url}/broken', interval: 1d, wait: 1s }`,
      'status',
      /^It answered 503 instead of 200/,
    ],
    [
      'answers with something else',
      () => `{ url: '${lab.url}/silent', interval: 1d, wait: 1s, expect: { contains: label } }`,
      'content',
      /does not hold “label”/,
    ],
    [
      'is too slow',
      () => `{ url: '${lab.url}/slow', interval: 1d, wait: 1s, expect: { within: 100ms } }`,
      'slow',
      /^It took [\d.]+.m?s, more than the 100.ms that are expected\.$/,
    ],
  ])('fails when the endpoint %s', async (_, block, state, reason) => {
    checkConfig(lab, block());
    const database = await checkDatabase();
    const run = await settledRun(database);
    expect(run.outcome).toBe('failed');
    expect(run.answer?.state).toBe(state);
    expect(run.answer?.reason).toMatch(reason);
    expect(run.answer?.text ?? '').not.toContain('ana@example.com');
    if (state === 'unreachable') expect(stateOf(run)).toEqual({ metric: 'off', trace: 'off', log: 'off' });
    await database.close();
  });

  it('does not know, rather than fail, where the sources are down', async () => {
    checkConfig(lab, `{ url: '${lab.url}/predict/fraud_detector', interval: 1d, wait: 3s }`);
    const database = await checkDatabase();
    for (const source of ['prometheus', 'loki', 'tempo']) lab.down.add(source);
    try {
      const run = await settledRun(database);
      expect(run).toMatchObject({ outcome: 'unknown', answer: { state: 'ok' } });
      expect(stateOf(run)).toEqual({ metric: 'unknown', trace: 'unknown', log: 'unknown' });
      expect(run.signals[1]?.detail).toMatch(/^Tempo /);
    } finally {
      lab.down.clear();
    }
    await database.close();
  });

  it('goes on after a restart with what was sent, and sends nothing twice', async () => {
    checkConfig(lab, `{ url: '${lab.url}/predict/fraud_detector', interval: 1d, wait: 2m }`);
    const database = await checkDatabase();
    lab.down.add('tempo');
    const first = startLoop(fastLoop(), database);
    const endMs = Date.now() + 10_000;
    for (;;) {
      const [run] = await listRuns({ model: 'fraud_detector', take: 1 }, database);
      if (run?.answer?.state === 'ok' && (run.signals[1]?.looks ?? 0) > 0) break;
      if (Date.now() > endMs) throw new Error('the check was not sent');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const sent = lab.predictions.length;
    await first.stop();
    lab.down.clear();
    const run = await settledRun(database);
    expect(run).toMatchObject({ outcome: 'ok' });
    expect(stateOf(run)).toEqual({ metric: 'seen', trace: 'seen', log: 'seen' });
    expect(lab.predictions.length).toBe(sent);
    await database.close();
  });

  it('does not know the answer of a request whose console died, and does not repeat it', async () => {
    checkConfig(lab, `{ url: '${lab.url}/predict/fraud_detector', interval: 1d, wait: 1s }`);
    const database = await checkDatabase();
    const stored = newRun({
      id: RUN_ID,
      model: 'fraud_detector',
      origin: 'schedule',
      askedByName: null,
      askedAtMs: Math.round(now()),
      host: 'x',
    });
    await database.write((transaction) => createRun(transaction, { ...stored, sentAtMs: Math.round(now()) }));
    const sent = lab.predictions.length;
    const run = await settledRun(database);
    expect(run.answer?.state).toBe('lost');
    expect(run.outcome).toBe('incomplete');
    expect(lab.predictions.length).toBe(sent);
    await database.close();
  });

  it('is sent once for one asking by hand, with its audit', async () => {
    checkConfig(lab, `{ url: '${lab.url}/predict/fraud_detector', interval: 1d, wait: 1s }`);
    const database = await checkDatabase();
    const asked = { model: 'fraud_detector', id: RUN_ID };
    const run = await runNow(asked, { identity: me, nowMs: now() }, database);
    expect(await runNow(asked, { identity: me, nowMs: now() }, database)).toEqual(run);
    const other = { ...asked, id: '1d9f6a52-9a5b-4f6e-8a3e-5b1f0a7c1d2e' };
    await expect(runNow(other, { identity: me, nowMs: now() }, database)).rejects.toThrow(/goes on/);
    await expect(runNow({ ...other, model: 'reco' }, { identity: me, nowMs: now() }, database)).rejects.toThrow(
      /has no check/,
    );
    const entries = await database.read((client) => client.auditEntry.findMany({ where: { action: 'synthetic.run' } }));
    expect(entries).toHaveLength(1);
    await settledRun(database);
    const runs = await listRuns({ model: 'fraud_detector', take: 10 }, database);
    expect(runs.filter(({ origin }) => origin === 'hand')).toHaveLength(1);
    await database.close();
  });
});
