import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endLabelShifts } from '@/lib/charts/end-labels';

describe('names at the ends of lines', () => {
  it('stay at their lines when these end apart', () => {
    expect(endLabelShifts([100, 50, 0], 100)).toEqual([0, 0, 0]);
  });

  it('move down, the lower line lower, when they would cover each other', () => {
    const [upper = 0, lower = 0] = endLabelShifts([51, 50], 100);
    expect(upper).toBe(0);
    expect(lower).toBeGreaterThan(10);
  });

  it('never cover each other, in the order of their lines', () => {
    fc.assert(
      // Plots of the small multiples are 80 pixels high and more.
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 2, maxLength: 8 }),
        fc.integer({ min: 80, max: 400 }),
        (ends, plotPx) => {
          const shifts = endLabelShifts(ends, 1_000);
          const places = ends
            .map((value, i) => ({ value, y: (shifts[i] ?? 0) - (value / 1_000) * plotPx }))
            .sort((a, b) => a.y - b.y);
          for (let i = 1; i < places.length; i += 1) {
            expect((places[i]?.y ?? 0) - (places[i - 1]?.y ?? 0)).toBeGreaterThanOrEqual(12.9);
            expect(places[i]?.value ?? 0).toBeLessThanOrEqual(places[i - 1]?.value ?? 0);
          }
        },
      ),
    );
  });
});
