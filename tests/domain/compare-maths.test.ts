import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alwaysValidZ, watchedDifference } from '@/lib/domain/always-valid';
import type { Proportion } from '@/lib/domain/comparison';
import { cumulativeShare, exceedanceFactor, timeToProveMs } from '@/lib/domain/decision-clock';
import { jensenShannonDistance, psi, totalVariation, wasserstein } from '@/lib/domain/drift';
import { accumulateEvidence, type EvidenceWindow } from '@/lib/domain/evidence';
import { chiSquarePoint, chiSquareTail, upperGamma } from '@/lib/domain/gamma';
import { dispersionOf, pairedDispersion, varianceFactor } from '@/lib/domain/overdispersion';
import { SAMPLE_RATIO_ALPHA, sampleRatioTest } from '@/lib/domain/sample-ratio';
import { confidenceSequence, countLogEvidence } from '@/lib/domain/sequential';
import { mixAdjustedDifference, poolSegments } from '@/lib/domain/traffic-mix';

const ONE = { champion: 1, challenger: 1 };

/** A seeded generator, so that figures are the same on every machine. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const binomial = (random: () => number, n: number, p: number): number => {
  let k = 0;
  for (let i = 0; i < n; i += 1) if (random() < p) k += 1;
  return k;
};

describe('the chi-square distribution', () => {
  it.each([
    [3.841458820694124, 1, 0.05],
    [6.6348966010212145, 1, 0.01],
    [16.918977604620448, 9, 0.05],
    [0, 3, 1],
  ])('P(χ² > %d | df %d) = %d', (statistic, df, expected) => {
    expect(Math.abs(chiSquareTail(statistic, df) - expected)).toBeLessThan(1e-12);
  });

  it('its point is where its tail has the chance', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 200 }), (chance, df) => {
        expect(Math.abs(chiSquareTail(chiSquarePoint(chance, df), df) - chance)).toBeLessThan(1e-9);
      }),
    );
  });

  it('Q(1, x) is e^−x', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 50, noNaN: true }), (x) => {
        expect(Math.abs(upperGamma(1, x) - Math.exp(-x))).toBeLessThan(1e-13);
      }),
    );
  });
});

describe('sample-ratio mismatch', () => {
  it('flags a split that is off, and not one that is as configured', () => {
    expect(sampleRatioTest([8_000, 2_000], [0.8, 0.2])?.pValue).toBe(1);
    expect(sampleRatioTest([8_300, 1_700], [0.8, 0.2])?.pValue).toBeLessThan(SAMPLE_RATIO_ALPHA);
  });

  it('has nothing to check without requests or with one side', () => {
    expect(sampleRatioTest([0, 0], [0.5, 0.5])).toBeNull();
    expect(sampleRatioTest([10, 5], [1, 0])).toBeNull();
  });
});

describe('overdispersion', () => {
  it('is about 1 for independent requests and far above it for bad spells', () => {
    const random = seeded(7);
    const calm = Array.from({ length: 600 }, () => ({ successes: binomial(random, 200, 0.02), total: 200 }));
    const spells = calm.map((cell, i) => (i % 20 === 0 ? { successes: 60, total: 200 } : cell));
    expect(dispersionOf(calm)).toBeGreaterThan(0.85);
    expect(dispersionOf(calm)).toBeLessThan(1.15);
    expect(dispersionOf(spells)).toBeGreaterThan(5);
  });

  it('bad minutes that hit both sides alike cancel in their difference', () => {
    const random = seeded(11);
    const share = Array.from({ length: 600 }, (_, i) => (i % 20 === 0 ? 0.3 : 0.01));
    const champion = share.map((p) => ({ successes: binomial(random, 400, p), total: 400 }));
    const challenger = share.map((p) => ({ successes: binomial(random, 100, p), total: 100 }));
    expect(dispersionOf(champion)).toBeGreaterThan(10);
    expect(pairedDispersion(champion, challenger)).toBeLessThan(1.25);
    expect(pairedDispersion(champion, challenger)).toBeGreaterThan(0.75);
  });

  it('bad minutes of one side alone do not cancel', () => {
    const champion = Array.from({ length: 100 }, () => ({ successes: 4, total: 400 }));
    const challenger = Array.from({ length: 100 }, (_, i) => ({ successes: i % 10 === 0 ? 30 : 0, total: 100 }));
    expect(pairedDispersion(champion, challenger)).toBeGreaterThan(5);
  });

  it('is not known from few cells, nor when nothing fails, and then widens nothing', () => {
    expect(dispersionOf([{ successes: 1, total: 10 }])).toBeNull();
    expect(dispersionOf(Array.from({ length: 20 }, () => ({ successes: 0, total: 10 })))).toBeNull();
    expect(pairedDispersion([], [])).toBeNull();
    expect(varianceFactor(null)).toBe(1);
    expect(varianceFactor(0.4)).toBe(1);
  });
});

describe('intervals that may be watched', () => {
  const counts = fc
    .tuple(fc.integer({ min: 1_000, max: 200_000 }), fc.integer({ min: 10, max: 900 }))
    .map(([total, successes]): Proportion => ({ total, successes }));

  it('with ten failures a side and no overdispersion it is the confidence sequence', () => {
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const own = watchedDifference(a, b, ONE);
        const sequence = confidenceSequence(a, b);
        expect(own?.interval.low).toBeCloseTo(sequence?.low ?? Number.NaN, 12);
        expect(own?.interval.high).toBeCloseTo(sequence?.high ?? Number.NaN, 12);
      }),
    );
  });

  it('overdispersion widens it by its root', () => {
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const narrow = watchedDifference(a, b, ONE);
        const wide = watchedDifference(a, b, { champion: 4, challenger: 4 });
        if (narrow === null || wide === null) throw new Error('not measured');
        const width = ({ low, high }: { low: number; high: number }) => high - low;
        expect(width(wide.interval) / width(narrow.interval)).toBeCloseTo(2, 6);
      }),
    );
  });

  it('its multiplier is never below that of a look taken once, and endless without data', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e9, noNaN: true }), (n) => {
        expect(alwaysValidZ(n)).toBeGreaterThan(1.96);
      }),
    );
    expect(alwaysValidZ(0)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the difference adjusted for the traffic mix', () => {
  const segment = (name: string, a: [number, number], b: [number, number]) => ({
    segment: name,
    champion: { successes: a[0], total: a[1] },
    challenger: { successes: b[0], total: b[1] },
  });

  it('is the crude one where both sides have one mix', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 40, max: 5_000 }), fc.nat({ max: 30 }), fc.nat({ max: 30 })), {
          minLength: 1,
          maxLength: 6,
        }),
        (list) => {
          const mix = mixAdjustedDifference(list.map(([n, k, m], i) => segment(`s${i}`, [k, n], [m, n])));
          const sum = (at: 0 | 1 | 2) => list.reduce((all, one) => all + one[at], 0);
          expect(mix?.difference).toBeCloseTo((sum(2) - sum(1)) / sum(0), 10);
          expect(mix?.changesSign && Math.abs(mix.difference) > 1e-12).toBe(false);
        },
      ),
    );
  });

  it('calls out Simpson: worse over all, better in every segment', () => {
    const mix = mixAdjustedDifference([
      segment('easy', [90, 9_000], [5, 1_000]),
      segment('hard', [200, 1_000], [1_350, 9_000]),
    ]);
    expect(mix?.changesSign).toBe(true);
    expect(mix?.difference).toBeLessThan(0);
  });

  it('pools segments under 30 requests on a side as "other"', () => {
    const pooled = poolSegments([
      segment('large', [1, 500], [1, 400]),
      segment('tiny', [1, 29], [0, 400]),
      segment('small', [2, 40], [1, 12]),
    ]);
    expect(pooled.map((one) => one.segment)).toEqual(['large', 'other']);
    expect(pooled[1]).toMatchObject({
      champion: { successes: 3, total: 69 },
      challenger: { successes: 1, total: 412 },
    });
  });

  it('leaves out what one side lacks, and says how much', () => {
    const mix = mixAdjustedDifference([segment('both', [1, 100], [1, 100]), segment('one', [1, 100], [0, 0])]);
    expect(mix?.uncovered).toBeCloseTo(1 / 3, 12);
    expect(mixAdjustedDifference([segment('one', [1, 100], [0, 0])])).toBeNull();
  });
});

describe('the e-process over windows', () => {
  const steady = (minutes: number, k: number, n: number): EvidenceWindow[] =>
    Array.from({ length: minutes }, () => ({
      championRequests: 400,
      challengerRequests: 100,
      championErrors: n - k,
      challengerErrors: k,
    }));

  it('with one split equals the e-value of all counts together', () => {
    const evidence = accumulateEvidence(steady(60, 2, 5));
    const whole = countLogEvidence({ challengerErrors: 120, totalErrors: 300, challengerShare: 0.2 });
    expect(evidence.logE).toBeCloseTo(whole ?? Number.NaN, 9);
    expect(evidence.stretches).toBe(1);
    expect(evidence.isAgainstChallenger).toBe(true);
    expect(evidence.pValue).toBeLessThan(1e-6);
  });

  it('when the split changes, the terms multiply', () => {
    const later = steady(60, 4, 5).map((one) => ({ ...one, championRequests: 250, challengerRequests: 250 }));
    const evidence = accumulateEvidence([...steady(60, 2, 5), ...later]);
    const first = countLogEvidence({ challengerErrors: 120, totalErrors: 300, challengerShare: 0.2 }) ?? 0;
    const second = countLogEvidence({ challengerErrors: 240, totalErrors: 300, challengerShare: 0.5 }) ?? 0;
    expect(evidence.stretches).toBe(2);
    expect(evidence.logE).toBeCloseTo(first + second, 9);
  });

  it('says nothing without failures, without traffic, and before the challenger has any', () => {
    expect(accumulateEvidence([])).toMatchObject({ logE: 0, pValue: 1, provenAt: null, isAgainstChallenger: false });
    expect(accumulateEvidence(steady(60, 0, 0)).pValue).toBe(1);
    const before = steady(30, 0, 5).map((one) => ({ ...one, challengerRequests: 0 }));
    expect(accumulateEvidence(before).pValue).toBe(1);
  });

  it('does not speak against a challenger that fails less than its share', () => {
    expect(accumulateEvidence(steady(600, 0, 5)).isAgainstChallenger).toBe(false);
  });

  it('raises a false alarm in at most 5 % of quiet days, whatever the traffic and through common outages', () => {
    const random = seeded(20_261_121);
    const days = 400;
    let alarms = 0;
    for (let day = 0; day < days; day += 1) {
      const windows = Array.from({ length: 240 }, (_, minute): EvidenceWindow => {
        const share = minute < 120 ? 0.1 : 0.3;
        const requests = minute % 60 < 30 ? 60 : 20;
        const challengerRequests = binomial(random, requests, share);
        const ratio = minute >= 60 && minute < 70 ? 0.5 : 0.02;
        return {
          championRequests: requests - challengerRequests,
          challengerRequests,
          championErrors: binomial(random, requests - challengerRequests, ratio),
          challengerErrors: binomial(random, challengerRequests, ratio),
        };
      });
      const evidence = accumulateEvidence(windows);
      if (evidence.provenAt !== null && evidence.isAgainstChallenger) alarms += 1;
    }
    expect(alarms / days).toBeLessThanOrEqual(0.05);
  });
});

describe('the decision clock', () => {
  it.each([
    [600, 0.01, 2, 22],
    [600, 0.01, 3, 7],
    [600, 0.01, 5, 3],
    [600, 0.001, 5, 25],
    [600, 0.001, 10, 10],
    [60, 0.01, 3, 67],
    [60, 0.01, 5, 25],
  ])(
    '%d requests/min at 10 %%: errors of %d × %d take about %d min to prove',
    (perMinute, baseRatio, factor, minutes) => {
      const ms = timeToProveMs({ requestsPerMinute: perMinute, challengerShare: 0.1, baseRatio, factor });
      expect((ms ?? 0) / 60_000 / minutes).toBeGreaterThan(0.85);
      expect((ms ?? 0) / 60_000 / minutes).toBeLessThan(1.2);
    },
  );

  it('more traffic never takes longer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 5_000 }), fc.double({ min: 0.05, max: 0.5, noNaN: true }), (n, share) => {
        const at = (requestsPerMinute: number) =>
          timeToProveMs({ requestsPerMinute, challengerShare: share, baseRatio: 0.01, factor: 2 });
        expect(at(n * 2) ?? 0).toBeLessThanOrEqual((at(n) ?? Number.POSITIVE_INFINITY) + 1);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['no traffic', { requestsPerMinute: 0, challengerShare: 0.1, baseRatio: 0.01, factor: 2 }],
    ['no split', { requestsPerMinute: 10, challengerShare: 0, baseRatio: 0.01, factor: 2 }],
    ['no failures', { requestsPerMinute: 10, challengerShare: 0.1, baseRatio: 0, factor: 2 }],
    ['no rise', { requestsPerMinute: 10, challengerShare: 0.1, baseRatio: 0.01, factor: 1 }],
    ['30 days are too few', { requestsPerMinute: 0.01, challengerShare: 0.1, baseRatio: 0.001, factor: 2 }],
  ])('says nothing: %s', (_, asked) => expect(timeToProveMs(asked)).toBeNull());

  it('knows what +20 % would do to the share above P95', () => {
    const even = { upperBounds: [100, Number.POSITIVE_INFINITY], cumulative: [100, 100] };
    expect(cumulativeShare(even, 40)).toBeCloseTo(0.4, 12);
    // P95 is 95; a fifth slower, what was above 79.17 is above 95: 20.8 % instead of 5 %.
    expect(exceedanceFactor(even)?.factor).toBeCloseTo((1 - 0.95 / 1.2) / 0.05, 9);
    expect(exceedanceFactor({ upperBounds: [100, Number.POSITIVE_INFINITY], cumulative: [0, 100] })).toBeNull();
  });
});

describe('distances of distributions', () => {
  const histogram = fc
    .array(fc.integer({ min: 0, max: 500 }), { minLength: 3, maxLength: 8 })
    .filter((all) => all.some((n) => n > 0));

  it('nothing differs from itself, whatever its size', () => {
    fc.assert(
      fc.property(histogram, fc.integer({ min: 1, max: 50 }), (counts, times) => {
        const larger = counts.map((n) => n * times);
        expect(psi(counts, larger)).toBeCloseTo(0, 9);
        expect(jensenShannonDistance(counts, larger)).toBeCloseTo(0, 6);
        expect(totalVariation(counts, larger)).toBeCloseTo(0, 9);
        expect(
          wasserstein(
            counts.map((_, i) => i + 1),
            counts,
            larger,
          ),
        ).toBeCloseTo(0, 9);
      }),
    );
  });

  it('an empty side is not "no drift"', () => {
    expect(psi([0, 0], [1, 2])).toBeNull();
    expect(jensenShannonDistance([1, 2], [0, 0])).toBeNull();
    expect(psi([1, 2], [1, 2, 3])).toBeNull();
  });
});
