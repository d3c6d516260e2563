import 'server-only';
import type { StoryLogLine } from '@/lib/contracts/request-story';
import { fieldsOf, idsOf, summarise } from '@/lib/domain/log-fields';
import { levelOf } from '@/lib/domain/log-level';
import type { NameOf, SaidLine } from '@/lib/domain/request-story-record';
import { entryHash, type LogEntry } from '../loki/entries';
import { compareNs } from '../loki/time';
import { redact } from '../redaction/redact';

const MAX_LINE_CHARS = 4_000;
const MAX_VALUE_CHARS = 400;
const MAX_SHOWN_FIELDS = 40;
const MAX_DEPTH = 16;

/** A log line of a request: what it says, redacted, and what only the server may see of it. */
export interface StoryLine extends SaidLine {
  atMs: number;
  /** As it came, for what is sent to the model again; never for the browser. */
  rawFields: Readonly<Record<string, unknown>>;
  shown: StoryLogLine;
  traceId: string | null;
  requestId: string | null;
}

/** Leaves of a JSON value, redacted: a number that a rule matches becomes the rule's text. */
function redactDeep(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'number') {
    const text = String(value);
    const redacted = redact(text);
    return redacted === text ? value : redacted;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((item) => redactDeep(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [redact(key), redactDeep(item, depth + 1)]));
}

function jsonOf(line: string): Record<string, unknown> | null {
  if (!/^\s*\{/.test(line)) return null;
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? { ...(parsed as Record<string, unknown>) }
      : null;
  } catch {
    return null;
  }
}

const cut = (text: string, chars: number): string =>
  text.length > chars ? `${text.slice(0, chars).toWellFormed()}…` : text.toWellFormed();

function textField(fields: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/**
 * One log line of a request. Fields are found under the names that `name` maps to and shown redacted; ids come from
 * the line as it was, or a rule could hide its trace.
 */
export function toStoryLine(entry: LogEntry, name: NameOf): StoryLine {
  const rawFields = jsonOf(entry.line) ?? Object.fromEntries(fieldsOf(entry.line).fields);
  const redacted = redactDeep(rawFields);
  const fields = typeof redacted === 'object' && redacted !== null ? { ...(redacted as Record<string, unknown>) } : {};
  const rawLabels = { ...entry.labels, ...entry.metadata };
  const labels = Object.fromEntries(Object.entries(rawLabels).map(([key, value]) => [key, redact(value)]));
  const line = redact(entry.line);
  const flat = fieldsOf(line).fields;
  const { message, rest } = summarise(flat);
  const named = Object.fromEntries(flat);
  // Ids are told from the line as it came: a rule may hide one, and then it must still find its trace.
  const ids = idsOf([entry.metadata, entry.labels, Object.fromEntries(fieldsOf(entry.line).fields)]);
  const spanId = textField(named, name('span_id')) ?? labels[name('span_id')] ?? null;
  return {
    ns: entry.ns,
    atMs: Number(BigInt(entry.ns) / 1_000n) / 1_000,
    fields,
    rawFields,
    labels,
    traceId: textField(rawFields, name('trace_id'))?.toLowerCase() ?? ids.traceId,
    requestId: textField(rawFields, name('request_id')) ?? ids.requestId,
    shown: {
      kind: 'log',
      key: `log ${entry.ns} ${entryHash(entry)}`,
      atMs: Number(BigInt(entry.ns) / 1_000n) / 1_000,
      ns: entry.ns,
      service: textField(fields, name('service')) ?? labels.service_name ?? null,
      level: levelOf([labels, named], line),
      message: cut(message ?? line, MAX_VALUE_CHARS),
      fields: rest.slice(0, MAX_SHOWN_FIELDS).map(([key, value]) => [cut(key, 100), cut(value, MAX_VALUE_CHARS)]),
      line: cut(line, MAX_LINE_CHARS),
      isCut: line.length > MAX_LINE_CHARS,
      spanId,
    },
  };
}

/** Lines of several answers as one list in time, each once. */
export function mergeLines(lists: readonly (readonly LogEntry[])[], name: NameOf): StoryLine[] {
  const seen = new Set<string>();
  const merged: LogEntry[] = [];
  for (const entry of lists.flat()) {
    const key = `${entry.ns} ${entryHash(entry)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    merged.push(entry);
  }
  return merged.sort((a, b) => compareNs(a.ns, b.ns)).map((entry) => toStoryLine(entry, name));
}
