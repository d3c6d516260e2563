import 'server-only';
import type { StoryCore, StorySpan, StoryTimeline, StoryTrace } from '@/lib/contracts/request-story';
import type { Why } from '@/lib/contracts/why';
import { formatCount } from '@/lib/domain/format';
import type { PastedId } from '@/lib/domain/pasted-id';
import { type NameOf, recordLine, type SaidSpan, toRecord } from '@/lib/domain/request-story-record';
import { stageOfName, stagesOfTree } from '@/lib/domain/trace-stages';
import type { Config } from '../config';
import { modelConfigOf } from '../telemetry';
import { toAttributes } from '../tempo/attributes';
import { traceHeader } from '../traces/header';
import type { LoadedTrace } from '../traces/load';
import { pairsOf } from '../traces/resource';
import { isObject, resourceJson, spanJson } from '../traces/span-json';
import type { StoryLine } from './lines';
import type { Resolved } from './resolve';
import { logFieldOf, spanAttributeOf } from './story-queries';

/** Spans of a timeline at most; the trace's own page has all. */
const MAX_SPANS = 200;
const MAX_SHOWN_LINES = 400;
const NS_PER_MS = 1e6;
/** Spans whose attributes are read for what the root does not say. */
const LOOKED_AT = 50;
const MAX_TEXT = 500;

