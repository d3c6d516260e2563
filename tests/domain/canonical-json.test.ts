import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '@/lib/domain/canonical-json';

/** The same value with the members of every object in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  const turned: Record<string, unknown> = Object.create(null);
  for (const [key, each] of Object.entries(value).reverse()) {
    Object.defineProperty(turned, key, { value: shuffled(each), enumerable: true });
  }
  return turned;
}

describe('canonical JSON', () => {
  it('writes the example of RFC 8785', () => {
    const example = {
      numbers: JSON.parse('[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001]'),
      string: '€$\u000f\nA\'B"\\\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(example)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('does not know the order of keys, not even of numbers and prototypes', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value: unknown = JSON.parse(text);
        expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
      }),
    );
    expect(canonicalJson({ b: 1, 10: 2, 9: 3, a: 4 })).toBe('{"10":2,"9":3,"a":4,"b":1}');
    expect(canonicalJson(JSON.parse('{"b":1,"__proto__":{"a":2}}'))).toBe('{"__proto__":{"a":2},"b":1}');
  });

  it('is JSON of the same value, and canonical already', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value: unknown = JSON.parse(text);
        const canonical = canonicalJson(value);
        expect(JSON.parse(canonical)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(canonical))).toBe(canonical);
      }),
    );
  });

  it('tells different values apart', () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (a, b) => {
        const same = JSON.stringify(shuffled(JSON.parse(a))) === JSON.stringify(shuffled(JSON.parse(b)));
        if (canonicalJson(JSON.parse(a)) === canonicalJson(JSON.parse(b))) return;
        expect(same).toBe(false);
      }),
    );
    expect(canonicalJson([[], {}])).not.toBe(canonicalJson([{}, []]));
    expect(canonicalJson('1')).not.toBe(canonicalJson(1));
  });

  it('leaves out what is undefined, and has null for what is no number', () => {
    expect(canonicalJson({ a: undefined, b: Number.NaN, c: [undefined, Number.POSITIVE_INFINITY] })).toBe(
      '{"b":null,"c":[null,null]}',
    );
  });
});
