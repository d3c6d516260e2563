/** Called for each scalar of a JSON object with its flattened, cleaned name; returning false ends the walk. */
export type OnField = (name: string, value: string) => void;

/** A fault with the text that Loki puts into `__error_details__`. */
export class JsonError extends Error {}

const QUOTE = 34;
const BACKSLASH = 92;

const cleanCache = new Map<string, string>();

/** A key as a label name: what a label cannot hold becomes `_`, a leading digit gets one before it. */
export function cleanLabelName(key: string): string {
  const cached = cleanCache.get(key);
  if (cached !== undefined) return cached;
  const cleaned = key
    .trim()
    .replace(/[^a-zA-Z0-9_]/g, '_')
    .replace(/^(?=\d)/, '_');
  if (cleanCache.size < 10_000) cleanCache.set(key, cleaned);
  return cleaned;
}

/**
 * One pass over a JSON object without building it: numbers keep their digits as written, arrays and null are left
 * out, names of nested objects join with `_`. Fields before a fault are reported, then JsonError is thrown.
 */
export function flattenJson(text: string, onField: OnField): void {
  let at = skipBlank(text, 0);
  if (text.charCodeAt(at) !== 123) throw new JsonError('expecting json object(6), but it is not');
  at = walkObject(text, at, '', onField);
  if (skipBlank(text, at) < text.length) throw new JsonError('Malformed JSON error');
}

function skipBlank(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === 32 || code === 9 || code === 10 || code === 13) at++;
    else return at;
  }
}

/** The offset of the closing quote of the string whose opening quote is at `from`. */
function stringEnd(text: string, from: number): number {
  let end = text.indexOf('"', from + 1);
  while (end >= 0) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  throw new JsonError("Value is string, but can't find closing '\"' symbol");
}

function stringValue(text: string, from: number, end: number): string {
  const raw = text.slice(from + 1, end);
  if (!raw.includes('\\')) return raw;
  try {
    const value: unknown = JSON.parse(text.slice(from, end + 1));
    return typeof value === 'string' ? value : raw;
  } catch {
    throw new JsonError('Malformed JSON error');
  }
}

function skipArray(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = stringEnd(text, at);
    else if (code === 91 || code === 123) depth++;
    else if ((code === 93 || code === 125) && --depth === 0) return at + 1;
  }
  throw new JsonError("Value is array, but can't find closing ']' symbol");
}

function scalarEnd(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 44 || code === 125 || code <= 32) break;
  }
  return at;
}

const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
/** Deep enough for every log line, shallow enough for the call stack. */
const MAX_DEPTH = 200;

function walkObject(text: string, from: number, prefix: string, onField: OnField, depth = 0): number {
  if (depth > MAX_DEPTH) throw new JsonError('Malformed JSON error');
  let at = skipBlank(text, from + 1);
  if (text.charCodeAt(at) === 125) return at + 1;
  for (;;) {
    if (text.charCodeAt(at) !== QUOTE) throw new JsonError('Malformed JSON error');
    const keyEnd = stringEnd(text, at);
    const key = cleanLabelName(stringValue(text, at, keyEnd));
    const name = prefix === '' ? key : `${prefix}_${key}`;
    at = skipBlank(text, keyEnd + 1);
    if (text.charCodeAt(at) !== 58) throw new JsonError('Malformed JSON error');
    at = skipBlank(text, at + 1);
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = stringEnd(text, at);
      onField(name, stringValue(text, at, end));
      at = end + 1;
    } else if (code === 123) {
      at = walkObject(text, at, name, onField, depth + 1);
    } else if (code === 91) {
      at = skipArray(text, at);
    } else {
      const end = scalarEnd(text, at);
      const raw = text.slice(at, end);
      if (raw === 'true' || raw === 'false' || NUMBER.test(raw)) onField(name, raw);
      else if (raw !== 'null') throw new JsonError('Unknown value type');
      at = end;
    }
    at = skipBlank(text, at);
    const next = text.charCodeAt(at);
    if (next === 125) return at + 1;
    if (next !== 44) throw new JsonError("Value looks like object, but can't find closing '}' symbol");
    at = skipBlank(text, at + 1);
  }
}

/** The steps of a JSON path expression such as `a.b[0]["c d"]`; null when it is not one. */
export function parseJsonPath(path: string): (string | number)[] | null {
  const steps: (string | number)[] = [];
  let rest = path;
  while (rest !== '') {
    const step = /^\.?([\p{L}_][\p{L}\p{N}_-]*)|^\[(\d+)\]|^\["((?:[^"\\]|\\.)*)"\]/u.exec(rest);
    if (!step) return null;
    steps.push(step[2] !== undefined ? Number(step[2]) : (step[1] ?? step[3] ?? ''));
    rest = rest.slice(step[0].length);
  }
  return steps;
}

/** The value at a path as text, objects and arrays as JSON; the empty text where there is none. */
export function valueAtPath(root: unknown, steps: readonly (string | number)[]): string {
  let value = root;
  for (const step of steps) {
    if (typeof step === 'number') value = Array.isArray(value) ? value[step] : undefined;
    else if (typeof value === 'object' && value !== null && Object.hasOwn(value, step))
      value = Reflect.get(value, step);
    else return '';
  }
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
