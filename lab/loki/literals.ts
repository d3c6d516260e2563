const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

/** The text of a Go string literal with its quotes, or null when an escape is not one of Go's. */
export function unquote(literal: string): string | null {
  const body = literal.slice(1, -1);
  if (literal.startsWith('`') || !body.includes('\\')) return body;
  let out = '';
  for (let i = 0; i < body.length; i++) {
    const ch = body.charAt(i);
    if (ch !== '\\') {
      out += ch;
      continue;
    }
    const next = body.charAt(++i);
    const simple = Object.hasOwn(SIMPLE_ESCAPES, next) ? SIMPLE_ESCAPES[next] : undefined;
    if (simple !== undefined) {
      out += simple;
      continue;
    }
    const width = { x: 2, u: 4, U: 8 }[next];
    const digits = width ? body.slice(i + 1, i + 1 + width) : body.slice(i, i + 3);
    if (width ? !new RegExp(`^[0-9a-fA-F]{${width}}$`).test(digits) : !/^[0-7]{3}$/.test(digits)) return null;
    const code = Number.parseInt(digits, width ? 16 : 8);
    if (code > 0x10ffff) return null;
    out += String.fromCodePoint(code);
    i += width ?? 2;
  }
  return out;
}

/** A string as Go's `%q` writes it, as far as queries need it. */
export const goQuote = (text: string): string => JSON.stringify(text);

const GO_UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 6e10,
  h: 3.6e12,
};
const PROM_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1e3,
  m: 6e4,
  h: 3.6e6,
  d: 8.64e7,
  w: 6.048e8,
  y: 3.1536e10,
};

/** Nanoseconds of a Go duration (`1h30m`, `-1.5s`, `0`); null when it is not one. */
export function parseGoDuration(text: string): number | null {
  const match = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(text);
  if (!match?.[2]) return null;
  let ns = 0;
  for (const part of match[2].matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    ns += Number(part[1]) * (GO_UNITS[part[2] ?? ''] ?? 0);
  }
  return match[1] === '-' ? -ns : ns;
}

/** Milliseconds of a Prometheus duration (`1d12h`, units from large to small, each once); null when it is not one. */
export function parsePrometheusDuration(text: string): number | null {
  if (text === '0') return 0;
  if (text === '' || !/^(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/.test(text)) return null;
  let ms = 0;
  for (const part of text.matchAll(/(\d+)(ms|s|m|h|d|w|y)/g)) ms += Number(part[1]) * (PROM_UNITS[part[2] ?? ''] ?? 0);
  return ms;
}

/** Nanoseconds of a duration literal of LogQL: Prometheus' form first, then Go's, as Loki's lexer tries them. */
export function parseQueryDuration(text: string): number | null {
  const ms = parsePrometheusDuration(text);
  return ms === null ? parseGoDuration(text) : ms * 1e6;
}

const BYTE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  pb: 1e15,
  eb: 1e18,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  p: 1e15,
  e: 1e18,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
  pib: 2 ** 50,
  eib: 2 ** 60,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
  pi: 2 ** 50,
};

/** Bytes of a size as go-humanize reads it (`20KB` = 20,000, `1MiB` = 1,048,576); null when it is not one. */
export function parseBytes(text: string): number | null {
  const match = /^([\d.,]+)\s*([a-z]*)$/i.exec(text.trim());
  if (!match?.[1]) return null;
  const unit = (match[2] ?? '').toLowerCase();
  const size = Number(match[1].replaceAll(',', ''));
  if (!Object.hasOwn(BYTE_UNITS, unit) || !Number.isFinite(size)) return null;
  return Math.trunc(size * (BYTE_UNITS[unit] ?? 1));
}

/** A number as Go's ParseFloat reads it; null when it is not one. */
export function parseGoFloat(text: string): number | null {
  if (/^[+-]?(\d[\d_]*\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return Number(text);
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (!special) return null;
  if ((special[2] ?? '').toLowerCase() === 'nan') return Number.NaN;
  return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** A duration as Go's `time.Duration` prints it, from nanoseconds: `2160h0m0s`, `1.5s`, `0s`. */
export function formatGoDuration(ns: number): string {
  const sign = ns < 0 ? '-' : '';
  const abs = Math.abs(ns);
  if (abs === 0) return '0s';
  if (abs < 1e3) return `${sign}${abs}ns`;
  if (abs < 1e6) return `${sign}${abs / 1e3}µs`;
  if (abs < 1e9) return `${sign}${abs / 1e6}ms`;
  const hours = Math.floor(abs / 3.6e12);
  const minutes = Math.floor((abs % 3.6e12) / 6e10);
  const seconds = (abs % 6e10) / 1e9;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`;
}

/** A sample value as Loki writes it: the shortest text that reads back the same, `+Inf`, `-Inf` and `NaN`. */
export function formatSample(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}
