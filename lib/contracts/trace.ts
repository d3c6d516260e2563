import * as z from 'zod';
import { AnswerText } from './answer';
import { MAX_TOGGLED, TRACE_CLOCKS, TRACE_GROUPINGS, TRACE_ONLY } from './trace-choices';
import { Why } from './why';

/** A trace id as people paste it; the server reads its forms and refuses what is none. */
export const TraceIdText = z.string().min(1).max(200);
/** A span of a trace: its id, "id~index" where the id is not the span's alone, or the index. */
const SpanKeyText = z.string().min(1).max(120);

export const TraceClock = z.enum(TRACE_CLOCKS);
export type TraceClock = z.infer<typeof TraceClock>;
export const TraceGrouping = z.enum(TRACE_GROUPINGS);
export type TraceGrouping = z.infer<typeof TraceGrouping>;
export const TraceOnly = z.enum(TRACE_ONLY);
export type TraceOnly = z.infer<typeof TraceOnly>;

/** Rows of one window at most. */
const MAX_ROWS = 1_000;

export const TraceParams = z.object({ traceId: TraceIdText, clock: TraceClock.default('raw') });
export type TraceParams = z.input<typeof TraceParams>;

export const TraceRowsParams = TraceParams.extend({
  offset: z.coerce.number<number>().int().min(0).max(10_000_000).default(0),
  limit: z.coerce.number<number>().int().min(1).max(MAX_ROWS).default(200),
  group: TraceGrouping.default('none'),
  only: TraceOnly.default('all'),
  /** Rows that are not folded or open as they would be by themselves, by their keys. */
  toggled: z
    .string()
    .max(10_000)
    .regex(/^(g?\d{1,8}(,g?\d{1,8})*)?$/, 'expected keys of rows')
    .default('')
    .transform((text) => text.split(',').filter(Boolean))
    .refine((keys) => keys.length <= MAX_TOGGLED, `at most ${MAX_TOGGLED} rows`),
  /** Spans at this depth and deeper are folded by themselves. */
  level: z.coerce.number<number>().int().min(0).max(1_000_000).optional(),
  find: z.string().max(200).default(''),
  /** A span to be shown whatever is folded. */
  focus: SpanKeyText.optional(),
});
export type TraceRowsParams = z.input<typeof TraceRowsParams>;

const numbers = z.array(z.number());
const stretches = z.array(z.array(z.number()));

/** A window of rows as columns of one length. Times are milliseconds from the trace's start. */
export const TraceRows = z.object({
  /** Rows there are under these settings. */
  total: z.number(),
  offset: z.number(),
  /** Spans that have a row of their own, of all spans. */
  spansShown: z.number(),
  spanCount: z.number(),
  /** Why spans have no row, as sentences; empty when all have. */
  hiddenWhy: z.array(z.string()),
  names: z.array(z.string()),
  services: z.array(z.string()),
  rows: z.object({
    /** For `toggled`: the span's index, or g and the index of the first of a group. */
    key: z.array(z.string()),
    span: z.array(z.string()),
    /** Spans this row stands for: 1, or the size of a group of siblings alike. */
    count: numbers,
    depth: numbers,
    /** Into `names` and `services`. */
    name: numbers,
    service: numbers,
    startMs: numbers,
    /** Of a group: from its first start to its last end. */
    lengthMs: numbers,
    /** Negative where clocks disagree; of a group: its longest. */
    durationMs: numbers,
    /** Of a group: its shortest; otherwise the duration. */
    shortestMs: numbers,
    selfMs: numbers,
    criticalMs: numbers,
    /** Sums of `ROW_FLAG` bits. */
    flags: numbers,
    /** Spans folded beneath this row. */
    hidden: numbers,
    /** From, to, from, to … of the span's own work, the longest stretches. */
    self: stretches,
    critical: stretches,
    /** Instants of its events. */
    events: stretches,
  }),
  find: z.object({ total: z.number(), spans: z.array(z.string()) }).nullable(),
  /** Row of `focus`; null when none was asked for or it is not in this trace. */
  focusRow: z.number().nullable(),
  why: z.array(Why),
});
export type TraceRows = z.infer<typeof TraceRows>;

export const TraceFault = z.object({
  kind: z.enum([
    'no_root',
    'several_roots',
    'orphan',
    'cycle',
    'duplicate',
    'negative',
    'zero',
    'untimed',
    'unnamed',
    'outlives_root',
    'unreadable',
  ]),
  count: z.number(),
  text: z.string(),
  /** One such span. */
  span: z.string().nullable(),
});
export type TraceFault = z.infer<typeof TraceFault>;

export const TraceStatistic = z.object({
  service: z.string(),
  name: z.string(),
  count: z.number(),
  errors: z.number(),
  totalMs: z.number(),
  selfMs: z.number(),
  criticalMs: z.number(),
  minMs: z.number(),
  maxMs: z.number(),
  /** The longest of them. */
  span: z.string(),
});
export type TraceStatistic = z.infer<typeof TraceStatistic>;

