import 'server-only';
import type { Trace, TraceClock, TraceFault } from '@/lib/contracts/trace';
import { formatCount, formatMs } from '@/lib/domain/format';
import type { TraceAnalysis } from '@/lib/domain/trace-analysis';
import { traceAnswer } from '@/lib/domain/trace-answer';
import { toNamedSpans } from '@/lib/domain/trace-columns';
import { traceFaults } from '@/lib/domain/trace-faults';
import { stageOfName, stagesOfTree } from '@/lib/domain/trace-stages';
import { type SpanStatistic, serviceCounts, spanStatistics } from '@/lib/domain/trace-statistics';
import { runningPerBin } from '@/lib/domain/trace-stretches';
import { stageTimesNs } from '@/lib/domain/trace-time';
import { getConfig } from '../config';
import { toAttributes } from '../tempo/attributes';
import type { LoadedTrace } from './load';
import { pairsOf } from './resource';
import { isObject, listOf, resourceJson, spanJson } from './span-json';

const NS_PER_MS = 1e6;
const BINS = 240;
const MAX_STATISTICS = 500;
const MAX_CRITICAL = 20;
const MAX_ERROR_SPANS = 1_000;
/** From so many spans on, siblings alike are one row unless the reader says otherwise. */
const FOLD_FROM = 1_000;
/** Spans looked at for what the root does not say. */
const LOOKED_AT = 200;

/** What the header of a trace's page shows. */
export function traceHeader(trace: LoadedTrace, clock: TraceClock): Trace {
  const { parsed } = trace;
  const analysis = trace.analysis(clock);
  const { root } = analysis;
  const statistics = spanStatistics(parsed, analysis);
  const nameOf = (row: SpanStatistic) => ({
    service: parsed.services[row.service] ?? '',
    name: parsed.names[row.name] ?? '',
  });
  const errorSpans = failedInOrder(trace, analysis);
  const rootDurationMs = Math.max(0, parsed.durationNs[root] ?? 0) / NS_PER_MS;
  const durationMs = analysis.endNs / NS_PER_MS;
  const isTrueRoot = root >= 0 && parsed.parentIds[root] === '';
  const { incomplete } = trace;
  const top = statistics[0];
  const firstError = innermostFailure(trace, analysis, errorSpans);
  const rootName = parsed.names[parsed.name[root] ?? -1] ?? '';
  const rootService = parsed.services[parsed.service[root] ?? -1] ?? '';
  return {
    traceId: trace.traceId,
    source: trace.source.name,
    answer: traceAnswer({
      rootName,
      rootService,
      isTrueRoot,
      rootDurationMs,
      durationMs,
      spanCount: parsed.count,
      errorCount: errorSpans.length,
      rootFailed: parsed.error[root] === 1,
      firstError: firstError < 0 || firstError === root ? null : (parsed.names[parsed.name[firstError] ?? -1] ?? ''),
      firstErrorText: firstError < 0 ? null : saidBy(trace, firstError),
      critical:
        top === undefined || top.criticalNs <= 0
          ? null
          : { ...nameOf(top), ms: top.criticalNs / NS_PER_MS, count: top.count },
      incomplete,
    }),
    root: { span: root < 0 ? '' : trace.keyOf(root), name: rootName, service: rootService, isTrueRoot },
    startMs: trace.startMs,
    durationMs,
    rootStartMs: (analysis.startNs[root] ?? 0) / NS_PER_MS,
    rootDurationMs,
    spanCount: parsed.count,
    errorCount: errorSpans.length,
    ...requestOf(trace, analysis),
    services: serviceCounts(parsed),
    faults: traceFaults(parsed, analysis, parsed.unreadable).map(
      ({ example, ...fault }): TraceFault => ({ ...fault, span: example < 0 ? null : trace.keyOf(example) }),
    ),
    incomplete,
    skew: skewOf(trace),
    clock,
    stages: stagesOf(trace, analysis, clock),
    critical: statistics
      .filter(({ criticalNs }) => criticalNs > 0)
      .slice(0, MAX_CRITICAL)
      .map((row) => ({ ...nameOf(row), ms: row.criticalNs / NS_PER_MS, span: trace.keyOf(row.longest) })),
    statistics: statistics.slice(0, MAX_STATISTICS).map((row) => ({
      ...nameOf(row),
      count: row.count,
      errors: row.errors,
      totalMs: row.totalNs / NS_PER_MS,
      selfMs: row.selfNs / NS_PER_MS,
      criticalMs: row.criticalNs / NS_PER_MS,
      minMs: row.minNs / NS_PER_MS,
      maxMs: row.maxNs / NS_PER_MS,
      span: trace.keyOf(row.longest),
    })),
    statisticsCut:
      statistics.length > MAX_STATISTICS
        ? `The ${MAX_STATISTICS} of ${formatCount(statistics.length)} names that hold most of the critical path.`
        : null,
    minimap: minimapOf(trace, analysis),
    errorSpans: errorSpans.slice(0, MAX_ERROR_SPANS).map((index) => trace.keyOf(index)),
    defaultGroup: parsed.count >= FOLD_FROM ? 'siblings' : 'none',
    why: [trace.why('the trace')],
  };
}

