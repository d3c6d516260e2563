import { ParseError } from './errors';
import { AGGREGATIONS } from './signatures';

/**
 * The words of a query as Prometheus' own lexer cuts them [promql/parser/lex.go]. The grammar's parser recovers from
 * everything; this says what Prometheus would have called the first thing that is wrong.
 */
export interface Token {
  type: 'word' | 'metric' | 'number' | 'duration' | 'string' | 'operator' | 'punctuation' | 'end' | 'error';
  text: string;
  from: number;
}

const KEYWORDS = new Set('by without on ignoring group_left group_right bool offset start end'.split(' '));
const WORD_OPERATORS = new Set('and or unless atan2'.split(' '));
const PUNCTUATION = '(){}[],:';
const NUMBER = /(?:0[xX][\da-fA-F_]+|(?:\d[\d_]*)?\.?\d[\d_]*\.?(?:[eE][+-]?\d+)?)(?![\w.])/y;
const DURATION = /\d+(?:ms|[smhdwy])(?:\d+(?:ms|[smhdw]))*(?!\w)/y;
const WORD = /[a-zA-Z_:][\w:]*/y;
const LABEL = /[a-zA-Z_]\w*/y;
const GOOD_ESCAPE = /^\\(?:[abfnrtv\\'"]|[0-7]{3}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8})/;
const QUOTED = /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y;

const at = (pattern: RegExp, text: string, from: number): string | null => {
  pattern.lastIndex = from;
  return pattern.exec(text)?.[0] ?? null;
};

const rune = (character: string): string => `'${character === "'" ? "\\'" : character}'`;

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')} '${character}'`;

/** What is wrong with the first escape of a quoted string that Go would not read; null where all are good. */
function badEscape(text: string): string | null {
  for (const { index, 0: pair } of text.matchAll(/\\([\s\S])/gu)) {
    const rest = text.slice(index);
    const quoteOf = pair.charAt(1);
    const letter = Array.from(pair)[1] ?? '';
    if (GOOD_ESCAPE.test(rest) && !((quoteOf === '"' || quoteOf === "'") && quoteOf !== text.charAt(0))) continue;
    if (!/[0-7xuU]/.test(letter)) return `unknown escape sequence ${codePoint(letter)}`;
    const digits = letter === 'x' || letter === 'u' || letter === 'U' ? /^\\.[\da-fA-F]*/ : /^\\[0-7]*/;
    const wrong = Array.from(rest.slice(digits.exec(rest)?.[0].length ?? 0))[0] ?? '';
    return `illegal character ${codePoint(wrong)} in escape sequence`;
  }
  return null;
}

/** Tokens up to the end of the query or to the first error, which is then the last token with the error's text. */
export function tokens(query: string): Token[] {
  const found: Token[] = [];
  let position = 0;
  let parens = 0;
  let inBrackets = false;
  let inBraces = false;
  const fail = (text: string, from = position): Token[] => [...found, { type: 'error', text, from }];
  const push = (type: Token['type'], text: string): void => {
    found.push({ type, text, from: position });
    position += text.length;
  };
  while (position < query.length) {
    const character = query.charAt(position);
    if (/\s/.test(character)) {
      position += 1;
    } else if (character === '#') {
      const end = query.indexOf('\n', position);
      position = end < 0 ? query.length : end;
    } else if (character === '"' || character === "'") {
      const text = at(QUOTED, query, position);
      if (text === null) return fail('unterminated quoted string');
      const problem = badEscape(text);
      if (problem !== null) return fail(problem);
      push('string', text);
    } else if (character === '`') {
      const end = query.indexOf('`', position + 1);
      if (end < 0) return fail('unterminated raw string');
      push('string', query.slice(position, end + 1));
    } else if (inBraces) {
      const word = at(LABEL, query, position);
      const operator = ['=~', '!~', '!=', '='].find((text) => query.startsWith(text, position));
      if (word !== null) push('word', word);
      else if (operator !== undefined) push('operator', operator);
      else if (character === ',') push('punctuation', ',');
      else if (character === '}') {
        inBraces = false;
        push('punctuation', '}');
      } else if (character === '{') return fail(`unexpected left brace ${rune('{')}`);
      else if (character === '!') {
        return fail(`unexpected character after '!' inside braces: ${rune(query.charAt(position + 1))}`);
      } else return fail(`unexpected character inside braces: ${rune(character)}`);
    } else if (/[\d.]/.test(character) && /^\.?\d/.test(query.slice(position, position + 2))) {
      const duration = at(DURATION, query, position);
      const number = at(NUMBER, query, position);
      if (duration !== null) push('duration', duration);
      else if (number !== null) push('number', number);
      else return fail(`bad number or duration syntax: "${/^[\w.]+/.exec(query.slice(position))?.[0] ?? ''}"`);
    } else if (character === '=' && query.charAt(position + 1) === '~') {
      return fail(`unexpected character after '=': ${rune('~')}`);
    } else if (character === '!' && query.charAt(position + 1) !== '=') {
      return fail(`unexpected character after '!': ${rune(query.charAt(position + 1))}`);
    } else if (/[=!<>]/.test(character)) {
      push('operator', query.charAt(position + 1) === '=' ? `${character}=` : character);
    } else if ('*/%+-^@'.includes(character)) {
      push('operator', character);
    } else if (inBrackets && /[a-zA-Z_]/.test(character)) {
      return fail(`unexpected character: ${rune(character)}, expected ':'`);
    } else if (PUNCTUATION.includes(character) && !(character === ':' && !inBrackets)) {
      if (character === '(') parens += 1;
      if (character === ')') parens -= 1;
      // The lexer has passed the parenthesis on before it objects.
      if (parens < 0) return fail(`unexpected right parenthesis ${rune(')')}`, position + 1);
      if (character === '{') inBraces = true;
      if (character === '}') return fail(`unexpected character: ${rune('}')}`);
      if (character === '[') {
        if (inBrackets) return fail(`unexpected left bracket ${rune('[')}`);
        inBrackets = true;
      }
      if (character === ']') {
        if (!inBrackets) return fail(`unexpected right bracket ${rune(']')}`);
        inBrackets = false;
      }
      push('punctuation', character);
    } else {
      const word = at(WORD, query, position);
      if (word === null) return fail(`unexpected character: ${rune(character)}`);
      const lower = word.toLowerCase();
      if (lower === 'inf' || lower === 'nan') push('number', word);
      else push(WORD_OPERATORS.has(lower) ? 'operator' : word.includes(':') ? 'metric' : 'word', word);
    }
  }
  if (inBraces) return fail('unexpected end of input inside braces');
  if (parens > 0) return fail('unclosed left parenthesis');
  if (inBrackets) return fail('unclosed left bracket');
  found.push({ type: 'end', text: '', from: position });
  return found;
}

/** A token as Prometheus names it in `unexpected …`. */
export function describe(token: Token): string {
  const lower = token.text.toLowerCase();
  switch (token.type) {
    case 'end':
      return 'end of input';
    case 'number':
      return `number "${token.text}"`;
    case 'duration':
      return `duration "${token.text}"`;
    case 'string':
      return `string ${JSON.stringify(token.text)}`;
    case 'operator':
      return token.text === '=' ? '"="' : `<op:${lower}>`;
    case 'metric':
      return `metric identifier "${token.text}"`;
    case 'word':
      if (KEYWORDS.has(lower)) return `<${lower}>`;
      return AGGREGATIONS.has(lower) ? `<aggr:${lower}>` : `identifier "${token.text}"`;
    default:
      return `"${token.text}"`;
  }
}

/** The error of the lexer if it comes at or before this position; throws it. */
export function throwLexicalError(query: string, found: readonly Token[], position: number): void {
  const last = found.at(-1);
  if (last?.type === 'error' && last.from <= position) throw new ParseError(query, last.from, last.text);
}
