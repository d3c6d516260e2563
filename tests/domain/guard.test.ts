import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VerdictKind } from '@/lib/contracts/compare';
import type { GuardDecision } from '@/lib/contracts/rollout';
import {
  dataEndOf,
  decidedSentence,
  decideGuard,
  dueInstant,
  type GuardLook,
  type GuardMemory,
  type GuardOutcome,
  nextDueMs,
} from '@/lib/domain/guard';
import { compareInputs, healthy } from './compare-inputs';

const MINUTE_MS = 60_000;
const INTERVAL_MS = 5 * MINUTE_MS;
const START_MS = Date.UTC(2026, 10, 21, 12, 0, 0);
const POLICY = {
  intervalMs: INTERVAL_MS,
  violations: 3,
  armed: true,
  cooldownMs: 60 * MINUTE_MS,
  maxAgeMs: INTERVAL_MS,
};

const look = (step: number, verdict: VerdictKind, more: Partial<GuardLook> = {}): GuardLook => ({
  atMs: START_MS + step * INTERVAL_MS,
  champion: '2.3.0',
  challenger: '2.4.0',
  dataEndMs: START_MS + step * INTERVAL_MS,
  resolutionMs: MINUTE_MS,
  verdict,
  ...more,
});

/** Runs evaluations as the server does: each remembers the one before, and an action is remembered for its pair. */
function runAll(
  looks: readonly GuardLook[],
  policy = POLICY,
  killedAt: (i: number) => boolean = () => false,
): GuardOutcome[] {
  let memory: GuardMemory | null = null;
  let lastActionAtMs: number | null = null;
  const acted = new Set<string>();
  return looks.map((one, i) => {
    const pair = JSON.stringify([one.champion, one.challenger]);
    const outcome = decideGuard(memory, one, policy, {
      killed: killedAt(i),
      hasActed: acted.has(pair),
      lastActionAtMs,
    });
    if (outcome.decision === 'act' || outcome.decision === 'dry-run') {
      acted.add(pair);
      lastActionAtMs = one.atMs;
    }
    memory = { ...one, run: outcome.run, countedDataEndMs: outcome.countedDataEndMs };
    return outcome;
  });
}
const decisions = (looks: readonly GuardLook[], policy = POLICY): GuardDecision[] =>
  runAll(looks, policy).map(({ decision }) => decision);

describe('a run of violations', () => {
  it('acts at the third in a row, once, and says so afterwards', () => {
    const looks = [0, 1, 2, 3, 4].map((step) => look(step, 'roll-back'));
    expect(decisions(looks)).toEqual(['counted', 'counted', 'act', 'already-acted', 'already-acted']);
  });

  it('records what it would do while it is not armed', () => {
    const looks = [0, 1, 2, 3].map((step) => look(step, 'roll-back'));
    expect(decisions(looks, { ...POLICY, armed: false })).toEqual(['counted', 'counted', 'dry-run', 'already-acted']);
  });

  it.each(['promote', 'wait', 'not-enough-data', 'in-doubt'] as const)('is ended by “%s”', (verdict) => {
    const looks = [look(0, 'roll-back'), look(1, 'roll-back'), look(2, verdict), look(3, 'roll-back')];
    expect(runAll(looks).map(({ run }) => run)).toEqual([1, 2, 0, 1]);
  });

  it('stands as it was on data that was counted already', () => {
    const seen = { dataEndMs: START_MS + INTERVAL_MS };
    const looks = [look(0, 'roll-back'), look(1, 'roll-back'), look(2, 'roll-back', seen), look(3, 'roll-back')];
    expect(decisions(looks)).toEqual(['counted', 'counted', 'not-new', 'act']);
  });

  it('is ended by stale data, by data without an end, and by data that is not there', () => {
    const old = look(2, 'roll-back', { dataEndMs: START_MS + 2 * INTERVAL_MS - 6 * MINUTE_MS - 1 });
    for (const stale of [old, look(2, 'roll-back', { dataEndMs: null }), look(2, 'roll-back', { challenger: null })]) {
      const looks = [look(0, 'roll-back'), look(1, 'roll-back'), stale, look(3, 'roll-back')];
      expect(decisions(looks)).toEqual(['counted', 'counted', 'stale', 'counted']);
    }
  });

  it('begins anew with another challenger, and acts on it too once the cooldown is over', () => {
    const next = { challenger: '2.5.0' };
    const looks = [
      ...[0, 1, 2].map((step) => look(step, 'roll-back')),
      ...[3, 4, 5, 6].map((step) => look(step, 'roll-back', next)),
      ...Array.from({ length: 12 }, (_, i) => look(7 + i, 'roll-back', next)),
    ];
    const found = decisions(looks);
    expect(found.slice(0, 7)).toEqual(['counted', 'counted', 'act', 'counted', 'counted', 'cooldown', 'cooldown']);
    expect(found.filter((one) => one === 'act')).toHaveLength(2);
    // An hour after the first.
    expect(found.lastIndexOf('act')).toBe(2 + 12);
  });

  it('is ended by a hole of more than three intervals: the console may have been off', () => {
    const near = [look(0, 'roll-back'), look(3, 'roll-back'), look(6, 'roll-back')];
    expect(decisions(near)).toEqual(['counted', 'counted', 'act']);
    const far = [look(0, 'roll-back'), look(4, 'roll-back'), look(8, 'roll-back'), look(12, 'roll-back')];
    expect(new Set(decisions(far))).toEqual(new Set(['counted']));
  });

  it('does nothing while the kill switch is thrown, and acts once it is taken back', () => {
    const looks = [0, 1, 2, 3, 4].map((step) => look(step, 'roll-back'));
    const found = runAll(looks, POLICY, (i) => i < 4).map(({ decision }) => decision);
    expect(found).toEqual(['counted', 'counted', 'killed', 'killed', 'act']);
  });
});

