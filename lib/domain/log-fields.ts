/** Fields of a line, named as LogQL names them. */

export interface LineFields {
  /** How the line is written; `text` has no fields. */
  format: 'json' | 'logfmt' | 'text';
  /** In the order of the line. Nested names are joined with `_`; lists are left out, as Loki leaves them out. */
  fields: [name: string, value: string][];
}

const MAX_FIELDS = 500;
const TEXT: LineFields = { format: 'text', fields: [] };

/** A name as Loki's parsers make it: what is no letter, digit or underscore becomes one. */
export const fieldName = (name: string): string => name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(\d)/, '_$1');

/** Fields of a JSON or logfmt line; none for any other text. Values are text from outside. */
export function fieldsOf(line: string): LineFields {
  const start = line.trimStart();
  if (start.startsWith('{')) {
    try {
      const parsed: unknown = JSON.parse(start);
      if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
        return { format: 'json', fields: flatten(parsed) };
      }
    } catch {
      return TEXT;
    }
    return TEXT;
  }
  const pairs = [...start.matchAll(/(?:^|\s)([a-zA-Z_][\w.-]*)=("(?:[^"\\]|\\.)*"|[^\s"]*)/g)];
  // One "a=b" in a sentence is prose; a line of pairs is logfmt.
  const covered = pairs.reduce((sum, [whole]) => sum + whole.length, 0);
  if (pairs.length < 2 || covered < start.trimEnd().length * 0.7) return TEXT;
  return {
    format: 'logfmt',
    fields: pairs.slice(0, MAX_FIELDS).map(([, name = '', value = '']) => [fieldName(name), unquote(value)]),
  };
}

function unquote(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'string' ? parsed : value;
  } catch {
    return value.slice(1, -1);
  }
}

/** Leaves of an object, with an explicit stack: nesting comes from outside. */
function flatten(root: object): [string, string][] {
  const fields: [string, string][] = [];
  const stack: [prefix: string, value: unknown][] = Object.entries(root)
    .map(([key, value]): [string, unknown] => [fieldName(key), value])
    .reverse();
  while (stack.length > 0 && fields.length < MAX_FIELDS) {
    const [name, value] = stack.pop() ?? ['', null];
    if (value === null || Array.isArray(value)) continue;
    if (typeof value === 'object') {
      const inner = Object.entries(value).map(([key, item]): [string, unknown] => [
        `${name}_${key.replace(/[^a-zA-Z0-9_]/g, '_')}`,
        item,
      ]);
      stack.push(...inner.reverse());
    } else fields.push([name, String(value)]);
  }
  return fields;
}

/** Fields that say what a line is about, the first present wins. */
const MESSAGE_FIELDS = ['message', 'msg', 'event', 'error', 'err'] as const;
/** Fields that a list shows elsewhere: time, level and what the stream's labels say. */
const SHOWN_ELSEWHERE = new Set([
  'ts',
  'time',
  'timestamp',
  't',
  'level',
  'lvl',
  'severity',
  'service',
  'service_name',
]);

const URGENT = new Set(['error', 'err', 'exception']);

export interface LineSummary {
  /** What the line says; null where no field says it. */
  message: string | null;
  /** The other fields in the order of the line, without those a list shows elsewhere. */
  rest: [name: string, value: string][];
}

/** The words of a line and its remaining fields, for one row of a list. */
export function summarise(fields: readonly (readonly [string, string])[]): LineSummary {
  const named = new Map(fields.map(([name, value]) => [name, value]));
  const key = MESSAGE_FIELDS.find((name) => (named.get(name) ?? '') !== '');
  const rest = fields.filter(([name]) => name !== key && !SHOWN_ELSEWHERE.has(name));
  // Failures first and ids last: the line is cut at the window's edge.
  const rankOf = (name: string) => (URGENT.has(name) ? 0 : /(?:^|_)id$/.test(name) ? 2 : 1);
  return {
    message: key === undefined ? null : (named.get(key) ?? null),
    rest: rest.map(([name, value]): [string, string] => [name, value]).sort(([a], [b]) => rankOf(a) - rankOf(b)),
  };
}

/** Names a request or a trace goes by in labels, metadata and fields. */
const TRACE_NAMES = ['trace_id', 'traceID', 'traceId', 'traceid'] as const;
const REQUEST_NAMES = ['request_id', 'requestId', 'req_id', 'x_request_id'] as const;

/** Ids a line carries, each null when it has none or one that is no id. */
export function idsOf(sets: readonly Readonly<Record<string, string>>[]): {
  traceId: string | null;
  requestId: string | null;
} {
  const first = (names: readonly string[]) => {
    for (const set of sets) {
      for (const name of names) {
        const value = set[name];
        if (value !== undefined && value !== '') return value;
      }
    }
    return null;
  };
  const trace = first(TRACE_NAMES)?.toLowerCase() ?? null;
  const request = first(REQUEST_NAMES);
  return {
    traceId: trace !== null && /^[0-9a-f]{16,32}$/.test(trace) && !/^0+$/.test(trace) ? trace : null,
    requestId: request !== null && request.length <= 200 ? request : null,
  };
}
