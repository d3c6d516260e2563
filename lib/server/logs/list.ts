import 'server-only';
import type { Direction, LogPage } from '@/lib/contracts/logs';
import { type Answer, whyOf } from '../answer';
import { AppError } from '../errors';
import type { LogPage as EntryPage, LokiClient } from '../loki/client';
import { readCursor, writeCursor } from '../loki/entries';
import { addNs } from '../loki/time';
import { getRedactor } from '../redaction/redact';
import { TooLargeError } from '../upstream/body';
import { type LogFilter, writeQuery } from './filter';
import { toRows } from './row';

export interface ListAsked extends LogFilter {
  startMs: number;
  endMs: number;
  direction: Direction;
  limit: number;
  cursor?: string | undefined;
}

/** One page of lines in time, of any direction, as it may be read. */
export async function listLogs(loki: LokiClient, asked: ListAsked, signal: AbortSignal): Promise<LogPage> {
  const { query, why } = await writeQuery(loki, asked, asked, signal);
  const { answer, shrunkTo } = await askPage(loki, query, asked, signal);
  const { entries, categorized, next } = answer.value;
  const { truncated } = answer.why;
  const isCutByLimit = truncated?.startsWith('Only ') ?? false;
  return {
    query,
    rows: toRows(entries, getRedactor()),
    categorized,
    next,
    // That there are more pages is no loss; what a page cannot bring is.
    lost: isCutByLimit ? null : truncated,
    why: [
      ...why,
      {
        ...whyOf(answer, asked.direction === 'backward' ? 'lines, newest first' : 'lines, oldest first'),
        ...(shrunkTo === null
          ? {}
          : { truncated: `The lines are so long that only ${shrunkTo} are asked for at a time.` }),
      },
    ],
  };
}

/** Lines may be megabytes long: a page that is too large to hold is asked for again with fewer lines. */
export async function askPage(
  loki: LokiClient,
  query: string,
  asked: Omit<ListAsked, keyof LogFilter>,
  signal: AbortSignal,
): Promise<{ answer: Answer<EntryPage>; shrunkTo: number | null }> {
  const { startMs, endMs, direction } = asked;
  let { limit, cursor } = asked;
  for (;;) {
    try {
      const answer = await loki.logs(
        query,
        { startMs, endMs, direction, limit, ...(cursor === undefined ? {} : { cursor }) },
        signal,
      );
      return { answer, shrunkTo: limit === asked.limit ? null : limit };
    } catch (error) {
      const isTooLarge = error instanceof AppError && error.details.cause instanceof TooLargeError;
      if (!isTooLarge) throw error;
      const past = limit > 1 ? null : pastInstant(cursor, direction);
      if (limit <= 1 && past === null) throw error;
      if (past !== null) cursor = past;
      limit = Math.max(1, Math.floor(limit / 8));
    }
  }
}

/**
 * The place behind the whole instant a cursor stands at: asking for it again brings back what was given already, and
 * two lines of megabytes may be more than can be held. Null where nothing was given of that instant.
 */
function pastInstant(cursor: string | undefined, direction: Direction): string | null {
  const place = cursor === undefined ? null : readCursor(cursor);
  if (place === null || place.given.length === 0) return null;
  return writeCursor({ ns: addNs(place.ns, direction === 'backward' ? -1n : 1n), given: [] });
}
