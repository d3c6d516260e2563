import 'server-only';
import { createHash } from 'node:crypto';
import { LINE_CUT_CHARS, type LogRow } from '@/lib/contracts/logs';
import type { Labels } from '@/lib/contracts/series';
import { stripAnsi } from '@/lib/domain/ansi';
import { fieldsOf } from '@/lib/domain/log-fields';
import { levelOf } from '@/lib/domain/log-level';
import type { LogEntry } from '../loki/entries';
import type { Redactor } from '../redaction/redact';

/** What is redacted beyond the cut, so that nothing a rule would match is halved by it. */
const CUT_MARGIN = 4_096;
/** A longer line is not read for its fields. */
const MAX_PARSED_CHARS = 2_000_000;
const MAX_FIELD_CHARS = 500;
const MAX_CUT_FIELDS = 200;

/** Twelve hex digits of a line: with its nanoseconds they find it again. */
export const lineHash = (line: string): string => createHash('sha1').update(line).digest('hex').slice(0, 12);

/** The parts of a row's id. */
export function readRowId(id: string): { ns: string; hash: string } {
  const [ns = '', rest = ''] = id.split('-');
  return { ns, hash: rest.slice(0, 12) };
}

const wellCut = (text: string, chars: number): string => text.slice(0, chars).toWellFormed();

/**
 * Lines as they may leave the server: redacted, cut where they are long, with an id and a level each. The one place
 * where a log entry becomes something a browser sees.
 */
export function toRows(entries: readonly LogEntry[], redactor: Redactor): LogRow[] {
  const seen = new Map<string, number>();
  // Lines of one stream share their labels.
  const labelsOf = new Map<Labels, Labels>();
  const redactedLabels = (labels: Labels): Labels => {
    const held = labelsOf.get(labels);
    if (held !== undefined) return held;
    const redacted = redactor.labels(labels);
    labelsOf.set(labels, redacted);
    return redacted;
  };
  return entries.map((entry) => {
    const key = `${entry.ns}-${lineHash(entry.line)}`;
    const times = seen.get(key) ?? 0;
    seen.set(key, times + 1);
    const isCut = entry.line.length > LINE_CUT_CHARS;
    const head = isCut ? wellCut(entry.line, LINE_CUT_CHARS + CUT_MARGIN) : entry.line;
    const redacted = redactor.text(head);
    const line = isCut ? wellCut(redacted, LINE_CUT_CHARS) : redacted;
    const metadata = redactor.labels(entry.metadata);
    return {
      id: times === 0 ? key : `${key}~${times}`,
      ns: entry.ns,
      timeMs: entry.timeMs,
      level: levelOf([entry.labels, entry.metadata, entry.parsed], stripAnsi(line)),
      line,
      wholeChars: isCut ? entry.line.length : null,
      labels: redactedLabels(entry.labels),
      metadata,
      parsed: redactor.labels(beyondLine(entry)),
      redacted: redacted !== head || metadata !== entry.metadata,
      fields: isCut ? cutFields(entry.line, redactor) : null,
    };
  });
}

/** What the query's parsers found that the reader's own reading of the line does not: a renamed or computed field. */
function beyondLine({ parsed, line }: LogEntry): Labels {
  const names = Object.keys(parsed);
  if (names.length === 0) return parsed;
  const own = line.length > LINE_CUT_CHARS ? new Map() : new Map(fieldsOf(line).fields);
  return Object.fromEntries(Object.entries(parsed).filter(([name, value]) => own.get(name) !== value));
}

/** Fields of a long line, read while it was whole. */
function cutFields(line: string, redactor: Redactor): Labels {
  if (line.length > MAX_PARSED_CHARS) return {};
  const { fields } = fieldsOf(line);
  return Object.fromEntries(
    fields.slice(0, MAX_CUT_FIELDS).map(([name, value]) => {
      const head = redactor.text(wellCut(value, MAX_FIELD_CHARS + CUT_MARGIN));
      return [name, head.length > MAX_FIELD_CHARS ? `${wellCut(head, MAX_FIELD_CHARS)}…` : head];
    }),
  );
}
