import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnswerText } from '@/lib/contracts/answer';
import type { Role } from '@/lib/contracts/fleet';
import { type MeasuredModel, modelFindings, versionFindings } from '@/lib/domain/findings';
import { byNeed, fleetAnswer, fleetUnanswered } from '@/lib/domain/fleet-answer';
import type { Buckets } from '@/lib/domain/histogram';
import { inputState, inputStateOf } from '@/lib/domain/input-state';
import { batchState, pipelineState } from '@/lib/domain/jobs';
import { modelAnswer } from '@/lib/domain/model-answer';
import { byVersion, rolesOf } from '@/lib/domain/roles';
import type { MeasuredVersion } from '@/lib/domain/version-difference';
import { driftedOf, featureOf } from './drift-report';

const INF = Number.POSITIVE_INFINITY;
const HOUR_MS = 3_600_000;

/** A thousand requests, nearly all under `ms`, in fine buckets. */
const latency = (ms: number, total = 10_000): Buckets => {
  const upperBounds = [...Array.from({ length: 60 }, (_, i) => (i + 1) * 10), INF];
  return { upperBounds, cumulative: upperBounds.map((bound) => Math.round(total * Math.min(1, bound / ms))) };
};

const version = (name: string, role: Role, more: Partial<MeasuredVersion> = {}): MeasuredVersion => ({
  version: name,
  role,
  requests: 10_000,
  errors: 60,
  buckets: latency(200),
  ...more,
});

const model = (more: Partial<MeasuredModel> = {}): MeasuredModel => ({
  model: 'fraud_detector',
  requests: 20_000,
  errors: 120,
  buckets: latency(200, 20_000),
  versions: [version('2.3.0', 'champion'), version('2.4.0', 'challenger')],
  before: null,
  budget: { objective: null, windowDays: null, leftRatio: null, burnRate: null },
  inputs: { status: 'unknown', word: 'not measured' },
  labelAgeMs: null,
  labelLimitMs: null,
  alerts: [],
  silentMs: null,
  limits: { maxErrorIncrease: 0.005, maxP95IncreaseRatio: 0.2 },
  ...more,
});

const plain = (text: string): string => text.replace(/\u202f/g, ' ').replace(/\u2212/g, '-');
const textOf = (answer: AnswerText): string =>
  answer.map(({ status, parts }) => plain(`[${status}] ${parts.map(({ text }) => text).join('')}`)).join('\n');
const fleetOf = (...models: MeasuredModel[]) =>
  models.map((one) => ({ ...one, findings: modelFindings(one) })).sort(byNeed);
const answerOf = (...models: MeasuredModel[]) =>
  textOf(fleetAnswer({ rows: fleetOf(...models), missing: [], gaps: [] }));

describe('what a version’s row says', () => {
  const word = (challenger: Partial<MeasuredVersion>, champion: Partial<MeasuredVersion> = {}) => {
    const own = version('2.4.0', 'challenger', challenger);
    const all = model({ versions: [version('2.3.0', 'champion', champion), own] });
    const [first] = versionFindings('fraud_detector', own, all);
    return plain(`${first?.status}: ${first?.word}`);
  };

  it.each([
    [{}, 'ok: in line with 2.3.0, as far as the buckets tell'],
    [{ errors: 190 }, 'bad: errors +1.3 points'],
    [{ buckets: latency(400) }, 'bad: P95 +100 %'],
    [{ buckets: latency(100) }, 'ok: faster: P95 -50 %'],
    [{ requests: 99, errors: 0 }, 'unknown: not enough data (99 of 100 requests)'],
    [{ requests: 0 }, 'unknown: no traffic'],
    [{ requests: null }, 'unknown: not measured'],
    [{ errors: null, buckets: null }, 'unknown: errors and latency not measured'],
  ] as const)('%o', (challenger, expected) => {
    expect(word(challenger)).toBe(expected);
  });

  it('never claims to be well about errors that nobody counts', () => {
    expect(word({ errors: null }, { errors: null })).toContain('errors not measured');
  });

  it('the champion is in service, with nobody to be compared to', () => {
    const all = model();
    const [champion] = all.versions;
    if (champion === undefined) throw new Error('no champion');
    expect(versionFindings('fraud_detector', champion, all)[0]).toMatchObject({ status: 'ok', word: 'in service' });
  });
});

