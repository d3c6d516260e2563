import type { TraceRows } from '@/lib/contracts/trace';
import { ROW_FLAG } from '@/lib/contracts/trace-choices';

/** Rows asked for at once. */
export const PAGE_ROWS = 200;

/** One row of a window, read from its columns. Milliseconds. */
export interface WaterfallRowText {
  key: string;
  span: string;
  count: number;
  depth: number;
  name: string;
  service: string;
  startMs: number;
  lengthMs: number;
  durationMs: number;
  shortestMs: number;
  selfMs: number;
  criticalMs: number;
  hidden: number;
  failed: boolean;
  hasRows: boolean;
  isOpen: boolean;
  isMatch: boolean;
  /** What is wrong with it, in words; empty where nothing is. */
  faults: readonly string[];
  self: readonly number[];
  critical: readonly number[];
  events: readonly number[];
}

const FAULTS = [
  [ROW_FLAG.orphan, 'parent missing'],
  [ROW_FLAG.duplicate, 'id not its own'],
  [ROW_FLAG.cycle, 'cycle of parents'],
  [ROW_FLAG.negative, 'ends before it starts'],
  [ROW_FLAG.untimed, 'without a start'],
] as const;

/** Rows read before: the same row is the same object, so that what is on the screen is not drawn again while scrolling. */
const read = new WeakMap<TraceRows, Map<number, WaterfallRowText>>();

/** The row at a place among all rows; null where the window does not reach. */
export function rowAt(window: TraceRows | undefined, place: number): WaterfallRowText | null {
  if (window === undefined) return null;
  const known = read.get(window) ?? new Map<number, WaterfallRowText>();
  read.set(window, known);
  const before = known.get(place);
  if (before !== undefined) return before;
  const row = readRow(window, place - window.offset);
  if (row !== null) known.set(place, row);
  return row;
}

function readRow(window: TraceRows, at: number): WaterfallRowText | null {
  const { rows } = window;
  const key = rows.key[at];
  if (key === undefined) return null;
  const flags = rows.flags[at] ?? 0;
  return {
    key,
    span: rows.span[at] ?? '',
    count: rows.count[at] ?? 1,
    depth: rows.depth[at] ?? 0,
    name: window.names[rows.name[at] ?? -1] ?? '',
    service: window.services[rows.service[at] ?? -1] ?? '',
    startMs: rows.startMs[at] ?? 0,
    lengthMs: rows.lengthMs[at] ?? 0,
    durationMs: rows.durationMs[at] ?? 0,
    shortestMs: rows.shortestMs[at] ?? 0,
    selfMs: rows.selfMs[at] ?? 0,
    criticalMs: rows.criticalMs[at] ?? 0,
    hidden: rows.hidden[at] ?? 0,
    failed: (flags & ROW_FLAG.error) !== 0,
    hasRows: (flags & ROW_FLAG.hasRows) !== 0,
    isOpen: (flags & ROW_FLAG.open) !== 0,
    isMatch: (flags & ROW_FLAG.match) !== 0,
    faults: FAULTS.flatMap(([flag, text]) => ((flags & flag) !== 0 ? [text] : [])),
    self: rows.self[at] ?? [],
    critical: rows.critical[at] ?? [],
    events: rows.events[at] ?? [],
  };
}
