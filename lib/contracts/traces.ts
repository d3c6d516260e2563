import * as z from 'zod';
import { AnswerText } from './answer';
import { ModelName, RANGE_MESSAGE, RangeFields, withinTenYears } from './range';
import {
  ATTRIBUTE_TYPES,
  MAX_CONDITIONS_CHARS,
  MAX_DURATION_MS,
  parseConditions,
  SELECTION_KINDS,
  SPAN_STATUSES,
  TRACE_ORDERS,
} from './trace-conditions';
import { Why } from './why';

/** What a search can ask for: the newest matching traces, or the slowest. */
export const TraceOrder = z.enum(TRACE_ORDERS);
export type TraceOrder = z.infer<typeof TraceOrder>;

const ms = z.coerce.number().min(0).max(MAX_DURATION_MS);

/**
 * What is searched for: TraceQL in `q`, or, without it, the fields of the builder, which one span must fulfil together.
 * `minMs` and `maxMs` bound the duration of the whole trace.
 */
export const TraceFilter = z.object({
  q: z.string().max(16_000).optional(),
  model: ModelName.optional(),
  /** Comma-separated. */
  versions: z.string().max(4_000).optional(),
  segment: z.string().max(1_000).optional(),
  status: z.enum(SPAN_STATUSES).optional(),
  minMs: ms.optional(),
  maxMs: ms.optional(),
  requestId: z.string().max(1_000).optional(),
  where: z
    .string()
    .max(MAX_CONDITIONS_CHARS)
    .refine((text) => parseConditions(text) !== null, { message: 'conditions as field~op~type~value, comma-separated' })
    .optional(),
});
export type TraceFilter = z.infer<typeof TraceFilter>;

const SearchFields = {
  ...RangeFields,
  ...TraceFilter.shape,
  order: TraceOrder.default('newest'),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
  /** Matched spans listed of each trace. */
  spans: z.coerce.number().int().min(1).max(100).default(3),
};

export const TraceSearchParams = z
  .object(SearchFields)
  .refine(withinTenYears, { message: RANGE_MESSAGE, path: ['startMs'] });
export type TraceSearchParams = z.infer<typeof TraceSearchParams>;

/** A span that matched. `fields`: what the query named of it; hostile text. */
export const MatchedSpan = z.object({
  spanId: z.string(),
  name: z.string(),
  startMs: z.number(),
  durationMs: z.number(),
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type MatchedSpan = z.infer<typeof MatchedSpan>;

/** One found trace. Null is "not known from the search"; the trace itself has it. */
export const TraceRow = z.object({
  traceId: z.string(),
  rootService: z.string().nullable(),
  rootName: z.string().nullable(),
  startMs: z.number(),
  /** From the first span's start to the last one's end. */
  traceDurationMs: z.number(),
  /** Of the root span alone; null where the root is not among the spans that matched. */
  rootDurationMs: z.number().nullable(),
  model: z.string().nullable(),
  version: z.string().nullable(),
  /** Whether the root failed, or, where it did not match, any span. Null where neither is known. */
  failed: z.boolean().nullable(),
  /** Spans with an error, and spans, of the whole trace; null from servers that do not count them. */
  errorSpans: z.number().nullable(),
  spanCount: z.number().nullable(),
  matched: z.number(),
  spans: z.array(MatchedSpan),
});
export type TraceRow = z.infer<typeof TraceRow>;

/** Why nothing was found: what is missing, why, and what would help. */
export const TraceEmptiness = z.object({ what: z.string(), why: z.string(), action: z.string().nullable() });
export type TraceEmptiness = z.infer<typeof TraceEmptiness>;

export const TraceSearch = z.object({
  /** The TraceQL of the search as a person would write it, without what the console adds for itself. */
  query: z.string(),
  rows: z.array(TraceRow),
  order: TraceOrder,
  /** True: no newer (or slower) trace matches, as far as the server's own answer goes. */
  isOrderCertain: z.boolean(),
  /** More traces match than are here. */
  more: z.boolean(),
  /** How these were chosen, as a sentence: "200 newest; more match". */
  chosen: z.string(),
  /** Null where something was found. */
  empty: TraceEmptiness.nullable(),
  /** What the newest past hides from any search, milliseconds. */
  cutoffMs: z.number(),
  why: z.array(Why),
});
export type TraceSearch = z.infer<typeof TraceSearch>;

/** The builder's fields alone, turned into TraceQL without asking any source. */
export const TraceQueryParams = TraceFilter;
export type TraceQueryParams = z.infer<typeof TraceQueryParams>;
export const TraceQuery = z.object({ query: z.string() });
export type TraceQuery = z.infer<typeof TraceQuery>;

export const TraceTagsParams = z
  .object(RangeFields)
  .refine(withinTenYears, { message: RANGE_MESSAGE, path: ['startMs'] });
export type TraceTagsParams = z.infer<typeof TraceTagsParams>;

/** Fields that spans have, as TraceQL writes them, and where the contract's own are. */
export const TraceTags = z.object({
  fields: z.array(z.string()),
  model: z.string(),
  version: z.string(),
  segment: z.string(),
  requestId: z.string(),
  why: z.array(Why),
});
export type TraceTags = z.infer<typeof TraceTags>;

export const TraceValuesParams = z
  .object({ ...RangeFields, field: z.string().min(1).max(1_000), model: ModelName.optional() })
  .refine(withinTenYears, { message: RANGE_MESSAGE, path: ['startMs'] });
export type TraceValuesParams = z.infer<typeof TraceValuesParams>;

export const TraceValues = z.object({
  values: z.array(z.object({ type: z.enum(ATTRIBUTE_TYPES), value: z.string() })),
  /** Values left out, as a sentence. */
  truncated: z.string().nullable(),
  why: z.array(Why),
});
export type TraceValues = z.infer<typeof TraceValues>;

export const SelectionKind = z.enum(SELECTION_KINDS);
export type SelectionKind = z.infer<typeof SelectionKind>;

/** A box of the scatter: starts within, durations within; both ends included. */
export const TraceBox = z.object({ startMs: z.number(), endMs: z.number(), minMs: z.number(), maxMs: z.number() });
export type TraceBox = z.infer<typeof TraceBox>;

/** One trace of the population the page shows, and the side it is on. */
export const ExplainTrace = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  startMs: z.number().min(0).max(8_640_000_000_000_000),
  traceDurationMs: z.number().min(0),
  selected: z.boolean(),
});
export type ExplainTrace = z.infer<typeof ExplainTrace>;

