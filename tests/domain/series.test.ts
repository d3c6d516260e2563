import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignTo, coverageOf, episodesOf, lastValue, meanValue, ratioSeries, sumValues } from '@/lib/domain/series';

const values = fc.array(fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { nil: null }), { maxLength: 30 });
const set = (list: Record<string, (number | null)[]>, startMs = 0) => ({
  startMs,
  stepMs: 10,
  series: Object.entries(list).map(([version, own]) => ({ labels: { version }, values: own })),
});
const byVersion = (labels: Readonly<Record<string, string>>) => labels.version ?? '';

describe('series', () => {
  it('a gap is never a zero: no measured value has no mean, sum or last value', () => {
    expect(meanValue([null, null])).toBeNull();
    expect(sumValues([null])).toBeNull();
    expect(lastValue([null, 3, null])).toBe(3);
    expect(meanValue([null, 2, 4])).toBe(3);
    expect(coverageOf([null, 2, 4, null])).toBe(0.5);
    expect(coverageOf([])).toBe(0);
  });

  it('aligned to its own grid a set is unchanged; there and back keeps what both grids hold', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: -5, max: 5 }), (own, shift) => {
        const one = set({ a: own });
        expect(alignTo(one, { startMs: 0, points: own.length })).toEqual(one);
        const moved = alignTo(one, { startMs: shift * 10, points: own.length });
        moved.series[0]?.values.forEach((value, i) => {
          expect(value).toBe(own[i + shift] ?? null);
        });
      }),
    );
  });

  it('an error ratio has a gap where there were no requests, and 0 where none failed', () => {
    const ratio = ratioSeries(set({ a: [1, null, 0] }), set({ a: [4, 4, 0], b: [2, null, 2] }), byVersion, 0);
    expect(ratio.series.map((one) => one.values)).toEqual([
      [0.25, 0, null],
      [0, null, 0],
    ]);
  });

  it('absent errors that say nothing stay a gap', () => {
    expect(ratioSeries(set({}), set({ a: [4] }), byVersion, null).series[0]?.values).toEqual([null]);
  });

  it('finds what was on, from when to when', () => {
    expect(episodesOf([null, 1, 1, null, 0, 1], (value) => value > 0)).toEqual([
      { from: 1, to: 2 },
      { from: 5, to: 5 },
    ]);
    expect(episodesOf([], () => true)).toEqual([]);
  });
});
