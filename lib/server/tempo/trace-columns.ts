import 'server-only';
import { setImmediate as breathe } from 'node:timers/promises';
import type { TraceColumns } from '@/lib/domain/trace-columns';
import { toHexId } from './ids';
import { findTraceParts, type TraceParts } from './trace-text';

/** A trace as columns, with the text it came from: a span's details are read from there when somebody opens it. */
export interface ParsedTrace extends TraceColumns {
  /** Start of the earliest span, nanoseconds since the epoch. */
  baseNs: bigint;
  /** Number of events, by span. */
  events: Uint16Array;
  /** Into `resources` and `scopes`, the JSON of each. */
  resource: Uint32Array;
  resources: readonly string[];
  scope: Uint32Array;
  scopes: readonly string[];
  text: string;
  /** Place of each span's JSON in the text. */
  from: Float64Array;
  to: Float64Array;
  /** Spans that are no JSON objects of this form. */
  unreadable: number;
  /** Whether Tempo says that it left spans out, and why. */
  partial: boolean;
  message: string;
  /** Whether the text is the whole answer. */
  whole: boolean;
  /** What makes the text JSON again behind the last span, where it is not whole. */
  closing: string;
}

/** Spans parsed at a time; between two chunks other requests get their turn. */
const CHUNK = 2_000;
const TURN_MS = 12;

/** The fields read here of a span; everything is checked, nothing is trusted. */
interface LooseSpan {
  spanId?: unknown;
  parentSpanId?: unknown;
  name?: unknown;
  startTimeUnixNano?: unknown;
  endTimeUnixNano?: unknown;
  status?: unknown;
  events?: unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** A 64-bit integer, text or number; null is absent or no such number. */
function toNs(raw: unknown): bigint | null {
  if (typeof raw === 'string') return /^-?\d{1,20}$/.test(raw) ? BigInt(raw) : null;
  return typeof raw === 'number' && Number.isFinite(raw) ? BigInt(Math.trunc(raw)) : null;
}

const toText = (raw: unknown): string => (typeof raw === 'string' ? raw : '');

function isError(status: unknown): boolean {
  const code = isObject(status) ? status.code : undefined;
  return code === 2 || code === '2' || code === 'STATUS_CODE_ERROR' || code === 'error';
}

/** Texts met once, numbered. */
class Table {
  readonly list: string[] = [];
  readonly #places = new Map<string, number>();

