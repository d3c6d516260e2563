'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import { clsx } from 'clsx';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type KeyboardEvent, memo, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { usePanelTools } from '@/components/ui/panel-tools';
import { useShortcut } from '@/components/ui/shortcuts';
import { useUrlParam } from '@/components/ui/use-url-param';
import { FEATURE_COLUMNS, type FeatureColumn, type FeatureLine } from './FeatureColumns';
import type { HeatGrid } from './HeatStrip';

const ROW_PX = 30;
const HEAD_PX = 32;
const estimateSize = () => ROW_PX;
/** Rows in sight before the table scrolls. */
const MOST_IN_SIGHT = 14;

export interface FeatureTableProps {
  label: string;
  /** In the order they stand without a sort. */
  lines: readonly FeatureLine[];
  /** Null while what happened over time is not known. */
  grid: HeatGrid | null;
  open: string | null;
  /** Absent: rows do not open. */
  onOpen?: (feature: string | null) => void;
  columns?: readonly FeatureColumn[];
}

/** Rows by a column; what is not measured stands last in both directions. */
function sortLines(lines: readonly FeatureLine[], sort: string | null): readonly FeatureLine[] {
  const value = FEATURE_COLUMNS.find(({ id }) => id === sort?.replace(/^-/, ''))?.value;
  if (value === undefined) return lines;
  const sign = sort?.startsWith('-') ? -1 : 1;
  return lines.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right);
    return sign * String(left).localeCompare(String(right), 'en', { numeric: true });
  });
}

/**
 * The features of a model, as many as there are: only the rows in sight are drawn, between two that hold the place of
 * the rest. Sort in the address, rows by j, k and arrows, Enter opens.
 */
