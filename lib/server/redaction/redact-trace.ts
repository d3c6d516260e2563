import 'server-only';
import { QUOTE, stringEnd } from '../tempo/trace-text';
import { getRedactor, type Redactor } from './redact';

/** Texts a trace repeats are looked at once; so many of them, of so many characters at most, are remembered. */
const MAX_REMEMBERED = 20_000;
const MAX_REMEMBERED_CHARS = 256;
/** Characters of a trace that are redacted before the next piece is asked for. */
const PIECE_CHARS = 128 * 1024;

/** What the form of a trace holds rather than what a service said: ids, times and enums. */
const FORM = new Set([
  'traceId',
  'spanId',
  'parentSpanId',
  'startTimeUnixNano',
  'endTimeUnixNano',
  'timeUnixNano',
  'kind',
  'code',
]);
const FORMED = /^[A-Za-z0-9+/=_-]*$/;
/** Members of an OTLP value that are numbers: one that a rule matches is a text afterwards. */
const NUMBERS = new Set(['intValue', 'doubleValue']);

const remembered = new WeakMap<Redactor, Map<string, string>>();

/** A name, a value or a message of a trace without what the rules for log lines match in it. */
export function redactSpanText(text: string, redactor: Redactor = getRedactor()): string {
  if (text.length > MAX_REMEMBERED_CHARS) return redactor.text(text);
  const known = remembered.get(redactor) ?? new Map<string, string>();
  remembered.set(redactor, known);
  const before = known.get(text);
  if (before !== undefined) return before;
  if (known.size >= MAX_REMEMBERED) known.clear();
  const redacted = redactor.text(text);
  known.set(text, redacted);
  return redacted;
}

const decoded = (literal: string): string | null => {
  if (!literal.includes('\\')) return literal.slice(1, -1);
  try {
    const text: unknown = JSON.parse(literal);
    return typeof text === 'string' ? text : null;
  } catch {
    return null;
  }
};

const NUMBER = /-?\d[\d.eE+-]*/y;
const COLON = /\s*:\s*/y;

/**
 * The JSON of a trace, or of a part of one, in pieces and redacted as log lines are: names, values of attributes, events and
 * links, resources, scopes and messages; ids and times stay. One walk over its strings, so that no tree of a large trace
 * is built; what nothing matches comes back letter for letter.
 * @param end characters of the text that are read
 */
export function* redactTraceJson(
  text: string,
  end: number = text.length,
  redactor: Redactor = getRedactor(),
): Generator<string> {
  let out: string[] = [];
  let chars = 0;
  let copied = 0;
  let key = '';
  let keyFrom = 0;
  const put = (piece: string, upTo: number) => {
    out.push(piece);
    chars += piece.length;
    copied = upTo;
  };
  for (let from = text.indexOf('"'); from !== -1 && from < end; ) {
    const close = stringEnd(text, from);
    if (close === -1 || close >= end) break;
    const to = close + 1;
    COLON.lastIndex = to;
    if (COLON.test(text)) {
      key = text.slice(from + 1, close);
      keyFrom = from;
      const valueFrom = COLON.lastIndex;
      if (NUMBERS.has(key) && text.charCodeAt(valueFrom) !== QUOTE) {
        NUMBER.lastIndex = valueFrom;
        const number = NUMBER.exec(text)?.[0] ?? '';
        const redacted = redactSpanText(number, redactor);
        if (redacted !== number) {
          put(text.slice(copied, keyFrom), keyFrom);
          put(`"stringValue":${JSON.stringify(redacted)}`, valueFrom + number.length);
        }
      }
    } else {
      const value = decoded(text.slice(from, to));
      if (value !== null && !(FORM.has(key) && FORMED.test(value))) {
        const redacted = redactSpanText(value, redactor);
        if (redacted !== value) {
          const isNumber = NUMBERS.has(key);
          const upTo = isNumber ? keyFrom : from;
          put(text.slice(copied, upTo), upTo);
          put(`${isNumber ? '"stringValue":' : ''}${JSON.stringify(redacted)}`, to);
        }
      }
      // Never between a name and its value, and so never within a character.
      if (chars + to - copied >= PIECE_CHARS) {
        put(text.slice(copied, to), to);
        yield out.join('');
        out = [];
        chars = 0;
      }
    }
    from = text.indexOf('"', to);
  }
  put(text.slice(copied, end), end);
  yield out.join('');
}

/** The same at once, for a span, a resource or a scope. */
export const redactedSpanJson = (text: string): string => [...redactTraceJson(text)].join('');
