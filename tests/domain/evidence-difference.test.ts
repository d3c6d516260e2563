import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceOf, foundAnything } from '@/lib/domain/evidence-difference';

const set = (series: Record<string, (number | null)[]>, order = Object.keys(series)) => ({
  startMs: 0,
  stepMs: 60_000,
  series: order.map((version) => ({ labels: { version }, values: series[version] })),
});

describe('the difference of two answers', () => {
  it('of an answer and itself is none', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const { changed, lost, gained, furthest } = differenceOf(JSON.parse(text), JSON.parse(text));
        expect({ changed, lost, gained, furthest }).toEqual({ changed: 0, lost: 0, gained: 0, furthest: null });
      }),
    );
  });

  it('turned round, has lost what it had gained', () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (a, b) => {
        const there = differenceOf(JSON.parse(a), JSON.parse(b));
        const back = differenceOf(JSON.parse(b), JSON.parse(a));
        expect([back.lost, back.gained, back.changed]).toEqual([there.gained, there.lost, there.changed]);
      }),
    );
  });

  it('compares series by their labels, whatever order they come in', () => {
    const before = set({ '2.3.0': [1, 2], '2.4.0': [3, 4] });
    const after = set({ '2.3.0': [1, 2], '2.4.0': [3, 5] }, ['2.4.0', '2.3.0']);
    expect(differenceOf(before, after)).toMatchObject({
      changed: 1,
      lost: 0,
      gained: 0,
      furthest: { place: 'series[version=2.4.0].values[1]', before: 4, after: 5 },
    });
  });

  it('names the number that moved furthest in relation to what it was', () => {
    const { furthest } = differenceOf(set({ a: [1_000, 1] }), set({ a: [1_100, 2] }));
    expect(furthest).toMatchObject({ before: 1, after: 2 });
  });

  it('counts what is no longer measured as lost, and what is newly measured as gained', () => {
    expect(differenceOf(set({ a: [1, null, 3] }), set({ a: [1, 2, null] }))).toMatchObject({
      changed: 0,
      lost: 1,
      gained: 1,
    });
  });

  it('does not mind how an answer came to be, nor the last digits of a sum', () => {
    const why = (elapsedMs: number) => [{ purpose: 'rate', elapsedMs }];
    expect(
      differenceOf({ ...set({ a: [0.3] }), why: why(3) }, { ...set({ a: [0.1 + 0.2] }), why: why(90) }),
    ).toMatchObject({ changed: 0 });
  });
});

describe('whether an answer found anything', () => {
  it.each([
    ['a measured series', set({ a: [null, 1] }), true],
    ['series of gaps', set({ a: [null, null] }), false],
    ['no series', set({}), false],
    ['rows', { rows: [{ id: 'x' }] }, true],
    ['no rows, and a grid', { rows: [], startMs: 1, endMs: 2, limit: 5 }, false],
    ['words about emptiness', { rows: [], empty: { what: 'Nothing was found.' } }, false],
  ])('%s', (_what, answer, expected) => {
    expect(foundAnything(answer)).toBe(expected);
  });
});
