import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  confidenceSequence,
  countLogEvidence,
  countsSpeakAgainst,
  hasErrorsForSequence,
  logGamma,
} from '@/lib/domain/sequential';

interface Reference {
  what: string;
  inputs: Record<string, number>;
  expected: unknown;
  tolerance: number;
}

const reference: Reference[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/reference/statistics.json'), 'utf8'),
);
const casesOf = (prefix: string) => reference.filter(({ what }) => what.startsWith(prefix));
const input = (inputs: Record<string, number>, name: string) => inputs[name] ?? Number.NaN;

describe('the asymptotic confidence sequence', () => {
  it.each(casesOf('asymptotic confidence sequence').map((one, index) => [index, one] as const))(
    'equals reference value %i',
    (_index, { inputs, expected, tolerance }) => {
      const found = confidenceSequence(
        { successes: input(inputs, 'championErrors'), total: input(inputs, 'championTotal') },
        { successes: input(inputs, 'challengerErrors'), total: input(inputs, 'challengerTotal') },
      );
      const [low, high] = expected as [number, number];
      expect(Math.abs((found?.low ?? Number.NaN) - low)).toBeLessThanOrEqual(tolerance);
      expect(Math.abs((found?.high ?? Number.NaN) - high)).toBeLessThanOrEqual(tolerance);
    },
  );

  it('is not to be believed under ten failures a side', () => {
    expect(hasErrorsForSequence({ successes: 9, total: 1_000 }, { successes: 50, total: 1_000 })).toBe(false);
    expect(hasErrorsForSequence({ successes: 10, total: 1_000 }, { successes: 50, total: 1_000 })).toBe(true);
  });

  it('is not there for a side without requests', () => {
    expect(confidenceSequence({ successes: 0, total: 0 }, { successes: 50, total: 1_000 })).toBeNull();
  });
});

describe('the e-process of counts', () => {
  it.each(casesOf('count e-process').map((one, index) => [index, one] as const))(
    'equals reference value %i',
    (_index, { inputs, expected, tolerance }) => {
      const found = countLogEvidence({
        challengerErrors: input(inputs, 'challengerErrors'),
        totalErrors: input(inputs, 'totalErrors'),
        challengerShare: input(inputs, 'challengerShareOfRequests'),
      });
      expect(Math.abs((found ?? Number.NaN) - Number(expected))).toBeLessThanOrEqual(tolerance);
    },
  );

  it('says nothing without failures', () => {
    expect(countLogEvidence({ challengerErrors: 0, totalErrors: 0, challengerShare: 0.2 })).toBeCloseTo(0, 12);
    expect(countsSpeakAgainst({ challengerErrors: 0, totalErrors: 0, challengerShare: 0.2 })).toBe(false);
  });

  it('never speaks against a challenger that fails less than its share', () => {
    expect(countsSpeakAgainst({ challengerErrors: 1, totalErrors: 500, challengerShare: 0.5 })).toBe(false);
  });

  it('raises a false alarm in at most 5 % of quiet streams, read after every failure', () => {
    // A seeded generator, so that the figure is the same on every machine.
    let state = 20261121;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    const streams = 1_000;
    let alarms = 0;
    for (let stream = 0; stream < streams; stream += 1) {
      let k = 0;
      for (let n = 1; n <= 300; n += 1) {
        if (random() < 0.2) k += 1;
        if (countsSpeakAgainst({ challengerErrors: k, totalErrors: n, challengerShare: 0.2 })) {
          alarms += 1;
          break;
        }
      }
    }
    expect(alarms / streams).toBeLessThanOrEqual(0.05);
  });
});

describe('ln Γ', () => {
  it('keeps Γ(x + 1) = x Γ(x)', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1e5, noNaN: true }), (x) => {
        const error = Math.abs(logGamma(x + 1) - (Math.log(x) + logGamma(x)));
        expect(error).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(logGamma(x + 1))));
      }),
    );
  });
});