function failedInOrder({ parsed }: LoadedTrace, { tree }: TraceAnalysis): number[] {
  const failed: number[] = [];
  for (const index of tree.order) if (parsed.error[index] === 1) failed.push(index);
  return failed;
}

/** Why a span failed in its own words: its status message, else that of its first exception; null where it has none. */
function saidBy(trace: LoadedTrace, index: number): string | null {
  const json = spanJson(trace, index);
  const own = isObject(json.status) ? json.status.message : undefined;
  if (typeof own === 'string' && own.trim() !== '') return own.trim().toWellFormed();
  for (const event of listOf(json.events)) {
    const text = toAttributes(pairsOf(event))['exception.message'];
    if (typeof text === 'string' && text.trim() !== '') return text.trim().toWellFormed();
  }
  return null;
}

/** The failed span that ended first of those below which none failed: where it began. −1 where none failed. */
function innermostFailure(
  { parsed }: LoadedTrace,
  { tree, startNs }: TraceAnalysis,
  failed: readonly number[],
): number {
  const hasFailedChild = new Set(failed.map((index) => tree.parent[index] ?? -1));
  let found = -1;
  let foundEnd = Number.POSITIVE_INFINITY;
  for (const index of failed) {
    if (hasFailedChild.has(index)) continue;
    const end = (startNs[index] ?? 0) + Math.max(0, parsed.durationNs[index] ?? 0);
    if (end < foundEnd) {
      found = index;
      foundEnd = end;
    }
  }
  return found;
}

function minimapOf({ parsed }: LoadedTrace, { startNs, endNs }: TraceAnalysis) {
  const { durationNs } = parsed;
  return {
    active: runningPerBin({ startNs, durationNs, counts: () => true }, endNs, BINS),
    errors: runningPerBin({ startNs, durationNs, counts: (span) => parsed.error[span] === 1 }, endNs, BINS),
  };
}

function stagesOf(trace: LoadedTrace, { root, tree }: TraceAnalysis, clock: TraceClock): Trace['stages'] {
  const { parsed, skew } = trace;
  const stageOfNameIndex = parsed.names.map(stageOfName);
  const spans = toNamedSpans(parsed, clock === 'corrected' ? skew.offsetsNs : undefined);
  const stageOf = stagesOfTree(tree, (span) =>
    span === root ? null : (stageOfNameIndex[parsed.name[span] ?? -1] ?? null),
  );
  const { stages, otherNs } = stageTimesNs(spans, root, (span) => stageOf[span] ?? null);
  if (stages.size === 0) return [];
  return [...stages, ['other', otherNs] as const].map(([stage, ns]) => ({ stage, ms: ns / NS_PER_MS }));
}

function skewOf(trace: LoadedTrace): Trace['skew'] {
  const { skewed } = trace.skew;
  const [first] = skewed;
  if (first === undefined) return null;
  const largest = skewed.reduce((a, b) => (Math.abs(b.offsetNs) > Math.abs(a.offsetNs) ? b : a), first);
  const largestMs = Math.abs(largest.offsetNs) / NS_PER_MS;
  const { parsed } = trace;
  const service = parsed.services[parsed.service[largest.span] ?? -1] || 'a service';
  const times = skewed.length === 1 ? '1 span lies' : `${formatCount(skewed.length)} spans lie`;
  return {
    spans: skewed.length,
    largestMs,
    span: trace.keyOf(largest.span),
    text: `Clocks disagree: ${times} outside the span that called ${skewed.length === 1 ? 'it' : 'them'} on another host, by up to ${formatMs(largestMs)} (${service}).`,
  };
}

const REQUEST_ATTRIBUTES = {
  model: ['model_name'],
  version: ['model_version'],
  requestId: ['request_id'],
  segment: ['user_segment'],
} as const;

/** Model, version, request and segment, from the root's attributes, else from the first spans that have them. */
function requestOf(trace: LoadedTrace, { tree, root }: TraceAnalysis) {
  const renamed = getConfig().signals.spanAttributes;
  const found: Record<keyof typeof REQUEST_ATTRIBUTES, string | null> = {
    model: null,
    version: null,
    requestId: null,
    segment: null,
  };
  const names = Object.entries(REQUEST_ATTRIBUTES) as [keyof typeof found, readonly string[]][];
  const looked = root < 0 ? [] : [root, ...tree.order.subarray(0, LOOKED_AT)];
  for (const index of looked) {
    if (Object.values(found).every((value) => value !== null)) break;
    const attributes = {
      ...toAttributes(pairsOf(resourceJson(trace, index))),
      ...toAttributes(pairsOf(spanJson(trace, index))),
    };
    for (const [field, contract] of names) {
      for (const name of contract) {
        const value = attributes[renamed[name] ?? name];
        if (found[field] === null && value !== undefined && value !== null && value !== '') {
          found[field] = String(value).slice(0, 1_000).toWellFormed();
        }
      }
    }
  }
  return found;
}
