import { describe, expect, it } from 'vitest';
import { overTimeOf } from '@/lib/server/compare/over-time';
import type { CellsRead } from '@/lib/server/compare/read-cells';

const MINUTE_MS = 60_000;
const VERSIONS = { champion: '2.3.0', challenger: '2.3.0' };

/** Four hours of minutes at one request a second, the first half the champion's, the rest the challenger's. */
const split = (atMinute: number, minutes = 240): CellsRead => {
  const side = (isOwn: (i: number) => boolean): CellsRead['champion'] => {
    const minutely = Array.from({ length: minutes }, (_, i) => (isOwn(i) ? 60 : null));
    return {
      requests: minutely,
      errors: minutely.map((n) => (n === null ? null : 6)),
      buckets: minutely.map(() => null),
    };
  };
  return {
    startMs: 0,
    stepMs: MINUTE_MS,
    champion: side((i) => i < atMinute),
    challenger: side((i) => i >= atMinute),
  };
};

describe('two sides over time', () => {
  it('have no dip where a point of the chart is a side’s in part only', () => {
    const cells = split(121);
    const { overTime } = overTimeOf(cells, VERSIONS, { startMs: 0, endMs: 240 * MINUTE_MS });
    const rates = overTime.series.filter(({ labels }) => labels.measure === 'requests').map(({ values }) => values);
    expect(overTime.stepMs).toBe(2 * MINUTE_MS);
    expect(rates.map((values) => new Set(values))).toEqual([new Set([1, null]), new Set([null, 1])]);
  });
});
