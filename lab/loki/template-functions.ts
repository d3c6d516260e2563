import { parseGoDuration } from '../go/durations';
import { parseBytes } from './literals';
import { compileRe2 } from './regex';

export type TemplateValue = string | number | boolean | Date | { call: string };

/** A value as a template prints it. */
export function toText(value: TemplateValue): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? '' : String(value);
}

/** Go's truth: false, 0 and the empty text are false. */
export const truthy = (value: TemplateValue): boolean => value !== '' && value !== 0 && value !== false;

type Run = (args: TemplateValue[]) => TemplateValue;

const text = (args: TemplateValue[], at: number): string => toText(args[at] ?? '');
const number = (args: TemplateValue[], at: number): number => {
  const value = Number(toText(args[at] ?? '0'));
  return Number.isNaN(value) ? 0 : value;
};
const trimOf = (subject: string, cut: string, sides: 'both' | 'left' | 'right'): string => {
  let from = 0;
  let to = subject.length;
  while (sides !== 'right' && from < to && cut.includes(subject.charAt(from))) from++;
  while (sides !== 'left' && to > from && cut.includes(subject.charAt(to - 1))) to--;
  return subject.slice(from, to);
};

/** The longest text that a padding or a repetition makes: a template must not take the lab's memory. */
const MAX_WIDTH = 10_000;
const width = (value: number) => Math.max(0, Math.min(MAX_WIDTH, Math.trunc(value)));

function printf(args: TemplateValue[]): string {
  let next = 1;
  return text(args, 0).replace(
    /%([-0]?)(\d*)(?:\.(\d+))?([sdvfqtx%])/g,
    (_, flag: string, size: string, digits: string, verb: string) => {
      if (verb === '%') return '%';
      const at = next++;
      let out = text(args, at);
      if (verb === 'd') out = String(Math.trunc(number(args, at)));
      if (verb === 'f') out = number(args, at).toFixed(digits === undefined ? 6 : Math.min(20, Number(digits)));
      if (verb === 'q') out = JSON.stringify(out);
      if (verb === 'x') out = Buffer.from(out).toString('hex');
      const columns = width(Number(size));
      if (flag === '-') return out.padEnd(columns);
      return out.padStart(columns, flag === '0' ? '0' : ' ');
    },
  );
}

