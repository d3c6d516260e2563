'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import { clsx } from 'clsx';
import { type KeyboardEvent, type MouseEvent, useMemo, useRef, useState } from 'react';
import { useOpen } from '@/components/shell/use-open';
import { ViewLink } from '@/components/shell/ViewLink';
import { tracePath } from '@/components/shell/view-address';
import { usePanelTools } from '@/components/ui/panel-tools';
import { useZone } from '@/components/ui/preference';
import { useShortcut } from '@/components/ui/shortcuts';
import { useUrlParam } from '@/components/ui/use-url-param';
import type { TraceRow } from '@/lib/contracts/traces';
import { NOT_MEASURED } from '@/lib/domain/format';
import { TRACE_COLUMNS, TraceCell, type TraceColumn } from './TraceCell';

const ROW_PX = 30;
const MAX_HEIGHT_PX = 480;
const MIN_WIDTH_PX = 1_080;
const GRID = { gridTemplateColumns: TRACE_COLUMNS.map(({ width }) => width).join(' '), minWidth: MIN_WIDTH_PX };

/** Rows by a column; what is not measured comes last in both directions. */
function sorted(rows: readonly TraceRow[], sort: string | null): readonly TraceRow[] {
  const isDescending = sort?.startsWith('-') ?? false;
  const column = TRACE_COLUMNS.find(({ id }) => id === sort?.replace(/^-/, ''));
  if (column === undefined) return rows;
  return rows.toSorted((a, b) => {
    const left = column.value(a);
    const right = column.value(b);
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    const order =
      typeof left === 'number' && typeof right === 'number'
        ? left - right
        : String(left).localeCompare(String(right), 'en', { numeric: true });
    return isDescending ? -order : order;
  });
}

