import 'server-only';
import { z } from 'zod';
import { block } from './problems';
import { type Findings, readSecret } from './secret';
import { count, durationMs, flag, headerName, Secret, text, webhookUrl } from './values';

/** A synthetic check as it is used. */
export interface SyntheticConfig {
  url: string;
  /** Sent as JSON; `$request_id` and `$trace_id` in its texts stand for those of the run. */
  body: Readonly<Record<string, unknown>>;
  /** Secrets resolved; never shown. */
  headers: Readonly<Record<string, string>>;
  intervalMs: number;
  timeoutMs: number;
  /** How long metric, trace and log line are waited for after the answer. */
  waitMs: number;
  /** Without the address checks that keep the console from asking its cloud for credentials. */
  allowLinkLocal: boolean;
  expect: {
    status: readonly number[];
    /** Text that the answer must hold; null: any answer will do. */
    contains: string | null;
    /** An answer that takes longer is a failure; null: only the timeout is. */
    withinMs: number | null;
  };
}

/** Headers that the check itself sets: another value would cut the thread it follows. */
const OWN_HEADERS = ['traceparent', 'tracestate', 'x-request-id', 'content-length', 'host'];
const MAX_BODY_CHARACTERS = 100_000;
const status = count(100, 599);

/** `models[].synthetic`: a known request that is sent again and again, and followed through the telemetry. */
export const SyntheticBlock = block({
  url: webhookUrl,
  body: z
    .record(z.string(), z.unknown(), { error: 'expected the fields of a JSON object' })
    .refine((value) => JSON.stringify(value).length <= MAX_BODY_CHARACTERS, {
      error: `expected at most ${MAX_BODY_CHARACTERS} characters as JSON`,
    })
    .default({}),
  headers: z
    .record(
      headerName.refine((name) => !OWN_HEADERS.includes(name.toLowerCase()), {
        error: 'expected another header: this one is set by the check itself',
      }),
      Secret,
      { error: 'expected header names with their values' },
    )
    .optional(),
  interval: durationMs(10_000, 86_400_000, '10s to 1d').prefault('1m'),
  timeout: durationMs(100, 60_000, '100ms to 1m').prefault('10s'),
  wait: durationMs(1_000, 900_000, '1s to 15m').prefault('2m'),
  allowLinkLocal: flag.default(false),
  expect: block({
    status: z
      .union([status, z.array(status).min(1).max(20)], { error: 'expected a status such as 200, or a list of them' })
      .default(200),
    contains: text(500).optional(),
    within: durationMs(1, 60_000, '1ms to 1m').optional(),
  }).prefault({}),
});

/** The block with its secrets read; null where a model has none, and then nothing is sent. */
export function toSynthetic(
  written: z.infer<typeof SyntheticBlock> | undefined,
  path: string,
  found: Findings,
): SyntheticConfig | null {
  if (written === undefined) return null;
  const headers = Object.fromEntries(
    Object.entries(written.headers ?? {}).map(([name, value]) => {
      const resolved = typeof value === 'string' ? value : readSecret(value, `${path}.headers.${name}`, found);
      if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(resolved)) {
        found.problems.push(`${path}: the value of the header ${name} holds a character that HTTP headers cannot`);
      }
      return [name, resolved];
    }),
  );
  const { expect } = written;
  return {
    url: written.url,
    body: written.body,
    headers,
    intervalMs: written.interval,
    timeoutMs: written.timeout,
    waitMs: written.wait,
    allowLinkLocal: written.allowLinkLocal,
    expect: {
      status: typeof expect.status === 'number' ? [expect.status] : expect.status,
      contains: expect.contains ?? null,
      withinMs: expect.within ?? null,
    },
  };
}
