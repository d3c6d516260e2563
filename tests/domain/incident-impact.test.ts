import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Impact } from '@/lib/contracts/impact';
import { formatExcess, impactAnswer, impactEntryText, impactSentence } from '@/lib/domain/impact-answer';
import {
  type ImpactCounts,
  impactOf,
  impactRow,
  impactStretch,
  type MeasuredImpact,
  stretchBefore,
  sumExcess,
} from '@/lib/domain/incident-impact';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const counts = (requests: number | null, errors: number | null, slow: number | null = null): ImpactCounts => ({
  requests,
  errors,
  buckets:
    requests === null || slow === null
      ? null
      : { upperBounds: [100, 300, Number.POSITIVE_INFINITY], cumulative: [requests / 2, requests - slow, requests] },
});
const measured = (part: Partial<MeasuredImpact>): MeasuredImpact => ({
  model: 'fraud',
  version: '2.3.0',
  during: counts(10_000, 1_500, 2_000),
  before: counts(10_000, 100, 100),
  boundMs: 300,
  varianceFactor: 1,
  ...part,
});
const told = (all: readonly MeasuredImpact[], gaps: string[] = []): Omit<Impact, 'why'> => {
  const counted = {
    startMs: 0,
    endMs: 25 * MINUTE_MS,
    beforeStartMs: -25 * MINUTE_MS,
    beforeEndMs: 0,
    against: 'before' as const,
    ...impactOf(all, 1),
    gaps,
  };
  return { ...counted, answer: impactAnswer(counted) };
};
const plain = (text: string) => text.replaceAll(/[\u202f\u00a0\u2009]/g, ' ').replaceAll('−', '-');
const answered = (impact: Omit<Impact, 'why'>) =>
  impact.answer.map(({ status, parts }) => `${status}: ${plain(parts.map(({ text }) => text).join(''))}`);

describe('the stretch of an incident', () => {
  const none = {
    startedAtMs: null,
    detectedAtMs: null,
    acknowledgedAtMs: null,
    mitigatedAtMs: null,
    resolvedAtMs: null,
    reviewedAtMs: null,
  };

  it('goes from its start to its mitigation, and says what stands in for either', () => {
    const of = (instants: Partial<typeof none> | Record<string, number>) =>
      impactStretch({ instants: { ...none, ...instants }, declaredAtMs: 30 }, 90);
    expect(of({ startedAtMs: 10, detectedAtMs: 20, mitigatedAtMs: 50, resolvedAtMs: 60 })).toEqual({
      startMs: 10,
      endMs: 50,
      startIs: null,
      goesOn: false,
    });
    expect(of({ detectedAtMs: 20, resolvedAtMs: 60 })).toEqual({
      startMs: 20,
      endMs: 60,
      startIs: 'when it was noticed',
      goesOn: false,
    });
    expect(of({})).toEqual({ startMs: 30, endMs: 90, startIs: 'when it was declared', goesOn: true });
    // A clock was set back: nothing to count, never a negative time.
    expect(of({ startedAtMs: 70, mitigatedAtMs: 50 })).toBeNull();
  });

  it('is set against one of its length: 15 minutes at least, a day at most, or the same hours earlier', () => {
    const hour = { startMs: 10 * DAY_MS, endMs: 10 * DAY_MS + 60 * MINUTE_MS };
    expect(stretchBefore(hour, 'before')).toEqual({ startMs: hour.startMs - 60 * MINUTE_MS, endMs: hour.startMs });
    expect(stretchBefore({ ...hour, endMs: hour.startMs + 1 }, 'before').startMs).toBe(hour.startMs - 15 * MINUTE_MS);
    expect(stretchBefore({ ...hour, endMs: hour.startMs + 9 * DAY_MS }, 'before').startMs).toBe(hour.startMs - DAY_MS);
    expect(stretchBefore(hour, 'week')).toEqual({ startMs: hour.startMs - 7 * DAY_MS, endMs: hour.endMs - 7 * DAY_MS });
  });
});

