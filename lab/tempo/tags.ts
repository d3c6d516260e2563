import type { TraceStore } from '../stores';
import type { AttributeRef } from './ast';
import { INTRINSICS } from './ast';
import { attributeLists, compileAttribute } from './attribute';
import { compileTest } from './expression';
import type { RangeMs } from './params';
import { intParam, RequestError, searchRange } from './params';
import { parseTraceql } from './parse';
import { parseField } from './parse-field';
import type { Static } from './static';
import { KIND_WORDS, staticKey, staticText } from './static';
import { TokenReader } from './token-reader';
import { TraceView } from './trace-view';

const SCOPES = ['resource', 'span', 'event', 'link', 'instrumentation'] as const;

/** Intrinsics that the server offers for completion; it understands more. */
const OFFERED_INTRINSICS = [...INTRINSICS.keys()]
  .filter((name) => !/^nestedSet|^parent$|[cC]hildCount$/.test(name))
  .sort();

/** The server answers at most this much of names and values, without saying so. */
const MAX_ANSWER_BYTES = 5_000_000;

type SpanTest = (view: TraceView, index: number) => boolean;

/** `q` of tag queries: one spanset filter. Anything else is silently no filter at all, as on the real server. */
function filterOf(params: URLSearchParams): SpanTest {
  const query = params.get('q') ?? '';
  if (query.trim() === '') return () => true;
  try {
    const [only, ...others] = parseTraceql(query).pipeline.elements;
    return only?.node === 'filter' && others.length === 0 ? compileTest(only.expression) : () => true;
  } catch {
    return () => true;
  }
}

function* matchingSpans(store: TraceStore, range: RangeMs, test: SpanTest): Generator<[TraceView, number]> {
  for (const trace of store.scan(range.startMs, range.endMs)) {
    const view = new TraceView(trace);
    for (const index of view.spans.keys()) if (test(view, index)) yield [view, index];
  }
}

/** Scope → attribute names, sorted; `intrinsic` is a fixed list. */
function tagNames(store: TraceStore, params: URLSearchParams, nowMs: number): Map<string, string[]> {
  const scope = params.get('scope') ?? '';
  if (!['', 'none', 'intrinsic', ...SCOPES].includes(scope)) throw new RequestError(400, `invalid scope: ${scope}`);
  const all = scope === '' || scope === 'none';
  const limit = intParam(params, 'limit') ?? 0;
  const range = searchRange(params, nowMs, null);
  const names = new Map<string, Set<string>>();
  if (scope !== 'intrinsic') {
    for (const [view, index] of matchingSpans(store, range, filterOf(params))) {
      const span = view.spans[index];
      if (span === undefined) continue;
      for (const { scope: held, attributes } of attributeLists(span)) {
        if (!all && held !== scope) continue;
        const set = names.get(held) ?? new Set<string>();
        for (const { key } of attributes) if (limit <= 0 || set.size < limit) set.add(key);
        if (set.size > 0) names.set(held, set);
      }
    }
  }
  const answer = new Map<string, string[]>();
  if (all || scope === 'intrinsic') answer.set('intrinsic', [...OFFERED_INTRINSICS]);
  for (const held of SCOPES) {
    const set = names.get(held);
    if (set !== undefined) answer.set(held, [...set].sort());
  }
  return answer;
}

const METRICS = { inspectedBytes: '0' };

/** GET /api/search/tags: names of all scopes together; intrinsics only when asked for. */
export function tagsV1(store: TraceStore, params: URLSearchParams, nowMs: number): Record<string, unknown> {
  const byScope = tagNames(store, params, nowMs);
  if (params.get('scope') !== 'intrinsic') byScope.delete('intrinsic');
  return { tagNames: [...new Set([...byScope.values()].flat())].sort(), metrics: METRICS };
}

/** GET /api/v2/search/tags */
export function tagsV2(store: TraceStore, params: URLSearchParams, nowMs: number): Record<string, unknown> {
  const scopes = Array.from(tagNames(store, params, nowMs), ([name, tags]) => ({ name, tags }));
  return { scopes, metrics: METRICS };
}

/** GET /api/search/tag/{name}/values: the values' text, sorted; the name has no scope. */
export function tagValuesV1(
  store: TraceStore,
  tag: string,
  params: URLSearchParams,
  nowMs: number,
): Record<string, unknown> {
  const intrinsic = INTRINSICS.get(tag);
  const attribute: AttributeRef =
    intrinsic === undefined
      ? { node: 'attribute', scope: 'none', parent: false, name: tag }
      : { node: 'intrinsic', intrinsic, spelling: tag };
  const values = distinctValues(store, attribute, params, nowMs);
  return { tagValues: [...new Set(values.map(staticText))].sort(), metrics: METRICS };
}

/** GET /api/v2/search/tag/{identifier}/values: typed values of a TraceQL identifier. */
export function tagValuesV2(
  store: TraceStore,
  tag: string,
  params: URLSearchParams,
  nowMs: number,
): Record<string, unknown> {
  const values = distinctValues(store, parseIdentifier(tag), params, nowMs);
  return {
    tagValues: values.map((value) => ({
      type: value.type === 'status' || value.type === 'kind' ? 'keyword' : value.type,
      value: staticText(value),
    })),
    metrics: METRICS,
  };
}

function parseIdentifier(tag: string): AttributeRef {
  try {
    const reader = new TokenReader(tag);
    const expression = parseField(reader);
    if (reader.peek().kind === 'end' && (expression.node === 'attribute' || expression.node === 'intrinsic')) {
      return expression;
    }
  } catch {
    // Refused below, as any other text that is no identifier.
  }
  throw new RequestError(400, 'please provide a valid tagName');
}

/** Intrinsics whose values are so many that the server offers none. */
const UNLISTED: ReadonlySet<string> = new Set([
  'duration',
  'traceDuration',
  'span:id',
  'span:parentID',
  'trace:id',
  'link:spanID',
  'link:traceID',
  'event:timeSinceStart',
  'parent',
  'childCount',
  'nestedSetParent',
  'nestedSetLeft',
  'nestedSetRight',
]);

function distinctValues(store: TraceStore, attribute: AttributeRef, params: URLSearchParams, nowMs: number): Static[] {
  const range = searchRange(params, nowMs, null);
  if (attribute.node === 'intrinsic') {
    if (attribute.intrinsic === 'status') return ['error', 'unset', 'ok'].map((value) => ({ type: 'status', value }));
    if (attribute.intrinsic === 'kind') return KIND_WORDS.map((value) => ({ type: 'kind', value }));
    if (UNLISTED.has(attribute.intrinsic)) return [];
  }
  const limit = intParam(params, 'limit') ?? 0;
  const readers =
    attribute.node === 'attribute' && attribute.scope === 'none'
      ? (['span', 'resource'] as const).map((scope) => compileAttribute({ ...attribute, scope }))
      : [compileAttribute(attribute)];
  const values = new Map<string, Static>();
  let bytes = 0;
  for (const [view, index] of matchingSpans(store, range, filterOf(params))) {
    for (const read of readers) {
      const value = read(view, index);
      for (const one of value.type === 'array' ? value.value : [value]) {
        const key = staticKey(one);
        if (one.type === 'nil' || (one.type === 'string' && one.value === '') || values.has(key)) continue;
        bytes += key.length;
        if (bytes > MAX_ANSWER_BYTES || (limit > 0 && values.size >= limit)) return [...values.values()];
        values.set(key, one);
      }
    }
  }
  return [...values.values()];
}
