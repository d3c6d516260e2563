import type { SampledModel } from '@/lib/contracts/sampling';

/** What the reader chooses. */
export interface SamplingChoice {
  /** Share of all traces that services begin at all, 0 to 1: decided before anything is known. */
  readonly headRatio: number;
  /** Share of the ordinary traces that the collector keeps, 0 to 1: decided once the trace is over. */
  readonly restRatio: number;
  readonly keepsErrors: boolean;
  /** Traces longer than this are kept, milliseconds; null: no such policy. */
  readonly slowMs: number | null;
}

/** How a choice turns out; null where it cannot be told. Ratios are 0 to 1. */
export interface SamplingEstimate {
  /** Spans stored per second. */
  readonly spansPerSecond: number | null;
  /** Bytes stored a day as OTLP protobuf, uncompressed, and the 95 % interval of it. */
  readonly bytesPerDay: number | null;
  readonly bytesInterval: readonly [low: number, high: number] | null;
  readonly keptRatio: number | null;
  /** Share of the failed requests that would have a trace. */
  readonly errorCoverage: number | null;
  /** Share of the requests slower than the limit, or than P99 without one, that would. */
  readonly slowCoverage: number | null;
  /** Chance that at least one request beyond P99 of five minutes has a trace. */
  readonly p99Chance: number | null;
}

/** The stretch in which somebody looks for the trace of a P99 dot. */
const P99_WINDOW_MS = 300_000;
const DAY_S = 86_400;
const Z_95 = 1.96;

/**
 * Share of requests slower than a limit, by linear interpolation within its bucket; 0 to 1.
 * Null where latency is not measured, or the limit lies beyond the last finite bound.
 */
export function slowerShare(latency: SampledModel['latency'], limitMs: number): number | null {
  let lower = { upperMs: 0, share: 0 };
  for (const { upperMs, share } of latency) {
    if (upperMs === null) return null;
    if (limitMs <= upperMs) {
      const width = upperMs - lower.upperMs;
      const at = width === 0 ? 1 : (limitMs - lower.upperMs) / width;
      return Math.min(1, Math.max(0, 1 - (lower.share + at * (share - lower.share))));
    }
    lower = { upperMs, share };
  }
  return null;
}

/**
 * What a choice keeps of one model. A trace is begun with probability h (head) and then kept when a policy names it, else
 * with probability b (rest). With e the share of errors and s that of slow requests, each only where its policy is on:
 *   kept   = h · (1 − (1 − e)(1 − s)(1 − b))     errors and slowness taken as independent
 *   errors = h · (policy ? 1 : 1 − (1 − s)(1 − b)),   slow = h · (policy ? 1 : 1 − (1 − e)(1 − b))
 *   P99    = 1 − exp(−0.01 · r · 300 s · share kept of requests beyond P99)     Poisson arrivals at r per second
 */
export function estimateSampling(model: SampledModel, choice: SamplingChoice): SamplingEstimate {
  const { headRatio: h, restRatio: b, keepsErrors, slowMs } = choice;
  const e = keepsErrors ? model.errorRatio : 0;
  const s = slowMs === null ? 0 : slowerShare(model.latency, slowMs);
  const both = (share: number | null) => (share === null ? null : h * (1 - (1 - share) * (1 - b)));
  const keptRatio = e === null || s === null ? null : h * (1 - (1 - e) * (1 - s) * (1 - b));
  const errorCoverage = keepsErrors ? h : both(s);
  const slowCoverage = slowMs === null ? both(e) : h;
  const isP99Slow = slowMs !== null && model.p99Ms !== null && model.p99Ms >= slowMs;
  const p99Kept = model.p99Ms === null ? null : isP99Slow ? h : both(e);
  const { requestsPerSecond: rate, spansPerTrace, bytesPerTrace, bytesDeviation, traces } = model;
  const kept = rate === null || keptRatio === null ? null : rate * keptRatio;
  const perDay = (bytes: number) => (kept ?? 0) * bytes * DAY_S;
  const half = bytesDeviation === null || traces < 2 ? null : (Z_95 * bytesDeviation) / Math.sqrt(traces);
  return {
    spansPerSecond: kept === null || spansPerTrace === null ? null : kept * spansPerTrace,
    bytesPerDay: kept === null || bytesPerTrace === null ? null : perDay(bytesPerTrace),
    bytesInterval:
      kept === null || bytesPerTrace === null || half === null
        ? null
        : [perDay(Math.max(0, bytesPerTrace - half)), perDay(bytesPerTrace + half)],
    keptRatio,
    errorCoverage,
    slowCoverage,
    p99Chance: rate === null || p99Kept === null ? null : 1 - Math.exp(-0.01 * rate * (P99_WINDOW_MS / 1000) * p99Kept),
  };
}

