import { unquote } from '../go/strings';
import { LokiError, parseError } from './errors';

/** A token of LogQL under the name that Loki's parser gives it in its error texts. */
export interface Token {
  name: string;
  text: string;
  from: number;
  line: number;
  column: number;
}

/** Words that name themselves in error texts; the others are functions and appear in capitals. */
const KEYWORDS = new Set(
  'by without bool offset on ignoring group_left group_right or and unless json regexp logfmt unpack pattern label_format line_format ip decolorize drop keep unwrap label_replace variants of'.split(
    ' ',
  ),
);
const FUNCTIONS = new Set(
  'rate rate_counter count_over_time bytes_rate bytes_over_time avg_over_time sum_over_time min_over_time max_over_time stdvar_over_time stddev_over_time quantile_over_time first_over_time last_over_time absent_over_time vector sum avg max min count stddev stdvar bottomk topk approx_topk sort sort_desc'.split(
    ' ',
  ),
);
const CONVERSIONS: Readonly<Record<string, string>> = {
  bytes: 'BYTES_CONV',
  duration: 'DURATION_CONV',
  duration_seconds: 'DURATION_SECONDS_CONV',
};
const TWO_CHAR = ['|=', '|~', '|>', '!=', '!~', '!>', '=~', '==', '>=', '<='];

function wordName(word: string, rest: string): string {
  const lower = word.toLowerCase();
  const called = /^\s*(\(|(by|without)\s*\()/i.test(rest);
  if (FUNCTIONS.has(lower)) return called ? lower.toUpperCase() : 'IDENTIFIER';
  const conversion = Object.hasOwn(CONVERSIONS, lower) ? CONVERSIONS[lower] : undefined;
  if (conversion !== undefined) return called ? conversion : 'IDENTIFIER';
  if (lower === 'ip') return called ? 'ip' : 'IDENTIFIER';
  return KEYWORDS.has(lower) ? lower : 'IDENTIFIER';
}

function tokenLength(query: string, at: number): { name: string; length: number } | string {
  const rest = query.slice(at);
  const ch = rest.charAt(0);
  if (ch === '"' || ch === '`') {
    const literal = (ch === '"' ? /^"(?:[^"\\\n]|\\[^\n])*"/ : /^`[^`]*`/).exec(rest)?.[0];
    if (literal === undefined) return 'literal not terminated';
    return unquote(literal) === null ? 'invalid char escape' : { name: 'STRING', length: literal.length };
  }
  if (ch === '[') {
    const end = rest.indexOf(']');
    return end < 0 ? "missing closing ']' in duration" : { name: 'RANGE', length: end + 1 };
  }
  const flag = /^--(strict|keep-empty)(?![a-zA-Z-])/.exec(rest)?.[0];
  if (flag) return { name: 'PARSER_FLAG', length: flag.length };
  const word = /^[\p{L}_][\p{L}\p{N}_]*/u.exec(rest)?.[0];
  if (word) return { name: wordName(word, rest.slice(word.length)), length: word.length };
  const duration = /^-?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d|w|y))+(?![\p{L}\d_])/u.exec(rest)?.[0];
  if (duration) return { name: 'DURATION', length: duration.length };
  const bytes = /^\d+(\.\d+)?([kKMGTP]?i?B)/.exec(rest)?.[0];
  if (bytes) return { name: 'BYTES', length: bytes.length };
  const number = /^(0x[\da-f]+|\d+\.?\d*(e[+-]?\d+)?|\.\d+(e[+-]?\d+)?)/i.exec(rest)?.[0];
  if (number) return { name: 'NUMBER', length: number.length };
  const pair = rest.slice(0, 2);
  if (TWO_CHAR.includes(pair)) return { name: pair, length: 2 };
  if ('{}(),.=|+-*/%^><'.includes(ch)) return { name: ch, length: 1 };
  return { name: 'IDENTIFIER', length: 1 };
}

/** The tokens of a query, the last of them `$end`; throws what Loki's lexer says of an open string or a bad escape. */
export function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let lineStart = 0;
  let at = 0;
  while (at < query.length) {
    const ch = query.charAt(at);
    if (ch === '\n') {
      line++;
      lineStart = at + 1;
    }
    if (/\s/.test(ch)) {
      at++;
    } else if (ch === '#') {
      while (at < query.length && query.charAt(at) !== '\n') at++;
    } else {
      const found = tokenLength(query, at);
      const column = at - lineStart + 1;
      if (typeof found === 'string') throw parseError(found, { line, column });
      tokens.push({ name: found.name, text: query.slice(at, at + found.length), from: at, line, column });
      at += found.length;
    }
  }
  tokens.push({ name: '$end', text: '', from: query.length, line, column: query.length - lineStart + 1 });
  return tokens;
}

/** Loki reads its keywords in any case; the grammar in lower case only. Strings keep their case, offsets do not move. */
export function lowercaseKeywords(query: string, tokens: readonly Token[]): string {
  let out = '';
  let at = 0;
  for (const token of tokens) {
    if (token.name === 'IDENTIFIER' || token.name === 'STRING' || !/^[A-Za-z_]+$/.test(token.text)) continue;
    out += query.slice(at, token.from) + token.text.toLowerCase();
    at = token.from + token.text.length;
  }
  return out + query.slice(at);
}

const AFTER: Readonly<Record<string, string>> = {
  '|=': 'STRING or ip',
  '|~': 'STRING or ip',
  '|>': 'STRING or ip',
  '!>': 'STRING or ip',
  by: '(',
  without: '(',
  on: '(',
  ignoring: '(',
  line_format: 'STRING',
  label_format: 'IDENTIFIER',
  regexp: 'STRING',
  pattern: 'STRING',
  drop: 'IDENTIFIER',
  keep: 'IDENTIFIER',
  unwrap: 'IDENTIFIER or BYTES_CONV or DURATION_CONV or DURATION_SECONDS_CONV',
  offset: 'DURATION',
  label_replace: '(',
  ip: '(',
};

const SELECTOR_AFTER: Readonly<Record<string, string>> = {
  '{': 'IDENTIFIER or }',
  ',': 'IDENTIFIER',
  IDENTIFIER: '= or != or =~ or !~',
  '=': 'STRING',
  '!=': 'STRING',
  '=~': 'STRING',
  '!~': 'STRING',
  STRING: '} or ,',
};

/** The tokens that Loki's parser would take at a place; it lists them only where there are four or fewer. */
function expectedAt(tokens: readonly Token[], index: number): string | undefined {
  const before = tokens.slice(0, index);
  const previous = before.at(-1)?.name;
  if (previous === undefined) return undefined;
  const inSelector = before.findLastIndex((t) => t.name === '{') > before.findLastIndex((t) => t.name === '}');
  const table = inSelector ? SELECTOR_AFTER : AFTER;
  return Object.hasOwn(table, previous) ? table[previous] : undefined;
}

/** Loki's syntax error for the token at or after an offset. */
export function syntaxErrorAt(tokens: readonly Token[], offset: number): LokiError {
  const found = tokens.findIndex((token) => token.from >= offset);
  const index = found < 0 ? tokens.length - 1 : found;
  const token = tokens[index];
  if (!token) return new LokiError(400, 'parse error : syntax error: unexpected $end');
  const expected = expectedAt(tokens, index);
  return parseError(`syntax error: unexpected ${token.name}${expected ? `, expecting ${expected}` : ''}`, token);
}
