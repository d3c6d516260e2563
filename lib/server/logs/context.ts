import 'server-only';
import type { LogContext, LogContextParams } from '@/lib/contracts/logs';
import { Labels } from '@/lib/contracts/series';
import type { Why } from '@/lib/contracts/why';
import { formatDuration } from '@/lib/domain/format';
import { LEVEL_LABELS } from '@/lib/domain/log-level';
import { ownValue } from '@/lib/domain/own-value';
import { whyOf } from '../answer';
import { AppError } from '../errors';
import { type LokiClient, MAX_LINES } from '../loki/client';
import { type Direction, type LogEntry, writeCursor } from '../loki/entries';
import { addNs, compareNs, nsToMs } from '../loki/time';
import { labelsKey } from '../prometheus/results';
import { getRedactor } from '../redaction/redact';
import { streamOf } from './names';
import { lineHash, readRowId, toRows } from './row';

/** How far around a line is looked, wider each time, until there are lines enough. */
const WIDENING_MS = [10 * 60_000, 2 * 3_600_000, 24 * 3_600_000] as const;
/** Lines of one instant that are read at first; an instant may hold thousands. */
const FIRST_TIES = 500;

/** The labels a browser sent back as JSON. */
function readLabels(text: string): Labels {
  try {
    const parsed = Labels.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch {
    // Said below, as for any other text that is no set of labels.
  }
  throw new AppError('bad_request', 'labels: these are not the labels of a line.');
}

/** The stream of a row, without its level where the lines around are meant: a level is not where a line was written. */
async function streamSelectorOf(
  loki: LokiClient,
  { labels, atMs, levels }: { labels: Labels; atMs: number; levels: 'keep' | 'drop' },
  signal: AbortSignal,
): Promise<{ selector: string; why: Why }> {
  const names = await loki.labels({ startMs: atMs - 3_600_000, endMs: atMs + 3_600_000 }, signal);
  // Labels of a row may hold metadata and parsed fields (Loki 2.9): only index labels name a stream.
  const selector = streamOf(labels, names.value, levels === 'drop' ? LEVEL_LABELS : []);
  if (selector === null) {
    throw new AppError('not_found', 'The stream of this line is no longer known to Loki at that time.');
  }
  return { selector, why: whyOf(names, 'names of stream labels') };
}

interface Side {
  entries: LogEntry[];
  /** Where the lines beyond begin; null when there are none within what was looked at. */
  next: string | null;
  end: string | null;
  why: Why[];
}

/**
 * Lines on one side of an instant, nearest first, in widening windows; more than wanted, so that the instant at the
 * edge of what is shown is whole. `ns` is included for forward and excluded for backward.
 */
async function side(
  loki: LokiClient,
  asked: { selector: string; ns: string; direction: Direction; wanted: number },
  signal: AbortSignal,
  limit = Math.min(MAX_LINES, asked.wanted + FIRST_TIES),
): Promise<Side> {
  const { selector, ns, direction, wanted } = asked;
  if (wanted === 0) return { entries: [], next: null, end: null, why: [] };
  const atMs = nsToMs(ns);
  const cursor = writeCursor({ ns: direction === 'backward' ? addNs(ns, -1n) : ns, given: [] });
  const why: Why[] = [];
  for (const [step, windowMs] of WIDENING_MS.entries()) {
    const startMs = Math.max(0, direction === 'backward' ? atMs - windowMs : atMs);
    const endMs = direction === 'backward' ? atMs + 1 : atMs + windowMs;
    const answer = await loki.logs(selector, { startMs, endMs, direction, limit, cursor }, signal);
    why.push(whyOf(answer, direction === 'backward' ? 'lines before' : 'lines after'));
    const { entries, next } = answer.value;
    if (next !== null && limit < MAX_LINES && entries[wanted - 1]?.ns === entries.at(-1)?.ns) {
      const whole = await side(loki, asked, signal, MAX_LINES);
      return { ...whole, why: [...why, ...whole.why] };
    }
    if (entries.length >= wanted || next !== null) return { entries, next, end: null, why };
    if (step === WIDENING_MS.length - 1) {
      const where = direction === 'backward' ? 'before' : 'after';
      return { entries, next: null, end: `No more within ${formatDuration(windowMs)} ${where} it.`, why };
    }
  }
  return { entries: [], next: null, end: null, why };
}

/**
 * The lines around a line, of its stream without the level, in the order they were written: by time, and within one
 * nanosecond as Loki gives the streams, so that asking for more never reorders what was shown.
 */
export async function logContext(
  loki: LokiClient,
  { id, labels: labelsText, before, after }: LogContextParams,
  signal: AbortSignal,
): Promise<LogContext> {
  const labels = readLabels(labelsText);
  const { ns, hash } = readRowId(id);
  const atMs = nsToMs(ns);
  const { selector, why } = await streamSelectorOf(loki, { labels, atMs, levels: 'drop' }, signal);

  const ask = (wanted: number) => side(loki, { selector, ns, direction: 'forward', wanted }, signal);
  // One more than is shown tells whether there are more.
  let onward = await ask(after + 2);
  const isSelf = (entry: LogEntry) =>
    entry.ns === ns &&
    lineHash(entry.line) === hash &&
    Object.entries(entry.labels).every(([name, value]) => (ownValue(labels, name) ?? value) === value);
  let self = onward.entries.findIndex(isSelf);
  // Behind many lines of its instant, the lines after it are further on than was asked.
  if (self > 0 && onward.entries.length < self + after + 2 && onward.end === null) {
    onward = await ask(Math.min(MAX_LINES, self + after + 2));
    self = onward.entries.findIndex(isSelf);
  }
  // The instant alone may fill what can be asked for at once; the page behind it may bring only lines given already.
  for (let tries = 0; tries < 3 && onward.next !== null && onward.entries.length < self + after + 2; tries += 1) {
    const startMs = Math.max(0, atMs);
    const range = { startMs, endMs: atMs + WIDENING_MS[2] };
    const beyond = await loki.logs(
      selector,
      { ...range, direction: 'forward', limit: after + 2, cursor: onward.next },
      signal,
    );
    onward = {
      entries: [...onward.entries, ...beyond.value.entries],
      next: beyond.value.next,
      end: null,
      why: [...onward.why, whyOf(beyond, 'lines after, behind those of one instant')],
    };
  }
  const ties = onward.entries.slice(0, Math.max(0, self)).slice(-before);
  const rest = self === -1 ? onward.entries : onward.entries.slice(self + 1);
  const back = await side(loki, { selector, ns, direction: 'backward', wanted: before - ties.length }, signal);
  const head = lastOf(inOrder([...back.entries].reverse()), before - ties.length);
  const own = onward.entries[self];
  const entries = [...head, ...ties, ...(own === undefined ? [] : [own]), ...rest.slice(0, after)];
  return {
    query: selector,
    rows: toRows(entries, getRedactor()),
    at: own === undefined ? -1 : head.length + ties.length,
    beforeEnd: back.entries.length > head.length ? null : back.end,
    afterEnd: rest.length > after ? null : onward.end,
    why: [why, ...back.why, ...onward.why],
  };
}

const lastOf = <T>(items: readonly T[], count: number): T[] => (count <= 0 ? [] : items.slice(-count));

/** By time, and within one nanosecond by stream, as lists that were asked for forwards are. */
function inOrder(entries: readonly LogEntry[]): LogEntry[] {
  const keyed = entries.map((entry) => ({ entry, key: labelsKey(entry.labels) }));
  keyed.sort((a, b) => compareNs(a.entry.ns, b.entry.ns) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ entry }) => entry);
}

/** A line whole, however long, redacted; null when it is no longer there or the query rewrote it. */
export async function wholeLine(
  loki: LokiClient,
  { id, labels: labelsText }: { id: string; labels: string },
  signal: AbortSignal,
): Promise<string | null> {
  const { ns, hash } = readRowId(id);
  const atMs = nsToMs(ns);
  const { selector } = await streamSelectorOf(loki, { labels: readLabels(labelsText), atMs, levels: 'keep' }, signal);
  // Few lines at once: the one that is looked for may be most of what may be read of an answer.
  for (const limit of [1, 20, MAX_LINES]) {
    const cursor = writeCursor({ ns, given: [] });
    const page = await loki.logs(
      selector,
      { startMs: atMs, endMs: atMs + 1, direction: 'forward', limit, cursor },
      signal,
    );
    const found = page.value.entries.find((entry) => entry.ns === ns && lineHash(entry.line) === hash);
    if (found !== undefined) return getRedactor().text(found.line);
    if (page.value.next === null) return null;
  }
  return null;
}
