import 'server-only';
import { createHash } from 'node:crypto';
import type { Labels } from '@/lib/contracts/series';
import { labelsKey } from '../prometheus/results';
import type { RawStream } from './schema';
import { addNs, compareNs, nsToMs } from './time';

/** One log line. Everything in it is text from outside: never markup. */
export interface LogEntry {
  /** Nanoseconds since the epoch as text; a number would lose the last digits. */
  ns: string;
  timeMs: number;
  line: string;
  /** Index labels; all labels together where the server does not tell them apart. */
  labels: Labels;
  /** Structured metadata; empty where the server does not tell. */
  metadata: Labels;
  /** What the query's parsers found; empty where the server does not tell. */
  parsed: Labels;
}

export type Direction = 'backward' | 'forward';

export const CATEGORIZE = 'categorize-labels';

interface Keyed {
  entry: LogEntry;
  key: string;
  index: number;
}

/**
 * All streams as one list in time. Streams come in any order and share instants, so that lines of one nanosecond are
 * ordered by stream, and within it as the server gave them: the same answer always gives the same list.
 */
export function mergeStreams(streams: readonly RawStream[], direction: Direction): LogEntry[] {
  const sign = direction === 'forward' ? 1 : -1;
  const all: Keyed[] = [];
  for (const { stream, values } of streams) {
    const key = labelsKey(stream);
    values.forEach(([ns, line, categories], index) => {
      const entry: LogEntry = {
        ns,
        timeMs: nsToMs(ns),
        line,
        labels: stream,
        metadata: categories?.structuredMetadata ?? {},
        parsed: categories?.parsed ?? {},
      };
      all.push({ entry, key, index });
    });
  }
  all.sort(
    (a, b) =>
      sign * compareNs(a.entry.ns, b.entry.ns) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) || a.index - b.index,
  );
  return all.map(({ entry }) => entry);
}

/** What tells two lines of one nanosecond apart. */
export const entryHash = (entry: LogEntry): string =>
  createHash('sha1')
    .update(`${labelsKey(entry.labels)}\u0000${entry.line}`)
    .digest('hex')
    .slice(0, 12);

/** Where a page ended: the last nanosecond, and which of its lines were given already. */
export interface PageCursor {
  ns: string;
  given: readonly string[];
}

/** A cursor as one text for an address: "1700000000000000000.a1b2c3…". */
export const writeCursor = ({ ns, given }: PageCursor): string => [ns, ...given].join('.');

/** Null when the text is not a cursor. */
export function readCursor(text: string): PageCursor | null {
  if (!/^\d{1,19}(?:\.[0-9a-f]{12}){0,5000}$/.test(text)) return null;
  const [ns = '', ...given] = text.split('.');
  return { ns, given };
}

/** The bounds of the next page: the last instant is asked for again, since lines that share it may be left. */
export const boundsAfter = (
  cursor: PageCursor,
  direction: Direction,
  range: { startNs: string; endNs: string },
): { startNs: string; endNs: string } =>
  // `end` is exclusive, `start` is inclusive.
  direction === 'backward'
    ? { startNs: range.startNs, endNs: addNs(cursor.ns, 1n) }
    : { startNs: cursor.ns, endNs: range.endNs };

/** The entries that an earlier page has not given. */
export function withoutGiven(entries: readonly LogEntry[], cursor: PageCursor): LogEntry[] {
  const given = new Set(cursor.given);
  return entries.filter((entry) => entry.ns !== cursor.ns || !given.has(entryHash(entry)));
}

/** The cursor behind a page's last entry; `before` is the one the page itself began at. */
export function cursorAfter(entries: readonly LogEntry[], before: PageCursor | null): PageCursor | null {
  const last = entries.at(-1);
  if (last === undefined) return null;
  const given = entries.filter(({ ns }) => ns === last.ns).map(entryHash);
  return { ns: last.ns, given: before?.ns === last.ns ? [...before.given, ...given] : given };
}
