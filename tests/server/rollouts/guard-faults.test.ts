import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { GuardEvaluation } from '@/lib/contracts/rollout';
import { readGuardInputs } from '@/lib/server/rollouts/read-inputs';
import { listEvaluations } from '@/lib/server/rollouts/store';
import { type Lab, NOW_MS } from '@/tests/api/console';
import { evaluateAt, guardConfig, guardDatabase, MINUTE_MS } from './guard-lab';
import { seriesOf, startMetrics, type ToldVersion } from './told-metrics';

const CHAMPION: ToldVersion = { version: '2.3.0', role: 'champion', requestsPerMinute: 400, errorRatio: 0.005 };
/** So bad that nothing but a fault can keep it from being rolled back. */
const BAD: ToldVersion = {
  version: '2.4.0',
  role: 'challenger',
  requestsPerMinute: 100,
  errorRatio: 0.1,
  fromMinutesAgo: 120,
};
const HEALTHY: ToldVersion = { ...BAD, errorRatio: 0.005 };

let lab: Lab;
beforeAll(() => vi.useFakeTimers({ toFake: ['Date'], now: NOW_MS }));
afterAll(() => vi.useRealTimers());
afterEach(() => lab.close());

/** Evaluates the last five minutes under a guard that acts at the third violation. */
async function guarded(versions: readonly ToldVersion[], model = 'm'): Promise<GuardEvaluation[]> {
  lab = await startMetrics(seriesOf(model, versions));
  guardConfig(lab, `  - name: ${model}\n    policy: { guard: { enabled: true, interval: 1m } }\n`);
  const database = await guardDatabase();
  await evaluateAt(
    model,
    [4, 3, 2, 1, 0].map((before) => NOW_MS - before * MINUTE_MS),
    database,
  );
  const { evaluations } = await listEvaluations({ model, limit: 9 }, database);
  return evaluations.toReversed();
}
const verdicts = (evaluations: readonly GuardEvaluation[]) => evaluations.map(({ verdict }) => verdict);
const fired = (evaluations: readonly GuardEvaluation[]) => evaluations.some(({ actionId }) => actionId !== null);
const why = (evaluations: readonly GuardEvaluation[]) =>
  evaluations
    .flatMap(({ reasons }) => reasons.filter(({ decides }) => decides))
    .map(({ text }) => text)
    .join(' ');

