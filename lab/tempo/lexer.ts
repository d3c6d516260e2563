import { parseGoDuration } from '../go/durations';
import { unquote } from '../go/strings';
import type { Scope } from './ast';
import { INTRINSICS } from './ast';
import type { Static } from './static';
import { FALSE, KIND_WORDS, NIL, STATUS_WORDS, TRUE } from './static';

/** A refusal in the words of the real server: `parse error at line 1, col 23: syntax error: unexpected $end, expecting )`. */
export class TraceqlError extends Error {}

export type Token =
  | { kind: 'static'; value: Static; text: string; at: number }
  | { kind: 'attribute'; scope: Scope; parent: boolean; name: string; text: string; at: number }
  | { kind: 'intrinsic'; text: string; at: number }
  | { kind: 'word' | 'symbol' | 'end'; text: string; at: number };

const SYMBOLS = [
  '&>>',
  '&<<',
  '!>>',
  '!<<',
  '&&',
  '||',
  '>>',
  '<<',
  '&>',
  '&<',
  '&~',
  '!>',
  '!<',
  '!~',
  '!=',
  '=~',
  '>=',
  '<=',
  '{',
  '}',
  '(',
  ')',
  '=',
  '<',
  '>',
  '~',
  '!',
  '|',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  ',',
] as const;

const SPACE = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const DURATION = /(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+(?![\w.])/y;
const NUMBER = /(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\n]|\\.)*"|`[^`]*`/y;
const WORD = /[A-Za-z_]\w*(?::[A-Za-z_]\w*)?/y;
const SCOPE = /(parent\.)?(?:(span|resource|event|link|instrumentation)\.|(\.))?/y;
const NAME = /(?:"(?:[^"\\]|\\.)*"|[^\s{}()=~!<>&|^,"])+/y;

const WORD_STATICS: ReadonlyMap<string, Static> = new Map<string, Static>([
  ['true', TRUE],
  ['false', FALSE],
  ['nil', NIL],
  ...STATUS_WORDS.map((value): [string, Static] => [value, { type: 'status', value }]),
  ...KIND_WORDS.map((value): [string, Static] => [value, { type: 'kind', value }]),
]);

/** `line 1, col 3` of a character offset, both from one. */
function positionOf(query: string, at: number): string {
  const before = query.slice(0, at).split('\n');
  return `line ${before.length}, col ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** `at` is a position in UTF-16 units; the message tells line and column from 1. */
export function parseError(query: string, at: number, message: string): TraceqlError {
  return new TraceqlError(`parse error at ${positionOf(query, at)}: ${message}`);
}

/** The tokens of a query, the last of kind `end`. Throws TraceqlError at the first character no token begins with. */
export function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(query);
  };
  for (;;) {
    at += match(SPACE)?.[0].length ?? 0;
    if (at >= query.length) break;
    const token = stringToken() ?? numberToken() ?? attributeToken() ?? wordToken() ?? symbolToken();
    if (token === null) {
      const quote = query[at] === '"' || query[at] === '`';
      throw parseError(
        query,
        at,
        quote ? 'syntax error: literal not terminated' : 'syntax error: unexpected IDENTIFIER',
      );
    }
    tokens.push(token);
    at += token.text.length;
  }
  tokens.push({ kind: 'end', text: '$end', at: query.length });
  return tokens;

  function stringToken(): Token | null {
    const text = match(STRING)?.[0];
    if (text === undefined) return null;
    const value = unquote(text);
    if (value === null) throw parseError(query, at, 'syntax error: invalid syntax');
    return { kind: 'static', value: { type: 'string', value }, text, at };
  }
  function numberToken(): Token | null {
    const duration = match(DURATION)?.[0];
    if (duration !== undefined) {
      const value = parseGoDuration(duration);
      if (value !== null) return { kind: 'static', value: { type: 'duration', value }, text: duration, at };
    }
    const text = match(NUMBER)?.[0];
    if (text === undefined) return null;
    return { kind: 'static', value: { type: /^\d+$/.test(text) ? 'int' : 'float', value: Number(text) }, text, at };
  }
  function attributeToken(): Token | null {
    const scope = match(SCOPE);
    if (scope === null || scope[0] === '') return null;
    const start = at;
    at += scope[0].length;
    const name = match(NAME)?.[0];
    at = start;
    if (name === undefined)
      throw parseError(query, start + scope[0].length, 'syntax error: unexpected END_ATTRIBUTE, expecting IDENTIFIER');
    return {
      kind: 'attribute',
      scope: toScope(scope[2]),
      parent: scope[1] !== undefined,
      name: name.replace(/"((?:[^"\\]|\\.)*)"/g, (_, inner: string) => inner.replace(/\\(["\\])/g, '$1')),
      text: scope[0] + name,
      at,
    };
  }
  function wordToken(): Token | null {
    const text = match(WORD)?.[0];
    if (text === undefined) return null;
    const value = WORD_STATICS.get(text);
    if (value !== undefined) return { kind: 'static', value, text, at };
    return { kind: INTRINSICS.has(text) ? 'intrinsic' : 'word', text, at };
  }
  function symbolToken(): Token | null {
    const text = SYMBOLS.find((symbol) => query.startsWith(symbol, at));
    return text === undefined ? null : { kind: 'symbol', text, at };
  }
}

const toScope = (word: string | undefined): Scope =>
  word === 'span' || word === 'resource' || word === 'event' || word === 'link' || word === 'instrumentation'
    ? word
    : 'none';

/** How a token is named in an error: its text for words and symbols the grammar knows, else its class. */
export function tokenName(token: Token): string {
  if (token.kind === 'end' || token.kind === 'symbol') return token.text;
  if (token.kind === 'attribute') return token.text.slice(0, token.text.indexOf('.') + 1);
  if (token.kind === 'static' && token.value.type === 'string') return 'STRING';
  if (
    token.kind === 'static' &&
    (token.value.type === 'int' || token.value.type === 'float' || token.value.type === 'duration')
  ) {
    return { int: 'INTEGER', float: 'FLOAT', duration: 'DURATION' }[token.value.type];
  }
  if (token.kind === 'word' && !KEYWORDS.has(token.text)) return 'IDENTIFIER';
  return token.text;
}

/** What a metrics stage begins with. */
export const METRIC_WORDS: ReadonlySet<string> = new Set([
  'rate',
  'count_over_time',
  'min_over_time',
  'max_over_time',
  'avg_over_time',
  'sum_over_time',
  'quantile_over_time',
  'histogram_over_time',
  'compare',
]);

const KEYWORDS: ReadonlySet<string> = new Set([
  ...['count', 'avg', 'max', 'min', 'sum', 'by', 'coalesce', 'select', 'with', 'topk', 'bottomk'],
  ...METRIC_WORDS,
]);
