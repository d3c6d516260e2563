import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slowestPerColumn } from '@/lib/domain/exemplars';

const RANGE = { startMs: 0, endMs: 100 };

describe('exemplars on a chart', () => {
  it('keeps the slowest of each stretch', () => {
    const dots = [
      { atMs: 1, valueMs: 5 },
      { atMs: 9, valueMs: 7 },
      { atMs: 95, valueMs: 2 },
      { atMs: 100, valueMs: 1 },
    ];
    expect(slowestPerColumn(dots, RANGE, 10)).toEqual([dots[1], dots[2]]);
  });

  it('never drops the slowest of all, and never keeps more than there are stretches', () => {
    const anyDots = fc.array(
      fc.record({ atMs: fc.integer({ min: 0, max: 100 }), valueMs: fc.integer({ min: 0, max: 9 }) }),
    );
    fc.assert(
      fc.property(anyDots, fc.integer({ min: 1, max: 30 }), (dots, columns) => {
        const kept = slowestPerColumn(dots, RANGE, columns);
        expect(kept.length).toBeLessThanOrEqual(columns);
        expect(Math.max(-1, ...kept.map(({ valueMs }) => valueMs))).toBe(
          Math.max(-1, ...dots.map(({ valueMs }) => valueMs)),
        );
      }),
    );
  });

  it('leaves out what lies outside the range', () => {
    expect(
      slowestPerColumn(
        [
          { atMs: 101, valueMs: 1 },
          { atMs: -1, valueMs: 1 },
        ],
        RANGE,
        4,
      ),
    ).toEqual([]);
  });
});
