import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyseTrace } from '@/lib/domain/trace-analysis';
import type { TraceColumns } from '@/lib/domain/trace-columns';
import { flamePlaces } from '@/lib/domain/trace-flame';
import { type RowSettings, traceRows } from '@/lib/domain/trace-rows';
import { serviceCounts, spanStatistics } from '@/lib/domain/trace-statistics';
import { criticalStretches, MAX_STRETCHES, runningPerBin, selfStretches } from '@/lib/domain/trace-stretches';

interface Draft {
  id: string;
  up: string;
  name: number;
  service: number;
  start: number;
  duration: number;
  failed: boolean;
}

const NAMES = ['POST /predict', 'redis GET', 'model.infer', ''];
const SERVICES = ['gateway', 'reco', ''];

const columnsOf = (drafts: readonly Draft[]): TraceColumns => ({
  count: drafts.length,
  startNs: Float64Array.from(drafts, ({ start }) => start),
  durationNs: Float64Array.from(drafts, ({ duration }) => duration),
  spanIds: drafts.map(({ id }) => id),
  parentIds: drafts.map(({ up }) => up),
  name: Uint32Array.from(drafts, ({ name }) => name),
  names: NAMES,
  service: Uint32Array.from(drafts, ({ service }) => service),
  services: SERVICES,
  error: Uint8Array.from(drafts, ({ failed }) => Number(failed)),
  untimed: new Uint8Array(drafts.length),
});