export const Trace = z.object({
  traceId: z.string(),
  source: z.string(),
  answer: AnswerText,
  root: z.object({ span: z.string(), name: z.string(), service: z.string(), isTrueRoot: z.boolean() }),
  /** Milliseconds since the epoch of the earliest span. */
  startMs: z.number(),
  /** From the earliest start to the latest end. */
  durationMs: z.number(),
  rootStartMs: z.number(),
  rootDurationMs: z.number(),
  spanCount: z.number(),
  errorCount: z.number(),
  /** What the root, or else any of the first spans, says about the request; null where none does. */
  model: z.string().nullable(),
  version: z.string().nullable(),
  requestId: z.string().nullable(),
  segment: z.string().nullable(),
  services: z.array(z.object({ service: z.string(), spans: z.number(), errors: z.number() })),
  faults: z.array(TraceFault),
  /** What is not here and why, as sentences. */
  incomplete: z.array(z.string()),
  /** Hosts whose clocks disagree; null when none seems to. */
  skew: z.object({ spans: z.number(), largestMs: z.number(), span: z.string(), text: z.string() }).nullable(),
  clock: TraceClock,
  stages: z.array(z.object({ stage: z.string(), ms: z.number() })),
  critical: z.array(z.object({ service: z.string(), name: z.string(), ms: z.number(), span: z.string() })),
  statistics: z.array(TraceStatistic),
  statisticsCut: z.string().nullable(),
  /** Spans running, and failed spans running, in equal parts of the trace's duration. */
  minimap: z.object({ active: numbers, errors: numbers }),
  /** Failed spans in the order of the rows, the first thousand. */
  errorSpans: z.array(z.string()),
  /** How rows are folded unless the reader says. */
  defaultGroup: TraceGrouping,
  why: z.array(Why),
});
export type Trace = z.infer<typeof Trace>;

export const TraceRawParams = z.object({ traceId: TraceIdText });

export const TraceFlameParams = TraceParams;
/** Spans at one place (the same names from the root down) as one, by their own time and that of all below. */
export const TraceFlame = z.object({
  /** Sum of self times, milliseconds: the width of the lowest level. */
  totalMs: z.number(),
  names: z.array(z.string()),
  services: z.array(z.string()),
  /** Parents before children. */
  parent: numbers,
  depth: numbers,
  name: numbers,
  service: numbers,
  /** Left edge and width, milliseconds of self time. */
  fromMs: numbers,
  ms: numbers,
  selfMs: numbers,
  count: numbers,
  errors: numbers,
  span: z.array(z.string()),
  /** What is too narrow to be here. */
  cut: z.string().nullable(),
  why: z.array(Why),
});
export type TraceFlame = z.infer<typeof TraceFlame>;

export const TraceSpanParams = TraceParams.extend({
  span: SpanKeyText,
  /** 1: values are not cut. */
  whole: z.enum(['0', '1']).default('0'),
});
export type TraceSpanParams = z.input<typeof TraceSpanParams>;

export const TraceAttribute = z.object({
  key: z.string(),
  type: z.enum(['string', 'int', 'double', 'bool', 'bytes', 'array', 'map', 'empty']),
  /** As text; lists and maps as JSON. Cut at `CUT_CHARS` unless the whole was asked for. */
  value: z.string(),
  /** Characters of the whole value. */
  chars: z.number(),
});
export type TraceAttribute = z.infer<typeof TraceAttribute>;

const attributes = z.array(TraceAttribute);

export const TraceSpan = z.object({
  span: z.string(),
  index: z.number(),
  spanId: z.string(),
  parentSpanId: z.string().nullable(),
  /** The parent as a key; null at the top and where the parent is missing. */
  parent: z.string().nullable(),
  name: z.string(),
  service: z.string(),
  kind: z.string(),
  status: z.enum(['unset', 'ok', 'error']),
  statusMessage: z.string(),
  scope: z.string(),
  /** Milliseconds since the epoch. */
  atMs: z.number(),
  startMs: z.number(),
  durationMs: z.number(),
  selfMs: z.number(),
  criticalMs: z.number(),
  /** Added to its start on the corrected clock. */
  skewMs: z.number(),
  children: z.number(),
  /** Sentences about what is wrong with it. */
  notes: z.array(z.string()),
  attributes,
  resource: attributes,
  events: z.array(
    z.object({
      name: z.string(),
      startMs: z.number(),
      attributes,
      /** Of an exception event. */
      stackTrace: z.string().nullable(),
    }),
  ),
  links: z.array(z.object({ traceId: z.string().nullable(), spanId: z.string().nullable(), attributes })),
  cut: z.array(z.string()),
  why: z.array(Why),
});
export type TraceSpan = z.infer<typeof TraceSpan>;

export const TraceLogsParams = z.object({ traceId: TraceIdText });
export const TraceLogLine = z.object({
  /** Nanoseconds since the epoch as text. */
  ns: z.string(),
  /** Milliseconds from the trace's start. */
  startMs: z.number(),
  level: z.string().nullable(),
  service: z.string().nullable(),
  /** What the line says, redacted, cut. */
  text: z.string(),
  isCut: z.boolean(),
  /** The span it names, where that is in the trace. */
  span: z.string().nullable(),
  foundBy: z.enum(['metadata', 'field', 'text']),
});
export type TraceLogLine = z.infer<typeof TraceLogLine>;

export const TraceLogs = z.object({
  lines: z.array(TraceLogLine),
  /** How they were found, or where was looked, as a sentence. */
  found: z.string(),
  truncated: z.string().nullable(),
  why: z.array(Why),
});
export type TraceLogs = z.infer<typeof TraceLogs>;
