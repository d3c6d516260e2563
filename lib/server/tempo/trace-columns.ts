import 'server-only';
import { setImmediate as breathe } from 'node:timers/promises';
import type { TraceColumns } from '@/lib/domain/trace-columns';
import { toHexId } from './ids';
import { readLooseSpan } from './span-text';
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

/** Spans read at a time; between two chunks other requests get their turn. */
const CHUNK = 500;
const TURN_MS = 12;

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

/** Texts met once, numbered; `shown` is what is kept of a text, and texts that are shown alike are one. */
class Table {
  readonly list: string[] = [];
  readonly #places = new Map<string, number>();
  readonly #byShown = new Map<string, number>();

  constructor(private readonly shown: (text: string) => string = (text) => text) {}

  of(text: string): number {
    let place = this.#places.get(text);
    if (place === undefined) {
      const kept = this.shown(text);
      place = this.#byShown.get(kept);
      if (place === undefined) {
        place = this.list.length;
        this.list.push(kept);
        this.#byShown.set(kept, place);
      }
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

/** Columns in the order of the text. One list each: an object a span would be most of the time and memory it takes. */
interface Drafts {
  startNs: (bigint | null)[];
  endNs: (bigint | null)[];
  spanIds: string[];
  parentIds: string[];
  name: number[];
  service: number[];
  error: number[];
  events: number[];
  resource: number[];
  scope: number[];
  part: number[];
}

/**
 * Reads Tempo's JSON of one trace into columns. Yields to other requests every few milliseconds.
 * @param shown what may be shown of a span's or a service's name
 */
export async function parseTrace(
  text: string,
  signal: AbortSignal,
  shown?: (name: string) => string,
): Promise<ParsedTrace> {
  const parts = findTraceParts(text);
  const names = new Table(shown);
  const services = new Table(shown);
  const resources = new Table();
  const scopes = new Table();
  const resourceOf = parts.resources.map((json) => resources.of(json));
  const serviceOfResource = resources.list.map((json) => services.of(serviceOf(json)));
  const scopeOf = parts.scopes.map((json) => scopes.of(json));
  const noResource = resources.of('');
  const noScope = scopes.of('');
  const noService = services.of('');
  const drafts: Drafts = {
    startNs: [],
    endNs: [],
    spanIds: [],
    parentIds: [],
    name: [],
    service: [],
    error: [],
    events: [],
    resource: [],
    scope: [],
    part: [],
  };
  let unreadable = 0;
  let turnEndsMs = performance.now() + TURN_MS;
  // Siblings stand side by side: their parent's id is turned to hex once.
  let parentText = '';
  let parentId = '';
  for (let at = 0; at < parts.from.length; at += 1) {
    if (at % CHUNK === 0 && performance.now() > turnEndsMs) {
      await breathe();
      signal.throwIfAborted();
      turnEndsMs = performance.now() + TURN_MS;
    }
    const span = readLooseSpan(text, parts.from[at] ?? 0, parts.to[at] ?? 0);
    if (span === null) {
      unreadable += 1;
      continue;
    }
    const above = toText(span.parentSpanId);
    if (above !== parentText) {
      parentText = above;
      parentId = toHexId(above, 8) ?? '';
    }
    const resource = resourceOf[parts.batch[at] ?? -1] ?? noResource;
    drafts.startNs.push(toNs(span.startTimeUnixNano));
    drafts.endNs.push(toNs(span.endTimeUnixNano));
    drafts.spanIds.push(toHexId(toText(span.spanId), 8) ?? `unnamed-${at}`);
    drafts.parentIds.push(parentId);
    drafts.name.push(names.of(toText(span.name)));
    drafts.service.push(serviceOfResource[resource] ?? noService);
    drafts.error.push(Number(isError(span.status)));
    drafts.events.push(Array.isArray(span.events) ? Math.min(span.events.length, 65_535) : 0);
    drafts.resource.push(resource);
    drafts.scope.push(scopeOf[parts.scope[at] ?? -1] ?? noScope);
    drafts.part.push(at);
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

function toColumns(drafts: Drafts, { parts, ...rest }: Rest): ParsedTrace {
  const { spanIds, parentIds, part } = drafts;
  const n = part.length;
  // A start of 0 is a missing start: it would stretch the axis back to 1970.
  const isTimed = (start: bigint | null | undefined): start is bigint =>
    start !== null && start !== undefined && start > 0n;
  let baseNs: bigint | null = null;
  for (const start of drafts.startNs) if (isTimed(start) && (baseNs === null || start < baseNs)) baseNs = start;
  const base = baseNs ?? 0n;
  const starts = Float64Array.from(drafts.startNs, (start) => (isTimed(start) ? Number(start - base) : 0));
  const order = Uint32Array.from({ length: n }, (_, place) => place).sort((a, b) => {
    const by = (starts[a] ?? 0) - (starts[b] ?? 0);
    if (by !== 0) return by;
    const left = spanIds[a] ?? '';
    const right = spanIds[b] ?? '';
    return left < right ? -1 : left > right ? 1 : a - b;
  });
  const lengthOf = (place: number): number => {
    const start = drafts.startNs[place];
    const end = drafts.endNs[place] ?? 0n;
    // Without a start or an end there is no length either.
    return isTimed(start) && end !== 0n ? Number(end - start) : 0;
  };
  return {
    ...rest,
    count: n,
    baseNs: base,
    startNs: Float64Array.from(order, (place) => starts[place] ?? 0),
    durationNs: Float64Array.from(order, lengthOf),
    spanIds: Array.from(order, (place) => spanIds[place] ?? ''),
    parentIds: Array.from(order, (place) => parentIds[place] ?? ''),
    name: Uint32Array.from(order, (place) => drafts.name[place] ?? 0),
    service: Uint32Array.from(order, (place) => drafts.service[place] ?? 0),
    error: Uint8Array.from(order, (place) => drafts.error[place] ?? 0),
    untimed: Uint8Array.from(order, (place) => Number(!isTimed(drafts.startNs[place]))),
    events: Uint16Array.from(order, (place) => drafts.events[place] ?? 0),
    resource: Uint32Array.from(order, (place) => drafts.resource[place] ?? 0),
    scope: Uint32Array.from(order, (place) => drafts.scope[place] ?? 0),
    from: Float64Array.from(order, (place) => parts.from[part[place] ?? -1] ?? 0),
    to: Float64Array.from(order, (place) => parts.to[part[place] ?? -1] ?? 0),
  };
}
