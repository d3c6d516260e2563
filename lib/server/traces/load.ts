import 'server-only';
import type { TraceClock } from '@/lib/contracts/trace';
import type { Why } from '@/lib/contracts/why';
import { formatCount } from '@/lib/domain/format';
import { analyseCorrected, analyseTrace, type TraceAnalysis } from '@/lib/domain/trace-analysis';
import type { ClockSkew } from '@/lib/domain/trace-skew';
import { toAnswer, whyOf } from '../answer';
import { QueryCache } from '../cache';
import { getConfig, type TempoConfig } from '../config';
import { AppError } from '../errors';
import { processWide } from '../process-wide';
import { redactSpanText } from '../redaction/redact-trace';
import { parseTraceId } from '../tempo/ids';
import { nsToFloatMs } from '../tempo/spans';
import { type ParsedTrace, parseTrace } from '../tempo/trace-columns';
import { fetchTraceText } from '../tempo/trace-text-answer';
import { malformed } from '../upstream/error';
import { hostOfResource } from './resource';

/** Bytes of parsed traces this process keeps, and of one at most. */
const TRACE_CACHE_BYTES = 400 * 1024 * 1024;
const KEPT_MS = 5 * 60_000;
/** A trace whose last span is younger than this may still grow, and is asked for again soon. */
const GROWS_MS = 2 * 60_000;
const GROWING_KEPT_MS = 10_000;
const NS_PER_MS = 1e6;
/** Columns, tree and analysis, bytes per span; measured. */
const BYTES_PER_SPAN = 420;

/** A trace as it was read, with everything computed from it. Never changed, but for what it computes when first asked. */
export class LoadedTrace {
  readonly raw: TraceAnalysis;
  readonly skew: ClockSkew;
  #corrected: TraceAnalysis | null = null;

  constructor(
    readonly traceId: string,
    readonly source: TempoConfig,
    readonly parsed: ParsedTrace,
    readonly bytes: number,
    /** Whether the text was longer than what is read of one trace. */
    readonly isCut: boolean,
    private readonly provenance: { elapsedMs: number; requestUrl: string },
  ) {
    const hosts = parsed.resources.map(hostOfResource);
    // A host has one clock, whatever runs on it; where no host is named, a service stands for one.
    const hostOf = (span: number) =>
      hosts[parsed.resource[span] ?? 0] || (parsed.services[parsed.service[span] ?? 0] ?? '');
    const { raw, skew } = analyseTrace(parsed, hostOf);
    this.raw = raw;
    this.skew = skew;
  }

  analysis(clock: TraceClock): TraceAnalysis {
    if (clock === 'raw' || this.skew.skewed.length === 0) return this.raw;
    this.#corrected ??= analyseCorrected(this.parsed, this.skew);
    return this.#corrected;
  }

  /** Milliseconds since the epoch of the trace's zero. */
  get startMs(): number {
    return nsToFloatMs(this.parsed.baseNs);
  }

  get durationMs(): number {
    return this.raw.endNs / NS_PER_MS;
  }

  /** A span's name for addresses: its id, with its index where an earlier span has that id. */
  keyOf(index: number): string {
    const id = this.parsed.spanIds[index] ?? '';
    return this.#isDuplicate(index) ? `${id}~${index}` : id;
  }

