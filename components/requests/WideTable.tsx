import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import { ScrollRegion } from '@/components/ui/ScrollRegion';

export interface WideColumn {
  name: string;
  isNumeric?: boolean;
  className?: string;
}

/** A table that scrolls inside its panel where it is wider; reachable by keyboard. Its children are the rows. */
export function WideTable({
  label,
  columns,
  children,
}: {
  label: string;
  columns: readonly WideColumn[];
  children: ReactNode;
}) {
  return (
    <ScrollRegion label={`${label}, scrolls sideways`} className="-mx-3 overflow-x-auto">
      <table aria-label={label} className="w-full border-collapse text-small">
        <thead>
          <tr className="text-left text-t3">
            {columns.map(({ name, isNumeric, className }) => (
              <th
                key={name}
                scope="col"
                className={clsx(
                  'whitespace-nowrap px-2 py-1 font-normal first:pl-3 last:pr-3',
                  isNumeric && 'text-right',
                  className,
                )}
              >
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </ScrollRegion>
  );
}