describe('a guard over faulty data', () => {
  it('fires on the bad challenger where nothing is wrong with the data: the others below could fire', async () => {
    const found = await guarded([CHAMPION, BAD]);
    expect(found.map(({ decision }) => decision)).toEqual([
      'counted',
      'counted',
      'dry-run',
      'already-acted',
      'already-acted',
    ]);
  });

  it.each<[string, readonly ToldVersion[], GuardEvaluation['verdict'], RegExp]>([
    [
      'without traffic of either version',
      [
        { ...CHAMPION, requestsPerMinute: 0 },
        { ...BAD, requestsPerMinute: 0 },
      ],
      'not-enough-data',
      /had no requests/,
    ],
    [
      'without traffic of the challenger',
      [CHAMPION, { ...BAD, requestsPerMinute: 0 }],
      'not-enough-data',
      /one version here/,
    ],
    ['with one version', [CHAMPION], 'not-enough-data', /one version here, 2\.3\.0/],
    [
      'with one version in both roles',
      [CHAMPION, { ...CHAMPION, role: 'challenger', isRoleOnly: true }],
      'not-enough-data',
      /one version/,
    ],
    [
      'with a version that appeared minutes ago',
      [CHAMPION, { ...BAD, fromMinutesAgo: 8 }],
      'not-enough-data',
      /requests|run together/,
    ],
    [
      'without a label that says how a request ended',
      [
        { ...CHAMPION, errors: 'unlabelled' },
        { ...BAD, errors: 'unlabelled' },
      ],
      'in-doubt',
      /[Ee]rrors|[Ff]ailed|failure/,
    ],
    [
      'with NaN for the champion’s failures',
      [{ ...CHAMPION, errors: 'nan' }, HEALTHY],
      'in-doubt',
      /Requests of 2\.3\.0 are not measured/,
    ],
    [
      'with NaN for the challenger’s failures',
      [CHAMPION, { ...BAD, errors: 'nan' }],
      'in-doubt',
      /Requests of 2\.4\.0 are not measured/,
    ],
    [
      'with NaN for the challenger’s latency',
      [CHAMPION, { ...BAD, latency: 'nan' }],
      'in-doubt',
      /Latency of 2\.4\.0 is not measured/,
    ],
    [
      'with histograms of different buckets that share no bound',
      [CHAMPION, { ...BAD, boundsS: [0.06, 0.12, 0.3, 0.6, 1.2] }],
      'in-doubt',
      /2\.3\.0 and 2\.4\.0 share no bucket bound/,
    ],
    [
      'with NaN for the challenger’s right answers, which would read as a recall of nothing',
      [
        { ...CHAMPION, outcomes: 'told' },
        { ...HEALTHY, outcomes: 'nan' },
      ],
      'in-doubt',
      /Outcomes of 2\.4\.0 are not measured/,
    ],
    [
      'with NaN for the failures of a segment, which would read as none',
      [
        { ...CHAMPION, segments: 'told' },
        { ...BAD, segments: 'nan' },
      ],
      'in-doubt',
      /Requests by segment of 2\.4\.0 are not measured/,
    ],
    ['with a challenger that is scraped no more', [CHAMPION, { ...BAD, toMinutesAgo: 15 }], 'in-doubt', /stale/],
    [
      'with scrapes that stopped for both',
      [
        { ...CHAMPION, toMinutesAgo: 15 },
        { ...BAD, toMinutesAgo: 15 },
      ],
      'in-doubt',
      /stale/,
    ],
  ])('%s: never fires, and says why', async (_, versions, verdict, reason) => {
    const found = await guarded(versions);
    expect(fired(found)).toBe(false);
    expect(new Set(verdicts(found))).toEqual(new Set([verdict]));
    expect(why(found)).toMatch(reason);
    expect(found.at(-1)?.run).toBe(0);
  });

  it('does not promote a challenger without labels where the champion has some: not measured is no pass', async () => {
    const found = await guarded([{ ...CHAMPION, outcomes: 'told' }, HEALTHY]);
    expect(new Set(verdicts(found))).toEqual(new Set(['wait']));
    expect(why(found)).toMatch(/Recall: not enough data to say/);
  });

  it('does not wait for a source that never answers: in doubt, with how long it was waited for', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    // A listening TCP server has an address of this kind.
    const { port } = silent.address() as AddressInfo;
    lab = {
      url: `http://127.0.0.1:${port}`,
      taken: () => [],
      close: async () => {
        silent.closeAllConnections();
        silent.close();
      },
    };
    guardConfig(lab, '  - name: m\n    policy: { guard: { enabled: true } }\n');
    const { signal } = new AbortController();
    const context = { signal, nowMs: NOW_MS, patienceMs: 300 };
    const { faults } = await readGuardInputs({ model: 'm', atMs: NOW_MS }, async () => null, context);
    expect(faults.map(({ reason }) => reason).join()).toMatch(/The sources took longer than 300.ms to answer\.$/);
  });

  it('compares histograms of different buckets over the bounds that both have', async () => {
    const found = await guarded([CHAMPION, { ...HEALTHY, boundsS: [0.05, 0.1, 0.3, 0.5, 1] }]);
    expect(fired(found)).toBe(false);
    expect(new Set(verdicts(found))).not.toContain('in-doubt');
  });

  it('takes a label value that was never seen for none, as its exporters do: no failures on either side are no violation', async () => {
    const found = await guarded([
      { ...CHAMPION, errors: 'missing' },
      { ...BAD, errors: 'missing' },
    ]);
    expect(fired(found)).toBe(false);
    expect(verdicts(found)).not.toContain('roll-back');
  });

  it('does not fire on data older than the guard allows, though the page would still judge it', async () => {
    // Within the five minutes and five requests that the verdict itself lets pass, beyond the guard's own one minute.
    lab = await startMetrics(
      seriesOf(
        'm',
        [CHAMPION, { ...BAD, toMinutesAgo: 4 }].map((one) => ({ ...one, toMinutesAgo: 4 })),
      ),
    );
    guardConfig(lab, '  - name: m\n    policy: { guard: { enabled: true, interval: 1m, maxAge: 1m } }\n');
    const database = await guardDatabase();
    await evaluateAt('m', [NOW_MS], database);
    const { evaluations } = await listEvaluations({ model: 'm', limit: 1 }, database);
    expect(evaluations[0]).toMatchObject({ verdict: 'roll-back', decision: 'stale', run: 0 });
    expect(evaluations[0]?.decided).toMatch(/in doubt, so it does not count/);
  });

  it('watches a challenger that was taken out and rolled out anew from then on', async () => {
    const hour = 60;
    const first = { ...HEALTHY, fromMinutesAgo: 12 * hour, pausedMinutesAgo: { from: 10 * hour, to: 2 * hour } };
    lab = await startMetrics(seriesOf('m', [{ ...CHAMPION, fromMinutesAgo: 12 * hour }, first]));
    guardConfig(lab, '  - name: m\n    policy: { guard: { enabled: true, interval: 1m } }\n');
    const database = await guardDatabase();
    await evaluateAt('m', [NOW_MS - 11 * hour * MINUTE_MS, NOW_MS], database);
    const { evaluations } = await listEvaluations({ model: 'm', limit: 2 }, database);
    const windowOf = (evaluation: GuardEvaluation | undefined) =>
      Math.round((NOW_MS - (evaluation?.startMs ?? 0)) / MINUTE_MS / hour);
    expect(evaluations.map(windowOf)).toEqual([2, 12]);
    expect(evaluations[0]?.verdict).not.toBe('in-doubt');
  });

  it.each([
    ['the challenger', [CHAMPION, { ...HEALTHY, restartedMinutesAgo: 10 }]],
    ['the champion', [{ ...CHAMPION, restartedMinutesAgo: 10 }, HEALTHY]],
  ])('is not misled by a restart of %s: counters that begin again are no errors', async (_, versions) => {
    const found = await guarded(versions);
    expect(fired(found)).toBe(false);
    expect(found.every(({ verdict }) => verdict !== 'roll-back')).toBe(true);
  });
});