  of(text: string): number {
    let place = this.#places.get(text);
    if (place === undefined) {
      place = this.list.length;
      this.list.push(text);
      this.#places.set(text, place);
    }
    return place;
  }
}

/** `service.name` of a resource's JSON; empty where it has none. */
function serviceOf(resourceJson: string): string {
  if (resourceJson === '') return '';
  try {
    const { attributes } = JSON.parse(resourceJson) as { attributes?: unknown };
    if (!Array.isArray(attributes)) return '';
    for (const pair of attributes) {
      if (isObject(pair) && pair.key === 'service.name' && isObject(pair.value)) return toText(pair.value.stringValue);
    }
  } catch {
    // A resource that cannot be read has no name.
  }
  return '';
}

/** The span objects from..to of one list; null stands for one that cannot be read. */
function parseSpans(text: string, parts: TraceParts, first: number, end: number): (LooseSpan | null)[] {
  const slice = (a: number, b: number) => text.slice(parts.from[a], parts.to[b]);
  try {
    const list: unknown = JSON.parse(`[${slice(first, end - 1)}]`);
    if (Array.isArray(list) && list.length === end - first) return list as LooseSpan[];
  } catch {
    // One of them is broken: each by itself.
  }
  return Array.from({ length: end - first }, (_, i) => {
    try {
      return JSON.parse(slice(first + i, first + i)) as LooseSpan;
    } catch {
      return null;
    }
  });
}

interface Draft {
  startNs: bigint | null;
  endNs: bigint | null;
  spanId: string;
  parentId: string;
  name: number;
  service: number;
  error: boolean;
  events: number;
  resource: number;
  scope: number;
  part: number;
}

/** Reads Tempo's JSON of one trace into columns. Yields to other requests every few milliseconds. */
export async function parseTrace(text: string, signal: AbortSignal): Promise<ParsedTrace> {
  const parts = findTraceParts(text);
  const names = new Table();
  const services = new Table();
  const resources = new Table();
  const scopes = new Table();
  const resourceOf = parts.resources.map((json) => resources.of(json));
  const serviceOfResource = resources.list.map((json) => services.of(serviceOf(json)));
  const scopeOf = parts.scopes.map((json) => scopes.of(json));
  const noResource = resources.of('');
  const noScope = scopes.of('');
  const noService = services.of('');
  const drafts: Draft[] = [];
  let unreadable = 0;
  let turnEndsMs = performance.now() + TURN_MS;
  for (let first = 0; first < parts.from.length; ) {
    let end = first + 1;
    while (end < parts.from.length && end - first < CHUNK && parts.scope[end] === parts.scope[first]) end += 1;
    const resource = resourceOf[parts.batch[first] ?? -1] ?? noResource;
    const scope = scopeOf[parts.scope[first] ?? -1] ?? noScope;
    for (const [i, span] of parseSpans(text, parts, first, end).entries()) {
      if (!isObject(span)) {
        unreadable += 1;
        continue;
      }
      const loose: LooseSpan = span;
      drafts.push({
        startNs: toNs(loose.startTimeUnixNano),
        endNs: toNs(loose.endTimeUnixNano),
        spanId: toHexId(toText(loose.spanId), 8) ?? `unnamed-${first + i}`,
        parentId: toHexId(toText(loose.parentSpanId), 8) ?? '',
        name: names.of(toText(loose.name)),
        service: serviceOfResource[resource] ?? noService,
        error: isError(loose.status),
        events: Array.isArray(loose.events) ? Math.min(loose.events.length, 65_535) : 0,
        resource,
        scope,
        part: first + i,
      });
    }
    first = end;
    if (performance.now() > turnEndsMs) {
      await breathe();
      signal.throwIfAborted();
      turnEndsMs = performance.now() + TURN_MS;
    }
  }
  return toColumns(drafts, {
    names: names.list,
    services: services.list,
    resources: resources.list,
    scopes: scopes.list,
    text,
    unreadable,
    partial: parts.status === 'PARTIAL' || parts.status === 1,
    message: parts.message,
    whole: parts.whole,
    closing: parts.closing,
    parts,
  });
}

type Rest = Pick<
  ParsedTrace,
  'names' | 'services' | 'resources' | 'scopes' | 'text' | 'unreadable' | 'partial' | 'message' | 'whole' | 'closing'
> & { parts: TraceParts };

function toColumns(drafts: readonly Draft[], { parts, ...rest }: Rest): ParsedTrace {
  const n = drafts.length;
  let baseNs: bigint | null = null;
  // A start of 0 is a missing start: it would stretch the axis back to 1970.
  const isTimed = (draft: Draft) => draft.startNs !== null && draft.startNs > 0n;
  for (const draft of drafts) {
    if (isTimed(draft) && draft.startNs !== null && (baseNs === null || draft.startNs < baseNs)) baseNs = draft.startNs;
  }
  const base = baseNs ?? 0n;
  const starts = Float64Array.from(drafts, (draft) => (isTimed(draft) ? Number((draft.startNs ?? 0n) - base) : 0));
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => {
    const by = (starts[a] ?? 0) - (starts[b] ?? 0);
    if (by !== 0) return by;
    const left = drafts[a]?.spanId ?? '';
    const right = drafts[b]?.spanId ?? '';
    return left < right ? -1 : left > right ? 1 : a - b;
  });
  const pick = <T>(read: (draft: Draft, place: number) => T): T[] =>
    order.flatMap((place) => {
      const draft = drafts[place];
      return draft === undefined ? [] : [read(draft, place)];
    });
  return {
    ...rest,
    count: n,
    baseNs: base,
    startNs: Float64Array.from(order, (place) => starts[place] ?? 0),
    durationNs: Float64Array.from(
      pick((draft) => {
        if (!isTimed(draft) || draft.startNs === null) return 0;
        // Without an end there is no length either.
        return draft.endNs === null || draft.endNs === 0n ? 0 : Number(draft.endNs - draft.startNs);
      }),
    ),
    spanIds: pick((draft) => draft.spanId),
    parentIds: pick((draft) => draft.parentId),
    name: Uint32Array.from(pick((draft) => draft.name)),
    service: Uint32Array.from(pick((draft) => draft.service)),
    error: Uint8Array.from(pick((draft) => Number(draft.error))),
    untimed: Uint8Array.from(pick((draft) => Number(!isTimed(draft)))),
    events: Uint16Array.from(pick((draft) => draft.events)),
    resource: Uint32Array.from(pick((draft) => draft.resource)),
    scope: Uint32Array.from(pick((draft) => draft.scope)),
    from: Float64Array.from(pick((draft) => parts.from[draft.part] ?? 0)),
    to: Float64Array.from(pick((draft) => parts.to[draft.part] ?? 0)),
  };
}
