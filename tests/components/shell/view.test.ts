import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromInput, frozenEnds, movedRange, rangeText, toInput } from '@/components/shell/range-text';
import { resolveRange } from '@/components/shell/use-view';
import { applyPatch, modelPath, parseView, viewHref } from '@/components/shell/view-address';
import { readView } from '@/lib/contracts/view';

const NOW = Date.UTC(2026, 10, 21, 14, 2, 7);
const HOUR = 3_600_000;
const view = (text: string, pathname = '/settings/sources') => parseView(pathname, new URLSearchParams(text));

describe('the view in the address', () => {
  it('falls back to its defaults where it cannot be read', () => {
    expect(view('from=yesterday&to=&refresh=2s&against=year')).toEqual(readView({}));
  });

  it('takes the model from the path of its own page, whatever its name', () => {
    const name = 'a/b ?&%';
    expect(parseView(modelPath(name), new URLSearchParams('model=other')).model).toBe(name);
    expect(parseView('/models/%E0%A4%A', new URLSearchParams()).model).toBeUndefined();
  });

  it('keeps range and model on a link, and leaves defaults out', () => {
    const seen = view('from=now-6h&model=m&versions=1,2');
    expect(viewHref(seen, '/settings/sources')).toBe('/settings/sources?from=now-6h&model=m&versions=1%2C2');
    expect(viewHref(seen, '/')).toBe('/?from=now-6h');
    expect(viewHref(view(''), '/')).toBe('/');
    expect(viewHref(seen, '/settings/sources?sort=-p95', { from: 'now-1h' })).toContain('sort=-p95');
  });

  it('carries versions to the page of their model and to no other', () => {
    const seen = view('model=m&versions=1');
    expect(viewHref(seen, '/models/m')).toBe('/models/m?versions=1');
    expect(viewHref(seen, '/models/n')).toBe('/models/n');
    expect(applyPatch(seen, { model: 'n' }).versions).toEqual([]);
    expect(applyPatch(seen, { model: null })).toMatchObject({ model: undefined, versions: [] });
  });

  it('gives back what was put into a link', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 40 }),
        fc.constantFrom('now-15m', 'now-7d', '1763700000000'),
        (model, from) => {
          const link = viewHref({ ...readView({}), model: model.toWellFormed(), from }, '/compare');
          const back = parseView('/compare', new URLSearchParams(link.split('?')[1]));
          expect(back).toMatchObject({ model: model.toWellFormed(), from });
        },
      ),
    );
  });
});

describe('the range of a view', () => {
  it('is resolved at the tick and snapped to its step', () => {
    expect(resolveRange({ from: 'now-1h', to: 'now' }, NOW)).toEqual({
      startMs: Date.UTC(2026, 10, 21, 13, 2, 0),
      endMs: Date.UTC(2026, 10, 21, 14, 2, 0),
      stepMs: 15_000,
    });
  });

  it('stays the same question for every tick within a step', () => {
    expect(resolveRange({ from: 'now-1h', to: 'now' }, NOW + 7_000)).toEqual(
      resolveRange({ from: 'now-1h', to: 'now' }, NOW),
    );
  });

  it('reaches to now within five minutes, however coarse its step', () => {
    for (const from of ['now-24h', 'now-7d', 'now-30d', 'now-520w']) {
      const { endMs, stepMs } = resolveRange({ from, to: 'now' }, NOW);
      expect(NOW - endMs, from).toBeLessThan(300_000);
      expect(stepMs, from).toBeGreaterThan(300_000);
    }
  });

  it('is in order and not empty, whatever the address says', () => {
    const end = fc.oneof(fc.constantFrom('now', 'now-5m', 'now-30d', '0'), fc.nat(2 ** 41).map(String));
    fc.assert(
      fc.property(end, end, (from, to) => {
        const { startMs, endMs, stepMs } = resolveRange({ from, to }, NOW);
        expect(startMs).toBeLessThan(endMs);
        expect(endMs % Math.min(stepMs, 300_000)).toBe(0);
      }),
    );
  });

  it('has a name: that of its preset, or its length', () => {
    const range = resolveRange({ from: 'now-1h', to: 'now' }, NOW);
    expect(rangeText({ from: 'now-1h', to: 'now' }, range, 'UTC')).toMatchObject({
      name: 'Last 1 hour',
      exact: '13:02–14:02 UTC',
    });
    expect(rangeText({ from: '1', to: '2' }, range, 'UTC').exact).toBe('2026-11-21 13:02–14:02 UTC');
    expect(rangeText({ from: 'now-45m', to: 'now' }, { startMs: 0, endMs: 2_700_000 }, 'UTC').name).toMatch(
      /^Last 45\smin$/,
    );
  });

  it('moves by half its length, and never beyond now', () => {
    const range = { startMs: NOW - 3 * HOUR, endMs: NOW - HOUR };
    expect(movedRange(range, -1, NOW)).toEqual({ from: String(NOW - 4 * HOUR), to: String(NOW - 2 * HOUR) });
    expect(movedRange(range, 1, NOW)).toEqual({ from: String(NOW - 2 * HOUR), to: String(NOW) });
    expect(movedRange({ startMs: NOW - HOUR, endMs: NOW }, 1, NOW).to).toBe(String(NOW));
  });

  it('freezes to the instants it stands for', () => {
    expect(frozenEnds({ from: 'now-1h', to: 'now' }, NOW)).toEqual({ from: String(NOW - HOUR), to: String(NOW) });
    expect(frozenEnds({ from: '5', to: '9' }, NOW)).toEqual({ from: '5', to: '9' });
  });

  it('is typed and read in the zone of the page', () => {
    expect(toInput(NOW, 'UTC')).toBe('2026-11-21T14:02');
    expect(fromInput('2026-11-21T14:02', true)).toBe(Date.UTC(2026, 10, 21, 14, 2));
    expect(fromInput('soon', true)).toBeNull();
  });
});
