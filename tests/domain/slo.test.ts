import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorBudget } from '@/lib/domain/burn';
import {
  badWithin,
  budgetOverTime,
  decidingPairs,
  eatenStretches,
  endsInMs,
  isFiring,
  lastCoveredMs,
  type PairReading,
  type SloCells,
  sloBudget,
  sloState,
  windowCoverage,
} from '@/lib/domain/slo';
import { attainmentFigure } from '@/lib/domain/slo-promise';
import {
  BURN_WINDOWS_MS,
  type BurnPair,
  budgetSentence,
  burnFactor,
  burnPairs,
  silentNotes,
} from '@/lib/domain/slo-windows';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MONTH = { windowMs: 30 * DAY_MS, objective: 0.999, kind: 'availability' } as const;

const cellsOf = (total: (number | null)[], bad: (number | null)[], stepMs = HOUR_MS): SloCells => ({
  startMs: stepMs,
  stepMs,
  total,
  bad,
});

describe('the pairs of windows', () => {
  it('are those of the SRE workbook over 30 days', () => {
    expect(
      burnPairs(MONTH).map(({ factor, severity, longMs, shortMs }) => [factor, severity, longMs, shortMs]),
    ).toEqual([
      [14.4, 'page', HOUR_MS, 5 * 60_000],
      [6, 'page', 6 * HOUR_MS, 30 * 60_000],
      [3, 'ticket', DAY_MS, 2 * HOUR_MS],
      [1, 'ticket', 3 * DAY_MS, 6 * HOUR_MS],
    ]);
    expect(burnPairs(MONTH).every(({ silent }) => silent === null)).toBe(true);
  });

  it('scale with the period, as Sloth has them for 28 days', () => {
    const factors = burnPairs({ ...MONTH, windowMs: 28 * DAY_MS }).map(({ factor }) => factor);
    expect(factors.map((factor) => Number(factor.toFixed(2)))).toEqual([13.44, 5.6, 2.8, 0.93]);
    expect(burnFactor(0.02, 7 * DAY_MS, HOUR_MS)).toBe(3.36);
  });

  it('are silent where the factor is a pace that lasts, as in short periods', () => {
    const pairs = burnPairs({ ...MONTH, windowMs: 3 * DAY_MS });
    expect(pairs.map(({ silent }) => silent === null)).toEqual([true, false, false, false]);
    expect(pairs[1]?.silent).toMatch(/lasts the whole 3/);
    expect(burnPairs({ ...MONTH, windowMs: 28 * DAY_MS }).every(({ silent }) => silent === null)).toBe(true);
  });

  it('are silent where everything failing would not reach the factor', () => {
    const pairs = burnPairs({ ...MONTH, objective: 0.8 });
    expect(pairs.map(({ silent }) => silent === null)).toEqual([false, false, true, true]);
    expect(pairs[0]?.silent).toMatch(/Cannot fire: with every event bad the burn rate is 5/);
  });

  it('do not page on labels, which arrive late', () => {
    const pairs = burnPairs({ ...MONTH, kind: 'quality', objective: 0.99 });
    expect(pairs.map(({ silent }) => silent === null)).toEqual([false, false, true, true]);
  });

  it('of a short period are told to be for reading, once a period; those of a month need no word', () => {
    const rowOf = (windowMs: number) => ({ windowMs, pairs: burnPairs({ ...MONTH, windowMs }) });
    expect(silentNotes([rowOf(3 * DAY_MS), rowOf(3 * DAY_MS), rowOf(30 * DAY_MS)])).toEqual([
      'Of objectives over 3\u202fd, only 1\u202fh with 5\u202fmin can alert. The grey burn rates over 6\u202fh, 24\u202fh and 3\u202fd are for reading: what would alert there is a pace that a budget of 3\u202fd lasts at.',
    ]);
    expect(silentNotes([rowOf(DAY_MS)])[0]).toMatch(/^Of objectives over 24\u202fh, nothing alerts\. /);
    // Labels that arrive too late are another reason, which the pair tells itself.
    expect(silentNotes([{ windowMs: 30 * DAY_MS, pairs: burnPairs({ ...MONTH, kind: 'quality' }) }])).toEqual([]);
  });

  it('the share of the budget that a factor eats in its long window is the one it was made of', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 366 }), (days) => {
        for (const { factor, longMs, budgetShare } of burnPairs({ ...MONTH, windowMs: days * DAY_MS })) {
          expect((factor * longMs) / (days * DAY_MS)).toBeCloseTo(budgetShare, 9);
        }
      }),
    );
  });

  it.each([
    [14.4, 'eats 2 % of the 30\u202fd budget an hour, all of it in 2\u202fd 2\u202fh'],
    [6, 'eats 20 % of the 30\u202fd budget a day, all of it in 5\u202fd'],
    [1, 'eats 3.3 % of the 30\u202fd budget a day, all of it in 30\u202fd'],
  ])('a factor of %d %s', (factor, sentence) => {
    expect(budgetSentence(factor, 30 * DAY_MS)).toBe(sentence);
  });
});

