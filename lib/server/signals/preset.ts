import 'server-only';
import { z } from 'zod';
import table from './presets.json';

/** Units a duration metric can be in, with what one of them is in milliseconds. */
export const UNIT_MS = { seconds: 1_000, milliseconds: 1, microseconds: 1e-3, nanoseconds: 1e-6 } as const;

const Unit = z.enum(['seconds', 'milliseconds', 'microseconds', 'nanoseconds']);
export type DurationUnit = z.infer<typeof Unit>;

const ErrorsBy = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('label'), label: z.string(), op: z.enum(['=~', '!=']), value: z.string() }),
  z.object({
    kind: z.literal('metric'),
    metric: z.string(),
    label: z.string().nullable(),
    pattern: z.string().nullable(),
  }),
  z.object({ kind: z.literal('none'), reason: z.string(), remedy: z.string().nullable() }),
]);
/** How failed requests are told: a label of the request counter, a counter of their own, or not at all. */
export type ErrorsBy = z.infer<typeof ErrorsBy>;

const LatencyBy = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('histogram'), metric: z.string(), unit: Unit }),
  z.object({
    kind: z.literal('mean'),
    sum: z.string(),
    count: z.string(),
    unit: Unit,
    remedy: z.string().nullable(),
  }),
  z.object({ kind: z.literal('none'), reason: z.string(), remedy: z.string().nullable() }),
]);
/** How long requests took: a histogram, a sum beside a count (mean only), or not at all. */
export type LatencyBy = z.infer<typeof LatencyBy>;

const TokenCounter = z.object({
  metric: z.string(),
  /** Without it another kind of token would be counted too; null: the counter has one kind. */
  only: z.object({ label: z.string(), value: z.string() }).nullable().default(null),
});

/** A counter of a language model's tokens. */
export type TokenCounter = z.infer<typeof TokenCounter>;

/** What a serving stack exposes, and under which names. What it cannot give is declared, so that nobody reads a 0. */
export const Preset = z.object({
  id: z.string(),
  product: z.string(),
  /** Any of these metrics there means this stack is there. */
  detect: z.array(z.string()),
  /** A label of the request counter that must be there too, where another preset has the same metrics. */
  detectLabel: z.string().nullable(),
  /** Null: this stack counts no requests. `successOnly`: failures are counted apart and added. */
  requests: z.object({ metric: z.string(), successOnly: z.boolean() }).nullable(),
  errors: ErrorsBy,
  latency: LatencyBy,
  /** Null: one process is one model, and its name comes from a target label. */
  modelLabel: z.string().nullable(),
  versionLabel: z.string().nullable(),
  /** The version label is "<model>_<n>": the prefix is not part of the version. */
  versionHasModelPrefix: z.boolean(),
  inFlight: z.string().nullable(),
  /** Counters of tokens read and written, of stacks that serve language models. */
  tokens: z.object({ input: TokenCounter, output: TokenCounter }).nullable().default(null),
  /** Matchers without which the numbers would be wrong (a proxy that reports both ends). */
  only: z.array(z.object({ label: z.string(), op: z.enum(['=', '!=', '=~', '!~']), value: z.string() })),
});
export type Preset = z.infer<typeof Preset>;

/**
 * The telemetry contract first, then serving stacks as read in their sources, most specific first: where several are
 * there, the first is taken. Proxies and generic HTTP metrics come last, since they stand in front of any of the others.
 */
export const PRESETS: readonly Preset[] = z.array(Preset).parse(table);