const KINDS = ['roll-back', 'promote', 'wait', 'not-enough-data', 'in-doubt'] as const;
const history = fc.array(
  fc.record({
    verdict: fc.oneof({ weight: 6, arbitrary: fc.constant('roll-back' as const) }, fc.constantFrom(...KINDS)),
    ahead: fc.oneof({ weight: 8, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 6 })),
    lagMs: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 20 * MINUTE_MS })),
    challenger: fc.oneof({ weight: 12, arbitrary: fc.constant('2.4.0') }, fc.constantFrom('2.5.0', null)),
    hasData: fc.oneof({ weight: 12, arbitrary: fc.constant(true) }, fc.constant(false)),
  }),
  { maxLength: 60 },
);
const looksOf = (steps: typeof history extends fc.Arbitrary<infer T> ? T : never): GuardLook[] => {
  let step = 0;
  return steps.map(({ verdict, ahead, lagMs, challenger, hasData }) => {
    step += ahead;
    const atMs = START_MS + step * INTERVAL_MS;
    return look(step, verdict, { challenger, dataEndMs: hasData ? atMs - lagMs : null });
  });
};
const isAct = ({ decision }: GuardOutcome) => decision === 'act' || decision === 'dry-run';

describe('laws of the guard, over any history', () => {
  const policies = fc.record({
    violations: fc.integer({ min: 1, max: 5 }),
    armed: fc.boolean(),
    cooldownMs: fc.constantFrom(MINUTE_MS, 60 * MINUTE_MS),
  });

  it('never acts on another verdict than roll back, nor on data that is stale or not there', () => {
    fc.assert(
      fc.property(history, policies, (steps, edit) => {
        const looks = looksOf(steps);
        for (const [i, outcome] of runAll(looks, { ...POLICY, ...edit }).entries()) {
          if (!isAct(outcome)) continue;
          const { verdict, dataEndMs, challenger, atMs, resolutionMs } = looks[i] ?? look(0, 'in-doubt');
          expect(verdict).toBe('roll-back');
          expect(challenger).not.toBeNull();
          expect(atMs - (dataEndMs ?? 0)).toBeLessThanOrEqual(POLICY.maxAgeMs + resolutionMs);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never acts with fewer than N in a row of one pair, each on data newer by an interval', () => {
    fc.assert(
      fc.property(history, policies, (steps, edit) => {
        const looks = looksOf(steps);
        const outcomes = runAll(looks, { ...POLICY, ...edit });
        for (const [i, outcome] of outcomes.entries()) {
          if (!isAct(outcome)) continue;
          // Backwards until something that ends a run: what is between must hold enough distinct pieces of data.
          const ends: number[] = [];
          for (let j = i; j >= 0; j -= 1) {
            const one = looks[j];
            const before = outcomes[j];
            if (one === undefined || before === undefined || one.verdict !== 'roll-back') break;
            if (before.decision === 'stale' || one.challenger !== looks[i]?.challenger) break;
            if (before.decision !== 'not-new') ends.unshift(one.dataEndMs ?? Number.NaN);
          }
          expect(ends.length).toBeGreaterThanOrEqual(edit.violations);
          const row = ends.slice(-edit.violations);
          for (let k = 1; k < row.length; k += 1) {
            expect((row[k] ?? 0) - (row[k - 1] ?? 0)).toBeGreaterThanOrEqual(INTERVAL_MS);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never acts twice on one pair', () => {
    fc.assert(
      fc.property(history, policies, (steps, edit) => {
        const looks = looksOf(steps);
        const acted = runAll(looks, { ...POLICY, ...edit }).flatMap((outcome, i) =>
          isAct(outcome) ? [looks[i]?.challenger] : [],
        );
        expect(new Set(acted).size).toBe(acted.length);
      }),
      { numRuns: 500 },
    );
  });

  it('never acts while it is killed', () => {
    fc.assert(
      fc.property(history, fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), (steps, killed) => {
        const outcomes = runAll(looksOf(steps), POLICY, (i) => killed[i] ?? false);
        expect(outcomes.some((outcome, i) => isAct(outcome) && killed[i])).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the schedule', () => {
  it('looks at whole intervals, once their scrapes have arrived', () => {
    expect(dueInstant(START_MS + 29_999, INTERVAL_MS, 30_000)).toBe(START_MS - INTERVAL_MS);
    expect(dueInstant(START_MS + 30_000, INTERVAL_MS, 30_000)).toBe(START_MS);
    expect(nextDueMs(START_MS, INTERVAL_MS, 30_000)).toBe(START_MS + INTERVAL_MS + 30_000);
  });
});

describe('what it says', () => {
  it('has the end of the data of the side that has less', () => {
    const inputs = healthy();
    expect(dataEndOf(inputs)).toBe(inputs.endMs);
    const { champion } = inputs;
    if (champion === null) throw new Error('the inputs have two sides');
    expect(dataEndOf({ ...inputs, champion: { ...champion, lastMs: inputs.endMs - 60_000 } })).toBe(
      inputs.endMs - 60_000,
    );
    expect(dataEndOf({ ...inputs, champion: null })).toBeNull();
    const silent = { requestsPerMinute: 0, errorRatio: 0, maxMs: 100 };
    expect(dataEndOf(compareInputs(10, silent, silent))).toBeNull();
  });

  it.each([
    ['nothing', 'promote', /“promote”, which is no violation/],
    ['stale', 'roll-back', /10.min old: in doubt/],
    ['not-new', 'roll-back', /counted already: still 2 of 3/],
    ['counted', 'roll-back', /violation 2 of 3 in a row/],
    ['killed', 'roll-back', /kill switch is thrown/],
    ['cooldown', 'roll-back', /less than 1.h ago/],
    ['already-acted', 'roll-back', /acted on these two versions already/],
    ['dry-run', 'roll-back', /would roll back 2\.4\.0 now/],
    ['act', 'roll-back', /asks for 2\.4\.0 to be rolled back/],
  ] as const)('%s', (decision, verdict, expected) => {
    const one = look(0, verdict, { dataEndMs: START_MS - 10 * MINUTE_MS });
    expect(decidedSentence({ decision, run: 2, countedDataEndMs: null }, one, POLICY)).toMatch(expected);
  });

  it('does not claim of a dry run that it acted, nor count 70 of 3', () => {
    const one = look(0, 'roll-back', { dataEndMs: START_MS });
    const outcome = { decision: 'already-acted', run: 70, countedDataEndMs: null } as const;
    expect(decidedSentence(outcome, one, { ...POLICY, armed: false })).toBe(
      'Roll back, 70 in a row; it recorded what it would do about these two versions already.',
    );
  });
});
