import { parser as logqlParser } from '@grafana/lezer-logql';
import { parser as traceqlParser } from '@grafana/lezer-traceql';
import type { LRParser } from '@lezer/lr';
import { parser as promqlParser } from '@prometheus-io/lezer-promql';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unquote } from '@/lab/go/strings';
import { filterOf, matchesLabels } from '@/lib/server/alertmanager/filters';
import { AppError } from '@/lib/server/errors';
import * as logql from '@/lib/server/loki/logql';
import * as promql from '@/lib/server/prometheus/promql';
import * as traceql from '@/lib/server/tempo/traceql';

/** What Go's strconv.Unquote makes of a double-quoted literal; null when it is not one, a raw line break included. */
const unquoted = (literal: string): string | null => (/^"(?:[^"\\\n]|\\.)*"$/.test(literal) ? unquote(literal) : null);

/** Nodes of a query, and whether the grammar found a fault. */
function parse(parser: LRParser, query: string): { faulty: boolean; nodes: { name: string; text: string }[] } {
  const nodes: { name: string; text: string }[] = [];
  let faulty = false;
  parser.parse(query).iterate({
    enter(node) {
      if (node.type.isError) faulty = true;
      nodes.push({ name: node.name, text: query.slice(node.from, node.to) });
    },
  });
  return { faulty, nodes };
}

const textsOf = (parser: LRParser, query: string, name: string): string[] => {
  const { faulty, nodes } = parse(parser, query);
  expect(faulty, query.slice(0, 200)).toBe(false);
  return nodes.filter((node) => node.name === name).map(({ text }) => text);
};

const HOSTILE = [
  '"} or vector(1) #',
  '\\',
  '\\"',
  '"',
  "'",
  '`',
  '`} | json #',
  '\n',
  '\r\n# comment',
  '\u0000',
  '\ud800',
  'a\udfffb',
  '\ufffd',
  '\ufeff',
  '\u2028',
  '😀',
  '{{.line}}',
  '<_>',
  '$__rate_interval',
  '.*',
  'x'.repeat(5_000),
];
const anyText = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 20 }),
);

describe.each([
  ['PromQL', promql.quote],
  ['LogQL', logql.quote],
  ['TraceQL', traceql.quote],
] as const)('%s string literals', (_language, quote) => {
  it('give back any text under the rules of Go, lone surrogates replaced', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        expect(unquoted(quote(value))).toBe(value.toWellFormed());
      }),
      { numRuns: 500 },
    );
  });
});

describe('PromQL', () => {
  it('any text is one string literal in a matcher, and nothing else changes', () => {
    fc.assert(
      fc.property(anyText, anyText, (one, two) => {
        const query = `sum(rate(${promql.selector('x_total', [promql.matcher('a', '=', one), promql.matcher('b', '!=', two)])}[5m]))`;
        expect(textsOf(promqlParser, query, 'StringLiteral').map(unquote)).toEqual([
          one.toWellFormed(),
          two.toWellFormed(),
        ]);
        expect(textsOf(promqlParser, query, 'VectorSelector')).toHaveLength(1);
      }),
      { numRuns: 300 },
    );
  });
  it('TRAP a raw U+FFFD is an error of the lexer: it is written as an escape', () => {
    expect(promql.quote('\ud800')).toBe('"\\ufffd"');
    expect(promql.quote('\ufffd')).toBe('"\\ufffd"');
  });
  it('TRAP a name is quoted only when it must be, and a strange metric name is matched by __name__', () => {
    expect(promql.selector('up')).toBe('up');
    expect(promql.selector('up', [null, promql.matcher('job', '=', 'a')])).toBe('up{job="a"}');
    expect(promql.selector('http.server.duration', [promql.matcher('service.name', '=', 'a')])).toBe(
      '{__name__="http.server.duration","service.name"="a"}',
    );
    expect(promql.by(['le', 'service.name'])).toBe('by (le, "service.name")');
    expect(() => promql.selector('')).toThrow(AppError);
    expect(() => promql.matcher('', '=', 'a')).toThrow(AppError);
  });
  it('a hostile metric or label name stays one name', () => {
    fc.assert(
      fc.property(
        // The grammar looks a bare name up in an object of keywords, and finds these two in every object.
        anyText.filter((name) => name !== '' && !/^(?:__proto__|constructor)$/i.test(name)),
        (name) => {
          const query = promql.selector(name, [promql.matcher(name, '=', 'v')]);
          expect(textsOf(promqlParser, query, 'VectorSelector')).toEqual([query]);
        },
      ),
      { numRuns: 300 },
    );
  });
  it('TRAP escape for the regex first, then quote: "any of" matches these values and no others', () => {
    expect(promql.matcher('v', '=~', promql.regexAnyOf(['a.b', 'c|d']))).toBe('v=~"a\\\\.b|c\\\\|d"');
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 2, maxLength: 4 }), anyText, (values, other) => {
        const literal = promql.matcherAnyOf('v', values)?.slice('v=~'.length) ?? '';
        const regex = new RegExp(`^(?:${unquoted(literal)})$`);
        for (const value of values) expect(regex.test(value.toWellFormed())).toBe(true);
        expect(regex.test(other.toWellFormed())).toBe(
          values.some((value) => value.toWellFormed() === other.toWellFormed()),
        );
      }),
    );
    expect(promql.matcherAnyOf('v', [])).toBeNull();
    expect(promql.matcherAnyOf('v', ['a.b'])).toBe('v="a.b"');
  });
});