export function FeatureTable(props: FeatureTableProps) {
  const { label, lines, grid, open, onOpen, columns = FEATURE_COLUMNS } = props;
  const [sort, setSort] = useUrlParam('sort');
  const sorted = useMemo(() => sortLines(lines, sort), [lines, sort]);
  const box = useRef<HTMLElement>(null);
  const [cursor, setCursor] = useState(0);
  const getScrollElement = useCallback(() => box.current, []);
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement,
    estimateSize,
    overscan: 5,
    scrollPaddingStart: HEAD_PX,
  });
  usePanelTools({ table: () => toTable(sorted, columns) });

  const latest = useRef({ sorted, open, onOpen });
  useEffect(() => {
    latest.current = { sorted, open, onOpen };
  });
  const moveTo = (index: number) => {
    const next = Math.min(sorted.length - 1, Math.max(0, index));
    setCursor(next);
    virtual.scrollToIndex(next, { align: 'auto' });
    const focus = () => {
      const row = box.current?.querySelector<HTMLElement>(`[aria-rowindex="${next + 2}"]`);
      row?.focus({ preventScroll: true });
      return row != null;
    };
    // At once, so that the next key meets this row; after it is drawn, where it was out of sight.
    if (!focus()) requestAnimationFrame(focus);
  };
  // The same function for every row and render, so that a row is drawn again only when it changed itself.
  const choose = useCallback((index: number) => {
    const { sorted: rows, open: current, onOpen: tell } = latest.current;
    const name = rows[index]?.drift.feature ?? null;
    setCursor(index);
    tell?.(name === current ? null : name);
  }, []);
  useShortcut({ keys: 'j', label: 'Next feature', group: 'Table', run: () => moveTo(cursor + 1) });
  useShortcut({ keys: 'k', label: 'Previous feature', group: 'Table', run: () => moveTo(cursor - 1) });
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (step !== undefined) moveTo(cursor + step);
    else if (event.key === 'Home') moveTo(0);
    else if (event.key === 'End') moveTo(sorted.length - 1);
    else if (event.key === 'Enter') choose(cursor);
    else return;
    event.preventDefault();
  };
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <section
      ref={box}
      aria-label={`${label}, scrolls`}
      data-features
      className="relative -mx-3 overflow-auto"
      style={{ maxHeight: MOST_IN_SIGHT * ROW_PX + HEAD_PX }}
    >
      <table
        aria-label={label}
        aria-rowcount={sorted.length + 1}
        className="w-full min-w-[1048px] table-fixed max-sm:min-w-[972px] border-collapse text-small"
      >
        <colgroup>
          {columns.map(({ id, width }) => (
            <col key={id} className={width} />
          ))}
        </colgroup>
        <thead className="sticky top-0 z-10 bg-panel">
          <tr aria-rowindex={1} style={{ height: HEAD_PX }}>
            {columns.map((column) => (
              <Header key={column.id} column={column} sort={sort} onSort={setSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Space height={before} />
          {items.map(({ index }) => {
            const line = sorted[index];
            if (line === undefined) return null;
            const isOpen = line.drift.feature === open;
            return (
              <tr
                key={line.drift.feature}
                aria-rowindex={index + 2}
                aria-current={isOpen}
                tabIndex={index === cursor ? 0 : -1}
                onClick={() => {
                  if (window.getSelection()?.isCollapsed !== false) choose(index);
                }}
                onKeyDown={onKeyDown}
                className={clsx(
                  'border-line border-t hover:bg-raised focus-visible:bg-raised focus-visible:-outline-offset-2',
                  onOpen !== undefined && 'cursor-pointer',
                  isOpen && 'bg-raised',
                )}
                style={{ height: ROW_PX }}
              >
                <Cells line={line} grid={grid} columns={columns} />
              </tr>
            );
          })}
          <Space height={after} />
        </tbody>
      </table>
    </section>
  );
}

/** Holds the place of rows out of sight. */
const Space = ({ height }: { height: number }) =>
  height <= 0 ? null : (
    <tr aria-hidden style={{ height }}>
      <td colSpan={FEATURE_COLUMNS.length} />
    </tr>
  );

const PADDING = 'px-1.5 first:pl-3 last:pr-3';

/** Cells alone: a row that is only scrolled is not drawn again. */
const Cells = memo(function Cells({
  line,
  grid,
  columns,
}: Required<Pick<FeatureTableProps, 'grid' | 'columns'>> & { line: FeatureLine }) {
  return columns.map((column) => (
    <td key={column.id} className={clsx('truncate', PADDING, column.numeric && 'text-right tabular-nums')}>
      {column.cell(line, grid)}
    </td>
  ));
});

function Header({
  column,
  sort,
  onSort,
}: {
  column: FeatureColumn;
  sort: string | null;
  onSort: (sort: string | null) => void;
}) {
  const isOwn = sort?.replace(/^-/, '') === column.id;
  const descending = isOwn && (sort?.startsWith('-') ?? false);
  const className = clsx('whitespace-nowrap font-normal text-t3', PADDING, column.numeric ? 'text-right' : 'text-left');
  if (column.value === undefined) {
    return (
      <th scope="col" className={className}>
        {column.header}
      </th>
    );
  }
  const first = column.numeric ? `-${column.id}` : column.id;
  const second = column.numeric ? column.id : `-${column.id}`;
  const next = !isOwn ? first : sort === first ? second : null;
  const Arrow = descending ? ArrowDown : ArrowUp;
  return (
    <th scope="col" aria-sort={isOwn ? (descending ? 'descending' : 'ascending') : 'none'} className={className}>
      <button
        type="button"
        onClick={() => onSort(next)}
        className="inline-flex min-h-6 items-center gap-1 rounded-sm hover:text-t1"
      >
        {column.header}
        {isOwn ? <Arrow size={11} aria-hidden /> : null}
      </button>
    </th>
  );
}

function toTable(lines: readonly FeatureLine[], columns: readonly FeatureColumn[]) {
  const valued = columns.filter(({ value }) => value !== undefined);
  return {
    columns: [
      ...valued.map(({ header, numeric }) => ({ label: header, numeric: numeric ?? false })),
      { label: 'Definition', numeric: false },
    ],
    rows: lines.map((line) => [...valued.map(({ value }) => value?.(line) ?? null), line.drift.definition]),
  };
}
