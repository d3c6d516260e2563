import 'server-only';
import type { TraceLogLine, TraceLogs } from '@/lib/contracts/trace';
import type { Why } from '@/lib/contracts/why';
import { formatCount } from '@/lib/domain/format';
import { type Answer, whyOf } from '../answer';
import { getConfig } from '../config';
import { AppError } from '../errors';
import { type LogPage, type LokiClient, lokiClient } from '../loki/client';
import type { LogEntry } from '../loki/entries';
import { fieldFilter, lineContainsAnyCase, pipeline, streamMatcher, streamSelector } from '../loki/logql';
import { redact } from '../redaction/redact';
import type { LoadedTrace } from './load';
import { isObject } from './span-json';

/** Clocks of hosts and the time a line takes to arrive. */
const AROUND_MS = 5 * 60_000;
const MAX_LINES = 1_000;
const MAX_LINE_CHARS = 4_000;
/** Labels that every stream tends to have, in the order they are tried: a selector needs one that is not empty. */
const STREAM_LABELS = ['service_name', 'service', 'app', 'job', 'container', 'model_name'];
const NS_PER_MS = 1e6;

/** What a line is called by the contract; the configuration may rename each. */
const FIELDS = ['trace_id', 'span_id', 'level', 'service'] as const;
type Field = (typeof FIELDS)[number];

const fieldNames = (): Record<Field, readonly string[]> => {
  const { logFields } = getConfig().signals;
  const of = (field: Field, ...others: string[]) => [logFields[field] ?? field, ...others];
  return {
    trace_id: of('trace_id', 'traceId', 'traceID', 'traceid'),
    span_id: of('span_id', 'spanId', 'spanID', 'spanid'),
    level: of('level', 'detected_level', 'severity_text', 'severity'),
    service: of('service', 'service_name'),
  };
};

/**
 * The log lines of a trace, in time order: those that carry its id as structured metadata, and those in whose text it
 * stands, which finds JSON fields too. Both are asked for, since services of one trace may log in different ways.
 * Redaction rules are applied before a line leaves.
 */
export async function traceLogs(trace: LoadedTrace, signal: AbortSignal): Promise<TraceLogs> {
  const source = getConfig().sources.loki[0];
  if (source === undefined) {
    throw new AppError('not_configured', 'No Loki is configured. Name one under sources.loki in windsock.yaml.');
  }
  const loki = lokiClient(source);
  const range = {
    startMs: Math.floor(trace.startMs - AROUND_MS),
    endMs: Math.ceil(trace.startMs + trace.durationMs + AROUND_MS),
  };
  const selector = await anyStream(loki, range, signal);
  if (selector === null) {
    const found = `${source.name} has no stream at the time of this trace, five minutes before and after included.`;
    return { lines: [], found, truncated: null, why: [] };
  }
  const names = fieldNames();
  const asked = { ...range, limit: MAX_LINES, direction: 'forward' as const };
  const byMetadata = pipeline(selector, [fieldFilter(names.trace_id[0] ?? 'trace_id', '=', trace.traceId)]);
  // In any case, as people write ids, and without leading zeros, as some tracers do.
  const byText = pipeline(selector, [lineContainsAnyCase(trace.traceId.replace(/^0+/, ''))]);
  const [metadata, text] = await Promise.all([loki.logs(byMetadata, asked, signal), loki.logs(byText, asked, signal)]);
  const merged = mergePages(metadata, text);
  const read = lineReader(trace, names);
  const all = merged.map(({ entry, isMetadata }) => read(entry, isMetadata));
  const lines = all.slice(0, MAX_LINES);
  const isCut = metadata.value.next !== null || text.value.next !== null || all.length > MAX_LINES;
  return {
    lines,
    found: foundBy(source.name, lines),
    truncated: isCut ? `The first ${formatCount(lines.length)} lines; there are more.` : null,
    why: whyLines([
      ['lines by structured metadata', metadata],
      ['lines by their text', text],
    ]),
  };
}

const whyLines = (asked: readonly (readonly [string, Answer<LogPage>])[]): Why[] =>
  asked.map(([purpose, answer]) => whyOf(answer, purpose));

