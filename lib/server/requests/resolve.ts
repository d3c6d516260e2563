import 'server-only';
import type { PastedId } from '@/lib/domain/pasted-id';
import type { NameOf } from '@/lib/domain/request-story-record';
import { type SearchWindow, searchWindows } from '@/lib/domain/request-story-windows';
import type { Answer } from '../answer';
import type { Config, SourceConfig } from '../config';
import type { AppError } from '../errors';
import { type LokiClient, lokiClient } from '../loki/client';
import type { LogEntry } from '../loki/entries';
import { tempoClient } from '../tempo/client';
import type { TraceHit } from '../tempo/search';
import { type LoadedTrace, loadTrace } from '../traces/load';
import { mergeLines, type StoryLine } from './lines';
import type { Steps } from './steps';
import { everyStream, linesByField, linesByText, logFieldOf, spansById } from './story-queries';
import { widenBoth } from './widen';

/** Lines of one answer at most; a request has a handful. */
const MAX_LINES = 500;
/** Clocks of hosts, and the time a line takes to arrive. */
const AROUND_TRACE_MS = 5 * 60_000;

export interface Resolved {
  lines: StoryLine[];
  trace: LoadedTrace | null;
  /** Why there are none, where there are none. */
  noTrace: string | null;
  noLines: string | null;
  /** Whether the lines are more than what is here. */
  isCut: boolean;
}

/** How far a source was searched, for an id that is nowhere. */
export interface Looked {
  source: string;
  backToMs: number | null;
  failure: AppError | null;
  words: string | null;
}

export type Resolution = { found: Resolved } | { looked: Looked[] };

interface Asked {
  ids: readonly PastedId[];
  atMs: number | null;
  backMs: number;
  nowMs: number;
}

/**
 * Looks an id up in Tempo and Loki: a trace id first by itself, which needs no time; anything else in windows that widen
 * from now, each source at its own pace, until one has it; then the other around the time that is known by then.
 */
export async function resolveRequest(
  config: Config,
  asked: Asked,
  steps: Steps,
  signal: AbortSignal,
): Promise<Resolution> {
  const lookup = new Lookup(config, asked, steps, signal);
  return lookup.run();
}

class Lookup {
  readonly #name: NameOf;
  readonly #loki: LokiClient | null;
  readonly #tempo: SourceConfig | null;
  #lokiFailure: AppError | null = null;
  #tempoFailure: AppError | null = null;
  #selector: string | null = null;
  #noStreams = false;
  #isCut = false;

  constructor(
    private readonly config: Config,
    private readonly asked: Asked,
    private readonly steps: Steps,
    private readonly signal: AbortSignal,
  ) {
    this.#name = logFieldOf(config.signals);
    const [loki] = config.sources.loki;
    this.#loki = loki === undefined ? null : lokiClient(loki);
    this.#tempo = config.sources.tempo[0] ?? null;
  }

