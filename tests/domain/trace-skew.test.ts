import { describe, expect, it } from 'vitest';
import { clockSkew } from '@/lib/domain/trace-skew';
import { buildTree, type TreeSpan } from '@/lib/domain/trace-tree';

const span = (spanId: string, parentSpanId: string, startNs: number, durationNs: number): TreeSpan => ({
  spanId,
  parentSpanId,
  startNs,
  durationNs,
});

const skewOf = (spans: TreeSpan[], hosts: string[]) =>
  clockSkew(spans, buildTree(spans), (index) => hosts[index] ?? '');

describe('clock skew', () => {
  it('lays a child of another host into the middle of its parent when it starts before it', () => {
    const skew = skewOf([span('a', '', 100, 100), span('b', 'a', 40, 60)], ['gateway', 'fraud-api']);
    expect(skew.skewed).toEqual([{ span: 1, offsetNs: 80 }]);
  });

  it('moves what lies below on the same host along', () => {
    const skew = skewOf(
      [span('a', '', 100, 100), span('b', 'a', 40, 60), span('c', 'b', 50, 10)],
      ['gateway', 'fraud-api', 'fraud-api'],
    );
    expect([...skew.offsetsNs]).toEqual([0, 80, 80]);
  });

  it('leaves a child of the same host that outlives its parent: that is asynchronous work', () => {
    expect(skewOf([span('a', '', 0, 100), span('b', 'a', 50, 100)], ['x', 'x']).skewed).toEqual([]);
  });

  it('leaves a child longer than its parent: no shift would lay it within', () => {
    expect(skewOf([span('a', '', 0, 100), span('b', 'a', -20, 300)], ['x', 'y']).skewed).toEqual([]);
  });

  it('finds nothing where every clock agrees', () => {
    const skew = skewOf([span('a', '', 0, 100), span('b', 'a', 10, 80), span('c', 'b', 20, 20)], ['x', 'y', 'z']);
    expect(skew.skewed).toEqual([]);
    expect([...skew.offsetsNs]).toEqual([0, 0, 0]);
  });
});
