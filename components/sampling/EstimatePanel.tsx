'use client';

import { useMemo } from 'react';
import { type Column, DataTable } from '@/components/ui/DataTable';
import { Panel } from '@/components/ui/Panel';
import type { SampledModel, SamplingTraffic } from '@/lib/contracts/sampling';
import { formatBytes, formatCount, formatDuration, formatNumber, formatPercentFigure } from '@/lib/domain/format';
import { estimateSampling, type SamplingChoice, type SamplingEstimate } from '@/lib/domain/sampling';

type Row = SampledModel & { estimate: SamplingEstimate };

const share = (id: string, header: string, of: (estimate: SamplingEstimate) => number | null): Column<Row> => ({
  id,
  header,
  numeric: true,
  value: ({ estimate }) => of(estimate),
  cell: ({ estimate }) => formatPercentFigure(of(estimate)),
});

const COLUMNS: readonly Column<Row>[] = [
  {
    id: 'model',
    header: 'Model',
    value: ({ model }) => model,
    cell: ({ model }) => <span className="font-medium">{model}</span>,
  },
  {
    id: 'rate',
    header: 'Requests /s',
    numeric: true,
    value: ({ requestsPerSecond }) => requestsPerSecond,
    cell: ({ requestsPerSecond }) => formatNumber(requestsPerSecond),
  },
  share('kept', 'Traces kept %', ({ keptRatio }) => keptRatio),
  {
    id: 'spans',
    header: 'Spans /s',
    numeric: true,
    value: ({ estimate }) => estimate.spansPerSecond,
    cell: ({ estimate }) => formatNumber(estimate.spansPerSecond),
  },
  {
    id: 'bytes',
    header: 'A day',
    numeric: true,
    value: ({ estimate }) => estimate.bytesPerDay,
    cell: ({ estimate: { bytesPerDay, bytesInterval } }) => (
      <>
        {formatBytes(bytesPerDay)}
        {bytesInterval === null ? null : (
          <span className="text-t2">
            {' '}
            ({formatBytes(bytesInterval[0])} to {formatBytes(bytesInterval[1])})
          </span>
        )}
      </>
    ),
  },
  share('errors', 'Errors traced %', ({ errorCoverage }) => errorCoverage),
  share('slow', 'Slow traced %', ({ slowCoverage }) => slowCoverage),
  share('p99', 'P99 trace in 5 min %', ({ p99Chance }) => p99Chance),
  {
    id: 'n',
    header: 'From traces',
    numeric: true,
    value: ({ traces }) => traces,
    cell: ({ traces, spansPerTrace, bytesPerTrace }) => (
      <>
        {formatCount(traces)}
        {spansPerTrace === null ? null : (
          <span className="text-t2">
            {' '}
            of {formatNumber(spansPerTrace)} spans, {formatBytes(bytesPerTrace)}
          </span>
        )}
      </>
    ),
  },
];

/** What the rates keep of each model, and from how much that is known. */
export function EstimatePanel({ traffic, choice }: { traffic: SamplingTraffic; choice: SamplingChoice }) {
  const rows = useMemo(
    () => traffic.models.map((model) => ({ ...model, estimate: estimateSampling(model, choice) })),
    [traffic, choice],
  );
  return (
    <Panel
      title="What they keep"
      definition={`estimated from ${formatDuration(traffic.endMs - traffic.startMs)} of traffic; slow is beyond ${choice.slowMs === null ? 'P99' : `${choice.slowMs} ms`}; 95 % intervals`}
      why={traffic.why}
    >
      {traffic.gaps.map((gap) => (
        <p key={gap} className="text-small text-watch">
          {gap}
        </p>
      ))}
      {rows.length === 0 ? (
        <p className="text-t2">No requests were counted in this range: take a longer one.</p>
      ) : (
        <DataTable label="What the rates keep" rows={rows} columns={COLUMNS} rowId={({ model }) => model} />
      )}
      <ul className="mt-2 grid gap-1 text-small text-t2">
        <li>
          “P99 trace in 5 min” is the chance that of the slowest hundredth of five minutes one request has a trace.
        </li>
        {traffic.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </Panel>
  );
}
