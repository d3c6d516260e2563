import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { budgetEndsInMs, budgetLeft, burnRate, errorBudget } from '@/lib/domain/burn';
import { references } from './reference-values';

const objective = fc.double({ min: 0.5, max: 0.9999, noNaN: true });
const WINDOW_MS = 30 * 86_400_000;

describe('error budgets', () => {
  it.each(references('burn rate').map((entry) => [JSON.stringify(entry.inputs), entry] as const))(
    'reference %s',
    (_, { inputs, expected, tolerance }) => {
      const got = burnRate(Number(inputs.errorRatio), Number(inputs.objective)) ?? Number.NaN;
      expect(Math.abs(got - Number(expected))).toBeLessThanOrEqual(tolerance);
    },
  );

  it('a burn rate of 1 spends the budget in exactly the window', () => {
    fc.assert(
      fc.property(objective, (target) => {
        const errors = 1_000_000 * errorBudget(target);
        expect(burnRate(errorBudget(target), target)).toBeCloseTo(1, 9);
        const left = budgetLeft({ errors, requests: 1_000_000, objective: target, coverageRatio: 1 });
        expect(left).toBeCloseTo(0, 9);
      }),
    );
  });

  it('no errors leave the budget untouched; twice the budget overspends it once', () => {
    expect(budgetLeft({ errors: 0, requests: 10, objective: 0.99, coverageRatio: 1 })).toBe(1);
    expect(budgetLeft({ errors: 20, requests: 1000, objective: 0.99, coverageRatio: 1 })).toBeCloseTo(-1, 9);
  });

  it('under 90 % of the window measured there is no answer', () => {
    const window = { errors: 1, requests: 1000, objective: 0.99 };
    expect(budgetLeft({ ...window, coverageRatio: 0.89 })).toBeNull();
    expect(budgetLeft({ ...window, coverageRatio: 0.9 })).not.toBeNull();
  });

  it('nothing measured is no budget spent', () => {
    expect(budgetLeft({ errors: null, requests: 10, objective: 0.9, coverageRatio: 1 })).toBeNull();
    expect(budgetLeft({ errors: 0, requests: 0, objective: 0.9, coverageRatio: 1 })).toBeNull();
    expect(burnRate(null, 0.9)).toBeNull();
    expect(burnRate(0.1, 1)).toBeNull();
  });

  it('says when the budget ends at this pace', () => {
    const at = (leftRatio: number | null, rate: number | null) =>
      budgetEndsInMs({ leftRatio, burnRate: rate, windowMs: WINDOW_MS });
    expect(at(0.5, 2)).toBe(WINDOW_MS / 4);
    expect(at(1, 14.4)).toBeCloseTo(50 * 3_600_000, 0);
    expect(at(-0.1, 2)).toBe(0);
    expect(at(0.5, 1)).toBeNull();
    expect(at(null, 2)).toBeNull();
  });
});
