import 'server-only';
import { RE2JS } from 're2js';
import { z } from 'zod';
import { parseDurationMs } from '@/lib/domain/time';

/** The scalar forms a configuration file may hold, each with what it expects in words. */

const SIZE_BYTES: Readonly<Record<string, number>> = { B: 1, kB: 1_000, KB: 1_000, MB: 1_000_000, GB: 1_000_000_000 };

/** "20MB", "512kB" to bytes; null for anything else. */
export function parseSizeBytes(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s?(B|[kK]B|MB|GB)$/.exec(text);
  if (!match) return null;
  return Math.round(Number(match[1]) * (SIZE_BYTES[match[2] ?? ''] ?? Number.NaN));
}

/** A schema over one scalar that `parse` turns into a value, or null when it cannot; bounds are part of the message. */
function scalar<T>(expected: string, parse: (value: unknown) => T | null) {
  return z.unknown().transform((value, context): T => {
    const parsed = value === undefined ? null : parse(value);
    if (parsed !== null) return parsed;
    context.issues.push({ code: 'custom', input: value, message: `expected ${expected}` });
    return z.NEVER;
  });
}

/**
 * A schema that reads a written duration as milliseconds, both bounds included; `bounds` says them in the message of
 * a refusal.
 */
export const durationMs = (minMs: number, maxMs: number, bounds: string) =>
  scalar(`a duration such as 30s, 5m or 2h (${bounds})`, (value) => {
    const ms = typeof value === 'string' ? parseDurationMs(value) : null;
    return ms !== null && ms >= minMs && ms <= maxMs ? ms : null;
  });

/**
 * A schema that reads a written size as bytes, 1 MB being 1 000 000, both bounds included; `bounds` says them in a
 * refusal.
 */
export const sizeBytes = (minBytes: number, maxBytes: number, bounds: string) =>
  scalar(`a size such as 20MB (${bounds})`, (value) => {
    const bytes = typeof value === 'string' ? parseSizeBytes(value) : null;
    return bytes !== null && bytes >= minBytes && bytes <= maxBytes ? bytes : null;
  });

/** A share: 0.995 or "99.5%", strictly between 0 and 1. */
export const share = scalar('a share between 0 and 1 such as 0.995, or a percentage such as 99.5%', (value) => {
  const percent = typeof value === 'string' ? /^(\d+(?:\.\d+)?)\s?%$/.exec(value) : null;
  const ratio = percent ? Number(percent[1]) / 100 : value;
  return typeof ratio === 'number' && ratio > 0 && ratio < 1 ? ratio : null;
});

/** A share that leaves a budget. 100 % gets an answer of its own: it is asked for in good faith. */
export const objective = z
  .unknown()
  .refine((value) => !(value === 1 || (typeof value === 'string' && /^100(\.0+)?\s?%$/.test(value))), {
    error:
      'expected less than 100 %: such an objective leaves no budget, so its burn rate is infinite from the first failure on; take 99.9% or what users would notice',
    abort: true,
  })
  .pipe(share);

/** A schema of whole numbers, both bounds included; digits in quotes are text and refused. */
export const count = (min: number, max: number) =>
  z
    .number({ error: `expected a whole number from ${min} to ${max}` })
    .refine((value) => Number.isInteger(value) && value >= min && value <= max, {
      error: `expected a whole number from ${min} to ${max}`,
    });

/** A schema of numbers, both bounds included; neither NaN nor infinity, which YAML can write. */
export const amount = (min: number, max: number) =>
  z
    .number({ error: `expected a number from ${min} to ${max}` })
    .refine((value) => value >= min && value <= max, { error: `expected a number from ${min} to ${max}` });

export const flag = z.boolean({ error: 'expected true or false' });

/**
 * A schema of text with its edges trimmed, 1 to `maxLength` UTF-16 units; a bare number is refused with advice to
 * quote it.
 */
export const text = (maxLength = 1_000) =>
  z
    .string({ error: 'expected text (in quotes, if it looks like a number)' })
    .trim()
    .min(1, { error: 'expected text, got an empty one' })
    .max(maxLength, { error: `expected at most ${maxLength} characters` });

/** A name of a metric, label, field or attribute. */
export const telemetryName = text(200).regex(/^[A-Za-z_][\w:.\-/]*$/, {
  error: 'expected a name of letters, digits, _ : . - and /',
});

/** An http or https address, returned without a trailing slash. Credentials belong into basicAuth, never into an address. */
export const httpUrl = scalar('an address such as http://localhost:9090', (value) => {
  if (typeof value !== 'string' || !URL.canParse(value)) return null;
  const url = new URL(value);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  if (url.username !== '' || url.password !== '') return null;
  if (url.search !== '' || url.hash !== '') return null;
  return value.trim().replace(/\/+$/, '');
});

/** The address of a webhook: a query is part of it, credentials go into none. */
export const webhookUrl = scalar('an address such as https://example.com/hooks/windsock', (value) => {
  if (typeof value !== 'string' || !URL.canParse(value)) return null;
  const url = new URL(value);
  const plain = /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.hash === '';
  return plain ? url.href : null;
});

/** A link for people; may carry a query and a fragment. */
export const webLink = scalar('a web address that starts with http:// or https://', (value) =>
  typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value) ? value : null,
);

export const re2Pattern = scalar('a regular expression in RE2 syntax (no lookaround, no backreferences)', (value) => {
  if (typeof value !== 'string' || value === '') return null;
  try {
    // A rule that matches nothing-at-all everywhere would replace between every two characters.
    return RE2JS.compile(value).matcher('').matches() ? null : value;
  } catch {
    return null;
  }
});

export const databaseUrl = scalar('file:PATH or postgres://USER:PASSWORD@HOST:PORT/NAME', (value) => {
  if (typeof value !== 'string') return null;
  if (/^file:./.test(value)) return value;
  return /^postgres(ql)?:\/\//.test(value) && URL.canParse(value) ? value : null;
});

export const Secret = z.union([z.string().min(1), z.strictObject({ env: text() }), z.strictObject({ file: text() })], {
  error: 'expected {env: NAME}, {file: PATH}, or the text itself',
});
export type Secret = z.infer<typeof Secret>;

const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** The name of an HTTP header. */
export const headerName = z.string().regex(HEADER_NAME, { error: 'expected the name of an HTTP header' });

/** Headers whose values may be secrets. */
export const secretHeaders = z.record(headerName, Secret, { error: 'expected header names with their values' });
