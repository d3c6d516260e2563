import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeTexts } from '@/lib/domain/text-merge';

const RUNS = { numRuns: 300 };
const base = fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 5 }), { maxLength: 8 });
/** Words put in, by line and place; each is unique, so that it can be looked for. */
const edits = fc.array(fc.record({ line: fc.nat(8), at: fc.nat(5), isLine: fc.boolean() }), { maxLength: 5 });

function edited(
  lines: readonly string[][],
  changes: readonly { line: number; at: number; isLine: boolean }[],
  by: string,
) {
  const now = lines.map((line) => [...line]);
  const added = changes.map(({ line, at, isLine }, index) => {
    const word = `${by}${index}`;
    const target = now[line % Math.max(1, now.length)];
    if (isLine || target === undefined) now.splice(line % (now.length + 1), 0, [word]);
    else target.splice(at % (target.length + 1), 0, word);
    return word;
  });
  return { text: now.map((line) => line.join(' ')).join('\n'), added };
}
const textOf = (lines: readonly string[][]): string => lines.map((line) => line.join(' ')).join('\n');

describe('two changes of one text', () => {
  it('lose no word that either added, whether they contradict or not', () => {
    fc.assert(
      fc.property(base, edits, edits, (lines, one, other) => {
        const mine = edited(lines, one, 'mine');
        const theirs = edited(lines, other, 'theirs');
        const merged = mergeTexts({ base: textOf(lines), mine: mine.text, theirs: theirs.text });
        const words = new Set(merged.text.split(/\s+/));
        expect([...mine.added, ...theirs.added].filter((word) => !words.has(word))).toEqual([]);
        expect(merged.text.includes('<<<<<<< yours')).toBe(!merged.isClean);
      }),
      RUNS,
    );
  });

  it('of which one is none give the other, and the same change twice is one', () => {
    fc.assert(
      fc.property(base, edits, (lines, changes) => {
        const start = textOf(lines);
        const { text } = edited(lines, changes, 'new');
        expect(mergeTexts({ base: start, mine: start, theirs: text })).toEqual({ text, isClean: true });
        expect(mergeTexts({ base: start, mine: text, theirs: start })).toEqual({ text, isClean: true });
        expect(mergeTexts({ base: start, mine: text, theirs: text })).toEqual({ text, isClean: true });
      }),
      RUNS,
    );
  });

  it.each([
    ['in different lines', 'one\ntwo\nthree', 'ONE\ntwo\nthree', 'one\ntwo\nTHREE', 'ONE\ntwo\nTHREE'],
    ['in different words of a line', 'it began at noon', 'it BEGAN at noon', 'it began at ONE', 'it BEGAN at ONE'],
  ])('%s stand together', (_, start, mine, theirs, text) => {
    expect(mergeTexts({ base: start, mine, theirs })).toEqual({ text, isClean: true });
  });

  it('in one word stand both between markers', () => {
    expect(mergeTexts({ base: 'at noon', mine: 'at ten', theirs: 'at one' })).toEqual({
      text: '<<<<<<< yours\nat ten\n=======\nat one\n>>>>>>> theirs',
      isClean: false,
    });
  });
});
