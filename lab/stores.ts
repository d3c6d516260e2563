/**
 * What the three engines of the lab read. The simulated fleet (`lab/fleet`) and a data directory
 * (`lab/directory.ts`) both implement these; the engines know neither.
 */

/** A label test as all three query languages have it; regular expressions are RE2 and anchored at both ends. */
export interface Matcher {
  name: string;
  op: '=' | '!=' | '=~' | '!~';
  value: string;
}

export type Labels = Readonly<Record<string, string>>;

/** One time series: parallel arrays, times ascending, milliseconds since the epoch. Values may be NaN or ±Inf. */
export interface Series {
  /** Includes `__name__`. */
  labels: Labels;
  timesMs: Float64Array;
  values: Float64Array;
}

export interface Exemplar {
  seriesLabels: Labels;
  labels: Labels;
  value: number;
  timestampMs: number;
}

export interface MetricStore {
  /** Series that satisfy every matcher, with the samples of startMs ≤ t ≤ endMs (views, not copies; may be empty arrays). */
  select(matchers: readonly Matcher[], startMs: number, endMs: number): Series[];
  /** Label sets of the series that satisfy every matcher and have a sample in the range. */
  series(matchers: readonly Matcher[], startMs: number, endMs: number): Labels[];
  exemplars(matchers: readonly Matcher[], startMs: number, endMs: number): Exemplar[];
  /** Metric family → its type and help, as `/api/v1/metadata` says. */
  metadata(): ReadonlyMap<string, { type: string; help: string; unit: string }>;
  /** Recording and alerting groups in the JSON form of `/api/v1/rules` `data.groups`; empty where there are none. */
  ruleGroups(nowMs: number): readonly unknown[];
  /** Active targets in the JSON form of `/api/v1/targets` `data.activeTargets`. */
  targets(nowMs: number): readonly unknown[];
}

export interface LogEntry {
  timeNs: bigint;
  line: string;
  structuredMetadata: Labels;
}

export interface LogStream {
  labels: Labels;
  /** Ascending by time; entries of one timestamp keep the order of arrival. */
  entries: LogEntry[];
}

/** Substrings that every wanted line must contain: a store that knows where an id lives may use them to look at less. */
export interface LogHints {
  contains: readonly string[];
}

export interface LogStore {
  /** Streams that satisfy every matcher with their entries of startNs ≤ t < endNs. Throws TooMuchToRead past its bound. */
  select(matchers: readonly Matcher[], startNs: bigint, endNs: bigint, hints?: LogHints): LogStream[];
  /** Label sets of the streams that satisfy every matcher and have an entry in the range. */
  series(matchers: readonly Matcher[], startNs: bigint, endNs: bigint): Labels[];
  push(streams: readonly LogStream[]): void;
  /** Calls back for each entry that arrives from now on, until the returned function is called. */
  tail(matchers: readonly Matcher[], onEntry: (labels: Labels, entry: LogEntry) => void): () => void;
}

/** OTLP attribute value; 64-bit integers stay strings as OTLP JSON has them. */
export type AttributeValue =
  | { stringValue: string }
  | { intValue: string }
  | { doubleValue: number }
  | { boolValue: boolean }
  | { arrayValue: { values: AttributeValue[] } }
  | { kvlistValue: { values: Attribute[] } }
  | { bytesValue: string };

export interface Attribute {
  key: string;
  value: AttributeValue;
}

export interface Span {
  /** Lowercase hex, 32 and 16 digits; an empty parent is a root. */
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  /** OTLP numbers: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number;
  startNs: bigint;
  endNs: bigint;
  attributes: Attribute[];
  events: { name: string; timeNs: bigint; attributes: Attribute[] }[];
  links: { traceId: string; spanId: string; attributes: Attribute[] }[];
  /** 0 unset, 1 ok, 2 error. */
  statusCode: number;
  statusMessage: string;
  resource: Attribute[];
  scope: { name: string; version: string };
}

export interface Trace {
  traceId: string;
  spans: Span[];
}

export interface TraceStore {
  /** The trace of this id (32 hex digits), or null. */
  byId(traceId: string): Trace | null;
  /** Traces with a span in startMs ≤ t < endMs, newest first, made as they are asked for: stop early to do less. */
  scan(startMs: number, endMs: number): Iterable<Trace>;
  push(spans: readonly Span[]): void;
}

/** A query that would read more than the store is willing to: engines answer it as the real server does its own limit. */
export class TooMuchToRead extends Error {}
