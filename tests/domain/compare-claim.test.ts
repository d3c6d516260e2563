import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '@/lib/domain/compare';
import { claimOf, claimWord } from '@/lib/domain/compare-claim';
import { compareInputs, evenHistogram, POLICY } from './compare-inputs';

const FINE = Array.from({ length: 60 }, (_, i) => (i + 1) * 5);
const CHAMPION = { requestsPerMinute: 400, errorRatio: 0.006, maxMs: 250 };

/** Two versions over buckets of 5 ms. */
function claimed(challenger: { errorRatio: number | null; maxMs: number }, minutes = 360) {
  const inputs = compareInputs(minutes, CHAMPION, { requestsPerMinute: 100, ...challenger });
  const fine = (side: typeof inputs.champion, n: number, maxMs: number) =>
    side === null ? null : { ...side, latency: evenHistogram(n, maxMs, FINE) };
  return claimOf(
    judge(
      {
        ...inputs,
        champion: fine(inputs.champion, 400 * minutes, CHAMPION.maxMs),
        challenger: fine(inputs.challenger, 100 * minutes, challenger.maxMs),
      },
      POLICY,
    ),
  );
}

describe('the claim “P95 better by 10 % and errors no worse”', () => {
  it('is proven where both intervals say so wholly', () => {
    const claim = claimed({ errorRatio: 0.006, maxMs: 200 });
    expect([claim.state, claim.p95.state, claim.errors.state]).toEqual(['proven', 'proven', 'proven']);
    expect(claim.p95.text).toMatch(/−20\s%/);
    expect(claimWord(claim)).toBe('proven');
  });

  it('is not proven by a P95 that is better, but by less', () => {
    const claim = claimed({ errorRatio: 0.006, maxMs: 235 });
    expect(claim.p95.state).toBe('refuted');
    expect(claimWord(claim)).toBe('not proven, the opposite is certain');
  });

  it('stays open where 10 % lies within the interval', () => {
    const claim = claimed({ errorRatio: 0.006, maxMs: 224 }, 20);
    expect([claim.state, claim.p95.state]).toEqual(['open', 'open']);
    expect(claimWord(claim)).toBe('not proven');
  });

  it('is not proven by latency alone when errors rose, even within the limit', () => {
    expect(claimed({ errorRatio: 0.009, maxMs: 200 }).errors.state).toBe('refuted');
    expect(claimed({ errorRatio: 0.019, maxMs: 200 }).state).toBe('refuted');
  });

  it('is open where errors are not measured: the comparison is in doubt, and the reason is given', () => {
    const claim = claimed({ errorRatio: null, maxMs: 200 });
    expect(claim.state).toBe('open');
    expect(claim.unsound).toMatch(/Errors of 2\.4\.0 are not measured/);
    expect(claim.errors.text).toBe('Errors: not measured.');
  });

  it('is open without enough data', () => {
    const claim = claimed({ errorRatio: 0.006, maxMs: 200 }, 5);
    expect(claim.state).toBe('open');
    expect(claim.unsound).not.toBeNull();
  });

  it('is never proven for two equal versions', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), fc.double({ min: 0, max: 0.2, noNaN: true }), (minutes, ratio) => {
        expect(claimed({ errorRatio: ratio, maxMs: CHAMPION.maxMs }, minutes).state).not.toBe('proven');
      }),
      { numRuns: 60 },
    );
  });
});
