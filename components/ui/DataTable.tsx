'use client';

import {
  createSortedRowModel,
  rowSortingFeature,
  type SortFn,
  type SortingState,
  tableFeatures,
  type Updater,
  useTable,
} from '@tanstack/react-table';
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

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });

/** "p95" ascending, "-p95" descending. */
const toSorting = (text: string | null): SortingState =>
  text === null || text === '' ? [] : [{ id: text.replace(/^-/, ''), desc: text.startsWith('-') }];

/** A table with sticky header, sort in the address bar, rows by j/k and arrows, Enter to open. Wide ones scroll inside. */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { label, rows, columns, rowId, subRows, onOpen, sortParam = 'sort' } = props;
  const [sortText, setSortText] = useUrlParam(sortParam);
  const sorting = useMemo(
    () =>
      toSorting(sortText).filter(({ id }) => columns.some((column) => column.id === id && column.value !== undefined)),
    [sortText, columns],
  );
  const data = useMemo(() => [...rows], [rows]);
  const definitions = useMemo(() => columns.map((column) => toDefinition(column)), [columns]);
  const table = useTable({
    features,
    data,
    columns: definitions,
    state: { sorting },
    onSortingChange: (updater: Updater<SortingState>) => {
      const next = typeof updater === 'function' ? updater(sorting) : updater;
      const [first] = next;
      setSortText(first === undefined ? null : `${first.desc ? '-' : ''}${first.id}`);
    },
  });
  const sorted = table.getRowModel().rows.map((row) => row.original);
  usePanelTools({ table: () => toTable(sorted, columns, subRows) });

  useShortcut({ keys: 'j', label: 'Next row of the table', group: 'Table', run: () => focusRow(1) });
  useShortcut({ keys: 'k', label: 'Previous row of the table', group: 'Table', run: () => focusRow(-1) });

  const onKeyDown = (event: KeyboardEvent<HTMLTableRowElement>, row: Row) => {
    if (event.target !== event.currentTarget) return;
    if (event.key === 'Enter') onOpen?.(row);
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
            'whitespace-nowrap px-2.5 py-0.5',
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
              <HeaderCell
                key={column.id}
                column={column}
                sorting={sorting}
                onSort={() => table.getColumn(column.id)?.toggleSorting()}
              />
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

function toDefinition<Row extends object>(column: Column<Row>) {
  // Nulls are undefined here, because only those can be kept last in both directions.
  return {
    id: column.id,
    accessorFn: (row: Row) => column.value?.(row) ?? undefined,
    enableSorting: column.value !== undefined,
    sortDescFirst: column.numeric ?? false,
    sortUndefined: 'last' as const,
    sortFn: byValue as SortFn<typeof features, Row>,
  };
}

interface Valued {
  getValue: (id: string) => unknown;
}

function byValue(a: Valued, b: Valued, id: string): number {
  const left = a.getValue(id);
  const right = b.getValue(id);
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return String(left).localeCompare(String(right), 'en', { numeric: true });
}

function HeaderCell<Row>({
  column,
  sorting,
  onSort,
}: {
  column: Column<Row>;
  sorting: SortingState;
  onSort: () => void;
}) {
  const sort = sorting.find(({ id }) => id === column.id);
  const className = clsx(
    'whitespace-nowrap px-2.5 py-1 font-normal text-t3',
    column.numeric ? 'text-right' : 'text-left',
  );
  if (column.value === undefined) {
    return (
      <th scope="col" className={className}>
        {column.header}
      </th>
    );
  }
  const Arrow = sort?.desc ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      className={className}
      aria-sort={sort === undefined ? 'none' : sort.desc ? 'descending' : 'ascending'}
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
