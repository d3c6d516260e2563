import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellQuestion, settledRange } from '@/components/investigations/cell-question';
import { resolveRange } from '@/components/shell/use-view';
import type { CellContent, CellRange } from '@/lib/contracts/investigation';

const NOW_MS = Date.UTC(2026, 10, 20, 12, 3, 17, 345);
const MINUTE_MS = 60_000;

const range = fc.oneof(
  fc.record({ lastMs: fc.integer({ min: 1_000, max: 400 * 86_400_000 }) }),
  fc
    .tuple(fc.integer({ min: 1, max: NOW_MS }), fc.integer({ min: 1, max: 30 * 86_400_000 }))
    .map(([endMs, lengthMs]): CellRange => ({ startMs: Math.max(0, endMs - lengthMs), endMs })),
);

describe('the question of a cell', () => {
  it('has the very range that a page with this range in its address asks for', () => {
    fc.assert(
      fc.property(range, (asked) => {
        const settled = settledRange(asked, NOW_MS);
        const page = resolveRange({ from: String(settled.startMs), to: String(settled.endMs) }, NOW_MS);
        expect({ startMs: page.startMs, endMs: page.endMs }).toEqual(settled);
        expect(settled.startMs).toBeLessThan(settled.endMs);
      }),
      { numRuns: 500 },
    );
  });

  it('of a drift cell ends on a whole minute, as the drift page asks', () => {
    fc.assert(
      fc.property(range, (asked) => {
        const settled = settledRange(asked, NOW_MS, MINUTE_MS);
        const page = resolveRange({ from: String(settled.startMs), to: String(settled.endMs) }, NOW_MS);
        const endMs = Math.floor(page.endMs / MINUTE_MS) * MINUTE_MS;
        expect({ startMs: Math.min(page.startMs, endMs - MINUTE_MS), endMs }).toEqual(settled);
      }),
      { numRuns: 500 },
    );
  });

  it('moves a relative range with the clock and leaves a fixed one where it is', () => {
    const relative: CellContent = { kind: 'metric', query: 'up', source: null, range: { lastMs: 3_600_000 } };
    const fixed: CellContent = { ...relative, range: { startMs: NOW_MS - 7_200_000, endMs: NOW_MS - 3_600_000 } };
    const later = NOW_MS + 600_000;
    expect(
      Number(cellQuestion(relative, later)?.params.endMs) - Number(cellQuestion(relative, NOW_MS)?.params.endMs),
    ).toBe(600_000);
    expect(cellQuestion(fixed, later)).toEqual(cellQuestion(fixed, NOW_MS));
  });

  it('is none of a note, of evidence, and of what is not written yet', () => {
    const range = { lastMs: 3_600_000 };
    const silent: CellContent[] = [
      { kind: 'note', text: 'words' },
      { kind: 'evidence' },
      { kind: 'metric', query: '  ', source: null, range },
      { kind: 'comparison', params: {}, range: null },
      { kind: 'drift', params: { version: '2' }, range },
    ];
    expect(silent.map((content) => cellQuestion(content, NOW_MS))).toEqual(silent.map(() => null));
  });

  it('carries a hostile query as one parameter, in the question and in the address alike', () => {
    const query = '{a="b&from=0#?\n"} |= `"&to=1`';
    const asked = cellQuestion({ kind: 'logs', query, source: null, range: { lastMs: 3_600_000 } }, NOW_MS);
    const search = new URLSearchParams(asked?.look.search);
    expect(asked?.params.query).toBe(query);
    expect(search.get('q')).toBe(query);
    expect([...search.keys()].sort()).toEqual(['from', 'q', 'to']);
  });

  it('leaves a comparison the time since the first traffic where nobody says otherwise', () => {
    const asked = cellQuestion({ kind: 'comparison', params: { model: 'm', at: '123' }, range: null }, NOW_MS);
    expect(asked?.params).toEqual({ model: 'm', endMs: Math.floor(NOW_MS / MINUTE_MS) * MINUTE_MS, splitMs: 123 });
    const ranged = cellQuestion({ kind: 'comparison', params: { model: 'm' }, range: { lastMs: 3_600_000 } }, NOW_MS);
    expect(ranged?.params).toHaveProperty('startMs');
    expect(new URLSearchParams(ranged?.look.search).get('window')).toBe('range');
  });
});
