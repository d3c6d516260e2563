import { cleanLabelName, type OnField } from './json-parser';

/** A fault with the text that Loki puts into `__error_details__`. */
export class LogfmtError extends Error {}

/** Reads `key=value` pairs; a fault throws LogfmtError with Loki's text when strict, else ends or skips the pair. */
export function scanLogfmt(text: string, options: { strict: boolean; keepEmpty: boolean }, onField: OnField): void {
  let at = 0;
  while (at < text.length) {
    while (at < text.length && text.charCodeAt(at) <= 32) at++;
    if (at >= text.length) return;
    const start = at;
    while (at < text.length && text.charCodeAt(at) > 32 && text[at] !== '=' && text[at] !== '"') at++;
    const key = text.slice(start, at);
    if (text[at] === '"' || key === '') {
      if (options.strict) {
        throw new LogfmtError(`logfmt syntax error at pos ${at + 1} : unexpected '${text[at] ?? ''}'`);
      }
      while (at < text.length && text.charCodeAt(at) > 32) at++;
      continue;
    }
    let value = '';
    if (text[at] === '=') {
      at++;
      if (text[at] === '"') {
        const literal = /^"(?:[^"\\]|\\.)*"/s.exec(text.slice(at))?.[0];
        if (literal === undefined) {
          if (options.strict)
            throw new LogfmtError(`logfmt syntax error at pos ${text.length + 1} : unterminated quoted value`);
          return;
        }
        value = unescapeQuoted(literal);
        at += literal.length;
      } else {
        const from = at;
        while (at < text.length && text.charCodeAt(at) > 32 && text[at] !== '"') at++;
        value = text.slice(from, at);
      }
    }
    if (value !== '' || options.keepEmpty) onField(cleanLabelName(key), value);
  }
}

function unescapeQuoted(literal: string): string {
  if (!literal.includes('\\')) return literal.slice(1, -1);
  try {
    const value: unknown = JSON.parse(literal);
    return typeof value === 'string' ? value : literal;
  } catch {
    return literal.slice(1, -1);
  }
}

interface PatternPart {
  /** The literal text, or for a capture its name; `_` captures nothing. */
  text: string;
  isCapture: boolean;
}

/** The parts of a pattern such as `<ip> - <_>`. Throws an Error with Loki's text where captures touch or lack a name. */
export function compilePattern(pattern: string, use: 'parser' | 'line'): PatternPart[] {
  const parts: PatternPart[] = [];
  let at = 0;
  for (const match of pattern.matchAll(/<([a-zA-Z_][a-zA-Z0-9_]*)>/g)) {
    if (match.index > at) parts.push({ text: pattern.slice(at, match.index), isCapture: false });
    if (parts.at(-1)?.isCapture) throw new Error('found consecutive capture: invalid expression');
    parts.push({ text: match[1] ?? '_', isCapture: true });
    at = match.index + match[0].length;
  }
  if (at < pattern.length) parts.push({ text: pattern.slice(at), isCapture: false });
  const named = parts.filter((p) => p.isCapture && p.text !== '_');
  if (use === 'parser') {
    if (named.length === 0) throw new Error('at least one capture is required: invalid expression');
    if (new Set(named.map((p) => p.text)).size < named.length)
      throw new Error('duplicate capture name: invalid expression');
  } else if (named.length > 0) {
    throw new Error('named captures are not supported: invalid expression');
  }
  return parts;
}

/** Reads a line by a pattern from its start; stops at the first literal that is not there. */
export function scanPattern(parts: readonly PatternPart[], line: string, onField: OnField): void {
  let at = 0;
  const first = parts[0];
  let index = 0;
  if (first && !first.isCapture) {
    if (!line.startsWith(first.text)) return;
    at = first.text.length;
    index = 1;
  }
  while (index < parts.length) {
    const capture = parts[index];
    const literal = parts[index + 1];
    const end = literal ? line.indexOf(literal.text, at) : line.length;
    if (end < 0) {
      if (capture && capture.text !== '_') onField(capture.text, line.slice(at));
      return;
    }
    if (capture && capture.text !== '_') onField(capture.text, line.slice(at, end));
    at = end + (literal?.text.length ?? 0);
    index += 2;
  }
}

/** Whether a line holds the literals of a pattern filter in their order, anchored where no `<_>` opens or ends it. */
export function matchesPattern(parts: readonly PatternPart[], line: string): boolean {
  if (parts.length === 0) return line === '';
  let at = 0;
  for (const [index, part] of parts.entries()) {
    if (part.isCapture) continue;
    const isLast = index === parts.length - 1;
    if (index === 0) {
      if (!line.startsWith(part.text) || (isLast && line !== part.text)) return false;
      at = part.text.length;
      continue;
    }
    // A capture takes at least one character, as Loki's matcher has it.
    const found = isLast ? line.length - part.text.length : line.indexOf(part.text, at + 1);
    if (found < at + 1 || !line.startsWith(part.text, found)) return false;
    at = found + part.text.length;
  }
  return parts.at(-1)?.isCapture ? at < line.length : true;
}
