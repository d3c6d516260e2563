import 'server-only';
import type { TraceOrder, TraceRow } from '@/lib/contracts/traces';
import type { Why } from '@/lib/contracts/why';
import { formatCount, formatDuration, formatMs } from '@/lib/domain/format';
import { whyOf } from '../answer';
import { firstKnown } from '../tempo/api';
import type { TempoFlavour } from '../tempo/catalog';
import { MAX_SEARCH_MS, MAX_TRACES, type TempoClient } from '../tempo/client';
import type { TraceHit } from '../tempo/search';
import { durationQuantiles, longerThan, withStages } from '../tempo/traceql';
import type { SpanNames } from './names';
import { choosesColumns, toTraceRow, withColumns } from './rows';

export interface SearchQuestion {
  query: string;
  names: SpanNames;
  range: { startMs: number; endMs: number };
  limit: number;
  /** Matched spans listed of each trace. */
  spans: number;
}

export interface SearchFound {
  rows: TraceRow[];
  more: boolean;
  /** Whether nothing newer (slower) was passed over. */
  isOrderCertain: boolean;
  /** How the rows were chosen, as a sentence without its count. */
  how: string;
  why: Why[];
}

/** Spans asked for of each trace, so that the root is among them. */
const SPANS_FOR_ROOT = 20;
/** First window of a search on servers that give the first traces they find. */
const FIRST_WINDOW_MS = 5 * 60_000;
const SHORTEST_WINDOW_MS = 10_000;
const MAX_WINDOWS = 40;

interface Step {
  hits: TraceHit[];
  more: boolean;
}

/** One question to Tempo, with what it cost written down. */
class Asker {
  readonly why: Why[] = [];

  constructor(
    private readonly tempo: TempoClient,
    private readonly question: SearchQuestion,
    private readonly signal: AbortSignal,
  ) {}

  async ask(
    query: string,
    range: { startMs: number; endMs: number },
    limit: number,
    mostRecent: boolean,
    purpose: string,
  ): Promise<Step> {
    const { names, spans } = this.question;
    const asked = { ...range, limit, mostRecent, spansPerTrace: Math.max(spans, SPANS_FOR_ROOT) };
    const search = (text: string) => this.tempo.search(text, asked, this.signal);
    const answer = choosesColumns(query)
      ? await search(query)
      : // What a server cannot select from is still found; its mistakes are those of the query itself.
        await firstKnown([() => search(withColumns(query, names)), () => search(query)], 400);
    this.why.push(whyOf(answer, purpose));
    // A full list that is said to be cut: more match, or parts were not looked at because the list was full.
    const more = answer.value.length >= limit && answer.why.truncated !== null;
    return { hits: answer.value, more };
  }
}

/** Searches in the order asked for. */
export function searchTraces(
  tempo: TempoClient,
  flavour: TempoFlavour,
  question: SearchQuestion & { order: TraceOrder },
  signal: AbortSignal,
): Promise<SearchFound> {
  return question.order === 'newest'
    ? newestTraces(tempo, flavour, question, signal)
    : slowestTraces(tempo, flavour, question, signal);
}

/**
 * The newest traces. Where the server can order them, it is asked to; else windows are asked from the newest backwards,
 * each small enough to be answered whole, because within one the server gives the first traces it finds.
 */
async function newestTraces(
  tempo: TempoClient,
  flavour: TempoFlavour,
  question: SearchQuestion,
  signal: AbortSignal,
): Promise<SearchFound> {
  const asker = new Asker(tempo, question, signal);
  const { range, limit, query } = question;
  const { mostRecent } = flavour.features;
  const found = new Map<string, TraceHit>();
  let isCertain = true;
  let endMs = range.endMs;
  let windowMs = mostRecent ? MAX_SEARCH_MS : Math.min(FIRST_WINDOW_MS, range.endMs - range.startMs);
  let more = false;
  for (let windows = 0; endMs > range.startMs && windows < MAX_WINDOWS; windows += 1) {
    const startMs = Math.max(range.startMs, endMs - windowMs);
    const step = await asker.ask(
      query,
      { startMs, endMs },
      limit,
      mostRecent,
      `traces, newest first, part ${windows + 1}`,
    );
    if (step.more && !mostRecent && endMs - startMs > SHORTEST_WINDOW_MS) {
      windowMs = Math.max(SHORTEST_WINDOW_MS, (endMs - startMs) / 4);
      continue;
    }
    if (step.more && !mostRecent) isCertain = false;
    for (const hit of step.hits) found.set(hit.traceId, hit);
    more = step.more || found.size > limit;
    endMs = startMs;
    if (found.size >= limit) break;
    if (step.hits.length * 4 < limit) windowMs = Math.min(MAX_SEARCH_MS, windowMs * 4);
  }
  const isWhole = endMs <= range.startMs;
  const hits = [...found.values()].sort((a, b) => b.startMs - a.startMs).slice(0, limit);
  const tail = isWhole ? '' : ` of the last ${formatDuration(range.endMs - endMs)} searched`;
  return {
    rows: hits.map((hit) => toTraceRow(hit, { ...question, asked: query })),
    more: more || (!isWhole && hits.length >= limit),
    isOrderCertain: isCertain,
    how: isCertain
      ? `newest${tail}`
      : `first found of the newest ${formatDuration(range.endMs - endMs)}: ${tempo.source.name} gives no order within ${formatDuration(SHORTEST_WINDOW_MS)}`,
    why: asker.why,
  };
}