/** Found traces: only the rows in sight are drawn, j and k walk them, Enter opens. */
export function TraceTable({
  rows,
  selected,
  word,
}: {
  rows: readonly TraceRow[];
  selected: ReadonlySet<string> | null;
  /** What selected rows are. */
  word: string;
}) {
  const [sort, setSort] = useUrlParam('sort');
  const { zone } = useZone();
  const openPath = useOpen();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const shown = useMemo(() => sorted(rows, sort), [rows, sort]);
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    // The header scrolls with the rows and stands over the first of them.
    scrollPaddingStart: ROW_PX,
  });
  usePanelTools({
    table: () => ({
      columns: TRACE_COLUMNS.map(({ header, numeric }) => ({ label: header, numeric: numeric ?? false })),
      rows: shown.map((row) => TRACE_COLUMNS.map(({ value }) => value(row))),
    }),
  });

  const open = (row: TraceRow) => openPath(tracePath(row.traceId));
  const focusRow = (index: number) => {
    const next = Math.max(0, Math.min(shown.length - 1, index));
    setActive(next);
    virtual.scrollToIndex(next);
    const focus = () => {
      const row = scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"]`);
      row?.focus({ preventScroll: true });
      return row != null;
    };
    // At once, so that the next key meets this row; one out of sight is drawn only after the scroll.
    if (!focus()) requestAnimationFrame(focus);
  };
  const hasFocus = () => scroller.current?.contains(document.activeElement) ?? false;
  const move = (step: number) => focusRow(hasFocus() ? active + step : active);
  useShortcut({ keys: 'j', label: 'Next trace', group: 'Table', run: () => move(1) });
  useShortcut({ keys: 'k', label: 'Previous trace', group: 'Table', run: () => move(-1) });

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>, row: TraceRow, index: number) => {
    if (event.target !== event.currentTarget) return;
    const to: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: index + 15,
      PageUp: index - 15,
      Home: 0,
      End: shown.length - 1,
    };
    const target = to[event.key];
    if (event.key === 'Enter') open(row);
    else if (target !== undefined) focusRow(target);
    else return;
    event.preventDefault();
  };
  const onClick = (event: MouseEvent<HTMLDivElement>, row: TraceRow) => {
    if (event.target instanceof Element && event.target.closest('a, button') !== null) return;
    if (window.getSelection()?.isCollapsed === false) return;
    open(row);
  };

  return (
    <div ref={scroller} className="-mx-3 overflow-auto" style={{ maxHeight: MAX_HEIGHT_PX }}>
      {/* biome-ignore lint/a11y/useSemanticElements: rows out of sight are not drawn, which a table element cannot hold */}
      <div
        role="table"
        aria-label="Traces"
        aria-rowcount={shown.length + 1}
        aria-colcount={TRACE_COLUMNS.length}
        className="text-small"
      >
        {/* biome-ignore lint/a11y/useSemanticElements: see above */}
        <div role="rowgroup" className="sticky top-0 z-10 bg-panel">
          {/* biome-ignore lint/a11y/useSemanticElements: see above */}
          {/* biome-ignore lint/a11y/useFocusableInteractive: a header row is not interactive, its buttons are */}
          <div role="row" aria-rowindex={1} className="grid items-center px-1" style={GRID}>
            {TRACE_COLUMNS.map((column) => (
              <Header key={column.id} column={column} sort={sort} onSort={setSort} />
            ))}
          </div>
        </div>
        {/* biome-ignore lint/a11y/useSemanticElements: see above */}
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize(), minWidth: MIN_WIDTH_PX }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = shown[index];
            if (row === undefined) return null;
            const isSelected = selected?.has(row.traceId) ?? false;
            return (
              // biome-ignore lint/a11y/useSemanticElements: see above
              <div
                key={row.traceId}
                role="row"
                aria-rowindex={index + 2}
                data-index={index}
                data-selected={isSelected}
                tabIndex={index === Math.min(active, shown.length - 1) ? 0 : -1}
                onFocus={() => setActive(index)}
                onKeyDown={(event) => onKeyDown(event, row, index)}
                onClick={(event) => onClick(event, row)}
                className={clsx(
                  'absolute inset-x-0 grid h-[30px] cursor-pointer items-center border-line border-t border-l-2 px-1 hover:bg-raised focus-visible:bg-raised focus-visible:-outline-offset-2',
                  isSelected ? 'border-l-accent' : 'border-l-transparent',
                )}
                style={{ ...GRID, transform: `translateY(${start}px)` }}
              >
                {TRACE_COLUMNS.map((column) => (
                  // biome-ignore lint/a11y/useSemanticElements: see above
                  <div
                    key={column.id}
                    role="cell"
                    className={clsx('truncate px-2', column.numeric && 'text-right tabular-nums')}
                    title={String(column.value(row) ?? NOT_MEASURED)}
                  >
                    {column.id === 'id' ? (
                      <ViewLink to={tracePath(row.traceId)} tabIndex={-1} className="link font-mono">
                        {row.traceId}
                      </ViewLink>
                    ) : (
                      <TraceCell column={column.id} row={row} zone={zone} />
                    )}
                    {column.id === 'start' && isSelected ? <span className="sr-only">, {word}</span> : null}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Header({
  column,
  sort,
  onSort,
}: {
  column: TraceColumn;
  sort: string | null;
  onSort: (sort: string | null) => void;
}) {
  const isUp = sort === column.id;
  const isDown = sort === `-${column.id}`;
  const first = column.numeric ? `-${column.id}` : column.id;
  const second = column.numeric ? column.id : `-${column.id}`;
  const next = sort === first ? second : sort === second ? null : first;
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows out of sight are not drawn, which a table element cannot hold
    // biome-ignore lint/a11y/useFocusableInteractive: its button takes the focus
    <div
      role="columnheader"
      aria-sort={isUp ? 'ascending' : isDown ? 'descending' : 'none'}
      className={clsx('truncate px-2 py-1 text-t3', column.numeric && 'text-right')}
    >
      <button type="button" title={column.about} onClick={() => onSort(next)} className="rounded-sm hover:text-t1">
        {column.header}
        {isUp || isDown ? <span aria-hidden>{isUp ? ' ↑' : ' ↓'}</span> : null}
      </button>
    </div>
  );
}
