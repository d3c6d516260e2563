import type { TraceStore } from '../stores';
import type { AttributeRef } from './ast';
import { compileAttribute } from './attribute';
import { bareTags, parseLegacySearch } from './legacy-search';
import { TraceqlError } from './lexer';
import type { RangeMs } from './params';
import { intParam, RequestError, searchRange } from './params';
import { parseTraceql } from './parse';
import type { CompiledPipeline, Spanset } from './spanset';
import { compilePipeline } from './spanset';
import { anyValueOf, staticKey, staticText } from './static';
import { serviceOf, TraceView } from './trace-view';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 262_144;
const DEFAULT_SPANS_PER_SET = 3;
const MAX_SPANS_PER_SET = 100;

/** Attributes that a search answer never lists: they have fields of their own, or belong to the trace. */
const UNLISTED: ReadonlySet<string> = new Set([
  'name',
  'duration',
  'traceDuration',
  'rootName',
  'rootServiceName',
  'trace:id',
  'span:id',
]);

/** GET /api/search: traces that match `q`, or the legacy `tags`, newest first. */
export function search(store: TraceStore, params: URLSearchParams, nowMs: number): Record<string, unknown> {
  const query = params.get('q') ?? '';
  const hasTags =
    ['tags', 'minDuration', 'maxDuration'].some((name) => params.has(name)) || bareTags(params).length > 0;
  if (query !== '' && params.has('tags')) {
    throw new RequestError(400, "invalid request: can't specify tags and q in the same query");
  }
  const limit = intParam(params, 'limit') ?? DEFAULT_LIMIT;
  if (limit <= 0) throw new RequestError(400, 'invalid limit: must be a positive number');
  if (limit > MAX_LIMIT) throw new RequestError(400, `limit ${limit} exceeds max limit ${MAX_LIMIT}`);
  const spansPerSet = intParam(params, 'spss') ?? DEFAULT_SPANS_PER_SET;
  if (spansPerSet < 0) throw new RequestError(400, 'invalid spss: must be a non-negative number');
  if (spansPerSet > MAX_SPANS_PER_SET) {
    throw new RequestError(400, `spans per span set exceeds ${MAX_SPANS_PER_SET}. received ${spansPerSet}`);
  }
  const evaluate =
    query === '' && hasTags ? legacyEvaluator(params) : traceqlEvaluator(query === '' ? '{}' : query, spansPerSet);
  const range = searchRange(params, nowMs);
  return run(store, range, limit, evaluate);
}

/** What a matching trace adds to its summary; null where it does not match. */
type Evaluate = (view: TraceView) => Record<string, unknown> | null;

/**
 * The store hands traces out newest first, which is the order of the answer, so the scan ends with the last trace
 * wanted. Each trace is dropped before the next is made.
 */
function run(store: TraceStore, range: RangeMs, limit: number, evaluate: Evaluate): Record<string, unknown> {
  const found: { startNs: bigint; summary: Record<string, unknown> }[] = [];
  let inspectedTraces = 0;
  let inspectedSpans = 0;
  for (const trace of store.scan(range.startMs, range.endMs)) {
    const view = new TraceView(trace);
    inspectedTraces++;
    inspectedSpans += trace.spans.length;
    const match = evaluate(view);
    if (match === null) continue;
    found.push({ startNs: view.startNs(), summary: { ...summarize(view), ...match } });
    if (found.length >= limit) break;
  }
  // Stores may order by a trace's last span; the answer is ordered by its first.
  found.sort((a, b) => (a.startNs === b.startNs ? 0 : a.startNs > b.startNs ? -1 : 1));
  return {
    traces: found.map(({ summary }) => summary),
    metrics: {
      inspectedTraces,
      inspectedBytes: '0',
      inspectedSpans: String(inspectedSpans),
      completedJobs: 1,
      totalJobs: 1,
    },
  };
}

function summarize(view: TraceView): Record<string, unknown> {
  const root = view.rootSpan();
  const durationMs = Number(view.durationNs() / 1_000_000n);
  return {
    traceID: view.traceId.replace(/^0+(?=.)/, ''),
    rootServiceName: root === null ? '<root span not yet received>' : serviceOf(root),
    ...(root === null || root.name === '' ? {} : { rootTraceName: root.name }),
    startTimeUnixNano: String(view.startNs()),
    ...(durationMs === 0 ? {} : { durationMs }),
  };
}