describe('the answer of Overview', () => {
  it('names the failing version, its numbers, how sure they are and the next step', () => {
    const failing = model({
      versions: [version('2.3.0', 'champion'), version('2.4.0', 'challenger', { errors: 190 })],
    });
    const answer = answerOf(failing, model({ model: 'reco' }));
    expect(answer).toContain(
      '[bad] fraud_detector 2.4.0 fails more often: errors 1.9 % against 0.6 % for 2.3.0 (difference +1.3 points',
    );
    expect(answer).toContain('95 % interval');
    // Its subject opens the model.
    expect(fleetAnswer({ rows: fleetOf(failing), missing: [], gaps: [] })[0]?.parts[0]).toMatchObject({
      text: 'fraud_detector 2.4.0',
      to: '/models/fraud_detector',
    });
    expect(answer).toContain('[ok] reco is well.');
  });

  it('does not call a model well without reserve that another sentence calls slower', () => {
    const rows = fleetOf(model(), model({ model: 'reco' }));
    const answer = textOf(fleetAnswer({ rows, missing: [], gaps: [], slower: new Set(['reco']) }));
    expect(answer).toContain('fraud_detector is well.');
    expect(answer).toContain('reco is otherwise well.');
  });

  it('says that labels are stale, and that quality is then not known', () => {
    expect(answerOf(model({ model: 'churn_scorer', labelAgeMs: 30 * HOUR_MS }))).toContain(
      '[watch] churn_scorer has had no labels for 30 h, so its quality is not known.',
    );
  });

  it('says how long the budget lasts at this pace', () => {
    const budget = { objective: 0.999, windowDays: 30, leftRatio: 0.5, burnRate: 14.9 };
    const answer = answerOf(model({ budget }));
    expect(answer).toContain('[bad] fraud_detector burns its error budget 14.9 ×');
    expect(answer).toContain('as fast as it may; at the pace of this range it ends in 24 h');
  });

  it('does not guess when a budget ends whose window is not measured', () => {
    const budget = { objective: 0.999, windowDays: 30, leftRatio: null, burnRate: 2 };
    expect(answerOf(model({ budget }))).toContain('how much is left is not measured');
  });

  it('calls few requests not enough data, not well', () => {
    const few = model({ requests: 40, errors: 0, versions: [version('1', 'champion', { requests: 40, errors: 0 })] });
    const answer = answerOf(few);
    expect(answer).toContain('[unknown] fraud_detector: not enough data (40 of 100 requests).');
    expect(answer).not.toContain('well');
  });

  it('calls a model whose errors nobody counts not measured, not well', () => {
    const blind = model({ errors: null, versions: [version('1', 'champion', { errors: null })] });
    expect(answerOf(blind)).toContain('errors not measured');
    expect(answerOf(blind)).not.toContain('is well');
  });

  it('a difference to yesterday is watched, and alarms nobody by itself', () => {
    const before = {
      called: 'at the same time yesterday',
      requests: 20_000,
      errors: 120,
      buckets: latency(100, 20_000),
    };
    const answer = answerOf(model({ before }));
    expect(answer).toMatch(/^\[watch\] fraud_detector is slower: P95 190 ms against 95 ms at the same time yesterday/);
  });

  it('a model that fell silent is watched', () => {
    expect(answerOf(model({ silentMs: 12 * 60_000 }))).toContain('has had no requests for 12 min');
  });

  it('an empty fleet says why and what would help', () => {
    const missing = [{ signal: 'requests', reason: 'The Prometheus holds no x now.', remedy: 'Set signals.preset.' }];
    expect(textOf(fleetAnswer({ rows: [], missing, gaps: [] }))).toBe(
      '[unknown] No model had requests in this range. The Prometheus holds no x now. Set signals.preset. Settings',
    );
  });

  it('what could not be asked is said at the end', () => {
    const answer = textOf(
      fleetAnswer({ rows: fleetOf(model()), missing: [], gaps: ['Without roles: Prometheus failed.'] }),
    );
    expect(answer.split('\n').at(-1)).toBe('[unknown] Without roles: Prometheus failed.');
  });

  it('says nothing about the fleet when it could not be asked for, but why', () => {
    expect(textOf(fleetUnanswered('Prometheus cannot be reached.'))).toBe(
      '[unknown] How the fleet is cannot be said now. Prometheus cannot be reached.',
    );
  });

  it('leads to pages that there are', () => {
    const missing = [{ signal: 'errors', reason: 'No counter.', remedy: null }];
    const answers = [
      fleetAnswer({ rows: [], missing, gaps: [] }),
      fleetAnswer({ rows: fleetOf(model()), missing, gaps: [] }),
    ];
    const links = answers.flat().flatMap(({ parts }) => parts.flatMap(({ to }) => (to === undefined ? [] : [to])));
    expect(links.length).toBeGreaterThan(1);
    for (const link of links) {
      const path = link.replace(/^\/models\/[^/]+$/, '/models/[model]');
      expect(existsSync(`app${path}/page.tsx`), link).toBe(true);
    }
  });

  it('speaks of three models by themselves, and of the others together', () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map((name) => model({ model: name, labelAgeMs: 30 * HOUR_MS }));
    const answer = answerOf(...many);
    expect(answer.match(/\b[abcde] has had no labels/g)).toEqual(
      ['a', 'b', 'c'].map((name) => `${name} has had no labels`),
    );
    expect(answer).toContain('d and e need a look too.');
  });

  it('orders by need: bad, watch, unknown, ok; then by traffic, then by name', () => {
    const rows = fleetOf(
      model({ model: 'well' }),
      model({ model: 'blind', requests: null, versions: [] }),
      model({ model: 'stale', labelAgeMs: 30 * HOUR_MS }),
      model({ model: 'burning', budget: { objective: 0.99, windowDays: 30, leftRatio: -0.1, burnRate: 0.5 } }),
      model({ model: 'busy', requests: 50_000, errors: 300 }),
    );
    expect(rows.map((row) => row.model)).toEqual(['burning', 'stale', 'blind', 'busy', 'well']);
  });

  it('never puts a name into an address unescaped', () => {
    const hostile = model({ model: '/../"><script>', labelAgeMs: 30 * HOUR_MS });
    const links = fleetAnswer({ rows: fleetOf(hostile), missing: [], gaps: [] })
      .flatMap(({ parts }) => parts)
      .flatMap(({ to }) => to ?? []);
    expect(links).toEqual(['/models/%2F..%2F%22%3E%3Cscript%3E']);
  });

  it('whatever was measured, there is an answer, and "well" only where errors were counted', () => {
    const count = fc.option(fc.integer({ min: 0, max: 100_000 }), { nil: null });
    fc.assert(
      fc.property(count, fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null }), (requests, share) => {
        const errors = requests === null || share === null ? null : Math.floor(requests * share);
        const one = model({ requests, errors, versions: [version('1', 'champion', { requests, errors })] });
        const findings = modelFindings(one);
        expect(findings.length).toBeGreaterThan(0);
        if (findings[0]?.word === 'well') expect(errors).not.toBeNull();
        expect(answerOf(one)).not.toMatch(/NaN|undefined|Infinity/);
      }),
    );
  });
});

