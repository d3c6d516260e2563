import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bucketPosition,
  describeHeatmap,
  HEAT_STEPS,
  heatmapTable,
  heatStep,
  shownBuckets,
} from '@/lib/charts/heatmap';
import { inStageOrder, stageAreasOption, stageBarsTable } from '@/lib/charts/stacked';

const BOUNDS = [10, 50, 100, null];

describe('the latency heat map', () => {
  it('gives nothing to zero, the first step to one request among thousands, the last to the fullest', () => {
    expect(heatStep(0, 5_000)).toBe(0);
    expect(heatStep(1, 5_000)).toBe(1);
    expect(heatStep(5_000, 5_000)).toBe(HEAT_STEPS);
  });

  it('never gives a larger count a paler step', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), fc.integer({ min: 1, max: 10_000 }), (a, b, max) => {
        const [low = 0, high = 0] = [a, b].sort((x, y) => x - y);
        expect(heatStep(low, max)).toBeLessThanOrEqual(heatStep(high, max));
      }),
    );
  });

  it('places a value within its bucket, in the open one in its middle', () => {
    expect(bucketPosition(0, BOUNDS)).toBe(0);
    expect(bucketPosition(30, BOUNDS)).toBe(1.5);
    expect(bucketPosition(50, BOUNDS)).toBe(2);
    expect(bucketPosition(9_999, BOUNDS)).toBe(3.5);
  });

  it('shows the buckets that hold anything and one beside each', () => {
    expect(shownBuckets([[0], [0], [0], [3], [0], [0]])).toEqual({ from: 2, to: 5 });
    expect(shownBuckets([[0], [null]])).toEqual({ from: 0, to: 2 });
  });

  it('has its numbers as a table and a sentence', () => {
    const input = {
      startMs: Date.UTC(2026, 0, 1),
      stepMs: 60_000,
      upperBoundsMs: BOUNDS,
      counts: [[0], [4], [null], [1]],
    };
    expect(heatmapTable(input, 'UTC').rows).toEqual([['2026-01-01 00:00:00 UTC', 0, 4, null, 1]]);
    expect(describeHeatmap('Latency', input).replaceAll('\u202f', ' ')).toBe(
      'Latency: 5 requests, most of them 10 ms to 50 ms',
    );
  });
});

describe('stages', () => {
  it('stand in the order a request passes them, unknown ones before "other"', () => {
    expect(inStageOrder(['other', 'zeta', 'infer', 'feature_fetch'])).toEqual([
      'feature_fetch',
      'infer',
      'zeta',
      'other',
    ]);
  });

  it('are drawn with the changes of the range across them, and those outside left out', () => {
    const set = { startMs: 0, stepMs: 1_000, series: [{ labels: { stage: 'infer' }, values: [1, 2] }] };
    const frame = { theme: 'dark', zone: 'UTC', range: { startMs: 0, endMs: 1_000 } } as const;
    const events = [
      { atMs: 500, kind: 'version' },
      { atMs: 5_000, kind: 'alert' },
    ] as const;
    const { series } = stageAreasOption(set, frame, events);
    const lines = [series]
      .flat()
      .flatMap((one) => (one !== undefined && 'markLine' in one ? (one.markLine?.data ?? []) : []));
    expect(lines).toEqual([expect.objectContaining({ xAxis: 500 })]);
  });

  it('keep what was not measured apart from zero', () => {
    const table = stageBarsTable([
      { name: 'before', stages: { infer: 48, feature_fetch: null } },
      { name: 'after', stages: { infer: 50 } },
    ]);
    expect(table.rows).toEqual([
      ['feature fetch', null, null],
      ['infer', 48, 50],
    ]);
  });
});