  async run(): Promise<Resolution> {
    const { ids, nowMs, backMs, atMs } = this.asked;
    let trace: LoadedTrace | null = null;
    for (const { id } of ids.filter(({ kind }) => kind === 'trace').slice(0, 3)) {
      trace ??= await this.#traceById(id);
    }
    if (trace !== null) return { found: await this.#aroundTrace(trace, []) };
    const windows = searchWindows({ nowMs, backMs, atMs });
    const [entries, hits] = await widenBoth(
      windows,
      {
        name: this.#loki?.source.name ?? '',
        look: (window, signal) => this.#linesIn(window, ids, `log lines, ${window.words}`, signal),
      },
      { name: this.#tempo?.name ?? '', look: (window, signal) => this.#spansIn(window, signal) },
      this.signal,
    );
    const [hit] = hits;
    if (entries.length === 0 && hit === undefined) return { looked: this.#looked(windows) };
    return { found: await this.#complete([...entries], hit?.traceId ?? null) };
  }

  /** What the other source has about a request that one has found. */
  async #complete(entries: LogEntry[], hitTraceId: string | null): Promise<Resolved> {
    const lines = mergeLines([entries], this.#name);
    const own = this.asked.ids.filter(({ kind }) => kind === 'request').map(({ id }) => id);
    const about = lines.filter(({ requestId }) => requestId !== null && own.includes(requestId));
    const told = [...about, ...lines].find((line) => line.traceId !== null)?.traceId ?? null;
    const traceId = hitTraceId ?? told;
    const known = this.asked.ids.some(({ kind, id }) => kind === 'trace' && id === traceId);
    const trace = traceId === null || known ? null : await this.#traceById(traceId);
    if (trace !== null) return this.#aroundTrace(trace, entries);
    const [first] = lines;
    const last = lines.at(-1);
    if (first === undefined || last === undefined) return this.#resolved([], null);
    const range = { startMs: first.atMs - AROUND_TRACE_MS, endMs: last.atMs + AROUND_TRACE_MS };
    const more = await this.#linesIn(range, this.#idsOf(lines, traceId), 'the other lines of the request', this.signal);
    return this.#resolved([entries, more], null);
  }

  /** The lines of a trace that is known, by all of its names. */
  async #aroundTrace(trace: LoadedTrace, entries: LogEntry[]): Promise<Resolved> {
    const lines = mergeLines([entries], this.#name);
    const range = {
      startMs: Math.floor(trace.startMs - AROUND_TRACE_MS),
      endMs: Math.ceil(trace.startMs + trace.durationMs + AROUND_TRACE_MS),
    };
    const ids = this.#idsOf(lines, trace.traceId);
    const more = await this.#linesIn(range, ids, 'log lines around the trace', this.signal);
    return this.#resolved([entries, more], trace);
  }

  #idsOf(lines: readonly StoryLine[], traceId: string | null): PastedId[] {
    const requests = this.asked.ids.filter(({ kind }) => kind === 'request').map(({ id }) => id);
    const ofTrace = lines.filter((line) => traceId === null || line.traceId === traceId);
    const named = [...requests, ...ofTrace.flatMap(({ requestId }) => requestId ?? [])].slice(0, 20);
    const ids: PastedId[] = [...new Set(named)].map((id) => ({ kind: 'request', id }));
    return traceId === null ? ids : [...ids, { kind: 'trace', id: traceId }];
  }

  #resolved(lists: readonly (readonly LogEntry[])[], trace: LoadedTrace | null): Resolved {
    const lines = mergeLines(lists, this.#name);
    return {
      lines,
      trace,
      isCut: this.#isCut,
      noTrace: trace === null ? this.#noTrace(lines) : null,
      noLines: lines.length === 0 ? this.#noLines() : null,
    };
  }

  #noTrace(lines: readonly StoryLine[]): string {
    if (this.#tempo === null) return 'No Tempo is configured, so that there is no trace.';
    if (this.#tempoFailure !== null) return this.#tempoFailure.message;
    const sampled = lines
      .map(({ fields }) => fields[this.#name('sampled')])
      .find((value) => typeof value === 'boolean');
    if (sampled === false) return 'Its service says that it was not sampled: no trace of it was kept.';
    if (lines.every(({ traceId }) => traceId === null)) return 'None of its log lines carries a trace id.';
    return `${this.#tempo.name} holds no trace of it: it was not sampled, is older than what is kept, or has not arrived yet.`;
  }

  #noLines(): string {
    if (this.#loki === null) return 'No Loki is configured, so that there are no log lines.';
    if (this.#lokiFailure !== null) return this.#lokiFailure.message;
    if (this.#noStreams) return `${this.#loki.source.name} has no streams at that time.`;
    return `${this.#loki.source.name} has no line with one of its ids, neither in a field nor in the text.`;
  }

  async #traceById(traceId: string): Promise<LoadedTrace | null> {
    const source = this.#tempo;
    if (source === null || this.#tempoFailure !== null) return null;
    const plan = { source, purpose: 'the trace by its id', language: 'none', query: traceId, range: null } as const;
    const { value, failure } = await this.steps.run(
      plan,
      this.signal,
      async (): Promise<Answer<LoadedTrace>> => {
        const loaded = await loadTrace(traceId, this.signal);
        const { purpose: _purpose, ...why } = loaded.why('the trace');
        return { value: loaded, why };
      },
      (loaded) => ({ found: loaded.parsed.count, bytes: loaded.bytes }),
    );
    this.#tempoFailure = failure;
    return value;
  }

  async #spansIn(window: SearchWindow, signal: AbortSignal): Promise<TraceHit[]> {
    const [source] = this.config.sources.tempo;
    if (source === undefined || this.#tempoFailure !== null) return [];
    const query = spansById(this.asked.ids, this.config.signals);
    if (query === null) return [];
    const plan = { source, purpose: `spans, ${window.words}`, language: 'traceql', query, range: window } as const;
    const { value, failure } = await this.steps.run(
      plan,
      signal,
      () => tempoClient(source).search(query, { ...window, limit: 5 }, signal),
      (hits) => ({ found: hits.length, bytes: null }),
    );
    this.#tempoFailure = failure;
    return value ?? [];
  }

  /** Lines that name one of the ids in a field or in their text; both, since services log in different ways. */
  async #linesIn(
    window: { startMs: number; endMs: number },
    ids: readonly PastedId[],
    purpose: string,
    signal: AbortSignal,
  ): Promise<LogEntry[]> {
    const loki = this.#loki;
    if (loki === null || this.#lokiFailure !== null || ids.length === 0) return [];
    const selector = await this.#streams(loki, window, signal);
    if (selector === null) return [];
    const range = { startMs: Math.max(0, Math.floor(window.startMs)), endMs: Math.ceil(window.endMs) };
    const ask = async (how: string, query: string | null): Promise<LogEntry[]> => {
      if (query === null) return [];
      const plan = { source: loki.source, purpose: `${purpose}, ${how}`, language: 'logql', query, range } as const;
      const { value, failure } = await this.steps.run(
        plan,
        signal,
        () => loki.logs(query, { ...range, limit: MAX_LINES, direction: 'forward' }, signal),
        ({ entries, bytesProcessed }) => ({ found: entries.length, bytes: bytesProcessed }),
      );
      this.#lokiFailure ??= failure;
      if (value !== null && value.next !== null) this.#isCut = true;
      return value?.entries ?? [];
    };
    const lists = await Promise.all([
      ask('by field', linesByField(selector, ids, this.config.signals)),
      ask('by text', linesByText(selector, ids)),
    ]);
    return lists.flat();
  }

  async #streams(
    loki: LokiClient,
    window: { startMs: number; endMs: number },
    signal: AbortSignal,
  ): Promise<string | null> {
    if (this.#selector !== null) return this.#selector;
    const range = { startMs: Math.max(0, Math.floor(window.startMs)), endMs: Math.ceil(window.endMs) };
    const plan = { source: loki.source, purpose: 'labels of its streams', language: 'none', query: '', range } as const;
    const { value, failure } = await this.steps.run(
      plan,
      signal,
      () => loki.labels(range, signal),
      (labels) => ({ found: labels.length, bytes: null }),
    );
    this.#lokiFailure = failure;
    this.#selector = value === null ? null : everyStream(value);
    this.#noStreams = value !== null && this.#selector === null;
    return this.#selector;
  }

  #looked(windows: readonly SearchWindow[]): Looked[] {
    const backToMs = Math.min(...windows.map(({ startMs }) => startMs));
    const looked: Looked[] = [];
    const searchesSpans = spansById(this.asked.ids, this.config.signals) !== null;
    if (this.#tempo !== null) {
      const words = searchesSpans ? 'searched by attribute' : 'asked for the trace by its id, in all of its time';
      const failure = this.#tempoFailure;
      looked.push({ source: this.#tempo.name, backToMs: searchesSpans ? backToMs : null, failure, words });
    }
    if (this.#loki !== null) {
      const words = this.#noStreams ? 'has no streams in the last of these windows' : null;
      looked.push({ source: this.#loki.source.name, backToMs, failure: this.#lokiFailure, words });
    }
    return looked;
  }
}