async function anyStream(
  loki: LokiClient,
  range: { startMs: number; endMs: number },
  signal: AbortSignal,
): Promise<string | null> {
  const { value: labels } = await loki.labels(range, signal);
  const label =
    STREAM_LABELS.find((name) => labels.includes(name)) ?? labels.find((name) => /^[a-zA-Z_]\w*$/.test(name));
  return label === undefined ? null : streamSelector([streamMatcher(label, '=~', '.+')]);
}

/** Both answers as one list in time, a line that is in both once. */
function mergePages(metadata: Answer<LogPage>, text: Answer<LogPage>) {
  const keyOf = ({ ns, line, labels }: LogEntry) => `${ns} ${line} ${JSON.stringify(Object.entries(labels).sort())}`;
  const seen = new Set(metadata.value.entries.map(keyOf));
  return [
    ...metadata.value.entries.map((entry) => ({ entry, isMetadata: true })),
    ...text.value.entries.filter((entry) => !seen.has(keyOf(entry))).map((entry) => ({ entry, isMetadata: false })),
  ].sort(
    (a, b) => a.entry.ns.length - b.entry.ns.length || (a.entry.ns < b.entry.ns ? -1 : a.entry.ns > b.entry.ns ? 1 : 0),
  );
}

function foundBy(source: string, lines: readonly TraceLogLine[]): string {
  const ways = [
    ['metadata', 'by trace_id in their structured metadata'],
    ['field', 'by the trace_id field of their JSON'],
    ['text', 'by the id in their text'],
  ] as const;
  const said = ways.flatMap(([way, how]) => {
    const count = lines.filter((line) => line.foundBy === way).length;
    return count === 0 ? [] : [`${formatCount(count)} ${how}`];
  });
  return said.length > 0
    ? `Found in ${source}: ${said.join(', ')}.`
    : `${source} has no line with this trace's id: looked for in structured metadata, in JSON fields and in the text, from five minutes before the trace to five minutes after.`;
}

function lineReader(trace: LoadedTrace, names: Record<Field, readonly string[]>) {
  return (entry: LogEntry, isMetadata: boolean): TraceLogLine => {
    const fields = jsonFields(entry.line);
    const first = (field: Field): string | null => {
      for (const name of names[field]) {
        const value = entry.metadata[name] ?? fields?.[name] ?? entry.labels[name];
        if (typeof value === 'string' && value !== '') return value;
      }
      return null;
    };
    const isField = names.trace_id.some((name) => String(fields?.[name] ?? '').toLowerCase() === trace.traceId);
    const text = redact(messageOf(entry.line, fields));
    const span = first('span_id');
    const index = span === null ? -1 : trace.find(span.toLowerCase());
    return {
      ns: entry.ns,
      startMs: Number(BigInt(entry.ns) - trace.parsed.baseNs) / NS_PER_MS,
      level: bounded(first('level')),
      service: bounded(first('service')),
      text: text.slice(0, MAX_LINE_CHARS).toWellFormed(),
      isCut: text.length > MAX_LINE_CHARS,
      span: index < 0 ? null : trace.keyOf(index),
      foundBy: isMetadata ? 'metadata' : isField ? 'field' : 'text',
    };
  };
}

const bounded = (text: string | null): string | null => (text === null ? null : redact(text).slice(0, 200));

function jsonFields(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null;
  try {
    const fields: unknown = JSON.parse(line);
    return isObject(fields) ? fields : null;
  } catch {
    return null;
  }
}

/** Said by the page elsewhere, or the same in every line of a trace. */
const SAID_ELSEWHERE = new Set(['ts', 'time', 'timestamp', 'level', 'service', 'service_name', 'trace_id', 'span_id']);
const MESSAGES = ['message', 'msg', 'event'];

/** A JSON line as a person reads it: its message, then its other fields; any other line as it is. */
function messageOf(line: string, fields: Record<string, unknown> | null): string {
  if (fields === null) return line;
  const key = MESSAGES.find((name) => typeof fields[name] === 'string' && fields[name] !== '');
  const rest = Object.entries(fields)
    .filter(([name, value]) => name !== key && !SAID_ELSEWHERE.has(name) && value !== null && value !== '')
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const message = key === undefined ? [] : [String(fields[key])];
  return [...message, ...rest].join('  ');
}
