import { parseGoDuration } from '../go/durations';
import { parseDurationMs } from '../prometheus/durations';

/** Nanoseconds of a duration literal of LogQL: Prometheus' form first, then Go's, as Loki's lexer tries them. */
export function parseQueryDuration(text: string): number | null {
  const ms = parseDurationMs(text);
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
