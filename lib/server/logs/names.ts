import 'server-only';
import type { FieldKind } from '@/lib/contracts/log-filter';
import type { LogNames, LogValues } from '@/lib/contracts/logs';
import { LEVELS, toLevel } from '@/lib/domain/log-level';
import { whyOf } from '../answer';
import type { LokiClient } from '../loki/client';
import { pipeline, streamMatcher, streamSelector } from '../loki/logql';
import type { DetectedField } from '../loki/schema';
import { getRedactor } from '../redaction/redact';
import { type LogFilter, streamLabels, writeQuery } from './filter';

interface Range {
  startMs: number;
  endMs: number;
}

const MAX_VALUES = 500;

/** Names that one cannot be told from another after redaction, and values nobody should read, are left out. */
const readable = (values: readonly string[]): string[] => {
  const { text } = getRedactor();
  return values.filter((value) => text(value) === value).slice(0, MAX_VALUES);
};

const kindOf = ({ parsers }: DetectedField): FieldKind =>
  parsers === null || parsers.length === 0 ? 'meta' : parsers.includes('json') ? 'json' : 'logfmt';

/** What can be filtered by: stream labels, fields of a sample of the lines, services and levels. */
export async function logNames(loki: LokiClient, asked: LogFilter & Range, signal: AbortSignal): Promise<LogNames> {
  const range = { startMs: asked.startMs, endMs: asked.endMs };
  const labels = await loki.labels(range, signal);
  const { service, level } = streamLabels(labels.value);
  const { query } = await writeQuery(loki, asked, range, signal);
  const [fields, services, levels] = await Promise.all([
    loki.detectedFields(query, range, signal),
    service === null ? null : loki.labelValues(service, range, signal),
    level === null ? null : loki.labelValues(level, range, signal),
  ]);
  const named = new Set((levels?.value ?? []).map(toLevel));
  return {
    labels: readable(labels.value),
    fields:
      fields === null
        ? null
        : fields.value
            .filter(({ label }) => readable([label]).length > 0)
            .map((field) => ({ name: field.label, kind: kindOf(field), cardinality: field.cardinality })),
    services: readable(services?.value ?? []),
    levels: levels === null ? [...LEVELS] : LEVELS.filter((each) => named.has(each)),
    why: [
      whyOf(labels, 'names of stream labels'),
      ...(fields === null ? [] : [whyOf(fields, 'fields of a sample of the lines')]),
      ...(services === null ? [] : [whyOf(services, 'services')]),
      ...(levels === null ? [] : [whyOf(levels, 'levels')]),
    ],
  };
}

/** Values of a stream label or of a detected field, those that may be read. */
export async function logValues(
  loki: LokiClient,
  asked: LogFilter & Range & { name: string; kind: FieldKind },
  signal: AbortSignal,
): Promise<LogValues> {
  const range = { startMs: asked.startMs, endMs: asked.endMs };
  if (asked.kind === 'label') {
    const answer = await loki.labelValues(asked.name, range, signal);
    return { values: readable(answer.value), why: [whyOf(answer, `values of ${asked.name}`)] };
  }
  const { query } = await writeQuery(loki, asked, range, signal);
  const answer = await loki.detectedFieldValues(asked.name, query, range, signal);
  if (answer === null) return { values: [], why: [] };
  return { values: readable(answer.value), why: [whyOf(answer, `values of ${asked.name} in a sample of the lines`)] };
}

/** A selector of exactly the stream a row belongs to, by the labels that are index labels, with or without its level. */
export function streamOf(
  labels: Readonly<Record<string, string>>,
  index: readonly string[],
  without: readonly string[],
): string | null {
  const own = Object.entries(labels).filter(
    ([name, value]) => index.includes(name) && !without.includes(name) && value !== '',
  );
  if (own.length === 0) return null;
  return pipeline(streamSelector(own.map(([name, value]) => streamMatcher(name, '=', value))), []);
}