describe('the answer of a model', () => {
  const of = (one: MeasuredModel) =>
    textOf(modelAnswer({ measured: one, findings: modelFindings(one), requestsPerSecond: 5.5, missing: [], gaps: [] }));

  it('gives its vitals with their intervals', () => {
    expect(of(model())).toContain('5.5 /s, errors 0.6 % (95 % interval 0.5 % to 0.72 %), P95 190 ms (95 % interval');
  });

  it('puts no tick beside the vitals of a model that is not well', () => {
    const failing = model({ alerts: [{ name: 'HighErrorRate', critical: true }] });
    expect(of(failing)).toMatch(/^\[bad\] 5\.5\s\/s/m);
    expect(of(failing)).not.toContain('[ok]');
    expect(of(model())).toMatch(/^\[ok\] 5\.5\s\/s/m);
  });

  it('says that a quantile beyond the last bucket is at least that', () => {
    expect(of(model({ buckets: { upperBounds: [100, INF], cumulative: [10, 20_000] } }))).toContain(
      'P95 at least 100 ms (beyond the last bucket bound)',
    );
  });
});

describe('roles, inputs and jobs', () => {
  it('takes roles from the configuration, then from telemetry, then from the two newest with traffic', () => {
    const versions = ['2.9.0', '2.10.0', '2.8.0'].map((name) => ({ version: name, requests: 10 }));
    const nobody = { champion: null, challenger: null };
    const roles = (
      configured: typeof nobody | { champion: string; challenger: null },
      told = new Map<string, Role>(),
    ) => Object.fromEntries(rolesOf(versions, configured, told));
    expect(roles(nobody)).toEqual({ '2.9.0': 'champion', '2.10.0': 'challenger', '2.8.0': 'other' });
    expect(roles(nobody, new Map([['2.8.0', 'champion']]))).toMatchObject({ '2.8.0': 'champion', '2.9.0': 'other' });
    expect(roles({ champion: '2.10.0', challenger: null })).toMatchObject({ '2.10.0': 'champion', '2.9.0': 'other' });
    expect(['2.10.0', '2.9.0', 'v1'].sort(byVersion)).toEqual(['2.9.0', '2.10.0', 'v1']);
  });

  it('reads PSI only, and says of another score that its limits are not known', () => {
    const score = (value: number | null, method = 'psi') => [{ feature: 'amount', method, value }];
    expect(inputState([])).toEqual({ status: 'unknown', word: 'not measured' });
    expect(inputState(score(null)).status).toBe('unknown');
    expect(inputState(score(0.35)).word).toBe('amount drifted');
    expect(inputState(score(0.15)).status).toBe('watch');
    expect(inputState(score(0.01))).toEqual({ status: 'ok', word: '1 feature quiet' });
    expect(inputState(score(0.001, 'ks_p')).status).toBe('unknown');
  });

  it('says of features the console judged itself what moved most, and nothing where none could be judged', () => {
    const word = (...features: Parameters<typeof inputStateOf>[0]) => inputStateOf(features)?.word ?? null;
    expect(word(featureOf('a'), driftedOf('b'), driftedOf('c', { psi: 0.9 }))).toBe('c and 1 more drifted');
    expect(word(featureOf('a', { state: 'watch', psi: 0.15 }))).toBe('a shifting, PSI 0.15');
    expect(word(featureOf('a', { state: 'vanished' }), featureOf('b', { state: 'new' }))).toBe('a vanished');
    expect(word(featureOf('a'), featureOf('b', { state: 'new' }))).toBe('b new');
    const missing = { reference: null, current: null, difference: null, state: 'risen' } as const;
    expect(word(featureOf('a', { missing }))).toBe('a missing more often');
    expect(inputStateOf([featureOf('a'), featureOf('b', { state: 'stable' })])).toEqual({
      status: 'ok',
      word: '2 features quiet',
    });
    expect(word(featureOf('a', { state: 'not-enough-data' }))).toBe('not enough data');
    expect(inputStateOf([featureOf('a', { state: 'not-measured' })])).toBeNull();
    expect(inputStateOf([])).toBeNull();
  });

  it('a job that never said when it succeeded is unknown, not late', () => {
    expect(batchState(null, 0).status).toBe('unknown');
    expect(batchState(0, 30 * HOUR_MS).status).toBe('bad');
    expect(batchState(HOUR_MS, 30 * HOUR_MS).status).toBe('watch');
    expect(pipelineState(null, 5).status).toBe('unknown');
    expect(pipelineState(60_000, 1_000).status).toBe('watch');
    expect(pipelineState(0, 0).word).toBe('no backlog');
  });
});
