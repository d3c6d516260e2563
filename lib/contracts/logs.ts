import * as z from 'zod';
import { FIELD_KINDS, MAX_HELD_LINES, PAGE_LINES, readFilter } from './log-filter';
import { ModelName, RANGE_MESSAGE, RangeFields, withinTenYears } from './range';
import { Labels, SeriesSet } from './series';
import { Why } from './why';

/** Characters of a line that a list carries; the rest is asked for line by line. */
export const LINE_CUT_CHARS = 8_192;
const list = z.string().transform((text) => text.split(',').filter(Boolean));

/**
 * Which lines are meant: LogQL as the reader wrote it, or the parts of the builder, from which the server writes LogQL.
 * With `query` only `where` is read besides, and put behind it.
 */
const LogFilterFields = {
  query: z.string().min(1).max(5_000).optional(),
  model: ModelName.optional(),
  /** Services, any of them. */
  service: list.optional(),
  /** Levels, any of them, in any case. */
  level: list.optional(),
  /** Text the line holds, in any case. */
  text: z.string().max(1_000).optional(),
  /** Filters as `writeFilter` writes them, comma-separated. */
  where: z
    .string()
    .max(8_000)
    .transform((text) => text.split(',').filter(Boolean).map(readFilter))
    .refine((filters) => filters.every((filter) => filter !== null), { message: 'this is not a filter by a field' })
    .transform((filters) => filters.filter((filter) => filter !== null))
    .optional(),
};

export const Direction = z.enum(['backward', 'forward']);
export type Direction = z.infer<typeof Direction>;

const ranged = { message: RANGE_MESSAGE, path: ['startMs'] };

export const LogRangeParams = z.object({ ...LogFilterFields, ...RangeFields }).refine(withinTenYears, ranged);
export type LogRangeParams = z.infer<typeof LogRangeParams>;

/** The parts of a filter as a browser sends them: texts only. */
export interface LogFilterInput {
  query?: string;
  model?: string;
  service?: string;
  level?: string;
  text?: string;
  where?: string;
}

export const LogsParams = z
  .object({
    ...LogFilterFields,
    ...RangeFields,
    direction: Direction.default('backward'),
    limit: z.coerce.number().int().min(1).max(5_000).default(PAGE_LINES),
    /** `next` of the page before. */
    cursor: z.string().max(70_000).optional(),
  })
  .refine(withinTenYears, ranged);
export type LogsParams = z.infer<typeof LogsParams>;

/** One line as it may be read: redacted, and cut where it is long. Everything in it is text from outside. */
export const LogRow = z.object({
  /** Nanoseconds and a hash of stream and line: the same line has the same id in every answer. */
  id: z.string(),
  /** Nanoseconds since the epoch as text. */
  ns: z.string(),
  timeMs: z.number(),
  /** One of the level names of `lib/domain/log-level.ts`. */
  level: z.string(),
  line: z.string(),
  /** Characters of the whole line where `line` is cut; null where it is whole. */
  wholeChars: z.number().nullable(),
  /** Stream labels; all labels together where Loki does not tell them apart (2.9). */
  labels: Labels,
  metadata: Labels,
  /** What the query's own parsers found. */
  parsed: Labels,
  /** Whether a rule took something out: a filter by what stands in its place finds nothing. */
  redacted: z.boolean(),
  /** Fields of a line that is cut, read before the cut; null where `line` can be read itself. */
  fields: Labels.nullable(),
});
export type LogRow = z.infer<typeof LogRow>;

export const LogPage = z.object({
  /** The LogQL that ran. */
  query: z.string(),
  rows: z.array(LogRow),
  /** Whether labels, metadata and parsed fields are told apart. */
  categorized: z.boolean(),
  /** Where the next page begins; null when this is the last. */
  next: z.string().nullable(),
  /** What is missing from this page and why; null when all of it is here. */
  lost: z.string().nullable(),
  why: z.array(Why),
});
export type LogPage = z.infer<typeof LogPage>;

/** Why a page is empty. */
export const LogEmptiness = z.object({
  reason: z.enum([
    'no_label',
    'no_stream',
    'no_lines_in_range',
    'filter_matches_nothing',
    'outside_retention',
    'unknown',
  ]),
  what: z.string(),
  why: z.string(),
  action: z.string().nullable(),
});
export type LogEmptiness = z.infer<typeof LogEmptiness>;

