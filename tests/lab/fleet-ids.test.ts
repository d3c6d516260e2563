import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ids } from '@/lab/fleet/ids';

const place = fc.record({
  cell: fc.integer({ min: 0, max: 15 }),
  window: fc.integer({ min: 0, max: 2 ** 28 - 1 }),
  index: fc.integer({ min: 0, max: 65_535 }),
});
const seed = fc.integer({ min: 0, max: 2 ** 31 });

describe('ids of the fleet', () => {
  it('a request id leads back to the place it was made of', () => {
    fc.assert(
      fc.property(seed, place, (key, where) => {
        const ids = new Ids(key);
        const id = ids.requestId(where);
        expect(id).toMatch(/^req-[0-9a-f]{12}$/);
        expect(ids.placeOfRequest(id)).toEqual(where);
      }),
    );
  });

  it('a trace id leads back to the place it was made of', () => {
    fc.assert(
      fc.property(seed, place, (key, where) => {
        const ids = new Ids(key);
        const id = ids.traceId(where);
        expect(id).toMatch(/^[0-9a-f]{32}$/);
        expect(ids.placeOfTrace(id)).toEqual(where);
      }),
    );
  });

  it('a trace id of another fleet is known to be foreign', () => {
    fc.assert(
      fc.property(place, (where) => {
        expect(new Ids(1).placeOfTrace(new Ids(2).traceId(where))).toBeNull();
      }),
    );
  });

  it('neighbours have ids that share nothing', () => {
    const ids = new Ids(1);
    const heads = new Set<string>();
    for (let index = 0; index < 2000; index++) {
      heads.add(ids.traceId({ cell: 1, window: 59_800_000, index }).slice(0, 8));
      heads.add(ids.requestId({ cell: 1, window: 59_800_000, index }).slice(4, 12));
    }
    expect(heads.size).toBeGreaterThan(3990);
  });

  it('spans of a trace have ids of their own, of 16 digits', () => {
    const ids = new Ids(1);
    const traceId = ids.traceId({ cell: 0, window: 1, index: 2 });
    const spans = Array.from({ length: 10_000 }, (_, ordinal) => ids.spanId(traceId, ordinal));
    expect(new Set(spans).size).toBe(10_000);
    expect(spans.every((id) => /^[0-9a-f]{16}$/.test(id))).toBe(true);
  });

  it('text that is no id has no place', () => {
    const ids = new Ids(1);
    for (const text of ['', 'req-', 'req-xyz', 'req-0123456789ABC', '0'.repeat(31)]) {
      expect(ids.placeOfRequest(text)).toBeNull();
      expect(ids.placeOfTrace(text)).toBeNull();
    }
  });
});
