/** What a pasted text may be about: ids of requests, traces and spans in whatever people copy. */

export interface PastedId {
  kind: 'request' | 'trace' | 'span';
  /** Trace ids have 32 lowercase hex digits, span ids 16; a request's is as it was written. */
  id: string;
}

export interface Pasted {
  /** The likeliest first; the same text may be an id of several kinds. Empty: nothing that looks like an id. */
  ids: PastedId[];
  /** When it was, where the text says so; milliseconds since the epoch. */
  atMs: number | null;
}

/** Characters of a text that are read: a log line may be of any length. */
const MAX_CHARS = 100_000;
const MAX_ID = 200;
const MAX_DEPTH = 4;

const REQUEST_NAMES = [
  'request_id',
  'requestid',
  'req_id',
  'reqid',
  'x_request_id',
  'http_request_id',
  'correlation_id',
];
const TRACE_NAMES = ['trace_id', 'traceid', 'otel_trace_id', 'dd_trace_id', 'trace'];
const SPAN_NAMES = ['span_id', 'spanid', 'otel_span_id', 'uifind', 'span'];
const TIME_NAMES = ['ts', 'time', 'timestamp', '_timestamp', 'at'];

const NOTHING: Pasted = { ids: [], atMs: null };

/** Ids in a pasted text: an id alone, a traceparent, a log line (JSON or key=value), or an address. Never throws. */
export function readPasted(text: string): Pasted {
  const whole = text.slice(0, MAX_CHARS).trim();
  if (whole === '') return NOTHING;
  if (whole.startsWith('{')) return inJson(whole) ?? inText(whole);
  if (/^https?:\/\//i.test(whole)) return inAddress(whole);
  const bare = whole.replace(/^["'`(<[\s]+|["'`)>\],;.\s]+$/g, '');
  const named = namedIn(whole);
  if (named.ids.length > 0) return named;
  const alone = idsAlone(bare);
  if (alone.length > 0) return { ids: alone, atMs: null };
  return inText(whole);
}

/** Whether an id cannot well be anything else: a word with a digit in it may be one, and may be a model's name. */
export const isSurelyId = ({ kind, id }: PastedId): boolean =>
  kind !== 'request' ||
  /^[0-9a-f-]{16,}$/i.test(id) ||
  /^(?:req|request)[-_:]/i.test(id) ||
  (id.match(/\d/g) ?? []).length >= 5;

const isZero = (hex: string): boolean => /^0+$/.test(hex);

/** A token that is an id by itself. */
function idsAlone(token: string): PastedId[] {
  const parent = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-\S*)?$/i.exec(token);
  if (parent) return [...traceOf(parent[1] ?? ''), ...spanOf(parent[2] ?? '')];
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(token)) {
    return [...requestOf(token), ...traceOf(token.replaceAll('-', ''))];
  }
  if (/^[0-9a-f]{16}$/i.test(token)) return [...spanOf(token), ...traceOf(token), ...requestOf(token)];
  // Tempo strips leading zeros, so that a trace id may be a little short.
  if (/^[0-9a-f]{24,32}$/i.test(token)) return [...traceOf(token), ...requestOf(token)];
  const fromBase64 = base64Id(token);
  if (fromBase64 !== null) return fromBase64;
  // Anything else of one piece that could be an id has a digit in it and is longer than a number one types.
  return /^[\w.:@~+/=|-]{6,200}$/.test(token) && /\d/.test(token) && !/^[\d.:]{1,9}$/.test(token)
    ? requestOf(token)
    : [];
}

const traceOf = (hex: string): PastedId[] =>
  isZero(hex) || !/^[0-9a-f]{1,32}$/i.test(hex) ? [] : [{ kind: 'trace', id: hex.toLowerCase().padStart(32, '0') }];
const spanOf = (hex: string): PastedId[] =>
  isZero(hex) || !/^[0-9a-f]{1,16}$/i.test(hex) ? [] : [{ kind: 'span', id: hex.toLowerCase().padStart(16, '0') }];
const requestOf = (id: string): PastedId[] =>
  id === '' || id.length > MAX_ID || isZero(id) ? [] : [{ kind: 'request', id: id.toWellFormed() }];

/** Ids as OTLP's JSON may write them: 16 or 8 bytes in base64. */
function base64Id(token: string): PastedId[] | null {
  if (!/^(?:[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{11}=)$/.test(token)) return null;
  const hex = [...atob(token)].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  return hex.length === 32 ? traceOf(hex) : spanOf(hex);
}

const keyName = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '_');

/** Gathers named values; of several with one meaning the first stays first. */
class Found {
  readonly requests: PastedId[] = [];
  readonly traces: PastedId[] = [];
  readonly spans: PastedId[] = [];
  atMs: number | null = null;

  take(name: string, value: string | number): void {
    const key = keyName(name);
    const text = String(value).trim();
    if (REQUEST_NAMES.includes(key)) this.requests.push(...requestOf(text));
    else if (TRACE_NAMES.includes(key)) this.traces.push(...(hexOf(text, 'trace') ?? []));
    else if (SPAN_NAMES.includes(key)) this.spans.push(...(hexOf(text, 'span') ?? []));
    else if (key === 'traceparent') {
      this.traces.push(...idsAlone(text).filter(({ kind }) => kind === 'trace'));
      this.spans.push(...idsAlone(text).filter(({ kind }) => kind === 'span'));
    } else if (TIME_NAMES.includes(key)) this.atMs ??= instantOf(value);
  }

  get pasted(): Pasted {
    return { ids: unique([...this.requests, ...this.traces, ...this.spans]), atMs: this.atMs };
  }
}

function hexOf(text: string, kind: 'trace' | 'span'): PastedId[] | null {
  const hex = text.replaceAll('-', '');
  if (/^[0-9a-f]{8,32}$/i.test(hex)) return kind === 'trace' ? traceOf(hex) : spanOf(hex);
  return base64Id(text);
}

function unique(ids: readonly PastedId[]): PastedId[] {
  const seen = new Set<string>();
  return ids.filter(({ kind, id }) => {
    const key = `${kind} ${id}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

const YEAR_2000_MS = 946_684_800_000;
const YEAR_2200_MS = 7_258_118_400_000;

/** An instant as logs write it: ISO 8601, or seconds, milliseconds, microseconds or nanoseconds since the epoch. */
function instantOf(value: string | number): number | null {
  const text = String(value).trim();
  if (/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(text)) {
    const ms = Date.parse(text);
    return Number.isFinite(ms) && ms >= 0 ? ms : null;
  }
  if (!/^\d{9,20}(?:\.\d+)?$/.test(text)) return null;
  const number = Number(text);
  for (const factor of [1_000, 1, 1e-3, 1e-6]) {
    const ms = Math.floor(number * factor);
    if (ms >= YEAR_2000_MS && ms < YEAR_2200_MS) return ms;
  }
  return null;
}

function inJson(text: string): Pasted | null {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    // A line cut in the middle still names its ids.
    return null;
  }
  const found = new Found();
  const queue: [value: unknown, depth: number][] = [[root, 0]];
  // Breadth first: what stands nearer the top is about the line itself.
  for (let at = 0; at < queue.length && at < 5_000; at += 1) {
    const [value, depth] = queue[at] ?? [null, 0];
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, item] of Object.entries(value)) {
      if (typeof item === 'string' || typeof item === 'number') found.take(name, item);
      else if (depth < MAX_DEPTH) queue.push([item, depth + 1]);
    }
  }
  // A Loki line wrapped by a shipper: {"log":"{\"request_id\":…}"}.
  return found.pasted.ids.length > 0 ? found.pasted : null;
}

/** Names before values: in logfmt, in cut JSON and in prose. */
function namedIn(text: string): Pasted {
  const found = new Found();
  const pairs = /\\?["']?([a-z][\w.@-]{1,40})\\?["']?\s*[=:]\s*\\?["']?([\w.:@~+/-]{1,200}={0,2})/gi;
  for (const [, name = '', value = ''] of text.matchAll(pairs)) found.take(name, value);
  return found.pasted;
}

/** What is named first; else what looks like an id wherever it stands. */
function inText(text: string): Pasted {
  const named = namedIn(text);
  if (named.ids.length > 0) return named;
  const parent = /\b[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\b/i.exec(text);
  const ids = [
    ...(parent ? idsAlone(parent[0]) : []),
    ...[...text.matchAll(/\b(?:req|request)[-_][\w-]{4,100}/gi)].flatMap(([token]) =>
      /\d/.test(token) ? requestOf(token) : [],
    ),
    ...[...text.matchAll(/\b[0-9a-f]{32}\b/gi)].flatMap(([token]) => traceOf(token)),
    ...[...text.matchAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi)].flatMap(([token]) => idsAlone(token)),
    ...[...text.matchAll(/\b[0-9a-f]{16}\b/gi)].flatMap(([token]) => idsAlone(token)),
  ];
  return { ids: unique(ids).slice(0, 10), atMs: named.atMs };
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** An address of this console, Jaeger, Grafana or any other: its path first, then its parameters, then anything in it. */
function inAddress(text: string): Pasted {
  const [address = ''] = text.split(/\s/, 1);
  const url = URL.parse(address);
  if (url === null) return inText(text);
  const found = new Found();
  for (const [name, value] of new URLSearchParams(url.search.replaceAll('+', '%2B'))) found.take(name, value);
  const [, page, segment] = /\/(requests?|traces?)\/([^/]+)/.exec(url.pathname) ?? [];
  const written = segment === undefined ? '' : decoded(segment);
  const inPath = idsAlone(written);
  // A request's page takes any id; a trace's page takes traces.
  const isTrace = page?.startsWith('trace') ?? false;
  const own = isTrace ? inPath.filter(({ kind }) => kind === 'trace') : inPath.length > 0 ? inPath : requestOf(written);
  const named = unique([...own, ...found.pasted.ids]);
  if (named.length > 0) return { ids: named, atMs: found.atMs };
  // Grafana keeps its queries as JSON within a parameter, escaped once or twice.
  const inside = inText(decoded(decoded(url.search + url.hash)));
  return { ids: inside.ids, atMs: found.atMs ?? inside.atMs };
}