export const LogSummary = z.object({
  query: z.string(),
  /** Lines by level over time: value i counts the lines of the step that begins at grid point i. Label `level`. */
  volume: SeriesSet,
  /** Lines of the whole range by level name. */
  totals: z.record(z.string(), z.number()),
  /** Why the lines could not be counted; null when they were. */
  notCounted: z.string().nullable(),
  /** What Loki left out of the count; null when all is counted. */
  partial: z.string().nullable(),
  /** Said when nothing matches. */
  emptiness: LogEmptiness.nullable(),
  why: z.array(Why),
});
export type LogSummary = z.infer<typeof LogSummary>;

export const LogPatternsAnswer = z.object({
  /** Null: this Loki keeps no patterns, or they do not fit the filter; they are computed on the lines that are loaded. */
  patterns: z.array(z.object({ pattern: z.string(), level: z.string().nullable(), count: z.number() })).nullable(),
  /** What the patterns are of, or why there are none. */
  note: z.string(),
  why: z.array(Why),
});
export type LogPatternsAnswer = z.infer<typeof LogPatternsAnswer>;

export const LogNames = z.object({
  /** Index labels. */
  labels: z.array(z.string()),
  /** Fields of a sample of lines; null where this Loki cannot detect them. */
  fields: z.array(z.object({ name: z.string(), kind: z.enum(FIELD_KINDS), cardinality: z.number() })).nullable(),
  services: z.array(z.string()),
  levels: z.array(z.string()),
  why: z.array(Why),
});
export type LogNames = z.infer<typeof LogNames>;

export const LogValuesParams = z
  .object({
    ...LogFilterFields,
    ...RangeFields,
    name: z.string().min(1).max(200),
    kind: z.enum(FIELD_KINDS).default('label'),
  })
  .refine(withinTenYears, ranged);
export type LogValuesParams = z.infer<typeof LogValuesParams>;
export const LogValues = z.object({ values: z.array(z.string()), why: z.array(Why) });
export type LogValues = z.infer<typeof LogValues>;

/** A row's id: nanoseconds, hash, and a count where two rows are alike in everything. */
const RowId = z.string().regex(/^\d{1,19}-[0-9a-f]{12}(?:~\d{1,4})?$/);

const count = z.coerce.number().int().min(0).max(1_000);

export const LogContextParams = z.object({
  id: RowId,
  /** The row's labels as JSON. */
  labels: z.string().max(20_000),
  before: count.default(10),
  after: count.default(10),
});
export type LogContextParams = z.infer<typeof LogContextParams>;

export const LogContext = z.object({
  query: z.string(),
  /** Oldest first, in the order they were written, the line itself among them. */
  rows: z.array(LogRow),
  /** Place of the line itself in `rows`; -1 when it is no longer there. */
  at: z.number(),
  /** What lies beyond: null when there may be more, else a sentence about how far was looked. */
  beforeEnd: z.string().nullable(),
  afterEnd: z.string().nullable(),
  why: z.array(Why),
});
export type LogContext = z.infer<typeof LogContext>;

export const LogLineParams = z.object({ id: RowId, labels: z.string().max(20_000) });
export type LogLineParams = z.infer<typeof LogLineParams>;

export const LogExportParams = z
  .object({
    ...LogFilterFields,
    ...RangeFields,
    direction: Direction.default('backward'),
    format: z.enum(['csv', 'ndjson']),
    /** Fields that become columns of their own in CSV. */
    columns: list.optional(),
    limit: z.coerce.number().int().min(1).max(MAX_HELD_LINES).default(MAX_HELD_LINES),
  })
  .refine(withinTenYears, ranged);
export type LogExportParams = z.infer<typeof LogExportParams>;

export const LogTailParams = z.object({ ...LogFilterFields });
export type LogTailParams = z.infer<typeof LogTailParams>;

/** What a live tail sends, one event at a time. */
export const LogTailEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('lines'),
    rows: z.array(LogRow),
    /** Lines left out since the event before; null when some were, uncounted. */
    dropped: z.number().nullable(),
  }),
  z.object({
    type: z.literal('state'),
    /** `polled`: Loki cannot be listened to and is asked every few seconds; `recovering`: the connection broke. */
    state: z.enum(['live', 'polled', 'behind', 'recovering', 'ended']),
    reason: z.string().nullable(),
    query: z.string(),
  }),
]);
export type LogTailEvent = z.infer<typeof LogTailEvent>;