/** Whatever a broken tracer could send. */
const anyTrace = fc
  .array(
    fc.record({
      id: fc.integer({ min: 0, max: 30 }).map(String),
      up: fc.oneof(fc.constant(''), fc.integer({ min: 0, max: 35 }).map(String)),
      name: fc.nat(NAMES.length - 1),
      service: fc.nat(SERVICES.length - 1),
      start: fc.nat(1_000),
      duration: fc.integer({ min: -10, max: 1_000 }),
      failed: fc.boolean(),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map(columnsOf);

const settings = fc.record({
  group: fc.constantFrom('none', 'siblings', 'service'),
  only: fc.constantFrom('all', 'errors', 'critical'),
  level: fc.constantFrom(0, 1, 2, Number.POSITIVE_INFINITY),
  toggled: fc
    .array(fc.tuple(fc.boolean(), fc.nat(40)), { maxLength: 8 })
    .map((list) => new Set(list.map(([isGroup, index]) => `${isGroup ? 'g' : ''}${index}`))),
  focus: fc.integer({ min: -1, max: 39 }),
});

const analyse = (columns: TraceColumns) => analyseTrace(columns, () => 'one').raw;
const PLAIN: RowSettings = {
  group: 'none',
  only: 'all',
  level: Number.POSITIVE_INFINITY,
  toggled: new Set(),
  focus: -1,
};
const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

/** A root with `n` children alike and one other. */
const fanOut = (n: number) =>
  columnsOf([
    { id: 'r', up: '', name: 0, service: 0, start: 0, duration: 1_000, failed: false },
    ...Array.from({ length: n }, (_, i) => ({
      id: `c${i}`,
      up: 'r',
      name: 1,
      service: 1,
      start: i,
      duration: i + 1,
      failed: i === 3,
    })),
    { id: 'm', up: 'c0', name: 2, service: 1, start: 0, duration: 1, failed: false },
  ]);

describe('the rows of a trace', () => {
  it('hold every span exactly once: as a row, in a group, or counted as folded', () => {
    fc.assert(
      fc.property(anyTrace, settings, (columns, chosen) => {
        const rows = traceRows(columns, analyse(columns), {
          ...chosen,
          only: 'all',
          focus: Math.min(chosen.focus, columns.count - 1),
        });
        const shown = [...rows.span].filter((_, at) => !rows.members.has(at));
        expect(new Set(shown).size).toBe(shown.length);
        expect(rows.spansShown).toBe(shown.length);
        expect(shown.length + sum(rows.hidden)).toBe(columns.count);
      }),
      { numRuns: 300 },
    );
  });

  it('never leave out a failed span, or what leads to it, when only failed ones are asked for', () => {
    fc.assert(
      fc.property(anyTrace, (columns) => {
        const analysis = analyse(columns);
        const rows = traceRows(columns, analysis, { ...PLAIN, only: 'errors' });
        const shown = new Set(rows.span);
        for (let i = 0; i < columns.count; i += 1) {
          if (columns.error[i] !== 1) continue;
          for (let at = i; at >= 0; at = analysis.tree.parent[at] ?? -1) expect(shown.has(at)).toBe(true);
        }
      }),
    );
  });

  it('always have a row for the span in focus, whatever is folded', () => {
    fc.assert(
      fc.property(anyTrace, settings, (columns, chosen) => {
        fc.pre(chosen.focus >= 0 && chosen.focus < columns.count);
        const rows = traceRows(columns, analyse(columns), chosen);
        expect(rows.span[rows.focusRow]).toBe(chosen.focus);
        expect(rows.members.has(rows.focusRow)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('fold five and more siblings alike to one row, and open it by its key', () => {
    const columns = fanOut(8);
    const analysis = analyse(columns);
    const folded = traceRows(columns, analysis, { ...PLAIN, group: 'siblings' });
    expect([...folded.count]).toEqual([1, 8]);
    expect([...folded.hidden]).toEqual([0, 9]);
    const key = `g${folded.span[1]}`;
    const open = traceRows(columns, analysis, { ...PLAIN, group: 'siblings', toggled: new Set([key]) });
    expect(open.total).toBe(2 + 9);
    expect([...open.depth]).toEqual([0, 1, 2, 3, 2, 2, 2, 2, 2, 2, 2]);
    expect(traceRows(fanOut(4), analyse(fanOut(4)), { ...PLAIN, group: 'siblings' }).total).toBe(6);
  });

  it('show of a service only what others asked of it', () => {
    const rows = traceRows(fanOut(2), analyse(fanOut(2)), { ...PLAIN, group: 'service' });
    expect([...rows.depth]).toEqual([0, 1, 1]);
    expect(sum(rows.hidden)).toBe(1);
  });

  it('of 200,000 spans in one chain and in one fan are made in a walk without recursion', () => {
    const chain = columnsOf(
      Array.from({ length: 200_000 }, (_, i) => ({
        id: String(i),
        up: i === 0 ? '' : String(i - 1),
        name: i % 3,
        service: i % 2,
        start: i,
        duration: 400_000 - 2 * i,
        failed: false,
      })),
    );
    const analysis = analyse(chain);
    expect(traceRows(chain, analysis, PLAIN).total).toBe(200_000);
    expect(traceRows(chain, analysis, { ...PLAIN, group: 'service' }).spansShown).toBe(200_000);
    expect(flamePlaces(chain, analysis).places.length).toBeLessThanOrEqual(3_000);
    const fan = fanOut(200_000);
    expect(traceRows(fan, analyse(fan), { ...PLAIN, group: 'siblings' }).total).toBe(2);
  });
});

describe('stretches on a bar', () => {
  it('of own time sum to the self time while they are few', () => {
    fc.assert(
      fc.property(anyTrace, (columns) => {
        const analysis = analyse(columns);
        for (let i = 0; i < columns.count; i += 1) {
          const flat = selfStretches(analysis, columns.durationNs, i);
          if (flat.length >= MAX_STRETCHES * 2) continue;
          let total = 0;
          for (let at = 0; at < flat.length; at += 2) total += (flat[at + 1] ?? 0) - (flat[at] ?? 0);
          expect(total).toBeCloseTo(analysis.selfNs[i] ?? Number.NaN, 6);
        }
      }),
    );
  });

  it('of the critical path sum over all spans to the duration of the root', () => {
    fc.assert(
      fc.property(anyTrace, (columns) => {
        const analysis = analyse(columns);
        expect(sum(analysis.criticalNs)).toBeCloseTo(Math.max(0, columns.durationNs[analysis.root] ?? 0), 6);
        const held = criticalStretches(analysis, [analysis.root]);
        expect(held.every((ns, at) => at === 0 || ns >= (held[at - 1] ?? 0))).toBe(true);
      }),
    );
  });

  it('are the longest ones where there are more than fit', () => {
    const columns = fanOut(100);
    expect(selfStretches(analyse(columns), columns.durationNs, 0).length).toBeLessThanOrEqual(MAX_STRETCHES * 2);
  });

  it.each([5, 60, 95])(
    'of own time are never drawn much longer than it is, with children over %i %% of it',
    (share) => {
      const parts = 1_000;
      const root: Draft = { id: 'r', up: '', name: 0, service: 0, start: 0, duration: parts * 100, failed: false };
      const children = Array.from({ length: parts }, (_, at) => ({
        ...root,
        id: String(at),
        up: 'r',
        start: at * 100,
        duration: share,
      }));
      const columns = columnsOf([root, ...children]);
      const flat = selfStretches(analyse(columns), columns.durationNs, 0);
      const drawn = sum(flat.map((ns, at) => (at % 2 === 0 ? -ns : ns)));
      expect(drawn).toBeGreaterThan(0);
      expect(drawn).toBeLessThanOrEqual(2 * parts * (100 - share));
    },
  );

  it('count in every part of the time what runs there', () => {
    const spans = { startNs: Float64Array.of(0, 50, 99), durationNs: Float64Array.of(100, 10, -5), counts: () => true };
    expect(runningPerBin(spans, 100, 4)).toEqual([1, 1, 2, 2]);
    expect(runningPerBin({ ...spans, counts: (span) => span === 1 }, 100, 4)).toEqual([0, 0, 1, 0]);
    expect(runningPerBin(spans, 0, 2)).toEqual([3, 0]);
  });
});

describe('the flame graph', () => {
  it('is as wide as all self times together, and no box is wider than the one it stands on', () => {
    fc.assert(
      fc.property(anyTrace, (columns) => {
        const analysis = analyse(columns);
        const { places, totalNs } = flamePlaces(columns, analysis);
        expect(totalNs).toBeCloseTo(sum(analysis.selfNs), 6);
        for (const place of places) {
          const below = places[place.parent];
          const from = below?.fromNs ?? 0;
          const to = below === undefined ? totalNs : below.fromNs + below.ns;
          expect(place.fromNs).toBeGreaterThanOrEqual(from - 1e-6);
          expect(place.fromNs + place.ns).toBeLessThanOrEqual(to + 1e-6);
        }
      }),
    );
  });
});

describe('statistics by span name', () => {
  it('count every span once, and share out self time and critical path without rest', () => {
    fc.assert(
      fc.property(anyTrace, (columns) => {
        const analysis = analyse(columns);
        const rows = spanStatistics(columns, analysis);
        expect(sum(rows.map(({ count }) => count))).toBe(columns.count);
        expect(sum(rows.map(({ selfNs }) => selfNs))).toBeCloseTo(sum(analysis.selfNs), 6);
        expect(sum(rows.map(({ criticalNs }) => criticalNs))).toBeCloseTo(sum(analysis.criticalNs), 6);
        expect(sum(serviceCounts(columns).map(({ spans }) => spans))).toBe(columns.count);
      }),
    );
  });
});
