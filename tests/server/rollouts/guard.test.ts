import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '@/lib/server/db';
import { evaluateGuard } from '@/lib/server/rollouts/evaluate';
import { guardLoop } from '@/lib/server/rollouts/loop';
import { replayEvaluation } from '@/lib/server/rollouts/replay';
import { guardState } from '@/lib/server/rollouts/state';
import { listEvaluations } from '@/lib/server/rollouts/store';
import { moveSwitch, rearm } from '@/lib/server/rollouts/switches';
import { type Lab, NOW_MS, startLab } from '@/tests/api/console';
import { evaluateAt, guardConfig, guardDatabase, guardedOf, MINUTE_MS } from './guard-lab';

const MODELS = `
  - name: fraud_detector
    policy: { guard: { enabled: true, interval: 1m } }
  - name: reco
    policy: { guard: { enabled: true, interval: 1m } }
  - name: churn_scorer
    policy: { guard: { enabled: true, interval: 1m } }
`;
const ARMED = `
  - name: fraud_detector
    policy: { guard: { enabled: true, interval: 1m, armed: true, webhooks: [deploy] } }
webhooks:
  out:
    - { name: deploy, url: 'http://127.0.0.1:9/hook', secret: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE= }
server: { publicUrl: 'https://windsock.example.com' }
`;
const NOBODY = { id: 'ada', name: 'Ada' };
const minutes = (...before: number[]): number[] => before.map((one) => NOW_MS - one * MINUTE_MS);

let lab: Lab;
let answered = Number.POSITIVE_INFINITY;
let isLost: (query: string | null) => boolean = () => false;
let database: Database;

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS });
  lab = await startLab(30 * 60 * MINUTE_MS, (engine, query) => {
    if (engine === 'prometheus') answered -= 1;
    return engine === 'prometheus' && (answered < 0 || isLost(query));
  });
}, 120_000);
afterAll(async () => {
  await lab.close();
  vi.useRealTimers();
});

const open = async (models: string): Promise<void> => {
  guardConfig(lab, models);
  database = await guardDatabase();
};
beforeEach(() => {
  answered = Number.POSITIVE_INFINITY;
  isLost = () => false;
});

const decisionsOf = async (model: string) =>
  (await listEvaluations({ model, limit: 50 }, database)).evaluations.reverse().map(({ decision }) => decision);
const counts = () =>
  database.read(async (client) => ({
    actions: await client.guardAction.count(),
    deliveries: await client.webhookDelivery.count(),
  }));

