import { parser } from '@grafana/lezer-traceql';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TraceqlError } from '@/lab/tempo/lexer';
import { parseTraceql } from '@/lab/tempo/parse';

const refusal = (query: string): string => {
  try {
    parseTraceql(query);
    return 'accepted';
  } catch (error) {
    return error instanceof TraceqlError ? error.message : `crash: ${String(error)}`;
  }
};

describe('what the language accepts', () => {
  it.each([
    '{}',
    '{ .a = 1 && span.b =~ "x.*" || !(resource.c != nil) }',
    '{ span."my attr" = `raw` }',
    '{ .ratio > .5 && .budget < 1h2m3s }',
    '{ nestedSetParent < 0 && span:childCount >= 2 }',
    '{ event:timeSinceStart > 2ms && link:traceID = "ab" && instrumentation:name = "x" }',
    '{ parent.span.a = -1 }',
    '({ .a } | count() > 2) && ({ .b } | select(name))',
    '{ .a } &>> { .b } !~ { .c }',
    '{ .a } | by(resource.service.name) | avg(duration) > 20ms | coalesce()',
    '{} | rate() by (.a, span.b) > 10',
    '{} | quantile_over_time(duration, .5, 0.99) by (name) | topk(3) | bottomk(1)',
    '{} | compare({ status = error }, 5, 1700000000000000000, 1700000001000000000)',
    '{} | count_over_time() with (exemplars=false, sample=0.1)',
    '// a comment\n{ .a = 1 } /* another */ with (most_recent=true)',
  ])('%s', (query) => {
    expect(refusal(query)).toBe('accepted');
  });

  it('accepts whatever the published editor grammar accepts of composed filters', () => {
    const operand = fc.constantFrom('.a', 'span.b', 'resource.c.d', 'duration', '5', '1.5', '20ms', '(.e + 2)');
    const comparison = fc
      .tuple(operand, fc.constantFrom('=', '!=', '<', '<=', '>', '>='), operand)
      .map(([left, op, right]) => `${left} ${op} ${right}`);
    const query = fc
      .array(fc.tuple(comparison, fc.constantFrom('&&', '||')), { minLength: 1, maxLength: 5 })
      .map((parts) => `{ ${parts.map(([text, op], index) => (index === 0 ? text : `${op} ${text}`)).join(' ')} }`);
    fc.assert(
      fc.property(query, (text) => {
        let refusedByEditor = false;
        parser.parse(text).iterate({
          enter: (node) => {
            if (node.type.isError) refusedByEditor = true;
          },
        });
        expect(refusedByEditor).toBe(false);
        expect(refusal(text)).toBe('accepted');
      }),
    );
  });
});

describe('what the language refuses, in the words of the server', () => {
  it.each([
    ['{ span.model_name = ', 'parse error at line 1, col 21: syntax error: unexpected $end'],
    ['{ name = "x" } | rate(', 'parse error at line 1, col 23: syntax error: unexpected $end, expecting )'],
    ['{ attribute = 4 }', 'parse error at line 1, col 3: syntax error: unexpected IDENTIFIER'],
    ["{ name = 'x' }", 'parse error at line 1, col 10: syntax error: unexpected IDENTIFIER'],
    ['{\n .a == 1 }', 'parse error at line 2, col 6: syntax error: unexpected ='],
    ['{ true } | count()', 'parse error at line 1, col 19: syntax error: unexpected $end'],
    ['coalesce()', 'parse error at line 1, col 1: syntax error: unexpected coalesce'],
    ['{ trace:status = error }', 'parse error at line 1, col 3: syntax error: unexpected IDENTIFIER'],
    ['{ 1.1 }', 'span filter field expressions must resolve to a boolean: { 1.1 }'],
    ['{ rootName = 1 }', 'binary operations must operate on the same type: rootName = 1'],
    ['{ status > ok }', 'illegal operation for the given types: status > ok'],
    ['{ -name = "x" }', 'illegal operation for the given type: -name'],
    ['{ .a =~ "[" }', 'error parsing regexp: missing closing ]: `[`'],
    ['{} | sum(3) > 2', 'aggregate field expressions must reference the span: sum(3)'],
    ['{} | max(.a) > min(.a)', 'scalar filter rhs of this type not yet supported'],
    ['{} | by(1)', 'grouping field expressions must reference the span: by(1)'],
    [
      '{} | rate() by (.a, .b, .c, .d, .e, .f)',
      'parse error at line 1, col 13: maximum number of by() attributes is 5, got 6',
    ],
    [
      '{} | compare({}, 0)',
      'parse error at line 1, col 6: compare() top number of values must be integer greater than 0',
    ],
  ])('%s', (query, message) => {
    expect(refusal(query)).toBe(message);
  });

  it('never fails in another way, whatever the text', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '(',
      ')',
      '|',
      '.a',
      'span.',
      '=',
      '&&',
      '>>',
      '"x"',
      '"',
      '1h',
      'rate',
      'by',
      ',',
      '-',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces, { maxLength: 14 }).map((list) => list.join('')),
        ),
        (text) => {
          expect(refusal(text)).not.toMatch(/^crash/);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('precedence', () => {
  const shape = (query: string): string => JSON.stringify(parseTraceql(query).pipeline);
  it.each([
    ['{ .a || .b && .c }', '{ (.a || .b) && .c }', 'and, or share a level'],
    ['{ .a + 2 * .b = 4 }', '{ (.a + (2 * .b)) = 4 }', 'times before plus before equals'],
    ['{ !.a = .b }', '{ (!.a) = .b }', 'not binds before equals'],
    ['{ 2 ^ 3 ^ .a = 1 }', '{ 2 ^ (3 ^ .a) = 1 }', 'powers associate to the right'],
    ['{ .a = -1 && .b }', '{ (.a = (-1)) && .b }', 'minus binds before equals'],
    ['{.a} || {.b} >> {.c}', '{.a} || ({.b} >> {.c})', 'structure before union'],
  ])('%s is %s: %s', (query, grouped) => {
    expect(shape(query)).toBe(shape(grouped));
  });
});
