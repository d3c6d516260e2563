import 'server-only';

/** Where the parts of a trace lie in Tempo's JSON text. A span's batch and scope are indexes into their lists. */
export interface TraceParts {
  /** Beginnings and ends of the span objects in the text. */
  from: number[];
  to: number[];
  batch: number[];
  scope: number[];
  /** The JSON of each batch's resource and each scope; empty where it has none. */
  resources: string[];
  scopes: string[];
  /** `status` and `message` of the answer itself. */
  status: string | number | null;
  message: string;
  /** Whether the text ends where its JSON does. */
  whole: boolean;
  /** What closes the JSON behind the last whole span, where it is not whole. */
  closing: string;
}

interface Frame {
  isList: boolean;
  key: string;
  from: number;
}

export const QUOTE = 34;
const BACKSLASH = 92;
export const OPEN_OBJECT = 123;
export const CLOSE_OBJECT = 125;
export const OPEN_LIST = 91;
const CLOSE_LIST = 93;
export const COLON = 58;
export const COMMA = 44;

/** Whether a UTF-16 code is white space between JSON's tokens (RFC 8259, section 2). */
export const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9;

/** Position of the quote that ends the string begun at `from`; −1 where the text ends within it. */
export function stringEnd(text: string, from: number): number {
  let at = text.indexOf('"', from + 1);
  while (at !== -1 && text.charCodeAt(at - 1) === BACKSLASH) {
    let slashes = 1;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) break;
    at = text.indexOf('"', at + 1);
  }
  return at;
}

/** Position behind the object begun at `from`, whatever is in it; −1 where the text ends before. */
export function objectEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = stringEnd(text, at);
      if (at === -1) return -1;
    } else if (code === OPEN_OBJECT || code === OPEN_LIST) depth += 1;
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

const BATCH_LISTS = new Set(['batches', 'resourceSpans']);
const SCOPE_LISTS = new Set(['scopeSpans', 'instrumentationLibrarySpans']);

const readScalar = (text: string): string | number | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' || typeof value === 'number' ? value : null;
  } catch {
    return null;
  }
};

/**
 * Finds the spans in the JSON of a trace without building it: one walk over the text, which a 200 MB trace survives and
 * a text that ends in the middle too (its last span is left out). All of Tempo's forms: `batches`, `resourceSpans`, and
 * either below `trace`.
 */
export function findTraceParts(text: string): TraceParts {
  const parts: TraceParts = {
    from: [],
    to: [],
    batch: [],
    scope: [],
    resources: [],
    scopes: [],
    status: null,
    message: '',
    whole: false,
    closing: '',
  };
  const stack: Frame[] = [];
  let lastFrom = 0;
  let lastTo = 0;
  let afterColon = false;
  let listClosing = '';
  const keyOf = () => (afterColon ? text.slice(lastFrom + 1, lastTo) : '');
  const closers = () =>
    stack
      .map(({ isList }) => (isList ? ']' : '}'))
      .reverse()
      .join('');
  let at = 0;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = stringEnd(text, at);
      if (end === -1) return parts;
      if (afterColon && stack.length === 1) noteScalar(parts, keyOf(), text.slice(at, end + 1));
      if (!afterColon) {
        lastFrom = at;
        lastTo = end;
      }
      at = end;
    } else if (code === COLON) afterColon = true;
    else if (code === COMMA) afterColon = false;
    else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      const key = keyOf();
      const within = stack.at(-1);
      afterColon = false;
      if (code === OPEN_OBJECT && (key === 'resource' || key === 'scope' || key === 'instrumentationLibrary')) {
        const end = objectEnd(text, at);
        if (end === -1) return parts;
        const list = key === 'resource' ? parts.resources : parts.scopes;
        if (list.length > 0) list[list.length - 1] = text.slice(at, end);
        at = end - 1;
        continue;
      }
      if (code === OPEN_OBJECT && within?.isList && within.key === 'spans') {
        const end = objectEnd(text, at);
        if (end === -1) return parts;
        parts.from.push(at);
        parts.to.push(end);
        parts.batch.push(parts.resources.length - 1);
        parts.scope.push(parts.scopes.length - 1);
        parts.closing = listClosing;
        at = end - 1;
        continue;
      }
      if (code === OPEN_OBJECT && within?.isList && BATCH_LISTS.has(within.key)) parts.resources.push('');
      if (code === OPEN_OBJECT && within?.isList && SCOPE_LISTS.has(within.key)) parts.scopes.push('');
      stack.push({ isList: code === OPEN_LIST, key, from: at });
      if (key === 'spans') listClosing = closers();
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      stack.pop();
      afterColon = false;
      if (stack.length === 0) {
        parts.whole = true;
        return parts;
      }
    } else if (afterColon && stack.length === 1 && code >= 48 && code <= 57) {
      noteScalar(parts, keyOf(), text[at] ?? '');
    }
  }
  return parts;
}

function noteScalar(parts: TraceParts, key: string, json: string): void {
  if (key === 'status') parts.status ??= readScalar(json);
  if (key === 'message') parts.message = String(readScalar(json) ?? '');
}
