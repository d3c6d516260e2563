'use client';

import { useQueries } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useFrozen } from '@/components/ui/frozen';
import type { TraceClock, TraceGrouping, TraceOnly, TraceRows } from '@/lib/contracts/trace';
import { traceRowsQuery } from '@/lib/queries/trace';
import { PAGE_ROWS, rowAt, type WaterfallRowText } from './row-window';

export interface RowsAsked {
  traceId: string;
  clock: TraceClock;
  group: TraceGrouping;
  only: TraceOnly;
  toggled: readonly string[];
  level: number | null;
  find: string;
  focus: string | null;
}

export interface Rows {
  /** What all windows say alike; undefined until the first is here. */
  head: TraceRows | undefined;
  /** Row of the span in focus, once its own answer is here. */
  focusRow: number | null;
  error: Error | null;
  isFetching: boolean;
  at: (place: number) => WaterfallRowText | null;
  retry: () => void;
}

/** The rows on the screen: windows of PAGE_ROWS around `first` to `last`, asked for as they are scrolled to. */
export function useRows(asked: RowsAsked, first: number, last: number): Rows {
  const from = Math.max(0, Math.floor(first / PAGE_ROWS));
  const to = Math.max(from, Math.floor(last / PAGE_ROWS));
  // Never more windows than a screen can show, whatever is asked for.
  const pages = Array.from({ length: Math.min(6, to - from + 1) }, (_, i) => from + i);
  const isFrozen = useFrozen() !== null;
  const { toggled, level, focus: wanted, ...rest } = asked;
  // A frozen copy holds the rows as they open by themselves.
  const focus = isFrozen ? null : wanted;
  const windows = useQueries({
    queries: pages.map((page) =>
      traceRowsQuery({
        ...rest,
        toggled: toggled.join(','),
        ...(level === null ? {} : { level }),
        ...(focus === null ? {} : { focus }),
        offset: page * PAGE_ROWS,
        limit: PAGE_ROWS,
      }),
    ),
  });
  const fresh = windows.flatMap(({ data }) => (data === undefined ? [] : [data]));
  // While other settings or far rows are asked for, the rows before stand in: the grid keeps its place and its focus.
  const before = useRef<readonly TraceRows[]>([]);
  useEffect(() => {
    if (fresh.length > 0) before.current = fresh;
  });
  const held = fresh.length > 0 ? fresh : before.current;
  const head = held[0];
  const focusRow = fresh[0]?.focusRow ?? null;
  return {
    head,
    focusRow,
    error: windows.find(({ error }) => error !== null)?.error ?? null,
    isFetching: windows.some(({ isFetching }) => isFetching),
    at: (place) =>
      rowAt(
        held.find(({ offset }) => place >= offset && place < offset + PAGE_ROWS),
        place,
      ),
    retry: () => {
      for (const { refetch } of windows) void refetch();
    },
  };
}
