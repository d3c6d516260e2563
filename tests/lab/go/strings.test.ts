import { describe, expect, it } from 'vitest';
import { unquote } from '@/lab/go/strings';

/** Values of Go's own table of strconv.Unquote [go.dev/src/strconv/quote_test.go], and PromQL's single quotes. */
describe('a Go string literal', () => {
  it.each([
    ['""', ''],
    ['"a\\nb\\t\\x07\\a"', 'a\nb\t\u0007\u0007'],
    ['"\\u1234\\U00010111\\U0001011111"', '\u1234\u{10111}\u{10111}11'],
    ['"\\377\\xe2\\x98\\xba"', '\ufffd☺'],
    ['"\'"', "'"],
    ["'\\'\"'", '\'"'],
    ['`\\n`', '\\n'],
  ])('%s is read', (literal, text) => {
    expect(unquote(literal)).toBe(text);
  });

  it.each(['"\\\'"', "'\\\"'", '"\\q"', '"\\x1"', '"\\400"', '"\\9"', '"\\U0012FFFF"', '"\\ud800"', '"\\"'])(
    '%s is refused',
    (literal) => {
      expect(unquote(literal)).toBeNull();
    },
  );
});
