import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTraceql } from '@/lab/tempo/parse';
import {
  field,
  insideOf,
  longerThan,
  newestFirst,
  onRoot,
  quote,
  typedLiteral,
  withStages,
} from '@/lib/server/tempo/traceql';

describe('a query with stages of the console behind it', () => {
  it.each([
    ['{}', '{} | { traceDuration > 5000us }'],
    ['{ .a = 1 } with (most_recent=true)', '{ .a = 1 } | { traceDuration > 5000us } with (most_recent=true)'],
    ['{ name = "x with (y)" }', '{ name = "x with (y)" } | { traceDuration > 5000us }'],
    ['{ .a = 1 } // why', '{ .a = 1 } // why\n| { traceDuration > 5000us }'],
  ])('%s', (query, expected) => {
    expect(withStages(query, [longerThan(5)])).toBe(expected);
  });

  it.each([
    ['{}', '{} with (most_recent=true)'],
    ['{ name = "x with (y)" }', '{ name = "x with (y)" } with (most_recent=true)'],
    ['{} with (exemplars=5)', '{} with (exemplars=5, most_recent=true)'],
    ['{} with (most_recent=false)', '{} with (most_recent=false)'],
    ['{} // newest', '{} // newest\nwith (most_recent=true)'],
  ])('asks for the newest: %s', (query, expected) => {
    expect(newestFirst(query)).toBe(expected);
  });

  it('keeps whatever text stands in it, and the lab still reads it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const query = `{ .a = ${quote(text)} }`;
        const whole = newestFirst(withStages(query, [longerThan(1)]));
        expect(whole.startsWith(query)).toBe(true);
        expect(() => parseTraceql(whole)).not.toThrow();
      }),
    );
  });
});

describe('the inside of one plain spanset', () => {
  it.each([
    ['{}', ''],
    ['{ .a = "}" && .b = 1 || .c = 2 }', '.a = "}" && .b = 1 || .c = 2'],
    ['{ .a = 1 } with (most_recent=true)', '.a = 1'],
    ['{ .a = 1 } | count() > 2', null],
    ['{ .a = 1 } && { .b = 2 }', null],
    ['{ .a = 1 } >> { .b = 2 }', null],
    ['{ .a = 1', null],
  ])('%s', (query, inside) => {
    expect(insideOf(query)).toBe(inside);
  });

  it('holds on a root together with the root’s own condition, whatever joins it', () => {
    expect(onRoot('.a = 1 || .b = 2')).toBe('{ nestedSetParent < 0 && (.a = 1 || .b = 2) }');
    expect(onRoot('')).toBe('{ nestedSetParent < 0 }');
  });
});

describe('fields and values of the builder', () => {
  it.each([
    ['span.model_name', 'span.model_name'],
    ['.x', '.x'],
    ['span."my attr"', 'span."my attr"'],
    ['span.my attr', 'span."my attr"'],
    ['traceDuration', 'traceDuration'],
    ['span:status', 'span:status'],
  ])('reads %s', (written, expected) => {
    expect(field(written)).toBe(expected);
  });

  it.each(['model_name', 'nope:x', '', 'span.', 'status } || {'])('refuses the field %j', (written) => {
    expect(() => field(written)).toThrow(/field|empty/);
  });

  it.each([
    ['int', '12', '12'],
    ['int', '9223372036854775807', '9223372036854775807'],
    ['float', '0.5', '0.5'],
    ['bool', 'true', 'true'],
    ['duration', '1m30s', '1m30s'],
    ['keyword', 'error', 'error'],
    ['string', 'a"b', '"a\\"b"'],
  ] as const)('writes %s %s', (type, value, expected) => {
    expect(typedLiteral(type, value)).toBe(expected);
  });

  it('lets no text out of any type but text itself', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('int' as const, 'float' as const, 'bool' as const, 'duration' as const, 'keyword' as const),
        fc.string(),
        (type, value) => {
          let written: string;
          try {
            written = typedLiteral(type, value);
          } catch {
            return;
          }
          expect(written).toMatch(/^(?:-?\d[\d.]*|[a-z]+|(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+)$/);
        },
      ),
    );
  });
});