const short = (text: string): string =>
  text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT).toWellFormed()}…` : text.toWellFormed();

/** What the spans say of the request: the root first, then the next ones down. */
function saidByTrace(trace: LoadedTrace): SaidSpan | null {
  const { parsed } = trace;
  const { root, tree } = trace.raw;
  if (root < 0) return null;
  const attributes = new Map<string, string | number | boolean | null>();
  for (const index of [root, ...tree.order.subarray(0, LOOKED_AT)]) {
    const own = toAttributes(pairsOf(spanJson(trace, index)));
    const resource = index === root ? toAttributes(pairsOf(resourceJson(trace, index))) : {};
    for (const [key, value] of Object.entries({ ...resource, ...own })) {
      if (!attributes.has(key) && value !== '') attributes.set(key, value);
    }
  }
  return {
    attributes: Object.fromEntries(attributes),
    serviceName: parsed.services[parsed.service[root] ?? -1] ?? '',
    name: parsed.names[parsed.name[root] ?? -1] ?? '',
    durationMs: (parsed.durationNs[root] ?? 0) / NS_PER_MS,
    isError: parsed.error[root] === 1,
    message: messageOf(trace, root) ?? firstMessage(trace),
  };
}

function messageOf(trace: LoadedTrace, index: number): string | null {
  const { status } = spanJson(trace, index);
  const message = isObject(status) && typeof status.message === 'string' ? status.message : '';
  return message === '' ? null : short(message);
}

/** What the first failed span says. */
function firstMessage(trace: LoadedTrace): string | null {
  for (const index of trace.raw.tree.order) {
    if (trace.parsed.error[index] !== 1) continue;
    const message = messageOf(trace, index);
    if (message !== null) return message;
  }
  return null;
}

function storyTrace(trace: LoadedTrace): StoryTrace {
  const header = traceHeader(trace, 'raw');
  return {
    traceId: header.traceId,
    rootName: header.root.name,
    rootService: header.root.service,
    startMs: header.startMs,
    durationMs: header.durationMs,
    spanCount: header.spanCount,
    errorCount: header.errorCount,
    services: header.services.map(({ service }) => service),
    stages: header.stages,
    partial: header.incomplete.length === 0 ? null : header.incomplete.join(' '),
  };
}

/** The spans of a story: all of a small trace, of a large one the root, the failed, the stages and the longest. */
function storySpans(trace: LoadedTrace, focus: string | null): StorySpan[] {
  const { parsed } = trace;
  const { tree, root } = trace.raw;
  const stageOfNameIndex = parsed.names.map(stageOfName);
  const stages = stagesOfTree(tree, (index) => stageOfNameIndex[parsed.name[index] ?? -1] ?? null);
  const weight = (index: number): number => {
    if (index === root || parsed.spanIds[index] === focus) return Number.POSITIVE_INFINITY;
    const isStage = (stages[index] ?? null) !== null;
    return (parsed.error[index] === 1 ? 1e15 : 0) + (isStage ? 1e14 : 0) + Math.max(0, parsed.durationNs[index] ?? 0);
  };
  const all = Array.from({ length: parsed.count }, (_, index) => index);
  const kept = parsed.count <= MAX_SPANS ? all : all.sort((a, b) => weight(b) - weight(a)).slice(0, MAX_SPANS);
  const shown = new Set(kept);
  return [...tree.order]
    .filter((index) => shown.has(index))
    .map((index) => {
      const name = parsed.names[parsed.name[index] ?? -1] ?? '';
      return {
        kind: 'span' as const,
        key: trace.keyOf(index),
        atMs: trace.startMs + (parsed.startNs[index] ?? 0) / NS_PER_MS,
        durationMs: (parsed.durationNs[index] ?? 0) / NS_PER_MS,
        service: short(parsed.services[parsed.service[index] ?? -1] ?? ''),
        name: short(name),
        spanId: parsed.spanIds[index] ?? '',
        depth: tree.depth[index] ?? 0,
        stage: stages[index] ?? null,
        isError: parsed.error[index] === 1,
        message: parsed.error[index] === 1 ? messageOf(trace, index) : null,
      };
    });
}

/** Spans and lines of every service as one list in time; at one instant what contains comes before what it contains. */
function toTimeline(
  trace: LoadedTrace | null,
  lines: readonly StoryLine[],
  focus: string | null,
  isCut: boolean,
): StoryTimeline {
  const spans = trace === null ? [] : storySpans(trace, focus);
  const logs = lines.slice(0, MAX_SHOWN_LINES).map(({ shown }) => shown);
  const entries = [...spans, ...logs].sort(
    (a, b) => a.atMs - b.atMs || Number(a.kind === 'log') - Number(b.kind === 'log'),
  );
  const ends = [
    ...spans.map(({ atMs, durationMs }) => atMs + Math.max(0, durationMs)),
    ...logs.map(({ atMs }) => atMs),
  ];
  const cut: string[] = [];
  if (trace !== null && trace.parsed.count > spans.length) {
    cut.push(
      `${formatCount(spans.length)} of ${formatCount(trace.parsed.count)} spans: the root, the failed, the stages and the longest; the trace has all.`,
    );
  }
  if (isCut || lines.length > logs.length) cut.push(`The first ${formatCount(logs.length)} log lines; there are more.`);
  return {
    startMs: entries.reduce((first, { atMs }) => Math.min(first, atMs), entries[0]?.atMs ?? 0),
    endMs: ends.reduce((last, end) => Math.max(last, end), entries[0]?.atMs ?? 0),
    entries,
    cut,
  };
}

/** Lines of the one request a story is about: those that name it, and those that name no request at all. */
function linesOf(lines: readonly StoryLine[], requestId: string | null): StoryLine[] {
  return requestId === null
    ? [...lines]
    : lines.filter((line) => line.requestId === null || line.requestId === requestId);
}

/** The id the story is about: the one asked for, else the one that the record or the root names. */
function requestIdOf(
  config: Config,
  resolved: Resolved,
  ids: readonly PastedId[],
  root: SaidSpan | null,
): string | null {
  const asked = new Set(ids.filter(({ kind }) => kind === 'request').map(({ id }) => id));
  const named = resolved.lines.flatMap(({ requestId }) => requestId ?? []);
  const own = named.find((id) => asked.has(id));
  if (own !== undefined) return own;
  const ofSpan = root?.attributes[spanAttributeOf(config.signals)('request_id')];
  const told = typeof ofSpan === 'string' || typeof ofSpan === 'number' ? String(ofSpan) : null;
  return told ?? named[0] ?? null;
}

export interface Core {
  story: StoryCore;
  lines: StoryLine[];
}

/** The story's own part: who asked what, who answered what, and everything that was said about it, in time. */
export function toCore(config: Config, resolved: Resolved, ids: readonly PastedId[], why: Why[]): Core {
  const { trace } = resolved;
  const root = trace === null ? null : saidByTrace(trace);
  const requestId = requestIdOf(config, resolved, ids, root);
  const lines = linesOf(resolved.lines, requestId);
  const record = toRecord(lines, root, logFieldOf(config.signals), spanAttributeOf(config.signals));
  const focus = ids.find(({ kind }) => kind === 'span')?.id ?? null;
  const timeline = toTimeline(trace, lines, focus, resolved.isCut);
  const traceId = trace?.traceId ?? lines.find((line) => line.traceId !== null)?.traceId ?? null;
  const main = mainLine(lines, logFieldOf(config.signals));
  const storyOf = trace === null ? null : storyTrace(trace);
  const endMs = storyOf === null ? timeline.endMs : storyOf.startMs + storyOf.durationMs;
  const model = record.model === null ? null : modelConfigOf(config, record.model);
  const endpoint = model?.replay ?? null;
  return {
    lines,
    story: {
      requestId,
      traceId,
      spanId: focus,
      atMs: Math.floor(main?.atMs ?? endMs),
      record,
      timeline,
      trace: storyOf,
      noTrace: resolved.noTrace,
      noLines: lines.length === 0 ? (resolved.noLines ?? 'None of the lines found is about this request.') : null,
      replay: {
        isOn: endpoint !== null && record.features.length > 0,
        reason:
          endpoint === null
            ? 'No endpoint is configured for this model: models.replay.url in windsock.yaml turns replay on.'
            : record.features.length === 0
              ? 'Its log lines carry no features to send.'
              : null,
      },
      why,
    },
  };
}

/** The line that was written when the request was answered; any other time is only about it. */
const mainLine = (lines: readonly StoryLine[], name: NameOf): StoryLine | null => recordLine(lines, name);
