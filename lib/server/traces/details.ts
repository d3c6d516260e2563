import 'server-only';
import type { TraceAttribute, TraceClock, TraceSpan } from '@/lib/contracts/trace';
import { formatCount, formatMs } from '@/lib/domain/format';
import { AppError } from '../errors';
import { toHexId } from '../tempo/ids';
import type { LoadedTrace } from './load';
import { isObject, listOf, relativeNs, resourceJson, scopeJson, spanJson, typedAttributes } from './span-json';

const NS_PER_MS = 1e6;
const MAX_EVENTS = 500;
const MAX_LINKS = 500;
const MAX_ATTRIBUTES = 1_000;
/** Tempo cuts attribute values here since 2.7 unless told otherwise. */
const TEMPO_CUT_BYTES = 2_048;
const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const STATUSES = ['unset', 'ok', 'error'] as const;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** An enum as a number (OTLP), as a name with its prefix (Tempo), or without it. */
function wordOf<T extends string>(known: readonly [T, ...T[]], raw: unknown, prefix: string): T {
  const word = String(raw ?? '')
    .replace(prefix, '')
    .toLowerCase();
  return known.find((one, place) => one === word || String(place) === word) ?? known[0];
}

/** Everything a trace says about one span. */
export function spanDetails(
  trace: LoadedTrace,
  asked: { span: string; clock: TraceClock; isWhole: boolean },
): TraceSpan {
  const index = trace.find(asked.span);
  if (index < 0) throw new AppError('not_found', `Trace ${trace.traceId} has no span of this id.`);
  const { parsed } = trace;
  const analysis = trace.analysis(asked.clock);
  const json = spanJson(trace, index);
  const status = isObject(json.status) ? json.status : {};
  const up = analysis.tree.parent[index] ?? -1;
  const scope = scopeJson(trace, index);
  const events = listOf(json.events);
  const links = listOf(json.links);
  const attributes = typedAttributes(json, asked.isWhole);
  const cut: string[] = [];
  const bounded = <T>(list: readonly T[], most: number, what: string): T[] => {
    if (list.length > most) cut.push(`${formatCount(most)} of ${formatCount(list.length)} ${what} are here.`);
    return list.slice(0, most);
  };
  return {
    span: trace.keyOf(index),
    index,
    spanId: parsed.spanIds[index] ?? '',
    parentSpanId: parsed.parentIds[index] || null,
    parent: up < 0 ? null : trace.keyOf(up),
    name: parsed.names[parsed.name[index] ?? 0] ?? '',
    service: parsed.services[parsed.service[index] ?? 0] ?? '',
    kind: wordOf(KINDS as [string, ...string[]], json.kind, 'SPAN_KIND_'),
    status: wordOf<(typeof STATUSES)[number]>([...STATUSES], status.code, 'STATUS_CODE_'),
    statusMessage: textOf(status.message).toWellFormed(),
    scope: [textOf(scope.name), textOf(scope.version)].filter(Boolean).join(' '),
    atMs: trace.startMs + (analysis.startNs[index] ?? 0) / NS_PER_MS,
    startMs: (analysis.startNs[index] ?? 0) / NS_PER_MS,
    durationMs: (parsed.durationNs[index] ?? 0) / NS_PER_MS,
    selfMs: (analysis.selfNs[index] ?? 0) / NS_PER_MS,
    criticalMs: (analysis.criticalNs[index] ?? 0) / NS_PER_MS,
    skewMs: (trace.skew.offsetsNs[index] ?? 0) / NS_PER_MS,
    children: (analysis.tree.childFrom[index + 1] ?? 0) - (analysis.tree.childFrom[index] ?? 0),
    notes: notesOf(trace, index, attributes),
    attributes: bounded(attributes, MAX_ATTRIBUTES, 'attributes'),
    resource: bounded(
      typedAttributes(resourceJson(trace, index), asked.isWhole),
      MAX_ATTRIBUTES,
      'resource attributes',
    ),
    events: bounded(events, MAX_EVENTS, 'events').map((event) => {
      const own = typedAttributes(event, asked.isWhole);
      return {
        name: textOf(event.name).toWellFormed(),
        startMs: (relativeNs(trace, event.timeUnixNano) ?? 0) / NS_PER_MS,
        attributes: own.filter(({ key }) => key !== 'exception.stacktrace'),
        stackTrace: own.find(({ key }) => key === 'exception.stacktrace')?.value ?? null,
      };
    }),
    links: bounded(links, MAX_LINKS, 'links').map((link) => ({
      traceId: toHexId(textOf(link.traceId), 16),
      spanId: toHexId(textOf(link.spanId), 8),
      attributes: typedAttributes(link, asked.isWhole),
    })),
    cut,
    why: [trace.why('the span')],
  };
}

/** What is odd about a span, as sentences. */
function notesOf(trace: LoadedTrace, index: number, attributes: readonly TraceAttribute[]): string[] {
  const { parsed } = trace;
  const { orphans, cycles, duplicates } = trace.raw.tree.faults;
  const notes: string[] = [];
  if (orphans.includes(index)) {
    notes.push(
      `Its parent ${parsed.parentIds[index]} is not among the spans: not arrived yet, dropped, or not sampled.`,
    );
  }
  if (cycles.includes(index)) notes.push('Its chain of parents comes back to it and is cut here.');
  if (duplicates.includes(index)) notes.push('An earlier span has the same id; children hang on that one.');
  if ((parsed.durationNs[index] ?? 0) < 0) notes.push('It ends before it starts: drawn without length.');
  if (parsed.untimed[index] === 1) notes.push('It came without a start: drawn at the beginning of the trace.');
  const offsetMs = (trace.skew.offsetsNs[index] ?? 0) / NS_PER_MS;
  if (offsetMs !== 0) {
    notes.push(
      `Its host's clock seems ${formatMs(Math.abs(offsetMs))} ${offsetMs > 0 ? 'behind' : 'ahead'}; the corrected clock moves it.`,
    );
  }
  const cutByTempo = attributes.filter(({ chars, type }) => type === 'string' && chars === TEMPO_CUT_BYTES);
  if (cutByTempo.length > 0) {
    const names = cutByTempo.map(({ key }) => key).join(', ');
    notes.push(
      `${names}: exactly ${formatCount(TEMPO_CUT_BYTES)} characters, which is where Tempo cuts values; the log may have the rest.`,
    );
  }
  return notes;
}
