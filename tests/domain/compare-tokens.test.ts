import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CompareInputs } from '@/lib/contracts/compare-inputs';
import { judge } from '@/lib/domain/compare';
import { ratioPerRequest, tokenMeasures } from '@/lib/domain/compare-tokens';
import { healthy, POLICY } from './compare-inputs';

const PRICE = { inputPerMillion: 2, outputPerMillion: 10, currency: 'EUR' };
const MINUTES = 360;

/** So many tokens a minute, up and down around a mean. */
const around = (mean: number, swing: number) => Array.from({ length: MINUTES }, (_, i) => mean + swing * Math.sin(i));

const counted = {
  champion: { input: around(400 * 300, 4_000), output: around(400 * 80, 1_000) },
  challenger: { input: around(100 * 300, 1_000), output: around(100 * 120, 300) },
};

const rowsOf = (tokens: NonNullable<CompareInputs['tokens']>) => tokenMeasures(healthy({ tokens }));

describe('tokens and cost', () => {
  it('are per request of each version, with a difference and its interval', () => {
    const [input, output, cost] = rowsOf({ counted, price: PRICE });
    expect(input?.champion).toBeCloseTo(300, 0);
    expect(input?.state).toBe('same');
    expect(output).toMatchObject({ state: 'differs', status: 'unknown' });
    expect(output?.difference).toBeCloseTo(40, 0);
    expect(cost?.champion).toBeCloseTo((300 * 2 + 80 * 10) / 1_000, 2);
    expect(cost?.state).toBe('worse');
  });

  it('have no cost without prices', () => {
    expect(rowsOf({ counted, price: null }).map(({ id }) => id)).toEqual(['tokens-input', 'tokens-output']);
  });

  it('say “not measured” where prices are configured and nothing counts tokens, and nothing where neither is', () => {
    expect(rowsOf({ counted: null, price: PRICE })).toMatchObject([
      { id: 'cost', word: 'not measured', champion: null },
    ]);
    expect(rowsOf({ counted: null, price: null })).toEqual([]);
    expect(tokenMeasures(healthy())).toEqual([]);
  });

  it('decide nothing: the verdict is the same with them', () => {
    const without = judge(healthy(), POLICY).verdict;
    expect(judge(healthy({ tokens: { counted, price: PRICE } }), POLICY).verdict).toEqual(without);
  });

  it('need ten cells in which both are measured', () => {
    const requests = around(400, 0);
    const few = requests.map((value, i) => (i < 9 ? value : null));
    expect(ratioPerRequest(requests, few)).toBeNull();
    expect(ratioPerRequest(around(1, 0), requests)?.value).toBeCloseTo(1 / 400, 9);
  });

  it('have no variance where each cell has the same ratio, whatever the traffic', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 10, maxLength: 60 }), (requests) => {
        const found = ratioPerRequest(
          requests.map((n) => n * 3),
          requests,
        );
        expect(found?.value).toBeCloseTo(3, 9);
        expect(found?.variance).toBeCloseTo(0, 9);
      }),
    );
  });
});
