import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { criticalPath, criticalTimesNs, selfTimesNs, stageTimesNs, unionNs } from '@/lib/domain/trace-time';
import { buildTree, endNs, mainRoot, type TreeSpan } from '@/lib/domain/trace-tree';

const span = (spanId: string, parentSpanId: string, startNs: number, durationNs: number): TreeSpan => ({
  spanId,
  parentSpanId,
  startNs,
  durationNs,
});

/** Any trace a broken tracer could send: parents that do not exist, chains that close, ids twice, negative lengths. */
const anyTrace = fc.array(
  fc.record({
    spanId: fc.integer({ min: 0, max: 25 }).map(String),
    parentSpanId: fc.oneof(fc.constant(''), fc.integer({ min: 0, max: 30 }).map(String)),
    startNs: fc.integer({ min: 0, max: 1_000 }),
    durationNs: fc.integer({ min: -10, max: 1_000 }),
  }),
  { minLength: 1, maxLength: 30 },
);

describe('the tree of a trace', () => {
  it('holds every span exactly once, whatever the ids say', () => {
    fc.assert(
      fc.property(anyTrace, (spans) => {
        const tree = buildTree(spans);
        expect([...tree.order].sort((a, b) => a - b)).toEqual(spans.map((_, index) => index));
        for (const [at, index] of tree.order.entries()) {
          const up = tree.parent[index] ?? -1;
          if (up >= 0) expect(tree.order.indexOf(up)).toBeLessThan(at);
          expect(tree.depth[index]).toBe(up < 0 ? 0 : (tree.depth[up] ?? 0) + 1);
        }
        const counted = tree.tops.reduce((sum, top) => sum + (tree.descendants[top] ?? 0) + 1, 0);
        expect(counted).toBe(spans.length);
      }),
    );
  });

  it('names orphans, cycles, duplicates and negative durations', () => {
    const tree = buildTree([
      span('a', '', 0, 100),
      span('b', 'gone', 5, 10),
      span('c', 'd', 6, 10),
      span('d', 'c', 7, 10),
      span('a', '', 8, -4),
    ]);
    expect(tree.faults).toEqual({ orphans: [1], cycles: [2], duplicates: [4], negative: [4] });
    expect(tree.tops).toContain(2);
  });

  it('takes the longest true root as what the trace is about, even beside a longer orphan', () => {
    const spans = [span('x', 'gone', 0, 500), span('r', '', 10, 100), span('s', '', 20, 50)];
    expect(mainRoot(spans, buildTree(spans))).toBe(1);
  });

  it('takes a chain of 200,000 spans without running out of stack', () => {
    const spans = Array.from({ length: 200_000 }, (_, i) =>
      span(String(i), i === 0 ? '' : String(i - 1), i, 400_000 - 2 * i),
    );
    const tree = buildTree(spans);
    expect(tree.depth[199_999]).toBe(199_999);
    expect(criticalPath(spans, tree, 0)).toHaveLength(200_000 * 2 - 1);
  });
});

describe('self time', () => {
  it('is the duration minus the union of children clipped to the span', () => {
    const spans = [span('r', '', 0, 100), span('a', 'r', 10, 30), span('b', 'r', 20, 40), span('c', 'r', 90, 50)];
    expect([...selfTimesNs(spans, buildTree(spans))]).toEqual([100 - 50 - 10, 30, 40, 50]);
  });

  it('plus what its children cover is the span, for any trace', () => {
    fc.assert(
      fc.property(anyTrace, (spans) => {
        const tree = buildTree(spans);
        const self = selfTimesNs(spans, tree);
        for (const [index, own] of spans.entries()) {
          const children = [...tree.childList.subarray(tree.childFrom[index], tree.childFrom[index + 1])].flatMap(
            (at) => {
              const child = spans[at];
              return child ? [{ fromNs: child.startNs, toNs: endNs(child) }] : [];
            },
          );
          const covered = unionNs(children, { fromNs: own.startNs, toNs: endNs(own) });
          expect((self[index] ?? 0) + covered).toBe(Math.max(0, own.durationNs));
        }
      }),
    );
  });
});

describe('the critical path', () => {
  it('goes back into the child that finished last before the cursor', () => {
    const spans = [span('r', '', 0, 100), span('a', 'r', 10, 40), span('b', 'r', 20, 60), span('c', 'b', 30, 20)];
    expect(criticalPath(spans, buildTree(spans), 0)).toEqual([
      { span: 0, fromNs: 0, toNs: 20 },
      { span: 2, fromNs: 20, toNs: 30 },
      { span: 3, fromNs: 30, toNs: 50 },
      { span: 2, fromNs: 50, toNs: 80 },
      { span: 0, fromNs: 80, toNs: 100 },
    ]);
  });

  it('does not wait for a sibling that still ran when the next one began', () => {
    const spans = [span('r', '', 0, 100), span('log', 'r', 10, 70), span('b', 'r', 60, 40)];
    const held = criticalTimesNs(criticalPath(spans, buildTree(spans), 0), spans.length);
    expect([...held]).toEqual([60, 0, 40]);
  });

  it('is contiguous and sums to the duration of the root, for any trace', () => {
    fc.assert(
      fc.property(anyTrace, (spans) => {
        const tree = buildTree(spans);
        const root = mainRoot(spans, tree);
        const own = spans[root];
        const path = criticalPath(spans, tree, root);
        if (own === undefined) return;
        let cursor = own.startNs;
        for (const step of path) {
          expect(step.fromNs).toBe(cursor);
          expect(step.toNs).toBeGreaterThan(step.fromNs);
          cursor = step.toNs;
        }
        expect(cursor).toBe(endNs(own));
      }),
    );
  });
});

describe('stage times', () => {
  it('are unions clipped to the root, and the rest is other', () => {
    const spans = [span('r', '', 0, 100), span('f', 'r', 10, 30), span('g', 'r', 20, 40), span('m', 'r', 70, 60)];
    const stages = ['', 'feature_fetch', 'feature_fetch', 'infer'];
    const { stages: times, otherNs } = stageTimesNs(spans, 0, (index) => stages[index] || null);
    expect(Object.fromEntries(times)).toEqual({ feature_fetch: 50, infer: 30 });
    expect(otherNs).toBe(20);
  });
});
