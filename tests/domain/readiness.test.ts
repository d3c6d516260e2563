import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReadinessState } from '@/lib/contracts/readiness';
import { judgeShare, MIN_SAMPLE, scoreOf, toCheck, worstState } from '@/lib/domain/readiness';
import { judgeRetention } from '@/lib/domain/readiness-alerts';
import { CHECK_IDS } from '@/lib/domain/readiness-definitions';
import { judgeBounds, timedMetrics } from '@/lib/domain/readiness-metrics';
import { judgeCoverage, judgePropagation } from '@/lib/domain/readiness-traces';

const STATES: readonly ReadinessState[] = ['fail', 'watch', 'unknown', 'signed', 'pass'];
const result = (state: ReadinessState, model: string | null = null) => ({
  model,
  subject: null,
  state,
  cause: '',
  evidence: [],
  remedy: null,
});

describe('a share of a sample', () => {
  it.each([
    ['nothing sampled', 0, 0, 'unknown'],
    ['a whole but small sample', 19, 19, 'unknown'],
    ['a whole sample', 20, 20, 'pass'],
    ['half of ten, which fails for certain', 5, 10, 'fail'],
    ['one of a hundred lacking at 99 %', 99, 100, 'pass'],
    ['two of a hundred lacking, which chance may do', 98, 100, 'watch'],
    ['a tenth lacking', 450, 500, 'fail'],
  ] as const)('%s', (_, good, n, state) => {
    expect(judgeShare({ good, n }, 0.99)).toBe(state);
  });

  it('is never judged worse for one more good one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: MIN_SAMPLE, max: 2_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, part) => {
          const good = Math.floor(part * (n - 1));
          const before = judgeShare({ good, n }, 0.9);
          expect(worstState([judgeShare({ good: good + 1, n }, 0.9), before])).toBe(before);
        },
      ),
    );
  });
});

describe('a score', () => {
  it('counts what is unknown or watched as not passed, and lies between 0 and 1', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...STATES), { minLength: CHECK_IDS.length, maxLength: CHECK_IDS.length }),
        (states) => {
          const checks = CHECK_IDS.map((id, at) => toCheck(id, [result(states[at] ?? 'unknown')]));
          const score = scoreOf('m', checks);
          const passed = checks.filter(({ state }) => state === 'pass' || state === 'signed');
          expect(score.score).toBeCloseTo(passed.reduce((sum, { weight }) => sum + weight, 0) / score.weight, 12);
          expect(score.pass + score.fail + score.watch + score.unknown).toBe(checks.length);
        },
      ),
    );
  });

  it('leaves out what is about other models', () => {
    const checks = [toCheck('runbooks', [result('fail', 'other')]), toCheck('targets-up', [result('pass')])];
    expect(scoreOf('m', checks)).toMatchObject({ score: 1, fail: 0 });
    expect(scoreOf('other', checks).score).toBeCloseTo(3 / 5, 12);
  });

  it('knows nothing of nothing', () => {
    expect(worstState([])).toBe('unknown');
    expect(scoreOf('m', []).score).toBeNull();
  });
});

describe('single checks', () => {
  it('tell averages, summaries and histograms apart by their names', () => {
    const names = [
      'a_seconds_sum',
      'a_seconds_count',
      'a_seconds_bucket',
      'b_ms_sum',
      'b_ms_count',
      'c_seconds',
      'c_seconds_sum',
      'c_seconds_count',
      'rows_sum',
      'rows_count',
    ];
    expect(timedMetrics(names, [])).toEqual({
      withBuckets: ['a_seconds'],
      averagesOnly: ['b_ms'],
      summaries: ['c_seconds'],
    });
    expect(timedMetrics(names, ['c_seconds']).summaries).toEqual([]);
  });

  it('find a threshold among bounds in spite of the dust of fractions', () => {
    const asked = { model: 'm', metric: 'x_bucket', unitMs: 1000, isNative: false };
    expect(judgeBounds({ ...asked, thresholdsMs: [300], boundsMs: [0.3 * 1000, 1000] }).state).toBe('pass');
    const missing = judgeBounds({ ...asked, thresholdsMs: [500], boundsMs: [300, 1000] });
    expect(missing.state).toBe('fail');
    expect(missing.remedy?.snippet?.code).toContain('buckets=(0.3, 0.5, 1)');
  });

  it('judge a rare kind of request together with the other', () => {
    const kind = (sampled: number, traced: number) => ({ sampled, withoutId: 0, traced });
    const of = (failed: ReturnType<typeof kind>, slow: ReturnType<typeof kind>) =>
      judgeCoverage({ model: 'm', failed, slow, slowMs: 500 }).state;
    expect(of(kind(3, 3), kind(25, 25))).toBe('pass');
    expect(of(kind(25, 5), kind(25, 25))).toBe('fail');
    expect(of(kind(2, 2), kind(2, 2))).toBe('unknown');
  });

  it('do not take an entrance for a broken chain', () => {
    const found = { service: 's', asked: 10, elsewhere: 0, caller: null, logsRequests: true, model: null };
    expect(judgePropagation({ ...found, asRoot: 50, asChild: 0 }).state).toBe('pass');
    expect(judgePropagation({ ...found, asRoot: 50, asChild: 0, elsewhere: 9 }).state).toBe('fail');
    expect(judgePropagation({ ...found, asRoot: 0, asChild: 0 }).state).toBe('fail');
    expect(judgePropagation({ ...found, asRoot: 9, asChild: 0, asked: 0 }).state).toBe('unknown');
  });

  it('never assume a retention', () => {
    const asked = { source: 'Loki', kind: 'loki', asked: '/config', neededMs: 1000 } as const;
    expect(judgeRetention({ ...asked, keptMs: null, written: null }).state).toBe('unknown');
    expect(judgeRetention({ ...asked, keptMs: Number.POSITIVE_INFINITY, written: '0s' }).state).toBe('pass');
    expect(judgeRetention({ ...asked, keptMs: 10, written: '10ms' }).state).toBe('fail');
  });
});
