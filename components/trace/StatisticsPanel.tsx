'use client';

import { type Column, DataTable } from '@/components/ui/DataTable';
import { Panel } from '@/components/ui/Panel';
import type { Trace, TraceStatistic } from '@/lib/contracts/trace';
import { formatCount, formatNumber } from '@/lib/domain/format';
import { orNameless } from './span-colour';

const ms = (value: number): string => formatNumber(value);

const COLUMNS: readonly Column<TraceStatistic>[] = [
  {
    id: 'name',
    header: 'Span',
    cell: (row) => <span className="block max-w-[360px] truncate">{orNameless(row.name)}</span>,
    value: (row) => row.name,
  },
  {
    id: 'service',
    header: 'Service',
    cell: (row) => <span className="block max-w-[200px] truncate text-t2">{orNameless(row.service)}</span>,
    value: (row) => row.service,
  },
  { id: 'count', header: 'Spans', cell: (row) => formatCount(row.count), value: (row) => row.count, numeric: true },
  {
    id: 'errors',
    header: 'Failed',
    cell: (row) => <span className={row.errors > 0 ? 'text-bad' : 'text-t3'}>{formatCount(row.errors)}</span>,
    value: (row) => row.errors,
    numeric: true,
  },
  {
    id: 'critical',
    header: 'Critical path ms',
    cell: (row) => ms(row.criticalMs),
    value: (row) => row.criticalMs,
    numeric: true,
  },
  { id: 'self', header: 'Self ms', cell: (row) => ms(row.selfMs), value: (row) => row.selfMs, numeric: true },
  { id: 'total', header: 'Total ms', cell: (row) => ms(row.totalMs), value: (row) => row.totalMs, numeric: true },
  { id: 'min', header: 'Shortest ms', cell: (row) => ms(row.minMs), value: (row) => row.minMs, numeric: true },
  { id: 'max', header: 'Longest ms', cell: (row) => ms(row.maxMs), value: (row) => row.maxMs, numeric: true },
];

/** Time by service and span name; a row opens its longest span. */
export function StatisticsPanel({ trace, onOpen }: { trace: Trace; onOpen: (span: string) => void }) {
  return (
    <Panel
      title="Statistics"
      definition="by span name: critical path sums to the root; self leaves out what children did; total counts it again"
      why={trace.why}
    >
      <DataTable
        label="Statistics by span name"
        rows={trace.statistics}
        columns={COLUMNS}
        rowId={(row) => JSON.stringify([row.service, row.name])}
        onOpen={(row) => onOpen(row.span)}
      />
      {trace.statisticsCut === null ? null : <p className="mt-2 text-small text-t3">{trace.statisticsCut}</p>}
    </Panel>
  );
}