function traceqlEvaluator(query: string, spansPerSet: number): Evaluate {
  let pipeline: CompiledPipeline;
  try {
    const root = parseTraceql(query);
    if (root.metrics !== null) throw new RequestError(400, 'the lab answers metrics queries on /api/metrics only');
    pipeline = compilePipeline(root.pipeline);
  } catch (error) {
    if (!(error instanceof TraceqlError)) throw error;
    throw new RequestError(400, `invalid TraceQL query: ${error.message}`);
  }
  const show = compileShown(pipeline);
  return (view) => {
    const sets = pipeline.run(view);
    const spanSets = sets.map((set) => spanSetOf(view, set, spansPerSet, show));
    return spanSets.length === 0 ? null : { spanSet: spanSets[0], spanSets, serviceStats: serviceStats(view) };
  };
}

function legacyEvaluator(params: URLSearchParams): Evaluate {
  const matches = parseLegacySearch(params);
  return (view) => (matches(view) ? {} : null);
}

type Show = (view: TraceView, index: number) => { name?: string; attributes?: unknown[] };

/** What the answer shows of a span: its name where the query read it, and the attributes the query fetched. */
function compileShown(pipeline: CompiledPipeline): Show {
  const shown = pipeline.conditions.map(({ attribute, accepts }) => ({
    key: keyOf(attribute),
    listed: attribute.node === 'attribute' || !UNLISTED.has(attribute.intrinsic),
    isName: attribute.node === 'intrinsic' && attribute.intrinsic === 'name',
    accepts,
    read: compileAttribute(attribute),
  }));
  return (view, index) => {
    let name: string | undefined;
    const attributes = new Map<string, unknown>();
    for (const { key, listed, isName, accepts, read } of shown) {
      if (!listed && !isName) continue;
      const value = read(view, index);
      if (value.type === 'nil' || (accepts !== null && !accepts(value))) continue;
      if (isName) name = staticText(value);
      else attributes.set(`${key}\u0000${staticKey(value)}`, { key, value: anyValueOf(value) });
    }
    return {
      ...(name === undefined ? {} : { name }),
      ...(attributes.size === 0 ? {} : { attributes: [...attributes.values()] }),
    };
  };
}

/** The key has no scope: `span.x` and `resource.x` collide, as on the real server. */
const keyOf = (attribute: AttributeRef): string =>
  attribute.node === 'attribute' ? attribute.name : attribute.intrinsic;

function spanSetOf(view: TraceView, set: Spanset, spansPerSet: number, show: Show): Record<string, unknown> {
  const ordered = [...set.spans].sort((a, b) => compareStart(view, a, b));
  const spans = (spansPerSet === 0 ? ordered : ordered.slice(0, spansPerSet)).flatMap((index) => {
    const span = view.spans[index];
    if (span === undefined) return [];
    const { name, attributes } = show(view, index);
    const durationNs = span.endNs - span.startNs;
    return [
      {
        spanID: span.spanId,
        ...(name === undefined ? {} : { name }),
        startTimeUnixNano: String(span.startNs),
        ...(durationNs === 0n
          ? {}
          : { durationNanos: String(durationNs < 0n ? BigInt.asUintN(64, durationNs) : durationNs) }),
        ...(attributes === undefined ? {} : { attributes }),
      },
    ];
  });
  return {
    spans,
    matched: set.spans.length,
    ...(set.attributes.length === 0
      ? {}
      : { attributes: set.attributes.map(({ key, value }) => ({ key, value: anyValueOf(value) })) }),
  };
}

function compareStart(view: TraceView, a: number, b: number): number {
  const first = view.spans[a]?.startNs ?? 0n;
  const second = view.spans[b]?.startNs ?? 0n;
  return first < second ? -1 : first > second ? 1 : a - b;
}

/** Spans and failed spans of each service of the whole trace. */
function serviceStats(view: TraceView): Record<string, { spanCount: number; errorCount?: number }> {
  const stats = new Map<string, { spanCount: number; errorCount?: number }>();
  for (const span of view.spans) {
    const service = serviceOf(span);
    const stat = stats.get(service) ?? { spanCount: 0 };
    stat.spanCount++;
    if (span.statusCode === 2) stat.errorCount = (stat.errorCount ?? 0) + 1;
    stats.set(service, stat);
  }
  return Object.fromEntries(stats);
}