describe('a guard in dry run over the lab', () => {
  beforeEach(() => open(MODELS));

  it('records that it would roll fraud_detector back, errors first, once, and calls nothing', async () => {
    await evaluateAt('fraud_detector', minutes(4, 3, 2, 1, 0), database);
    expect(await decisionsOf('fraud_detector')).toEqual([
      'counted',
      'counted',
      'dry-run',
      'already-acted',
      'already-acted',
    ]);
    expect(await counts()).toEqual({ actions: 1, deliveries: 0 });
    const state = await guardState('fraud_detector', { nowMs: NOW_MS, database });
    expect(state).toMatchObject({ mode: 'dry-run', run: 5, lastAction: { dryRun: true, challenger: '2.4.0' } });
    expect(state.evaluations[0]?.sentence).toMatch(/^Roll back 2\.4\.0\. It fails/);
    expect(state.evaluations[0]?.reasons.find(({ decides }) => decides)?.text).toMatch(/^Errors: wholly beyond/);
    expect(state.answer).toMatchObject({ status: 'bad' });
    const audit = await database.read((client) => client.auditEntry.findMany({ orderBy: { atMs: 'asc' } }));
    expect(audit.map(({ action, actorId }) => `${action} by ${actorId}`)).toContain('guard.dry-run by guard');
  });

  it('records that reco is to be promoted, P95 named', async () => {
    await evaluateAt('reco', minutes(0), database);
    const { evaluations } = await listEvaluations({ model: 'reco', limit: 1 }, database);
    expect(evaluations[0]).toMatchObject({ verdict: 'promote', decision: 'nothing', run: 0, challenger: '2.4.0' });
    expect(evaluations[0]?.sentence).toMatch(/P95/);
  });

  it('keeps what it judged: a replay gives the same verdict to the bit', async () => {
    await evaluateAt('fraud_detector', minutes(0), database);
    const { evaluations } = await listEvaluations({ model: 'fraud_detector', limit: 1 }, database);
    const replay = await replayEvaluation(evaluations[0]?.id ?? '', database);
    expect(replay).toMatchObject({ same: true, sentence: 'The same verdict, to the bit.', inputs: { intact: true } });
    // A number changed behind its back is found.
    await database.write((transaction) =>
      transaction.guardEvaluation.updateMany({ data: { inputsSha256: '0'.repeat(64) } }),
    );
    expect((await replayEvaluation(evaluations[0]?.id ?? '', database)).inputs.intact).toBe(false);
  });

  it('takes the window of its first evaluation for all that follow', async () => {
    await evaluateAt('fraud_detector', minutes(30, 1, 0), database);
    const { evaluations } = await listEvaluations({ model: 'fraud_detector', limit: 9 }, database);
    expect(new Set(evaluations.map(({ startMs }) => startMs)).size).toBe(1);
  });

  it('one version alone is not enough data', async () => {
    await evaluateAt('churn_scorer', minutes(2, 1, 0), database);
    const { evaluations } = await listEvaluations({ model: 'churn_scorer', limit: 9 }, database);
    expect(evaluations.map(({ verdict, run }) => `${verdict} ${run}`)).toEqual(Array(3).fill('not-enough-data 0'));
  });

  it('a source lost in the middle of an evaluation is doubt with the reason, and ends the run', async () => {
    await evaluateAt('fraud_detector', minutes(16, 15), database);
    answered = 4;
    await evaluateAt('fraud_detector', minutes(14), database);
    answered = 0;
    await evaluateAt('fraud_detector', minutes(13), database);
    answered = Number.POSITIVE_INFINITY;
    await evaluateAt('fraud_detector', minutes(12, 11), database);
    const { evaluations } = await listEvaluations({ model: 'fraud_detector', limit: 9 }, database);
    expect(evaluations.toReversed().map(({ verdict, run }) => `${verdict} ${run}`)).toEqual([
      'roll-back 1',
      'roll-back 2',
      'in-doubt 0',
      'in-doubt 0',
      'roll-back 1',
      'roll-back 2',
    ]);
    expect(evaluations[3]?.reasons.map(({ text }) => text).join(' ')).toMatch(/down for a test/);
    expect((await counts()).actions).toBe(0);
    // What was in doubt can be replayed too.
    expect((await replayEvaluation(evaluations[2]?.id ?? '', database)).same).toBe(true);
  });

  it('roles that cannot be read are not guessed: whoever is the champion by then is not rolled back', async () => {
    isLost = (query) => query?.includes('model_info{') === true;
    await evaluateAt('fraud_detector', minutes(9, 8, 7), database);
    const { evaluations } = await listEvaluations({ model: 'fraud_detector', limit: 9 }, database);
    expect(evaluations.map(({ verdict, challenger }) => [verdict, challenger])).toEqual(
      Array.from({ length: 3 }, () => ['in-doubt', null]),
    );
    expect(evaluations[0]?.reasons[0]?.text).toMatch(/Which version is the challenger is not known/);
  });

  it('the loop evaluates what is due, once, whatever is stored already, and goes on after a restart', async () => {
    let nowMs = NOW_MS - 5 * MINUTE_MS + 31_000;
    const context = { database, signal: new AbortController().signal, guard: async () => undefined, nowMs };
    const first = guardLoop({ now: () => nowMs });
    await first.run(context);
    await first.run(context);
    expect(await decisionsOf('fraud_detector')).toEqual(['counted']);
    nowMs += MINUTE_MS;
    // Another process, which knows nothing but what is stored.
    await guardLoop({ now: () => nowMs }).run(context);
    nowMs += MINUTE_MS;
    await guardLoop({ now: () => nowMs }).run(context);
    expect(await decisionsOf('fraud_detector')).toEqual(['counted', 'counted', 'dry-run']);
    expect(await decisionsOf('reco')).toHaveLength(3);
  });

  it('stores nothing for an evaluator that lost its lease', async () => {
    const lost = new Error('lost');
    const evaluating = evaluateGuard(guardedOf('fraud_detector'), NOW_MS, {
      database,
      signal: new AbortController().signal,
      nowMs: NOW_MS,
      fence: async () => {
        throw lost;
      },
    });
    await expect(evaluating).rejects.toThrow('lost');
    expect(await decisionsOf('fraud_detector')).toEqual([]);
  });

  it('forgets old evaluations, but none that led to an action', async () => {
    await evaluateAt('fraud_detector', minutes(2, 1, 0), database);
    const nowMs = NOW_MS + 91 * 24 * 60 * MINUTE_MS;
    const context = { database, signal: new AbortController().signal, guard: async () => undefined, nowMs };
    answered = 0;
    await guardLoop({ now: () => nowMs }).run(context);
    const kept = (await listEvaluations({ model: 'fraud_detector', limit: 9 }, database)).evaluations;
    expect(kept.map(({ decision }) => decision)).toEqual(['nothing', 'dry-run']);
  });
});

