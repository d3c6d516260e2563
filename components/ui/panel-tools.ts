'use client';

import { createContext, useContext, useEffect, useRef } from 'react';
import type { ChartTable } from '@/lib/charts/table';

/** What the content of a panel can do for its header. */
export interface PanelTools {
  /** Its numbers, for CSV and for the table behind a chart. */
  table?: () => ChartTable;
  /** The chart as a PNG data URL; null before it is drawn. */
  png?: () => string | null;
  /** Whether `table` stands behind a chart and can be shown instead of it. */
  hasTableView?: boolean;
}

export interface PanelFrame {
  view: 'chart' | 'table';
  isExpanded: boolean;
  offer: (tools: PanelTools | null) => void;
}

export const PanelContext = createContext<PanelFrame | null>(null);

/** Offers tools to the panel around, and tells how the panel wants its content; a chart outside any panel gets null. */
export function usePanelTools(tools: PanelTools): PanelFrame | null {
  const frame = useContext(PanelContext);
  const latest = useRef(tools);
  useEffect(() => {
    latest.current = tools;
  });
  const offer = frame?.offer;
  const { hasTableView } = tools;
  const hasTable = tools.table !== undefined;
  const hasPng = tools.png !== undefined;
  // The panel's header is outside this component: it learns here what its content can do.
  useEffect(() => {
    if (offer === undefined) return;
    offer({
      hasTableView,
      table: hasTable ? () => latest.current.table?.() ?? { columns: [], rows: [] } : undefined,
      png: hasPng ? () => latest.current.png?.() ?? null : undefined,
    });
    return () => offer(null);
  }, [offer, hasTableView, hasTable, hasPng]);
  return frame;
}
