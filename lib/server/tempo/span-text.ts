import 'server-only';
import { CLOSE_OBJECT, COLON, COMMA, isSpace, OPEN_LIST, OPEN_OBJECT, objectEnd, QUOTE, stringEnd } from './trace-text';

/** The fields a trace's columns are made of; what they are is not yet checked. */
export interface LooseSpan {
  spanId?: unknown;
  parentSpanId?: unknown;
  name?: unknown;
  startTimeUnixNano?: unknown;
  endTimeUnixNano?: unknown;
  status?: unknown;
  events?: unknown;
}

const isWanted = (key: string): key is keyof LooseSpan =>
  key === 'spanId' ||
  key === 'parentSpanId' ||
  key === 'name' ||
  key === 'startTimeUnixNano' ||
  key === 'endTimeUnixNano' ||
  key === 'status' ||
  key === 'events';

function afterSpaces(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

/** Position behind the number or word begun at `from`. */
function scalarEnd(text: string, from: number, to: number): number {
  let at = from;
  for (; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code === CLOSE_OBJECT || isSpace(code)) break;
  }
  return at;
}

/** Position behind the value begun at `at`; −1 where it does not end. */
function valueEnd(text: string, at: number, to: number): number {
  const code = text.charCodeAt(at);
  if (code === OPEN_OBJECT || code === OPEN_LIST) return objectEnd(text, at);
  if (code !== QUOTE) return scalarEnd(text, at, to);
  const end = stringEnd(text, at);
  return end === -1 ? -1 : end + 1;
}

/** The value at from..to; a text without escapes is taken as it stands. Throws where it is no JSON. */
function readValue(text: string, from: number, to: number): unknown {
  if (text.charCodeAt(from) === QUOTE) {
    const inner = text.slice(from + 1, to - 1);
    if (!inner.includes('\\')) return inner;
  }
  return JSON.parse(text.slice(from, to));
}

/**
 * The fields of the span object at from..to, without building its attributes: they are most of a trace's text, and are
 * read when somebody opens the span. Null where the text is not such an object.
 */
export function readLooseSpan(text: string, from: number, to: number): LooseSpan | null {
  const span: LooseSpan = {};
  try {
    let at = afterSpaces(text, from + 1);
    if (text.charCodeAt(at) === CLOSE_OBJECT) return span;
    while (at < to) {
      if (text.charCodeAt(at) !== QUOTE) return null;
      const keyEnd = stringEnd(text, at);
      if (keyEnd === -1) return null;
      const key = text.slice(at + 1, keyEnd);
      at = afterSpaces(text, keyEnd + 1);
      if (text.charCodeAt(at) !== COLON) return null;
      at = afterSpaces(text, at + 1);
      const end = valueEnd(text, at, to);
      if (end <= at || end > to) return null;
      const code = text.charCodeAt(at);
      // Numbers and words are short and may be no JSON at all: read whether wanted or not.
      const isNested = code === QUOTE || code === OPEN_OBJECT || code === OPEN_LIST;
      if (isWanted(key)) span[key] = readValue(text, at, end);
      else if (!isNested) JSON.parse(text.slice(at, end));
      at = afterSpaces(text, end);
      if (text.charCodeAt(at) === CLOSE_OBJECT) return span;
      if (text.charCodeAt(at) !== COMMA) return null;
      at = afterSpaces(text, at + 1);
    }
  } catch {
    // A value that is no JSON.
  }
  return null;
}
