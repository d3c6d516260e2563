import { describe, expect, it } from 'vitest';
import { coverageOf, episodesOf, ratioSeries, sumValues } from '@/lib/domain/series';

const set = (list: Record<string, (number | null)[]>, startMs = 0) => ({
  startMs,
  stepMs: 10,
  series: Object.entries(list).map(([version, own]) => ({ labels: { version }, values: own })),
});
const byVersion = (labels: Readonly<Record<string, string>>) => labels.version ?? '';

describe('series', () => {
  it('a gap is never a zero: nothing measured has no sum', () => {
    expect(sumValues([null])).toBeNull();
    expect(sumValues([null, 2, 4])).toBe(6);
    expect(coverageOf([null, 2, 4, null])).toBe(0.5);
    expect(coverageOf([])).toBe(0);
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