describe('LogQL', () => {
  it('any text is one string literal in selectors, line filters and field filters', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const query = logql.pipeline(logql.streamSelector([logql.streamMatcher('app', '=', value), null]), [
          logql.lineContains(value),
          '| json',
          logql.fieldFilter('trace_id', '=', value),
          null,
        ]);
        const well = value.toWellFormed();
        expect(textsOf(logqlParser, query, 'String').map(unquote)).toEqual([well, well, well]);
        expect(textsOf(logqlParser, query, 'Selector')).toHaveLength(1);
      }),
      { numRuns: 300 },
    );
  });
  it('TRAP label names have no quoted form, and words of the language cannot be filtered by', () => {
    expect(() => logql.streamMatcher('a"b', '=', 'x')).toThrow(AppError);
    expect(() => logql.fieldFilter('a b', '=', 'x')).toThrow(AppError);
    for (const word of ['json', 'JSON', 'Unwrap', 'line_format', 'ip', 'by']) {
      expect(logql.isFilterable(word)).toBe(false);
      expect(() => logql.fieldFilter(word, '=', 'x')).toThrow(AppError);
    }
    expect(logql.isFilterable('trace_id')).toBe(true);
    expect(() => logql.numberFilter('latency_ms', '>', Number.NaN)).toThrow(AppError);
    expect(logql.numberFilter('latency_ms', '>=', 0.000001)).toBe('| latency_ms >= 0.000001');
    expect(logql.numberFilter('latency_ms', '>', 200)).toBe('| latency_ms > 200');
  });
  it('TRAP single quotes are character literals: an apostrophe stays inside double quotes', () => {
    expect(logql.lineContains("it's <_>")).toBe('|= "it\'s <_>"');
    expect(logql.lineContainsAnyCase('a.b')).toBe('|~ "(?i)a\\\\.b"');
  });
  it('several values become one anchored expression', () => {
    expect(logql.streamMatcherAnyOf('level', ['error', 'warn'])).toBe('level=~"error|warn"');
    expect(logql.streamMatcherAnyOf('level', [])).toBeNull();
    expect(logql.fieldFilterAnyOf('model_version', ['2.4.0'])).toBe('| model_version="2.4.0"');
  });
});