describe('an armed guard', () => {
  beforeEach(() => open(ARMED));

  it('asks once for a roll-back, with numbers, intervals and a link', async () => {
    await evaluateAt('fraud_detector', minutes(4, 3, 2, 1, 0), database);
    expect(await counts()).toEqual({ actions: 1, deliveries: 1 });
    const delivery = await database.read((client) => client.webhookDelivery.findFirstOrThrow());
    expect(delivery).toMatchObject({ endpoint: 'deploy', type: 'rollout.rollback', state: 'pending' });
    const { data } = JSON.parse(delivery.payload);
    expect(data).toMatchObject({
      action: 'rollback',
      model: 'fraud_detector',
      champion: '2.3.0',
      challenger: '2.4.0',
      verdict: 'roll_back',
      violations: { in_a_row: 3, of: 3 },
    });
    expect(data.sentence).toMatch(/^Roll back 2\.4\.0\. It fails/);
    const errors = data.measures.find(({ id }: { id: string }) => id === 'errors');
    expect(errors.interval.low).toBeGreaterThan(errors.limit);
    expect(data.links.compare).toMatch(/^https:\/\/windsock\.example\.com\/compare\?model=fraud_detector&/);
    const state = await guardState('fraud_detector', { nowMs: NOW_MS, database });
    expect(state.lastAction).toMatchObject({ dryRun: false, deliveries: [{ endpoint: 'deploy', state: 'pending' }] });
    const incidents = await database.read((client) => client.incident.findMany());
    expect(incidents).toHaveLength(1);
    expect(incidents[0]).toMatchObject({
      title: 'Roll back fraud_detector 2.4.0',
      severity: 'SEV2',
      originKind: 'guard',
      originRef: state.lastAction?.evaluationId,
      declaredByName: 'Guard',
    });
    expect(state.lastAction?.incident).toEqual({ id: incidents[0]?.id, number: incidents[0]?.number });
  });

  it('does nothing while killed, whoever threw the switch, and says by whom; taken back, it acts', async () => {
    await moveSwitch(
      { model: null, killed: true, reason: 'migration', revision: 0 },
      { identity: NOBODY, nowMs: NOW_MS },
      database,
    );
    await evaluateAt('fraud_detector', minutes(4, 3, 2, 1), database);
    expect(await counts()).toEqual({ actions: 0, deliveries: 0 });
    const killed = await guardState('fraud_detector', { nowMs: NOW_MS, database });
    expect(killed.mode).toBe('killed');
    expect(killed.answer.text).toMatch(/thrown by Ada: migration/);
    await expect(
      moveSwitch(
        { model: null, killed: false, reason: 'done', revision: 0 },
        { identity: NOBODY, nowMs: NOW_MS },
        database,
      ),
    ).rejects.toThrow(/moved this switch in the meantime/);
    await moveSwitch(
      { model: null, killed: false, reason: 'done', revision: 1 },
      { identity: NOBODY, nowMs: NOW_MS },
      database,
    );
    await evaluateAt('fraud_detector', minutes(0), database);
    expect(await counts()).toEqual({ actions: 1, deliveries: 1 });
    const audit = await database.read((client) => client.auditEntry.findMany({ where: { actorId: 'ada' } }));
    expect(audit.map(({ action }) => action).sort()).toEqual(['guard.kill', 'guard.release']);
  });

  it('takes back what an endpoint did not get yet when the switch is thrown', async () => {
    await evaluateAt('fraud_detector', minutes(4, 3, 2), database);
    expect(await counts()).toEqual({ actions: 1, deliveries: 1 });
    const thrown = { model: 'fraud_detector', killed: true, reason: 'wrong alarm', revision: 0 };
    await moveSwitch(thrown, { identity: NOBODY, nowMs: NOW_MS }, database);
    const delivery = await database.read((client) => client.webhookDelivery.findFirstOrThrow());
    expect(delivery).toMatchObject({ state: 'dead', reason: 'Not sent any more: Ada threw the kill switch.' });
  });

  it('takes back what was asked for other versions, which an endpoint might get much later', async () => {
    await evaluateAt('fraud_detector', minutes(4, 3, 2), database);
    await database.write((transaction) => transaction.guardAction.updateMany({ data: { challenger: '2.3.9' } }));
    await evaluateAt('fraud_detector', minutes(1), database);
    const delivery = await database.read((client) => client.webhookDelivery.findFirstOrThrow());
    expect(delivery).toMatchObject({
      state: 'dead',
      reason: expect.stringMatching(/compares 2\.4\.0 with 2\.3\.0 by now/),
    });
  });

  it('acts again on the same versions once a person made it ready', async () => {
    await evaluateAt('fraud_detector', minutes(70, 69, 68), database);
    await rearm(
      { model: 'fraud_detector', reason: 'rolled out again', revision: 0 },
      { identity: NOBODY, nowMs: NOW_MS },
      database,
    );
    await evaluateAt('fraud_detector', minutes(67), database);
    expect((await counts()).actions).toBe(1);
    // Within the cooldown it waits.
    expect((await decisionsOf('fraud_detector')).at(-1)).toBe('cooldown');
    await evaluateAt('fraud_detector', minutes(7, 6, 5), database);
    expect(await counts()).toEqual({ actions: 2, deliveries: 2 });
  });
});