describe('what an incident did to a version', () => {
  it('is n · (p during − p before), with n times the 95 % interval of Newcombe', () => {
    // Newcombe 1998, his table II, example (a): 56/70 against 48/80 differs by 0.2, 0.0524 to 0.3339.
    const row = impactRow(measured({ during: counts(70, 56), before: counts(80, 48), boundMs: null }), 2);
    expect(row.failed).toMatchObject({ count: 56, ratio: 0.8, beforeRatio: 0.6 });
    expect(row.failed.expected).toBeCloseTo(42, 10);
    expect(row.failed.excess?.count).toBeCloseTo(14, 10);
    expect(row.failed.excess?.low).toBeCloseTo(70 * 0.0524, 1);
    expect(row.failed.excess?.high).toBeCloseTo(70 * 0.3339, 1);
    expect(row).toMatchObject({ expectedRequests: 160, states: ['failed'] });
  });

  it('counts what was slower than the bound of the objective, and nothing where that is no bound of the buckets', () => {
    const row = impactRow(measured({}), 1);
    expect(row.slow).toMatchObject({ count: 2_000, ratio: 0.2, beforeRatio: 0.01, expected: 100 });
    expect(row.slow.excess?.count).toBeCloseTo(1_900, 8);
    expect(row.states).toEqual(['failed', 'slow']);
    expect(impactRow(measured({ boundMs: 250 }), 1).slow).toEqual({
      count: null,
      ratio: null,
      beforeRatio: null,
      expected: null,
      excess: null,
    });
  });

  it('is less certain where minutes vary more than independent requests would', () => {
    const width = (varianceFactor: number) => {
      const { excess } = impactRow(measured({ varianceFactor }), 1).failed;
      return (excess?.high ?? 0) - (excess?.low ?? 0);
    };
    expect(width(9)).toBeGreaterThan(2.5 * width(1));
    expect(impactRow(measured({ varianceFactor: 9 }), 1).failed.excess?.count).toBeCloseTo(1_400, 8);
  });

  it('says what is not measured, and never zero for it', () => {
    const noErrors = impactRow(measured({ during: counts(100, null), before: counts(100, null) }), 1);
    expect(noErrors.failed).toMatchObject({ count: null, ratio: null, excess: null });
    const isNew = impactRow(measured({ before: counts(0, 0) }), 1);
    expect(isNew).toMatchObject({ failed: { count: 1_500, expected: null, excess: null }, states: ['new'] });
    expect(plain(impactSentence(isNew))).toBe(
      'fraud 2.3.0: 15 % of 10 000 predictions failed (it was not in service before).',
    );
    const gone = impactRow(measured({ during: null }), 0.5);
    expect(gone).toMatchObject({ requests: null, expectedRequests: 5_000, states: ['gone'], p95Ms: null });
    expect(plain(impactSentence(gone))).toBe('fraud 2.3.0: answered no counted prediction instead of about 5 000.');
    // Nothing at all is known of the time before: neither new, nor hurt.
    expect(impactRow(measured({ before: null }), 1).states).toEqual([]);
  });

  const count = fc.integer({ min: 0, max: 5_000 });
  const side = fc.option(
    fc.tuple(count, count, count).map(([n, errors, slow]) => counts(n, Math.min(n, errors), Math.min(n, slow))),
    { nil: null },
  );

  it('LAW lies within its interval, and is zero where nothing changed', () => {
    fc.assert(
      fc.property(side, side, fc.double({ min: 1, max: 50, noNaN: true }), (during, before, varianceFactor) => {
        const row = impactRow(measured({ during, before, varianceFactor }), 1);
        for (const { excess, count: bad, expected } of [row.failed, row.slow]) {
          if (excess === null) continue;
          expect(excess.low).toBeLessThanOrEqual(excess.count + 1e-9);
          expect(excess.high).toBeGreaterThanOrEqual(excess.count - 1e-9);
          expect(excess.count).toBeCloseTo((bad ?? 0) - (expected ?? 0), 6);
        }
        const same = impactRow(measured({ during, before: during, varianceFactor }), 1);
        for (const { excess } of [same.failed, same.slow]) expect(excess?.count ?? 0).toBe(0);
        expect(same.states).toEqual([]);
      }),
    );
  });
});

describe('what an incident did to all of them', () => {
  it('is the sum of what is certain, told with the worst first', () => {
    const quiet = measured({ model: 'ads', during: counts(9_000, 90, 90), before: counts(9_000, 90, 90) });
    const lesser = measured({ model: 'reco', version: '4', during: counts(10_000, 400, 100) });
    const impact = told([quiet, lesser, measured({})], ['Without alerts: Prometheus is down.']);
    expect(impact.rows.map(({ model }) => model)).toEqual(['fraud', 'reco', 'ads']);
    expect(impact.failed?.count).toBeCloseTo(1_700, 8);
    expect(impact.slow?.count).toBeCloseTo(1_900, 8);
    expect(answered(impact)).toEqual([
      `bad: ${plain(formatExcess(impact.failed ?? { count: 0, low: 0, high: 0 }))} more predictions failed in 25 min than right before it: fraud 2.3.0, reco 4.`,
      `watch: ${plain(formatExcess(impact.slow ?? { count: 0, low: 0, high: 0 }))} more were slower than their objective allows than right before it: fraud 2.3.0.`,
      'unknown: Without alerts: Prometheus is down.',
    ]);
    const text = plain(impactEntryText(impact));
    expect(text).toContain(
      'Impact in predictions over 25 min, against the time right before it; 95 % intervals.\n\n- fraud',
    );
    expect(text).not.toContain('ads');
  });

  it('adds the halves of intervals by squares', () => {
    expect(
      sumExcess([
        { count: 10, low: 7, high: 14 },
        { count: 20, low: 16, high: 23 },
      ]),
    ).toEqual({ count: 30, low: 25, high: 35 });
    expect(sumExcess([])).toBeNull();
  });

  it('claims neither harm nor health where nothing is known', () => {
    expect(answered(told([]))).toEqual(['unknown: No prediction was counted in this time.']);
    expect(answered(told([measured({ during: counts(10, null), before: counts(10, null) })]))).toEqual([
      'unknown: Whether more predictions failed is not measured.',
    ]);
    expect(answered(told([measured({ during: counts(500, 5), before: counts(500, 5) })]))).toEqual([
      'ok: No version certainly failed more in 25 min than right before it.',
    ]);
  });

  it('takes names from telemetry as text', () => {
    const sentence = impactSentence(impactRow(measured({ model: '<img src=x>\n# [x](javascript:1)' }), 1));
    expect(sentence).toMatch(/^\\<img src=x\\> \\# \\\[x\\\]\(javascript:1\) 2\.3\.0: /);
  });
});
