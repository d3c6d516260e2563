'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useZone } from '@/components/ui/preference';
import { ScrollRegion } from '@/components/ui/ScrollRegion';
import { useShortcut } from '@/components/ui/shortcuts';
import type { FieldFilter } from '@/lib/contracts/log-filter';
import type { LogRow } from '@/lib/contracts/logs';
import { LogDetails } from './LogDetails';
import { LineHead, LogLine } from './LogLine';

/** The least height at which a row is a target a finger meets. */
const ROW_PX = 24;
const estimateSize = () => ROW_PX;
/** Rows from the end at which the next page is asked for. */
const AHEAD = 200;

export interface LogListProps {
  rows: readonly LogRow[];
  look: { columns: readonly string[]; isWrapped: boolean; isRaw: boolean; hasService: boolean };
  openId: string | null;
  onOpen: (id: string | null) => void;
  onFilter: (filter: FieldFilter) => void;
  onColumn: (name: string) => void;
  /** The end of the rows comes near. */
  onEnd?: () => void;
  /** Whether the list is scrolled away from its first row. */
  onScrolled?: (isScrolled: boolean) => void;
  /** What stands beneath the last row. */
  foot: ReactNode;
}

/** Lines in a window of their own: only those in sight are drawn, however many there are. */
export function LogList({ rows, look, openId, onOpen, onFilter, onColumn, onEnd, onScrolled, foot }: LogListProps) {
  const { zone } = useZone();
  const box = useRef<HTMLElement>(null);
  const getScrollElement = useCallback(() => box.current, []);
  const [cursor, setCursor] = useState(-1);
  // Stable while the rows are: a new function makes the virtualizer measure tens of thousands of rows again.
  const keyOf = useCallback((index: number) => rows[index]?.id ?? index, [rows]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement,
    estimateSize,
    getItemKey: keyOf,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const lastInSight = items.at(-1)?.index ?? 0;

  useEffect(() => {
    // The server: the next page before the reader gets there.
    if (rows.length > 0 && lastInSight >= rows.length - AHEAD) onEnd?.();
  }, [lastInSight, rows.length, onEnd]);

  const openAt = useMemo(() => (openId === null ? -1 : rows.findIndex(({ id }) => id === openId)), [rows, openId]);
  const shownFor = useRef<string | null>(null);
  useEffect(() => {
    // The window's scroll position: a line opened by a link is brought into sight once.
    if (openAt === -1 || shownFor.current === openId) return;
    shownFor.current = openId;
    setCursor(openAt);
    virtual.scrollToIndex(openAt, { align: 'auto' });
  }, [openAt, openId, virtual]);

  const latest = useRef({ rows, openId, onOpen });
  useEffect(() => {
    latest.current = { rows, openId, onOpen };
  });
  // The same function for every row and render, so that a row is drawn again only when it changed itself.
  const toggle = useCallback((row: LogRow) => {
    const { rows: all, openId: open, onOpen: tell } = latest.current;
    shownFor.current = row.id;
    setCursor(all.indexOf(row));
    tell(row.id === open ? null : row.id);
  }, []);
  const move = (step: 1 | -1) => {
    const next = Math.min(rows.length - 1, Math.max(0, cursor + step));
    setCursor(next);
    virtual.scrollToIndex(next, { align: 'auto' });
    const focus = () => {
      const line = box.current?.querySelector<HTMLElement>(`[data-index="${next}"] [data-line]`);
      line?.focus({ preventScroll: true });
      return line != null;
    };
    // At once, so that the next key meets this row; after it is drawn, where it was out of sight.
    if (!focus()) requestAnimationFrame(focus);
  };
  useShortcut({ keys: 'j', label: 'Next line', group: 'Table', run: () => move(1) });
  useShortcut({ keys: 'k', label: 'Previous line', group: 'Table', run: () => move(-1) });
  return (
    <>
      <LineHead columns={look.columns} hasService={look.hasService} />
      <ScrollRegion
        ref={box}
        label="Log lines"
        onScroll={(event) => onScrolled?.(event.currentTarget.scrollTop > ROW_PX)}
        className="h-[max(360px,calc(100dvh-360px))] overflow-auto [contain:strict]"
      >
        <ol className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, key, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            const isOpen = row.id === openId;
            return (
              <li
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                aria-posinset={index + 1}
                aria-setsize={rows.length}
                className="absolute inset-x-0 top-0"
                style={{ transform: `translateY(${start}px)` }}
              >
                <LogLine row={row} {...look} isCursor={index === cursor} isOpen={isOpen} zone={zone} onOpen={toggle} />
                {isOpen ? (
                  <LogDetails row={row} columns={look.columns} onFilter={onFilter} onColumn={onColumn} />
                ) : null}
              </li>
            );
          })}
        </ol>
        <div className="px-3 py-2 text-small text-t2">{foot}</div>
      </ScrollRegion>
    </>
  );
}
