import { clsx } from 'clsx';
import type { ChartTable } from '@/lib/charts/table';
import { formatNumber, NOT_MEASURED } from '@/lib/domain/format';
import { ScrollRegion } from './ScrollRegion';

/** Rows drawn at most: a table is for reading; CSV has them all. */
const MAX_ROWS = 500;

/** The table behind a chart: every number it draws, to be read by eye, keyboard or screen reader. */
export function TableView({ label, table, height }: { label: string; table: ChartTable; height: number }) {
  const rows = table.rows.slice(0, MAX_ROWS);
  return (
    <ScrollRegion label={`${label}, as a table`} className="overflow-auto" style={{ height }}>
      <table className="w-full border-collapse text-small">
        <thead className="sticky top-0 bg-panel">
          <tr>
            {table.columns.map((column, index) => (
              <th
                // biome-ignore lint/suspicious/noArrayIndexKey: two series may have one name
                key={index}
                scope="col"
                className={clsx('px-2 py-1 font-normal text-t3', column.numeric ? 'text-right' : 'text-left')}
              >
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a series have no identity but their place
            <tr key={index} className="border-line border-t">
              {row.map((cell, column) => (
                <td
                  // biome-ignore lint/suspicious/noArrayIndexKey: columns do not move
                  key={column}
                  className={clsx(
                    'whitespace-nowrap px-2 py-0.5',
                    typeof cell === 'number' && 'text-right',
                    cell === null && 'text-right text-t3',
                  )}
                >
                  {cell === null ? NOT_MEASURED : typeof cell === 'number' ? formatNumber(cell, 4) : cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {table.rows.length > MAX_ROWS ? (
        <p className="p-2 text-small text-t2">
          The first {MAX_ROWS} of {table.rows.length} rows. CSV has them all.
        </p>
      ) : null}
    </ScrollRegion>
  );
}
