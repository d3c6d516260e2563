'use client';

import { useCallback, useMemo } from 'react';
import { useAddress } from '@/components/ui/address';
import type { TraceClock, TraceGrouping, TraceOnly } from '@/lib/contracts/trace';
import { TRACE_CLOCKS, TRACE_GROUPINGS, TRACE_ONLY } from '@/lib/contracts/trace-choices';

const TABS = ['waterfall', 'flame', 'statistics', 'logs', 'compare'] as const;
export type Tab = (typeof TABS)[number];

/** A stretch of the trace's time, milliseconds from its start; null is all of it. */
export type Zoom = { fromMs: number; toMs: number } | null;

/** What the trace's page shows, as its address says it. */
export interface TraceView {
  tab: Tab;
  /** Null: folded as the trace's size suggests. */
  group: TraceGrouping | null;
  only: TraceOnly;
  clock: TraceClock;
  /** The span whose details are open. */
  span: string | null;
  find: string;
  zoom: Zoom;
  against: string | null;
  version: string | null;
}

function parseZoom(text: string | null): Zoom {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)-(\d{1,12}(?:\.\d{1,6})?)$/.exec(text ?? '');
  if (match === null) return null;
  const fromMs = Number(match[1]);
  const toMs = Number(match[2]);
  return toMs > fromMs ? { fromMs, toMs } : null;
}

const formatZoom = (zoom: Zoom): string | null =>
  zoom === null ? null : `${Number(Math.max(0, zoom.fromMs).toFixed(6))}-${Number(zoom.toMs.toFixed(6))}`;

/** The page's state in the address bar, and how to change it: a link shows a colleague what the sender saw. */
export function useTraceView(): [TraceView, (patch: Partial<TraceView>) => void] {
  const { search, current, write: writeSearch } = useAddress();
  const view = useMemo<TraceView>(
    () => ({
      tab: TABS.find((tab) => tab === search.get('tab')) ?? 'waterfall',
      group: TRACE_GROUPINGS.find((group) => group === search.get('group')) ?? null,
      only: TRACE_ONLY.find((only) => only === search.get('only')) ?? 'all',
      clock: TRACE_CLOCKS.find((clock) => clock === search.get('clock')) ?? 'raw',
      span: search.get('span'),
      find: (search.get('find') ?? '').slice(0, 200),
      zoom: parseZoom(search.get('zoom')),
      against: search.get('against'),
      version: search.get('againstVersion'),
    }),
    [search],
  );
  const setView = useCallback(
    (patch: Partial<TraceView>) => {
      const next = current();
      const write = (name: string, value: string | null, byItself: string | null = null) => {
        if (value === null || value === '' || value === byItself) next.delete(name);
        else next.set(name, value);
      };
      if (patch.tab !== undefined) write('tab', patch.tab, 'waterfall');
      if (patch.group !== undefined) write('group', patch.group);
      if (patch.only !== undefined) write('only', patch.only, 'all');
      if (patch.clock !== undefined) write('clock', patch.clock, 'raw');
      if (patch.span !== undefined) write('span', patch.span);
      if (patch.find !== undefined) write('find', patch.find);
      if (patch.zoom !== undefined) write('zoom', formatZoom(patch.zoom));
      if (patch.against !== undefined) write('against', patch.against);
      if (patch.version !== undefined) write('againstVersion', patch.version);
      writeSearch(next, true);
    },
    [current, writeSearch],
  );
  return [view, setView];
}
