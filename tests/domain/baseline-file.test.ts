import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BASELINE_EXAMPLES } from '@/components/drift/baseline-examples';
import { type KeptFeature, keptSide, rowsOf, valuesSide } from '@/lib/domain/baseline-content';
import { parseBaseline } from '@/lib/domain/baseline-file';

const parse = (text: string) => parseBaseline(text, 100);
const one = (text: string, name: string): KeptFeature => {
  const found = parse(text).features.find((feature) => feature.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

describe('a baseline file', () => {
  it('is histograms as CSV, in any order of lines', () => {
    const text = 'feature,le,count\namount,+Inf,30\namount,10,5\namount,20,20\nage,50,1\nage,+Inf,4\n';
    expect(parse(text).format).toBe('csv-histogram');
    expect(one(text, 'amount').histogram).toEqual({ upperBounds: [10, 20], cumulative: [5, 20, 30] });
    expect(rowsOf(one(text, 'amount'))).toBe(30);
  });

  it('is categories as CSV, with commas and quotes in their names', () => {
    const text = 'feature,category,count\r\ncountry,"Congo, the ""other""",3\r\ncountry,DE,7\r\n';
    expect(one(text, 'country').categories).toEqual({
      counts: [
        ['DE', 7],
        ['Congo, the "other"', 3],
      ],
      other: 0,
    });
  });

  it('is raw values as CSV: numbers, texts, and missing ones', () => {
    const text = '\uFEFFamount,country\n1.5,DE\n,FR\nNaN,DE\n-2,\n';
    expect(parse(text).format).toBe('csv-values');
    expect(one(text, 'amount')).toMatchObject({
      values: { count: 2, kept: [-2, 1.5] },
      missing: { missing: 2, observed: 4 },
    });
    expect(one(text, 'country')).toMatchObject({
      categories: {
        counts: [
          ['DE', 2],
          ['FR', 1],
        ],
      },
      missing: { missing: 1, observed: 4 },
    });
  });

  it('is JSON in each of its forms', () => {
    const buckets = '{"features":{"a":{"buckets":[{"le":1,"count":2},{"le":"+Inf","count":5}],"missing":1}}}';
    expect(one(buckets, 'a')).toMatchObject({
      histogram: { upperBounds: [1], cumulative: [2, 5] },
      missing: { missing: 1, observed: 6 },
    });
    const plain = '{"features":[{"name":"a","bounds":[1,2],"counts":[3,4,5]}]}';
    expect(one(plain, 'a').histogram).toEqual({ upperBounds: [1, 2], cumulative: [3, 7, 12] });
    const named = '{"features":{"c":{"categories":{"x":3,"__proto__":2}}}}';
    expect(one(named, 'c').categories?.counts).toEqual([
      ['x', 3],
      ['__proto__', 2],
    ]);
    expect(one('{"features":{"v":[3,null,1]}}', 'v')).toMatchObject({ values: { count: 2, kept: [1, 3] } });
    const rows = '[{"a":1},{"a":2,"late":"x"}]';
    expect(parse(rows).format).toBe('json-values');
    expect(one(rows, 'late').missing).toEqual({ missing: 1, observed: 2 });
  });

  it.each(BASELINE_EXAMPLES)('is taken as the page shows it: $name', ({ text }) => {
    expect(parse(text).features.map(({ name }) => name)).toContain('amount');
  });

  it('takes __proto__ for a name like any other, and pollutes nothing', () => {
    const text = '{"features":{"__proto__":{"categories":{"a":1}},"constructor":[1,2]}}';
    expect(
      parse(text)
        .features.map(({ name }) => name)
        .sort(),
    ).toEqual(['__proto__', 'constructor']);
    expect(parse('__proto__,b\n1,2\n').features.map(({ name }) => name)).toEqual(['__proto__', 'b']);
    expect(({} as Record<string, unknown>).categories).toBeUndefined();
  });

  it.each([
    ['', /empty/],
    ['feature,count\na,1\n', /neither a column le nor a column category/],
    ['feature,le\na,1\n', /no column count/],
    ['feature,le,count,colour\na,1,1,red\n', /column “colour”/],
    ['1,2,3\n4,5,6\n', /numbers where the names of the features belong/],
    ['a,a\n1,2\n', /“a” twice/],
    ['a,b\n1\n', /Line 2 has 1 cells where the header has 2/],
    ['a,b\n', /no line of values/],
    ['feature,le,count\na,1,-5\na,+Inf,5\n', /Line 2: the count -5 is negative/],
    ['feature,le,count\na,1,NaN\n', /Line 2: the count "NaN" is not a number/],
    ['feature,le,count\na,1,9\na,2,5\na,+Inf,9\n', /le=2 \(5\) is below the one before it \(9\)/],
    ['feature,le,count\na,1,9\n', /no bucket le=\+Inf/],
    ['feature,le,count\na,+Inf,9\n', /one bucket only/],
    ['feature,le,count\na,x,9\n', /"x" is not an upper bound/],
    ['feature,le,count\na,1,1\na,1,2\na,+Inf,2\n', /le=1 twice/],
    ['a\ninf\n', /Line 2: “a” is inf, which is not a finite number/],
    ['{"features":', /not valid JSON/],
    ['{"model":"x"}', /has no features/],
    ['{"features":{}}', /no feature in it/],
    ['{"features":{"a":5}}', /neither an object nor a list/],
    ['{"features":{"a":{"buckets":[{"le":1,"count":null}]}}}', /count null is not a number/],
    ['{"features":{"a":{"bounds":[1],"counts":[1]}}}', /one more than bounds is needed/],
    ['{"features":{"a":{"bounds":[2,1],"counts":[1,1,1]}}}', /do not ascend/],
    ['{"features":{"a":[[1]]}}', /neither a number nor a text/],
    [`{"features":{${Array.from({ length: 101 }, (_, i) => `"f${i}":[1]`).join(',')}}}`, /more than 100 features/],
    [`${'x'.repeat(600)}\n1\n`, /more than 500 characters/],
  ])('is refused with the place of its fault: %#', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});

describe('values that are kept', () => {
  it('give exact shares where all are kept', () => {
    const { values } = one(`v\n${Array.from({ length: 100 }, (_, i) => i + 1).join('\n')}\n`, 'v');
    const side = values === null ? null : valuesSide(values, [10, 55, Number.POSITIVE_INFINITY]);
    expect(side?.buckets?.cumulative).toEqual([10, 55, 100]);
  });

  it('give shares within a thousandth where they are thinned out, for any bound', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1_500, maxLength: 3_000 }),
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        (list, bound) => {
          const { values } = one(JSON.stringify({ features: { v: list } }), 'v');
          if (values === null) throw new Error('no values');
          const exact = list.filter((value) => value <= bound).length / list.length;
          const kept = (valuesSide(values, [bound]).buckets?.cumulative[0] ?? 0) / list.length;
          expect(Math.abs(kept - exact)).toBeLessThanOrEqual(1 / 1_000);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('are counted into the bins of the other side', () => {
    const kept = one('v\n1\n2\n3\n', 'v');
    expect(keptSide(kept, [2, Number.POSITIVE_INFINITY]).buckets).toEqual({
      upperBounds: [2, Number.POSITIVE_INFINITY],
      cumulative: [2, 3],
    });
  });
});