function compareValues(args: TemplateValue[]): number {
  const [a, b] = [args[0] ?? '', args[1] ?? ''];
  if (typeof a === 'number' || typeof b === 'number') return number(args, 0) - number(args, 1);
  const [left, right] = [toText(a), toText(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function regexReplace(args: TemplateValue[], literal: boolean): string {
  const regex = compileRe2(text(args, 0));
  const matcher = regex.matcher(text(args, 1));
  return matcher.replaceAll(
    literal ? text(args, 2).replace(/[\\$]/g, '\\$&') : text(args, 2).replace(/\$\{(\w+)\}/g, '$$$1'),
  );
}

const trunc = (args: TemplateValue[]): string => {
  const count = number(args, 0);
  const subject = text(args, 1);
  return count < 0 ? subject.slice(count) : subject.slice(0, count);
};

const GO_DATE: Readonly<Record<string, (d: Date) => string>> = {
  '2006': (d) => String(d.getUTCFullYear()),
  '01': (d) => String(d.getUTCMonth() + 1).padStart(2, '0'),
  '02': (d) => String(d.getUTCDate()).padStart(2, '0'),
  '15': (d) => String(d.getUTCHours()).padStart(2, '0'),
  '04': (d) => String(d.getUTCMinutes()).padStart(2, '0'),
  '05': (d) => String(d.getUTCSeconds()).padStart(2, '0'),
  '.000': (d) => `.${String(d.getUTCMilliseconds()).padStart(3, '0')}`,
  Z07: () => 'Z',
};

const FUNCTIONS: Readonly<Record<string, Run>> = {
  ToLower: (a) => text(a, 0).toLowerCase(),
  ToUpper: (a) => text(a, 0).toUpperCase(),
  lower: (a) => text(a, 0).toLowerCase(),
  upper: (a) => text(a, 0).toUpperCase(),
  title: (a) => text(a, 0).replace(/(^|\s)\S/g, (c) => c.toUpperCase()),
  trim: (a) => text(a, 0).trim(),
  TrimSpace: (a) => text(a, 0).trim(),
  Trim: (a) => trimOf(text(a, 0), text(a, 1), 'both'),
  TrimLeft: (a) => trimOf(text(a, 0), text(a, 1), 'left'),
  TrimRight: (a) => trimOf(text(a, 0), text(a, 1), 'right'),
  trimAll: (a) => trimOf(text(a, 1), text(a, 0), 'both'),
  TrimPrefix: (a) => (text(a, 0).startsWith(text(a, 1)) ? text(a, 0).slice(text(a, 1).length) : text(a, 0)),
  TrimSuffix: (a) =>
    text(a, 0).endsWith(text(a, 1)) ? text(a, 0).slice(0, text(a, 0).length - text(a, 1).length) : text(a, 0),
  trimPrefix: (a) => (text(a, 1).startsWith(text(a, 0)) ? text(a, 1).slice(text(a, 0).length) : text(a, 1)),
  trimSuffix: (a) =>
    text(a, 1).endsWith(text(a, 0)) ? text(a, 1).slice(0, text(a, 1).length - text(a, 0).length) : text(a, 1),
  replace: (a) => text(a, 2).split(text(a, 0)).join(text(a, 1)),
  Replace: (a) => {
    const limit = number(a, 3);
    const parts = text(a, 0).split(text(a, 1));
    if (limit < 0 || parts.length <= limit + 1) return parts.join(text(a, 2));
    return parts.slice(0, limit + 1).join(text(a, 2)) + text(a, 1) + parts.slice(limit + 1).join(text(a, 1));
  },
  trunc,
  substr: (a) => text(a, 2).slice(Math.max(0, number(a, 0)), number(a, 1) < 0 ? undefined : number(a, 1)),
  repeat: (a) =>
    text(a, 1).repeat(Math.min(width(number(a, 0)), Math.floor(MAX_WIDTH / Math.max(1, text(a, 1).length)))),
  indent: (a) => text(a, 1).replace(/^/gm, ' '.repeat(width(number(a, 0)))),
  nindent: (a) => `\n${text(a, 1).replace(/^/gm, ' '.repeat(width(number(a, 0))))}`,
  alignLeft: (a) =>
    text(a, 1)
      .slice(0, width(number(a, 0)))
      .padEnd(width(number(a, 0))),
  alignRight: (a) =>
    text(a, 1)
      .slice(-width(number(a, 0)) || text(a, 1).length)
      .padStart(width(number(a, 0))),
  contains: (a) => text(a, 1).includes(text(a, 0)),
  hasPrefix: (a) => text(a, 1).startsWith(text(a, 0)),
  hasSuffix: (a) => text(a, 1).endsWith(text(a, 0)),
  default: (a) => (truthy(a[1] ?? '') ? (a[1] ?? '') : (a[0] ?? '')),
  printf,
  print: (a) => a.map(toText).join(''),
  eq: (a) => a.slice(1).some((other) => toText(other) === text(a, 0)),
  ne: (a) => text(a, 0) !== text(a, 1),
  lt: (a) => compareValues(a) < 0,
  le: (a) => compareValues(a) <= 0,
  gt: (a) => compareValues(a) > 0,
  ge: (a) => compareValues(a) >= 0,
  and: (a) => a.find((value) => !truthy(value)) ?? a.at(-1) ?? '',
  or: (a) => a.find(truthy) ?? a.at(-1) ?? '',
  not: (a) => !truthy(a[0] ?? ''),
  len: (a) => Buffer.byteLength(text(a, 0)),
  count: (a) => {
    const matcher = compileRe2(text(a, 0)).matcher(text(a, 1));
    let found = 0;
    while (matcher.find()) found++;
    return found;
  },
  regexReplaceAll: (a) => regexReplace(a, false),
  regexReplaceAllLiteral: (a) => regexReplace(a, true),
  int: (a) => Math.trunc(number(a, 0)),
  float64: (a) => number(a, 0),
  add: (a) => a.reduce((sum: number, _, i) => sum + Math.trunc(number(a, i)), 0),
  addf: (a) => a.reduce((sum: number, _, i) => sum + number(a, i), 0),
  sub: (a) => Math.trunc(number(a, 0)) - Math.trunc(number(a, 1)),
  subf: (a) => number(a, 0) - number(a, 1),
  mul: (a) => a.reduce((product: number, _, i) => product * Math.trunc(number(a, i)), 1),
  mulf: (a) => a.reduce((product: number, _, i) => product * number(a, i), 1),
  div: (a) => Math.trunc(number(a, 0) / number(a, 1)),
  divf: (a) => number(a, 0) / number(a, 1),
  mod: (a) => Math.trunc(number(a, 0)) % Math.trunc(number(a, 1)),
  max: (a) => Math.max(...a.map((_, i) => number(a, i))),
  min: (a) => Math.min(...a.map((_, i) => number(a, i))),
  floor: (a) => Math.floor(number(a, 0)),
  ceil: (a) => Math.ceil(number(a, 0)),
  round: (a) => Number(number(a, 0).toFixed(Math.max(0, Math.min(20, Math.trunc(number(a, 1)))))),
  bytes: (a) => parseBytes(text(a, 0)) ?? 0,
  duration: (a) => (parseGoDuration(text(a, 0)) ?? 0) / 1e9,
  duration_seconds: (a) => (parseGoDuration(text(a, 0)) ?? 0) / 1e9,
  b64enc: (a) => Buffer.from(text(a, 0)).toString('base64'),
  b64dec: (a) => Buffer.from(text(a, 0), 'base64').toString('utf8'),
  urlencode: (a) => encodeURIComponent(text(a, 0)).replaceAll('%20', '+'),
  urldecode: (a) => {
    try {
      return decodeURIComponent(text(a, 0).replaceAll('+', ' '));
    } catch {
      return text(a, 0);
    }
  },
  unixEpoch: (a) => (a[0] instanceof Date ? String(Math.floor(a[0].getTime() / 1000)) : ''),
  unixEpochMillis: (a) => (a[0] instanceof Date ? String(a[0].getTime()) : ''),
  date: (a) => {
    const when = a[1];
    if (!(when instanceof Date)) return '';
    return text(a, 0).replace(
      /2006|\.000|Z07(?::00)?|0[1245]|15/g,
      (part) => GO_DATE[part.startsWith('Z07') ? 'Z07' : part]?.(when) ?? part,
    );
  },
};

/** What the lab knows of Loki's template functions. */
export const TEMPLATE_FUNCTIONS: ReadonlyMap<string, Run> = new Map(Object.entries(FUNCTIONS));
