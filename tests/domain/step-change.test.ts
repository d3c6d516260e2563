import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { riseAnswer, riseOf, riseSentence } from '@/lib/domain/rise-answer';
import { findStepUp } from '@/lib/domain/step-change';

const times = (n: number, value: (i: number) => number) => Array.from({ length: n }, (_, i) => value(i));
/** Noise of the same values each time, about zero, at most one in size. */
const noise = (i: number) => Math.sin(12.9898 * (i + 1) * (i + 1));
const text = (sentence: { parts: readonly { text: string }[] }) =>
  sentence.parts
    .map(({ text }) => text)
    .join('')
    .replaceAll('\u202f', ' ');

describe('a step up', () => {
  it('is found where it begins, with the levels on both sides, over gaps', () => {
    const values = times(48, (i) => (i < 28 ? 196 : 284) + 6 * noise(i));
    const found = findStepUp(values.map((value, i) => (i === 5 ? null : value)));
    expect(found?.index).toBe(28);
    expect(found?.before).toBeCloseTo(196, -1);
    expect(found?.after).toBeCloseTo(284, -1);
  });

  it.each([
    ['noise', times(48, (i) => 200 + 60 * noise(i))],
    ['a straight climb', times(48, (i) => 100 + 5 * i)],
    ['a fall', times(48, (i) => (i < 20 ? 300 : 200))],
    ['a hump that is over', times(48, (i) => (i > 10 && i < 30 ? 300 : 200))],
    ['a rise under a fifth', times(48, (i) => (i < 20 ? 200 : 230))],
    ['two points that are high', times(48, (i) => (i < 46 ? 200 : 400))],
    ['a level line', times(48, () => 200)],
    ['too few points', [1, 1, 9, 9]],
    ['nothing measured', times(48, () => Number.NaN).map(() => null)],
  ])('is not %s', (_, values) => {
    expect(findStepUp(values)).toBeNull();
  });

  it('does not depend on the unit, nor on gaps that are added', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 6, maxLength: 60 }),
        fc.constantFrom(0.5, 4, 1024),
        (values, factor) => {
          const plain = findStepUp(values);
          const scaled = findStepUp(values.map((value) => value * factor));
          expect(scaled?.index).toBe(plain?.index);
          expect(findStepUp(values.flatMap((value) => [value, null]))?.index).toBe(
            plain === null ? undefined : plain.index * 2,
          );
        },
      ),
    );
  });
});

describe('since when models are slower', () => {
  const startMs = Date.UTC(2026, 10, 21, 11);
  const grid = { startMs, stepMs: 60_000 };
  const stepped = (model: string, at: number, before = 200, after = 300) => {
    const rise = riseOf(
      model,
      times(60, (i) => (i < at ? before : after)),
      grid,
    );
    if (rise === null) throw new Error('no rise');
    return rise;
  };

  it('is the step before the first higher point, in UTC', () => {
    expect(text(riseSentence(stepped('fraud', 36)))).toBe(
      'Slower since 11:35 UTC: P95 200 ms before, 300 ms from then on.',
    );
    expect(
      riseOf(
        'fraud',
        times(60, () => 200),
        grid,
      ),
    ).toBeNull();
  });

  it('tells models that rose together in one sentence, and another apart', () => {
    const { shared, single } = riseAnswer([stepped('c', 10), stepped('b', 37, 100, 150), stepped('a', 36)], 60_000);
    expect(shared.map(text)).toEqual([
      '2 models are slower since about 11:35 UTC: P95 a 200 ms → 300 ms, b 100 ms → 150 ms. Look first at what they share.',
    ]);
    expect(single.map(text)).toEqual(['c is slower since about 11:09 UTC: P95 200 ms before, 300 ms from then on.']);
  });

  it('says nothing of models that did not rise', () => {
    expect(riseAnswer([], 60_000)).toEqual({ shared: [], single: [] });
  });
});
