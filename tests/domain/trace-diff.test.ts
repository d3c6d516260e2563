import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NamedSpan, traceDiff, traceProfile, typicalProfile } from '@/lib/domain/trace-diff';

const span = (spanId: string, parentSpanId: string, name: string, startNs: number, durationNs: number): NamedSpan => ({
  spanId,
  parentSpanId,
  service: 'fraud-api',
  name,
  startNs,
  durationNs,
});

const anyTrace = fc
  .array(
    fc.record({
      up: fc.integer({ min: 0, max: 100 }),
      name: fc.constantFrom('fetch', 'infer', 'serialize'),
      startNs: fc.integer({ min: 0, max: 1_000 }),
      durationNs: fc.integer({ min: -5, max: 1_000 }),
    }),
    { maxLength: 25 },
  )
  .map((drafts) => [
    span('0', '', 'POST /predict', 0, 1_000),
    ...drafts.map((draft, index) =>
      span(String(index + 1), String(draft.up % (index + 1)), draft.name, draft.startNs, draft.durationNs),
    ),
  ]);

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('the difference of two traces', () => {
  it('of a trace with itself is empty', () => {
    fc.assert(
      fc.property(anyTrace, (spans) => {
        const diff = traceDiff(traceProfile(spans), traceProfile(spans));
        expect(diff.deltaNs).toBe(0);
        expect(diff.nodes.every((node) => node.deltaNs === 0 && node.presence === 'both')).toBe(true);
      }),
    );
  });

  it('has parts that sum to the total', () => {
    fc.assert(
      fc.property(anyTrace, anyTrace, (a, b) => {
        const diff = traceDiff(traceProfile(a), traceProfile(b));
        expect(sum(diff.nodes.map((node) => node.deltaNs))).toBe(diff.deltaNs);
      }),
    );
  });

  it('is the opposite when the sides change places', () => {
    fc.assert(
      fc.property(anyTrace, anyTrace, (a, b) => {
        const there = traceDiff(traceProfile(a), traceProfile(b));
        const back = traceDiff(traceProfile(b), traceProfile(a));
        const byKey = new Map(back.nodes.map((node) => [node.key, node.deltaNs]));
        for (const node of there.nodes) expect(node.deltaNs + (byKey.get(node.key) ?? Number.NaN)).toBe(0);
      }),
    );
  });

  it('puts the time where it was lost, and names what came and went', () => {
    const before = [
      span('r', '', 'POST /predict', 0, 100),
      span('f', 'r', 'fetch', 0, 40),
      span('i', 'r', 'infer', 40, 60),
    ];
    const after = [
      span('r', '', 'POST /predict', 0, 150),
      span('f', 'r', 'fetch', 0, 40),
      span('n', 'r', 'retry', 40, 110),
    ];
    const diff = traceDiff(traceProfile(before), traceProfile(after));
    expect(diff.deltaNs).toBe(50);
    expect(diff.nodes.map(({ name, presence, deltaNs }) => [name, presence, deltaNs])).toEqual([
      ['POST /predict', 'both', 0],
      ['fetch', 'both', 0],
      ['infer', 'missing', -60],
      ['retry', 'added', 110],
    ]);
  });

  it('against a typical trace still sums, with medians place by place', () => {
    fc.assert(
      fc.property(fc.array(anyTrace, { minLength: 1, maxLength: 5 }), anyTrace, (sample, one) => {
        const typical = typicalProfile(sample.map(traceProfile));
        expect(sum(typical.nodes.map((node) => node.criticalNs))).toBe(typical.totalNs);
        const diff = traceDiff(typical, traceProfile(one));
        expect(sum(diff.nodes.map((node) => node.deltaNs))).toBeCloseTo(diff.deltaNs, 6);
      }),
    );
  });
});
