import { fieldsOf, summarise } from './log-fields';

/** The part of a pattern that varies, as Loki writes it. */
export const ANY = '<_>';

export interface LinePattern {
  pattern: string;
  count: number;
  /** Level of the first line of it. */
  level: string;
}

const MAX_CHARS = 400;

/** What varies in a sentence: quoted text, ids, numbers with their units, addresses and paths with a number in them. */
const VARIABLE =
  /"[^"]*"|'[^']*'|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b|\b0x[0-9a-f]+\b|\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b|\b\d[\d.,:/-]*(?:[a-zµ%]{1,3}\b)?|\b[\w.-]*\d[\w.-]*\b/gi;

/** The shape of a line: its words, with what varies replaced. Fields of a JSON or logfmt line count by their names. */
export function patternOf(line: string): string {
  const { format, fields } = fieldsOf(line);
  if (format === 'text') return shape(line);
  const { message, rest } = summarise(fields);
  const error = rest.find(([name]) => name === 'error' || name === 'err');
  const words = [message, error?.[1]].filter((part) => part !== null && part !== undefined).map(shape);
  return words.length > 0 ? words.join(' · ') : rest.map(([name]) => `${name}=${ANY}`).join(' ');
}

const shape = (text: string): string =>
  text
    .slice(0, MAX_CHARS)
    .replace(VARIABLE, ANY)
    .replace(/(?:<_>[\s,.:;/-]*){2,}/g, `${ANY} `)
    .replace(/\s+/g, ' ')
    .trim();

/** Shapes of lines, most frequent first. */
export function patternsOf(lines: readonly { line: string; level: string }[]): LinePattern[] {
  const found = new Map<string, LinePattern>();
  for (const { line, level } of lines) {
    const pattern = patternOf(line);
    const held = found.get(pattern);
    if (held === undefined) found.set(pattern, { pattern, count: 1, level });
    else held.count += 1;
  }
  return [...found.values()].sort((a, b) => b.count - a.count || (a.pattern < b.pattern ? -1 : 1));
}
