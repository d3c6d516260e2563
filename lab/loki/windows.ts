import type { LogHints, LogStore, LogStream, Matcher } from '../stores';
import { tooManyBytes } from './errors';

/** What a query cost, for the `stats` block and for the bound on one query. */
export interface ScanCost {
  lines: number;
  bytes: number;
  returned: number;
}

/** A new object for each query: reads count into it. */
export const noCost = (): ScanCost => ({ lines: 0, bytes: 0, returned: 0 });

/** Lines that one query may read: some seconds of a store that makes its lines as they are asked for. */
const MAX_LINES = 1_200_000;
/** So many lines must be read before the rest of a range is estimated from them. */
const MIN_SAMPLE_LINES = 50_000;
const FIRST_NS = 15n * 60n * 1_000_000_000n;
const MAX_NS = 4n * FIRST_NS;

export interface WindowedRead {
  matchers: readonly Matcher[];
  startNs: bigint;
  endNs: bigint;
  backward: boolean;
  hints: LogHints;
  cost: ScanCost;
  /** Whether all of the range will be read: then a query that must fail does so early. */
  whole: boolean;
}

/** `before`: lines that earlier reads of the same query counted; `share`: what of this read is done, 0 to 1. */
function refuseTooMuch(cost: ScanCost, { before, share }: { before: number; share: number }): void {
  const lines = cost.lines - before;
  const expected = before + (lines >= MIN_SAMPLE_LINES ? lines / share : lines);
  if (cost.lines <= MAX_LINES && expected <= 1.5 * MAX_LINES) return;
  const lineBytes = cost.bytes / cost.lines;
  throw tooManyBytes(expected * lineBytes, MAX_LINES * lineBytes);
}

/**
 * The streams of a range in pieces of an hour at most, from the end that is wanted first: a query that finds enough
 * stops early, and a store that makes its entries when asked need not hold all at once. Counts the cost.
 */
export function* readWindows(store: LogStore, read: WindowedRead): Generator<LogStream[]> {
  const { matchers, backward, hints, cost, whole } = read;
  const total = Number(read.endNs - read.startNs);
  let [from, to] = [read.startNs, read.endNs];
  const before = cost.lines;
  let width = FIRST_NS;
  while (from < to) {
    const piece = to - from < width ? to - from : width;
    const [start, end] = backward ? [to - piece, to] : [from, from + piece];
    const streams = store.select(matchers, start, end, hints);
    yield streams;
    if (backward) to -= piece;
    else from += piece;
    refuseTooMuch(cost, { before, share: whole ? 1 - Number(to - from) / total : 1 });
    width = width * 4n > MAX_NS ? MAX_NS : width * 4n;
  }
}
