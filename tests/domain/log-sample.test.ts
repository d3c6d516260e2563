import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PARTS, type Stretch, samplePlan, sampleWords, windowPlans } from '@/lib/domain/log-sample';

const MINUTE_MS = 60_000;
const FROM_MS = Date.UTC(2026, 10, 20, 11);
const stretches = (requests: readonly (number | null)[], lengthMs = 10 * MINUTE_MS): Stretch[] =>
  requests.map((count, i) => ({
    startMs: FROM_MS + i * lengthMs,
    endMs: FROM_MS + (i + 1) * lengthMs,
    requests: count,
  }));
const lengthOf = (pieces: readonly { startMs: number; endMs: number }[]) =>
  pieces.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);

describe('a plan of which log lines to read', () => {
  it('reads everything where the budget allows it', () => {
    const { share, pieces } = samplePlan(stretches([100, 200, 0]), { budget: 1_000, most: 4_999 });
    expect(share).toBe(1);
    expect(lengthOf(pieces)).toBe(30 * MINUTE_MS);
  });

  it('else takes the same share of every part of every stretch, without reading any instant twice', () => {
    const plan = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 24 });
    fc.assert(
      fc.property(plan, fc.integer({ min: 60, max: 6_000 }), (requests, budget) => {
        const all = stretches(requests);
        const { share, pieces } = samplePlan(all, { budget, most: 4_999 });
        fc.pre(share !== null && share < 1);
        for (const [i, stretch] of all.entries()) {
          const own = pieces.filter((piece) => piece.stretch === i).sort((a, b) => a.startMs - b.startMs);
          const partMs = (stretch.endMs - stretch.startMs) / PARTS;
          for (let part = 0; part < PARTS; part += 1) {
            const [from, to] = [stretch.startMs + part * partMs, stretch.startMs + (part + 1) * partMs];
            const inside = own.filter(({ startMs, endMs }) => startMs >= from - 1 && endMs <= to + 1);
            // Whole milliseconds: each piece may be a half too long, and at least one.
            expect(Math.abs(lengthOf(inside) - (share ?? 0) * partMs)).toBeLessThanOrEqual(1 * PARTS);
          }
          for (const [at, piece] of own.entries()) {
            expect(piece.startMs).toBeGreaterThanOrEqual(own[at - 1]?.endMs ?? stretch.startMs);
            expect(piece.endMs).toBeLessThanOrEqual(stretch.endMs);
            expect(piece.limit).toBeLessThanOrEqual(4_999);
          }
        }
      }),
      { numRuns: 100, seed: 5 },
    );
  });

  it('prefers no instant of a part: over many stretches each tenth is read as often', () => {
    const tenths = new Array<number>(10).fill(0);
    const partMs = 10 * MINUTE_MS;
    for (let day = 0; day < 2_000; day += 1) {
      const startMs = FROM_MS + day * 86_400_000;
      const one = { startMs, endMs: startMs + partMs * PARTS, requests: 10_000 };
      for (const { startMs: from, endMs } of samplePlan([one], { budget: 1_000, most: 4_999 }).pieces) {
        const start = (from - startMs) % partMs;
        for (let tenth = 0; tenth < 10; tenth += 1) {
          const [low, high] = [(tenth * partMs) / 10, ((tenth + 1) * partMs) / 10];
          const read = Math.min(start + endMs - from, high) - Math.max(start, low);
          tenths[tenth] = (tenths[tenth] ?? 0) + Math.max(0, read);
        }
      }
    }
    const mean = tenths.reduce((sum, one) => sum + one, 0) / 10;
    for (const one of tenths) expect(Math.abs(one / mean - 1)).toBeLessThan(0.06);
  });

  it('is the same for the same question', () => {
    const ask = () => samplePlan(stretches([50_000, 20_000]), { budget: 600, most: 4_999 });
    expect(ask()).toEqual(ask());
  });

  it('takes the newest of many pieces where nothing counts the lines, and is never a thousand queries', () => {
    const { share, pieces } = samplePlan(stretches([null, 5, 7]), { budget: 600, most: 4_999 });
    expect(share).toBeNull();
    expect(pieces).toHaveLength(3 * PARTS);
    expect(pieces[0]?.limit).toBe(50);
    const many = samplePlan(stretches(new Array<number>(96).fill(1e6)), { budget: 6_000, most: 4_999 });
    expect(many.pieces.length).toBeLessThanOrEqual(2 * 192);
  });

  it('gives each of several windows its own part of the budget, an hour of the night as one of the day', () => {
    const all = stretches([100_000, 1_000, 0]).map((one, window) => ({ ...one, window }));
    const { share, pieces } = windowPlans(all, { budget: 3_000, windows: 3, most: 4_999 });
    const part = (window: number) => lengthOf(pieces.filter(({ stretch }) => stretch === window)) / (10 * MINUTE_MS);
    expect(part(0)).toBeCloseTo(0.01, 4);
    expect([part(1), part(2)]).toEqual([1, 1]);
    expect(share).toBeCloseTo(2.01 / 3, 4);
    expect(windowPlans(all, { budget: 3_000, windows: 1, most: 4_999 }).share).toBeCloseTo(3_000 / 101_000, 9);
  });

  it('says in words how the lines were chosen', () => {
    expect(sampleWords({ share: 0.006, pieces: 96, cut: 0 })).toMatch(
      /^every line of 96 pieces of time drawn evenly over the range, 0\.6\s% of it$/,
    );
    expect(sampleWords({ share: 1, pieces: 24, cut: 2 })).toMatch(/^all there are; 2 held more .* the newest$/);
    expect(sampleWords({ share: null, pieces: 96, cut: 96 })).toMatch(/newest of 96 pieces .* could not be counted/);
  });
});