const QUANTILES = [0.99, 0.9, 0.5] as const;
/** Rounds of raising the bound where more traces lie above it than one search gives. */
const MAX_RAISES = 5;
/** Searches of parts of the range at most. */
const MAX_SPLITS = 12;

/**
 * The slowest traces: those over the P99 of the durations found, by TraceQL metrics, then over lower bounds until there
 * are enough. A search that gives all that lie over a bound has the slowest for certain; one that was cut is asked again
 * over a higher bound. Where metrics are not to be had, the bound comes from the newest traces.
 */
async function slowestTraces(
  tempo: TempoClient,
  flavour: TempoFlavour,
  question: SearchQuestion,
  signal: AbortSignal,
): Promise<SearchFound> {
  const asker = new Asker(tempo, question, signal);
  const { query, limit } = question;
  const endMs = question.range.endMs;
  const startMs = Math.max(question.range.startMs, endMs - MAX_SEARCH_MS);
  const range = { startMs, endMs };
  const { bounds, note } = await boundsOf(tempo, flavour, asker, question, range, signal);
  const found = new Map<string, TraceHit>();
  let isCertain = false;
  let boundMs = 0;
  const over = async (ms: number, within = range): Promise<Step> => {
    const text = ms > 0 ? withStages(query, [longerThan(ms)]) : query;
    const step = await asker.ask(
      text,
      within,
      MAX_TRACES,
      false,
      ms > 0 ? `traces over ${formatMs(ms)}` : 'all traces',
    );
    for (const hit of step.hits) found.set(hit.traceId, hit);
    boundMs = ms;
    return step;
  };
  // More lie over the bound than one search gives, and no higher bound holds enough: then half of the time at once.
  let splits = 0;
  const inParts = async (ms: number, within: { startMs: number; endMs: number }): Promise<boolean> => {
    const middleMs = Math.floor((within.startMs + within.endMs) / 2);
    const halves = [
      { startMs: middleMs, endMs: within.endMs },
      { startMs: within.startMs, endMs: middleMs },
    ];
    let isWhole = true;
    for (const half of halves) {
      if (splits >= MAX_SPLITS || half.endMs - half.startMs < SHORTEST_WINDOW_MS) return false;
      splits += 1;
      const step = await over(ms, half);
      if (step.more && !(await inParts(ms, half))) isWhole = false;
    }
    return isWhole;
  };
  for (const bound of [...bounds, 0]) {
    let step = await over(bound);
    for (let raises = 0; step.more && limit <= MAX_TRACES / 2 && raises < MAX_RAISES; raises += 1) {
      // Everything over the limit-th duration seen is enough, and less than what was cut, unless nearly all were asked for.
      const durations = [...found.values()].map(({ durationMs }) => durationMs).sort((a, b) => b - a);
      const higher = durations[Math.min(limit, durations.length) - 1] ?? 0;
      if (higher <= boundMs) break;
      step = await over(higher);
    }
    isCertain = !step.more || (await inParts(boundMs, range));
    if (found.size >= limit || !isCertain) break;
  }
  const all = [...found.values()].sort((a, b) => b.durationMs - a.durationMs || b.startMs - a.startMs);
  const cut = startMs > question.range.startMs ? ' of the last 168 h' : '';
  const bounded = boundMs > 0 ? `, over ${formatMs(boundMs)}` : '';
  return {
    rows: all.slice(0, limit).map((hit) => toTraceRow(hit, { ...question, asked: query })),
    more: all.length > limit || boundMs > 0,
    isOrderCertain: isCertain,
    how: isCertain
      ? `slowest${cut}${bounded}${note}`
      : `slowest of ${formatCount(found.size)} found${cut}: more lie over every bound than ${tempo.source.name} lists${note}`,
    why: asker.why,
  };
}

async function boundsOf(
  tempo: TempoClient,
  flavour: TempoFlavour,
  asker: Asker,
  question: SearchQuestion,
  range: { startMs: number; endMs: number },
  signal: AbortSignal,
): Promise<{ bounds: number[]; note: string }> {
  if (flavour.features.instantMetrics) {
    try {
      const answer = await tempo.metricsInstant(
        withStages(question.query, [durationQuantiles(QUANTILES)]),
        range,
        signal,
      );
      asker.why.push(whyOf(answer, 'quantiles of the durations'));
      const bounds = answer.value
        .flatMap(({ value }) => (value !== null && value > 0 ? [value * 1000] : []))
        .sort((a, b) => b - a);
      if (bounds.length > 0) return { bounds, note: '' };
    } catch (error) {
      if (signal.aborted) throw error;
      // A longer range than metrics allow, a pipeline they do not take, a server without them: the search still can.
    }
  }
  const newest = await asker.ask(question.query, range, question.limit, flavour.features.mostRecent, 'newest traces');
  const durations = newest.hits.map(({ durationMs }) => durationMs).sort((a, b) => b - a);
  const at = (share: number) => durations[Math.floor(share * durations.length)] ?? 0;
  const bounds = newest.more ? [at(0), at(0.1), at(0.5)].filter((ms) => ms > 0) : [];
  return { bounds, note: newest.more ? '; the bounds come from the newest, without TraceQL metrics' : '' };
}