describe('TraceQL', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these need escapes the editor grammar does not know
  const plainText = anyText.filter((value) => !/[\u0000-\u001f]/.test(value) && value.isWellFormed());

  it('any text is one string literal in a condition', () => {
    fc.assert(
      fc.property(plainText, (value) => {
        const query = traceql.pipeline(
          traceql.spanset([
            traceql.condition(traceql.attribute('span', 'model_name'), '=', value),
            null,
            traceql.matches('name', '=~', value),
            traceql.statusIs('error'),
          ]),
          ['rate()'],
        );
        expect(textsOf(traceqlParser, query, 'String').map(unquote)).toEqual([value, value]);
        expect(textsOf(traceqlParser, query, 'SpansetFilter')).toHaveLength(1);
      }),
      { numRuns: 300 },
    );
  });
  it('TRAP an odd attribute name is quoted with two escapes only; control characters are refused', () => {
    expect(traceql.attribute('span', 'http.status_code')).toBe('span.http.status_code');
    expect(traceql.attribute('any', 'my attr')).toBe('."my attr"');
    expect(traceql.attribute('resource', 'a"b\\c')).toBe('resource."a\\"b\\\\c"');
    expect(() => traceql.attribute('span', 'a\nb')).toThrow(AppError);
    expect(() => traceql.attribute('span', '')).toThrow(AppError);
    fc.assert(
      fc.property(
        plainText.filter((name) => name !== '' && !/\u007f/.test(name)),
        (name) => {
          const query = traceql.spanset([traceql.condition(traceql.attribute('span', name), '=', 1)]);
          expect(textsOf(traceqlParser, query, 'SpansetFilter')).toEqual([query]);
          expect(textsOf(traceqlParser, query, 'AttributeField')).toHaveLength(1);
        },
      ),
      { numRuns: 200 },
    );
  });
  it('TRAP the type matters: only text is quoted', () => {
    expect(traceql.condition('span.http.status_code', '=', 200)).toBe('span.http.status_code = 200');
    expect(traceql.condition('span.http.status_code', '=', '200')).toBe('span.http.status_code = "200"');
    expect(traceql.condition('span.cached', '=', true)).toBe('span.cached = true');
    expect(traceql.literal(0.5)).toBe('0.5');
    expect(() => traceql.literal(Number.POSITIVE_INFINITY)).toThrow(AppError);
  });
  it('TRAP regexes match anywhere before 2.7 and are anchored since: both are asked for alike', () => {
    expect(traceql.anyOf('span.model_version', ['2.3.0', '2.4.0'])).toBe(
      'span.model_version =~ "^(?:2\\\\.3\\\\.0|2\\\\.4\\\\.0)$"',
    );
    expect(traceql.anyOf('span.model_version', ['2.3.0'])).toBe('span.model_version = "2.3.0"');
    expect(traceql.anyOf('span.model_version', [])).toBeNull();
  });
  it('knows its words, and takes no others for them', () => {
    expect(traceql.statusIs('error')).toBe('status = error');
    expect(() => traceql.statusIs('error } || {')).toThrow(AppError);
    expect(() => traceql.kindIs('x')).toThrow(AppError);
    expect(traceql.intrinsic('span:name')).toBe('span:name');
    expect(() => traceql.intrinsic('name } || {')).toThrow(AppError);
    expect(traceql.duration(1.5)).toBe('1500us');
    expect(() => traceql.duration(-1)).toThrow(AppError);
    expect(traceql.spanset([])).toBe('{}');
  });
});

describe('Alertmanager filters', () => {
  const equal = { isRegex: false, isEqual: true };
  it('quote the value, and the name only when it must be', () => {
    expect(filterOf({ name: 'alertname', value: 'a"b\\c\nd', ...equal })).toBe('alertname="a\\"b\\\\c\\nd"');
    expect(filterOf({ name: 'foo.bar', value: 'x', isRegex: true, isEqual: false })).toBe('"foo.bar"!~"x"');
    expect(() => filterOf({ name: 'a', value: '\u0000', ...equal })).toThrow(AppError);
    expect(() => filterOf({ name: 'a', value: '\ud800', ...equal })).toThrow(AppError);
  });
  it('judge equality here, an absent label being the empty text, and leave expressions to the server', () => {
    expect(matchesLabels({ name: 'a', value: '', ...equal }, {})).toBe(true);
    expect(matchesLabels({ name: 'a', value: 'x', isRegex: false, isEqual: false }, { a: 'x' })).toBe(false);
    expect(matchesLabels({ name: 'a', value: 'x', isRegex: true, isEqual: true }, { a: 'y' })).toBeNull();
  });
});
