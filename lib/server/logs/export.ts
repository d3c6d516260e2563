import 'server-only';
import type { LogExportParams, LogRow } from '@/lib/contracts/logs';
import { fieldsOf } from '@/lib/domain/log-fields';
import { ownValue } from '@/lib/domain/own-value';
import type { LokiClient } from '../loki/client';
import { getRedactor } from '../redaction/redact';
import { writeQuery } from './filter';
import { askPage } from './list';
import { toRows } from './row';

const PAGE = 2_000;
/** An export ends here whatever its lines: a file beyond it opens nowhere. */
const MAX_EXPORT_BYTES = 200_000_000;

/** Instants as ISO 8601 with all nine digits. */
const isoOf = ({ ns }: LogRow): string => {
  const padded = ns.padStart(19, '0');
  return `${new Date(Number(padded.slice(0, -9)) * 1000).toISOString().slice(0, 19)}.${padded.slice(-9)}Z`;
};

/** A cell that no spreadsheet runs: text that begins like a formula gets an apostrophe (OWASP, CSV injection). */
const cell = (text: string): string => {
  const safe = /^\s*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

const csvLine = (cells: readonly string[]): string => `${cells.map(cell).join(',')}\r\n`;

function fieldOf(row: LogRow, name: string): string {
  const sets = [row.parsed, row.metadata, row.labels, row.fields ?? {}];
  const held = sets.map((set) => ownValue(set, name)).find((value) => value !== undefined);
  return held ?? fieldsOf(row.line).fields.find(([own]) => own === name)?.[1] ?? '';
}

function writerOf(format: LogExportParams['format'], columns: readonly string[]) {
  if (format === 'ndjson') {
    return {
      head: '',
      row: (row: LogRow) =>
        `${JSON.stringify({ time: isoOf(row), ns: row.ns, level: row.level, labels: row.labels, metadata: row.metadata, ...(row.wholeChars === null ? {} : { wholeChars: row.wholeChars }), line: row.line })}\n`,
      end: (sentence: string) => `${JSON.stringify({ windsock: sentence })}\n`,
    };
  }
  return {
    head: csvLine(['time', 'level', 'stream', ...columns, 'line']),
    row: (row: LogRow) =>
      csvLine([
        isoOf(row),
        row.level,
        Object.entries(row.labels)
          .map(([name, value]) => `${name}=${value}`)
          .join(' '),
        ...columns.map((name) => fieldOf(row, name)),
        row.line,
      ]),
    end: (sentence: string) => csvLine([`windsock: ${sentence}`]),
  };
}

/**
 * The lines of a query as text, page by page, redacted. The last record says where the export was cut, if it was: an
 * answer that has begun can no longer say so in its head.
 */
export async function* exportLogs(
  loki: LokiClient,
  asked: LogExportParams,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const { query } = await writeQuery(loki, asked, asked, signal);
  const { head, row: write, end } = writerOf(asked.format, asked.columns ?? []);
  const redact = getRedactor();
  // With the first lines, not before them: a refused query must be an error and not a file.
  let before = head;
  let cursor: string | undefined;
  let lines = 0;
  let bytes = 0;
  for (;;) {
    const limit = Math.min(PAGE, asked.limit - lines);
    const { answer } = await askPage(loki, query, { ...asked, limit, cursor }, signal);
    const rows = toRows(answer.value.entries, redact);
    const text = before + rows.map(write).join('');
    before = '';
    lines += rows.length;
    bytes += text.length;
    if (text !== '') yield text;
    const last = rows.at(-1);
    if (answer.value.next === null) return;
    const isFull = lines >= asked.limit;
    if (isFull || bytes >= MAX_EXPORT_BYTES) {
      const bound = isFull ? `${lines} lines` : `${Math.round(bytes / 1e6)} MB`;
      const where =
        last === undefined
          ? ''
          : ` The last line here is of ${isoOf(last)}: export a range that ${asked.direction === 'backward' ? 'ends' : 'begins'} there for the rest.`;
      yield end(`cut at ${bound}; there are more.${where}`);
      return;
    }
    cursor = answer.value.next;
  }
}