/** Sum over models of what each stores; null where none could be told. Models that could not are counted. */
export function totalOf(estimates: readonly SamplingEstimate[]): {
  spansPerSecond: number | null;
  bytesPerDay: number | null;
  without: number;
} {
  const told = estimates.filter(({ bytesPerDay }) => bytesPerDay !== null);
  const sum = (of: (one: SamplingEstimate) => number | null) =>
    told.length === 0 ? null : told.reduce((total, one) => total + (of(one) ?? 0), 0);
  return {
    spansPerSecond: sum(({ spansPerSecond }) => spansPerSecond),
    bytesPerDay: sum(({ bytesPerDay }) => bytesPerDay),
    without: estimates.length - told.length,
  };
}

/** A span as its size counts. */
export interface SizedSpan {
  readonly name: string;
  readonly parentSpanId: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly { readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }[];
  readonly links: readonly { readonly attributes: Readonly<Record<string, unknown>> }[];
  readonly statusMessage: string;
}

const encoder = new TextEncoder();
/** Bytes of a length-delimited protobuf field: tag, length, content. */
const field = (bytes: number): number => 1 + (bytes < 128 ? 1 : bytes < 16_384 ? 2 : 3) + bytes;
const textField = (text: string): number => (text === '' ? 0 : field(encoder.encode(text).length));

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return textField(value);
  if (typeof value === 'boolean') return 2;
  // Whole numbers are varints, others eight bytes; both with a tag.
  if (typeof value === 'number') return Number.isInteger(value) ? 1 + varintBytes(value) : 9;
  return value === null || value === undefined ? 0 : textField(JSON.stringify(value));
}

function varintBytes(value: number): number {
  if (value < 0) return 10;
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}

const attributesBytes = (attributes: Readonly<Record<string, unknown>>): number =>
  Object.entries(attributes).reduce((sum, [key, value]) => sum + field(textField(key) + field(valueBytes(value))), 0);

/**
 * Bytes of a span as OTLP protobuf, uncompressed, without the resource that its batch shares. Ids are 16 and 8 bytes, the
 * two times fixed 64-bit numbers. Source: opentelemetry-proto, trace/v1/trace.proto.
 */
export function otlpSpanBytes(span: SizedSpan): number {
  const own = field(16) + field(8) + (span.parentSpanId === null ? 0 : field(8)) + 2 * 9 + 2;
  const events = span.events.reduce(
    (sum, event) => sum + field(9 + textField(event.name) + attributesBytes(event.attributes)),
    0,
  );
  const links = span.links.reduce(
    (sum, link) => sum + field(field(16) + field(8) + attributesBytes(link.attributes)),
    0,
  );
  const status = span.statusMessage === '' ? 2 : field(textField(span.statusMessage) + 2);
  return field(own + textField(span.name) + attributesBytes(span.attributes) + events + links + status);
}

/** Mean and standard deviation (n − 1); null for none, and for fewer than two. */
export function meanAndDeviation(values: readonly number[]): { mean: number | null; deviation: number | null } {
  const n = values.length;
  if (n === 0) return { mean: null, deviation: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean, deviation: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (n - 1)) };
}
