'use client';

import { clsx } from 'clsx';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { Fragment, type KeyboardEvent, type MouseEvent, type ReactNode, useMemo } from 'react';
import { usePanelTools } from './panel-tools';
import { useShortcut } from './shortcuts';
import { useUrlParam } from './use-url-param';

export interface Column<Row> {
  id: string;
  /** Name of the column with its unit: "P95 ms". */
  header: string;
  cell: (row: Row) => ReactNode;
  /** What the column sorts by and what CSV holds; null is "not measured" and sorts last. Without it: no sorting. */
  value?: (row: Row) => number | string | null;
  /** Numbers stand right-aligned. */
  numeric?: boolean;
  className?: string;
}

export interface DataTableProps<Row extends object> {
  /** Name of the table for screen readers. */
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  rowId: (row: Row) => string;
  /** Rows that belong beneath a row and move with it. */
  subRows?: (row: Row) => readonly Row[];
  /** Opens a row: Enter, double press on it, or click. */
  onOpen?: (row: Row) => void;
  /** Parameter of the address bar that holds the sort; absent: the order of `rows`. */
  sortParam?: string;
}

interface Sorting {
  id: string;
  descending: boolean;
}

/** "p95" ascending, "-p95" descending; null for a column that is not there or does not sort. */
function toSorting<Row>(text: string | null, columns: readonly Column<Row>[]): Sorting | null {
  const id = text?.replace(/^-/, '');
  const isKnown = columns.some((column) => column.id === id && column.value !== undefined);
  return id !== undefined && isKnown ? { id, descending: text?.startsWith('-') ?? false } : null;
}

/** What a press on a column's header asks for: its natural direction, then the other, then the order of the rows. */
function nextSorting<Row>(sorting: Sorting | null, { id, numeric = false }: Column<Row>): Sorting | null {
  if (sorting?.id !== id) return { id, descending: numeric };
  return sorting.descending === numeric ? { id, descending: !numeric } : null;
}

/** Rows by a column; what is not measured stands last in both directions. */
function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sorting: Sorting | null): readonly Row[] {
  const value = columns.find(({ id }) => id === sorting?.id)?.value;
  if (sorting === null || value === undefined) return rows;
  const sign = sorting.descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const left = value(a);
    const right = value(b);
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right);
    return sign * String(left).localeCompare(String(right), 'en', { numeric: true });
  });
}

/** A table with sticky header, sort in the address bar, rows by j/k and arrows, Enter to open. Wide ones scroll inside. */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { label, rows, columns, rowId, subRows, onOpen, sortParam = 'sort' } = props;
  const [sortText, setSortText] = useUrlParam(sortParam);
  const sorting = useMemo(() => toSorting(sortText, columns), [sortText, columns]);
  const sorted = useMemo(() => sortRows(rows, columns, sorting), [rows, columns, sorting]);
  const sortBy = (column: Column<Row>) => {
    const next = nextSorting(sorting, column);
    setSortText(next === null ? null : `${next.descending ? '-' : ''}${next.id}`);
  };
  usePanelTools({ table: () => toTable(sorted, columns, subRows) });

  useShortcut({ keys: 'j', label: 'Next row of the table', group: 'Table', run: () => focusRow(1) });
  useShortcut({ keys: 'k', label: 'Previous row of the table', group: 'Table', run: () => focusRow(-1) });

  const onKeyDown = (event: KeyboardEvent<HTMLTableRowElement>, row: Row) => {
    if (event.target !== event.currentTarget) return;
    if (event.key === 'Enter' && onOpen !== undefined) {
      // Else the same key presses the button that a dialog just opened by it has focused: its closing one.
      event.preventDefault();
      onOpen(row);
    }
    if (event.key === 'ArrowDown') focusRow(1);
    if (event.key === 'ArrowUp') focusRow(-1);
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') event.preventDefault();
  };
  const onClick = (event: MouseEvent<HTMLTableRowElement>, row: Row) => {
    // A link or button within the row has its own meaning, and selecting text is not opening.
    if (event.target instanceof Element && event.target.closest('a, button, input') !== null) return;
    if (window.getSelection()?.isCollapsed === false) return;
    onOpen?.(row);
  };

  const line = (row: Row, isSub: boolean) => (
    <tr
      key={rowId(row)}
      data-row
      tabIndex={0}
      onKeyDown={(event) => onKeyDown(event, row)}
      onClick={onOpen === undefined ? undefined : (event) => onClick(event, row)}
      className={clsx(
        'h-[30px] border-line border-t hover:bg-raised focus-visible:bg-raised focus-visible:-outline-offset-2',
        onOpen !== undefined && 'cursor-pointer',
        isSub && 'text-t2',
      )}
    >
      {columns.map((column, index) => (
        <td
          key={column.id}
          className={clsx(
            'whitespace-nowrap px-2 py-0.5',
            column.numeric && 'text-right tabular-nums',
            isSub && index === 0 && 'pl-7!',
            column.className,
          )}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );

  return (
    <div className="relative -mx-3 max-h-[70vh] overflow-auto">
      <table data-rows aria-label={label} className="w-full border-collapse text-small">
        <thead className="sticky top-0 z-10 bg-panel">
          <tr>
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} sorting={sorting} onSort={() => sortBy(column)} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <Fragment key={rowId(row)}>
              {line(row, false)}
              {subRows?.(row).map((sub) => line(sub, true))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/**
 * Focuses the next or previous row of the table that has the focus, else of the first table of the page. Every table
 * answers j and k alike, so it does not matter which of them hears the key.
 */
function focusRow(step: 1 | -1): void {
  const tables = [...document.querySelectorAll<HTMLElement>('table[data-rows]')];
  const table = tables.find((one) => one.contains(document.activeElement)) ?? tables[0];
  const rows = [...(table?.querySelectorAll<HTMLElement>('tr[data-row]') ?? [])];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at === -1 ? (step === 1 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

function HeaderCell<Row>({
  column,
  sorting,
  onSort,
}: {
  column: Column<Row>;
  sorting: Sorting | null;
  onSort: () => void;
}) {
  const sort = sorting?.id === column.id ? sorting : undefined;
  const className = clsx(
    'whitespace-nowrap px-2 py-1 font-normal text-t3',
    column.numeric ? 'text-right' : 'text-left',
  );
  if (column.value === undefined) {
    return (
      <th scope="col" className={className}>
        {column.header}
      </th>
    );
  }
  const Arrow = sort?.descending ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      className={className}
      aria-sort={sort === undefined ? 'none' : sort.descending ? 'descending' : 'ascending'}
    >
      <button type="button" onClick={onSort} className="inline-flex items-center gap-1 rounded-sm hover:text-t1">
        {column.header}
        {sort === undefined ? null : <Arrow size={11} aria-hidden />}
      </button>
    </th>
  );
}

function toTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  subRows: ((row: Row) => readonly Row[]) | undefined,
) {
  const valued = columns.filter((column) => column.value !== undefined);
  return {
    columns: valued.map((column) => ({ label: column.header, numeric: column.numeric ?? false })),
    rows: rows
      .flatMap((row) => [row, ...(subRows?.(row) ?? [])])
      .map((row) => valued.map((column) => column.value?.(row) ?? null)),
  };
}
