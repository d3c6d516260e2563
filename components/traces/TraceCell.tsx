'use client';

import { StatusIcon } from '@/components/ui/Status';
import type { TraceRow } from '@/lib/contracts/traces';
import { formatCount, formatDay, formatNumber, formatTime, NOT_MEASURED } from '@/lib/domain/format';

export type TraceColumnId =
  | 'start'
  | 'status'
  | 'root'
  | 'model'
  | 'version'
  | 'duration'
  | 'rootDuration'
  | 'spans'
  | 'errors'
  | 'matched'
  | 'id';

export interface TraceColumn {
  id: TraceColumnId;
  header: string;
  /** What it measures, on hover. */
  about: string;
  width: string;
  numeric?: boolean;
  /** What the column sorts by and CSV holds. */
  value: (row: TraceRow) => string | number | null;
}

const OUTCOME = (row: TraceRow): string | null => (row.failed === null ? null : row.failed ? 'failed' : 'ok');

export const TRACE_COLUMNS: readonly TraceColumn[] = [
  {
    id: 'start',
    header: 'Start',
    about: 'When its first span began',
    width: '132px',
    value: ({ startMs }) => startMs,
  },
  {
    id: 'status',
    header: 'Outcome',
    about: 'Failed: its root span has status error, or, where the root did not match, any span has',
    width: '76px',
    value: OUTCOME,
  },
  {
    id: 'root',
    header: 'Root',
    about: 'Service and name of the root span',
    width: 'minmax(140px,1.4fr)',
    value: ({ rootService, rootName }) =>
      rootService === null && rootName === null ? null : `${rootService ?? '?'} ${rootName ?? ''}`.trim(),
  },
  {
    id: 'model',
    header: 'Model',
    about: 'As the matching spans say',
    width: 'minmax(100px,1fr)',
    value: ({ model }) => model,
  },
  {
    id: 'version',
    header: 'Version',
    about: 'As the matching spans say',
    width: '84px',
    value: ({ version }) => version,
  },
  {
    id: 'duration',
    header: 'Trace ms',
    about: 'Trace duration: from its first start to its last end',
    width: '84px',
    numeric: true,
    value: ({ traceDurationMs }) => traceDurationMs,
  },
  {
    id: 'rootDuration',
    header: 'Root ms',
    about: 'Duration of the root span alone; known where the root is among the matching spans',
    width: '84px',
    numeric: true,
    value: ({ rootDurationMs }) => rootDurationMs,
  },
  {
    id: 'spans',
    header: 'Spans',
    about: 'Spans of the whole trace',
    width: '64px',
    numeric: true,
    value: ({ spanCount }) => spanCount,
  },
  {
    id: 'errors',
    header: 'Errors',
    about: 'Spans with status error',
    width: '60px',
    numeric: true,
    value: ({ errorSpans }) => errorSpans,
  },
  {
    id: 'matched',
    header: 'Matched',
    about: 'Spans that fulfil the query',
    width: '72px',
    numeric: true,
    value: ({ matched }) => matched,
  },
  {
    id: 'id',
    header: 'Trace id',
    about: 'Opens the trace',
    width: 'minmax(120px,2fr)',
    value: ({ traceId }) => traceId,
  },
];

const Missing = () => (
  <span className="text-t3">
    <span aria-hidden>–</span>
    <span className="sr-only">{NOT_MEASURED}</span>
  </span>
);

/** One cell of the table of traces. Telemetry's names are text. */
export function TraceCell({ column, row, zone }: { column: TraceColumnId; row: TraceRow; zone: string | undefined }) {
  switch (column) {
    case 'start':
      return (
        <span className="tabular-nums">
          <span className="text-t3">{formatDay(row.startMs, zone).slice(5)}</span> {formatTime(row.startMs, zone, true)}
        </span>
      );
    case 'status':
      if (row.failed === null) return <Missing />;
      return row.failed ? (
        <span className="text-bad">
          <StatusIcon status="bad" /> failed
        </span>
      ) : (
        <span className="text-t2">ok</span>
      );
    case 'root':
      if (row.rootService === null && row.rootName === null) return <span className="text-t3">root not received</span>;
      return (
        <>
          <span className="text-t2">{row.rootService}</span> {row.rootName}
        </>
      );
    case 'model':
      return row.model === null ? <Missing /> : row.model;
    case 'version':
      return row.version === null ? <Missing /> : row.version;
    case 'duration':
      return row.traceDurationMs === 0 ? <>{'<'}1</> : formatNumber(row.traceDurationMs, 4);
    case 'rootDuration':
      return row.rootDurationMs === null ? <Missing /> : formatNumber(row.rootDurationMs, 4);
    case 'spans':
      return row.spanCount === null ? <Missing /> : formatCount(row.spanCount);
    case 'errors':
      return row.errorSpans === null ? <Missing /> : formatCount(row.errorSpans);
    case 'matched':
      return formatCount(row.matched);
    case 'id':
      return row.traceId;
  }
}