  #duplicates: ReadonlySet<number> | null = null;
  #isDuplicate(index: number): boolean {
    this.#duplicates ??= new Set(this.raw.tree.faults.duplicates);
    return this.#duplicates.has(index);
  }

  /** The index of a key, or of an index as text; −1 for none. */
  find(key: string): number {
    const numbered = /^(?:[^~]*~)?(\d{1,8})$/.exec(key)?.[1];
    if (numbered !== undefined) {
      const index = Number(numbered);
      if (index < this.parsed.count && (key === numbered || key === this.keyOf(index))) return index;
    }
    return this.parsed.spanIds.indexOf(key.toLowerCase());
  }

  /** What is not here and why. */
  get incomplete(): string[] {
    const { partial, message, whole } = this.parsed;
    const said: string[] = [];
    if (partial) said.push(`${this.source.name} left spans out${message === '' ? '.' : `: ${message}.`}`);
    const read = formatCount(this.parsed.count);
    if (this.isCut) {
      said.push(
        `Its answer is larger than ${formatCount(this.source.maxTraceBytes / 1e6)} MB (maxTraceSize in windsock.yaml); the first ${read} spans were read.`,
      );
    } else if (!whole) said.push(`The answer of ${this.source.name} broke off; ${read} spans were read.`);
    return said;
  }

  why(purpose: string): Why {
    const asked = {
      language: 'none',
      query: this.traceId,
      startMs: Math.floor(this.startMs),
      endMs: Math.ceil(this.startMs + this.durationMs),
      stepMs: null,
    } as const;
    const { incomplete } = this;
    return whyOf(
      toAnswer(this.source, asked, null, {
        ...this.provenance,
        cached: false,
        truncated: incomplete.length === 0 ? null : incomplete.join(' '),
        warnings: [],
      }),
      purpose,
    );
  }
}

const cache = () => processWide('traces', () => new QueryCache(TRACE_CACHE_BYTES, TRACE_CACHE_BYTES));

async function readTrace(source: TempoConfig, traceId: string, signal: AbortSignal): Promise<LoadedTrace | null> {
  const answer = await fetchTraceText(source, traceId, signal);
  if (answer === null) return null;
  const parsed = await parseTrace(answer.value, signal, (name) => redactSpanText(name));
  if (parsed.count > 0 || parsed.unreadable > 0) {
    const isBeyond = answer.cut && answer.bytes >= source.maxTraceBytes;
    return new LoadedTrace(traceId, source, parsed, answer.bytes, isBeyond, answer);
  }
  if (parsed.whole && /^\s*\{/.test(answer.value)) return null;
  throw malformed(source, 'answered with something that is not whole JSON: check its address and try again.');
}

/** Memory a trace takes: text of one byte a character unless some need two, and the columns. */
const sizeOf = (trace: LoadedTrace | null): number => {
  if (trace === null) return 1;
  const { text, count } = trace.parsed;
  return (trace.bytes > text.length ? text.length * 2 : text.length) + count * BYTES_PER_SPAN;
};

/**
 * A trace by its id, from the first configured Tempo that has it; read once and kept for a few minutes. Throws
 * `not_found` with where was looked.
 */
export async function loadTrace(written: string, signal: AbortSignal): Promise<LoadedTrace> {
  const traceId = parseTraceId(written);
  const sources = getConfig().sources.tempo;
  if (sources.length === 0) {
    throw new AppError('not_configured', 'No Tempo is configured. Name one under sources.tempo in windsock.yaml.');
  }
  const failures: AppError[] = [];
  for (const source of sources) {
    try {
      const { value } = await cache().get<LoadedTrace | null>({
        key: JSON.stringify([source.name, source.url, traceId]),
        signal,
        load: (shared) => readTrace(source, traceId, shared),
        keepMs: (trace) => {
          if (trace === null || trace.isCut || !trace.parsed.whole) return trace === null ? 0 : GROWING_KEPT_MS;
          return Date.now() - (trace.startMs + trace.durationMs) < GROWS_MS ? GROWING_KEPT_MS : KEPT_MS;
        },
        sizeBytes: sizeOf,
      });
      if (value !== null) return value;
    } catch (error) {
      // Another Tempo may have it; when none has, this one is to blame.
      if (!(error instanceof AppError) || signal.aborted) throw error;
      failures.push(error);
    }
  }
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  const names = sources.map(({ name }) => name).join(', ');
  throw new AppError(
    'not_found',
    `No span of trace ${traceId} is in ${names}: all of ${sources.length === 1 ? 'its' : 'their'} time was searched, recent spans included.`,
    sources.length === 1 && sources[0] !== undefined ? { source: sources[0].name } : {},
  );
}