/** The question "what is different in these?": the population shown, split in two, and the search that found it. */
export const ExplainParams = z
  .object({
    ...RangeFields,
    ...TraceFilter.shape,
    selection: SelectionKind,
    /** Slow: over this duration. Null for the other selections. */
    thresholdMs: z.number().min(0).nullable(),
    box: TraceBox.nullable(),
    traces: z.array(ExplainTrace).min(2).max(1_000),
  })
  .refine(withinTenYears, { message: RANGE_MESSAGE, path: ['startMs'] });
export type ExplainParams = z.infer<typeof ExplainParams>;

const Side = z.object({
  /** Traces that have it. */
  hits: z.number(),
  /** Traces counted. */
  total: z.number(),
  /** Trace ids to look at, at most three. */
  examples: z.array(z.string()),
});

/** One difference. Shares are 0 to 1; the interval is Newcombe's, 95 %; q is Benjamini–Hochberg's over all tested. */
export const Difference = z.object({
  /** An attribute's value, a span that is there, a stage that takes long, a span that repeats. */
  kind: z.enum(['attribute', 'presence', 'stage', 'repeats']),
  /** `span.model_version`; the name of the span for the other kinds. */
  name: z.string(),
  /** The value; the bound in words for stages and repeats. */
  value: z.string(),
  /** Stages: milliseconds of the bound, the rest's P90. Repeats: spans. */
  bound: z.number().nullable(),
  /** The same traces under other names. */
  alsoAs: z.array(z.string()),
  selected: Side,
  rest: Side,
  difference: z.number(),
  low: z.number(),
  high: z.number(),
  q: z.number(),
  /** q under 1 % and the interval above zero. */
  isCertain: z.boolean(),
  /** Where the counts are from: every trace by Tempo's compare(), or those read. */
  basis: z.enum(['all', 'sample']),
});
export type Difference = z.infer<typeof Difference>;

export const Explanation = z.object({
  answer: AnswerText,
  differences: z.array(Difference),
  /** Attributes and spans tested; q counts all of them. */
  tested: z.number(),
  /** Attributes left out of the ranking, each with the reason. */
  hidden: z.array(z.object({ name: z.string(), reason: z.string() })),
  /** What was read: "50 of 50 slow and 100 of 450 other traces". */
  basis: z.array(z.string()),
  why: z.array(Why),
});
export type Explanation = z.infer<typeof Explanation>;

/** One line of the streamed answer. */
export const ExplainLine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), read: z.number(), of: z.number(), compare: z.string() }),
  z.object({ type: z.literal('result'), explanation: Explanation }),
  z.object({
    type: z.literal('error'),
    code: z.string(),
    message: z.string(),
    source: z.string().optional(),
  }),
]);
export type ExplainLine = z.infer<typeof ExplainLine>;