describe('what was reached', () => {
  it.each([
    [0.9923, 0.99, '99.23'],
    [0.999918, 0.99, '99.99'],
    [0.9958, 0.995, '99.58'],
    [0.9989996, 0.999, '99.899'],
    [0.99899999, 0.999, '99.899'],
    [1, 0.99, '100.00'],
    [0.29, null, '29.00'],
    [0.57, 0.5, '57.00'],
    [0.9999999999, 0.9999, '99.9999'],
  ])('of %d against %d is told as %s, cut and never rounded', (attainment, objective, figure) => {
    expect(attainmentFigure(attainment, objective)).toBe(figure);
  });

  it('never looks like what is promised while it is missed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (objective, attainment) => {
          fc.pre(attainment < objective - 1e-9);
          expect(Number(attainmentFigure(attainment, objective)) / 100).toBeLessThan(objective);
        },
      ),
    );
  });
});

describe('the budget', () => {
  const objective = fc.double({ min: 0.5, max: 0.9999, noNaN: true });

  it('a burn rate of 1 throughout spends it in exactly the window, however traffic comes', () => {
    fc.assert(
      fc.property(
        objective,
        fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 50 }),
        (target, total) => {
          const bad = total.map((count) => count * errorBudget(target));
          const cells = cellsOf(total, bad);
          expect(sloBudget(cells, target).leftRatio).toBeCloseTo(0, 9);
          expect(budgetOverTime(cells, target).at(-1)).toBeCloseTo(0, 9);
          // Never before: the last step still had something left.
          expect(budgetOverTime(cells, target).at(-2) ?? 1).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('over time never rises, and ends at what is left', () => {
    fc.assert(
      fc.property(
        objective,
        fc.array(fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true })), {
          minLength: 1,
          maxLength: 40,
        }),
        (target, steps) => {
          const cells = cellsOf(
            steps.map(([count]) => count),
            steps.map(([count, share]) => count * share),
          );
          const left = budgetOverTime(cells, target);
          for (let at = 1; at < left.length; at += 1) expect(left[at]).toBeLessThanOrEqual((left[at - 1] ?? 1) + 1e-9);
          expect(left.at(-1)).toBeCloseTo(sloBudget(cells, target).leftRatio ?? Number.NaN, 6);
        },
      ),
    );
  });

  it('has gaps where nothing was measured, and no figure under 90 %', () => {
    const cells = cellsOf([10, null, 10], [1, null, 0]);
    expect(budgetOverTime(cells, 0.9)).toEqual([expect.closeTo(0.5, 9), null, expect.closeTo(0.5, 9)]);
    expect(sloBudget(cells, 0.9)).toMatchObject({ attainment: null, leftRatio: null, total: 20, bad: 1 });
    expect(sloBudget(cellsOf([0, 0], [0, 0]), 0.9).attainment).toBeNull();
  });

  it('names the stretches that ate most, neighbours together', () => {
    const total = [100, 100, 100, 100, 100, 100];
    const cells = cellsOf(total, [0, 20, 30, 0, 10, 1]);
    expect(eatenStretches(cells, 0.95)).toEqual(
      [
        { startMs: HOUR_MS, endMs: 3 * HOUR_MS, bad: 50, share: 50 / 61, budgetShare: 50 / 30 },
        { startMs: 4 * HOUR_MS, endMs: 5 * HOUR_MS, bad: 10, share: 10 / 61, budgetShare: 10 / 30 },
      ].map((one) => expect.objectContaining({ ...one, budgetShare: expect.closeTo(one.budgetShare, 9) })),
    );
    expect(eatenStretches(cellsOf(total, [0, 0, 0, 0, 0, 0]), 0.95)).toEqual([]);
  });

  it('counts what went wrong during an incident, by the share of each step it covers', () => {
    const cells = cellsOf([10, 10, 10], [2, 4, 6]);
    expect(badWithin(cells, { startMs: 0, endMs: 3 * HOUR_MS })).toBe(12);
    expect(badWithin(cells, { startMs: 1.5 * HOUR_MS, endMs: 2 * HOUR_MS })).toBe(2);
    expect(badWithin(cells, { startMs: 9 * HOUR_MS, endMs: 10 * HOUR_MS })).toBeNull();
  });
});

describe('the state', () => {
  const [fast, slow, day, days] = burnPairs(MONTH) as [BurnPair, BurnPair, BurnPair, BurnPair];
  const read = (
    pair: BurnPair,
    longBurn: number | null,
    shortBurn: number | null,
    coverageRatio: number | null = 1,
  ): PairReading => ({
    pair,
    longBurn,
    shortBurn,
    coverageRatio,
  });
  const calm = [read(fast, 0, 0), read(slow, 0, 0), read(day, 0, 0), read(days, 0, 0)];

  it('pages when both windows of a paging pair burn over the factor, and not at it', () => {
    expect(isFiring(read(fast, 14.41, 14.41))).toBe(true);
    expect(isFiring(read(fast, 14.4, 20))).toBe(false);
    expect(isFiring(read(fast, 20, 14.4))).toBe(false);
    expect(sloState([read(fast, 20, 20), ...calm.slice(1)])).toBe('page');
    expect(sloState([...calm.slice(0, 3), read(days, 2, 2)])).toBe('ticket');
    expect(sloState(calm)).toBe('ok');
  });

  it('is "no data" when a pair that could alert is measured by less than 90 %, unless another one pages', () => {
    const blind = read(days, 0, 0, 0.89);
    expect(sloState([...calm.slice(0, 3), blind])).toBe('no data');
    expect(sloState([read(fast, 20, 20), ...calm.slice(1, 3), blind])).toBe('page');
    expect(sloState([...calm.slice(0, 3), read(days, 2, 2, 0.89)])).toBe('no data');
    expect(sloState([...calm.slice(0, 3), read(days, 0, 0, 0.9)])).toBe('ok');
  });

  it('does not ask for windows that cannot alert', () => {
    const [alerting, ...silent] = burnPairs({ ...MONTH, windowMs: 3 * DAY_MS }) as [BurnPair, ...BurnPair[]];
    expect(sloState([read(alerting, 0, 0), ...silent.map((pair) => read(pair, null, null, 0))])).toBe('ok');
  });

  it('of an objective without alerts goes by its fastest pair', () => {
    const pairs = burnPairs({ ...MONTH, windowMs: DAY_MS });
    expect(pairs.every(({ silent }) => silent !== null)).toBe(true);
    expect(decidingPairs(pairs)).toEqual(pairs.slice(0, 1));
    expect(sloState(pairs.map((pair, at) => read(pair, 0, 0, at === 0 ? 1 : 0)))).toBe('ok');
    expect(sloState(pairs.map((pair) => read(pair, null, null, 0)))).toBe('no data');
  });

  it('of recordings goes by what is recorded', () => {
    expect(sloState([read(fast, 20, 20, null)])).toBe('page');
    expect(sloState([read(fast, null, null, null)])).toBe('no data');
  });

  it('ends at the pace of the last six hours', () => {
    expect(endsInMs([read(slow, 2, 0)], { leftRatio: 0.5, windowMs: 30 * DAY_MS })).toBe(7.5 * DAY_MS);
    expect(endsInMs([read(slow, 1, 0)], { leftRatio: 0.5, windowMs: 30 * DAY_MS })).toBeNull();
    expect(endsInMs([read(slow, 0, 0)], { leftRatio: -0.1, windowMs: 30 * DAY_MS })).toBe(0);
  });

  it('is kept from the newest instant at which every window was covered', () => {
    const cells = { startMs: 5, stepMs: 5, total: [1, 1, 1, 1, 1, 1, null, null] };
    expect(lastCoveredMs(cells, [10])).toBe(30);
    expect(lastCoveredMs(cells, [5, 30])).toBe(30);
    expect(lastCoveredMs(cells, [35])).toBeNull();
    expect(lastCoveredMs({ ...cells, total: [null, null] }, [5])).toBeNull();
  });

  it('coverage counts what lies before the first cell as not measured', () => {
    const cells = { stepMs: 5, total: [1, null, 1, 1] };
    expect(windowCoverage(cells, 10)).toBe(1);
    expect(windowCoverage(cells, 20)).toBe(0.75);
    expect(windowCoverage(cells, 40)).toBe(0.375);
  });

  it('every window of the pairs is read', () => {
    const needed = burnPairs(MONTH).flatMap(({ longMs, shortMs }) => [longMs, shortMs]);
    expect(BURN_WINDOWS_MS).toEqual([...new Set(needed)].sort((a, b) => a - b));
  });
});
