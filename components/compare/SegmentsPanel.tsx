'use client';

import { type Column, DataTable } from '@/components/ui/DataTable';
import { Diagnosis } from '@/components/ui/Diagnosis';
import { Panel } from '@/components/ui/Panel';
import type { Compare, CompareResult } from '@/lib/contracts/compare';
import { formatCount, formatPercentFigure } from '@/lib/domain/format';
import { differenceFigure } from './figures';

type Row = CompareResult['segments'][number];

const COLUMNS: readonly Column<Row>[] = [
  {
    id: 'segment',
    header: 'Segment',
    value: ({ segment }) => segment,
    cell: ({ segment }) => (
      <span title={segment} className="inline-block max-w-28 truncate align-bottom">
        {segment}
      </span>
    ),
  },
  {
    id: 'champion',
    header: '● %',
    numeric: true,
    value: ({ champion }) => champion,
    cell: ({ champion }) => (champion === null ? '–' : formatPercentFigure(champion)),
  },
  {
    id: 'challenger',
    header: '◆ %',
    numeric: true,
    value: ({ challenger }) => challenger,
    cell: ({ challenger }) => (challenger === null ? '–' : formatPercentFigure(challenger)),
  },
  {
    id: 'difference',
    header: 'Diff.',
    numeric: true,
    value: ({ difference }) => difference,
    cell: ({ difference, state, interval }) => (
      <span
        className={state === 'worse' ? 'font-medium text-watch' : 'text-t2'}
        title={
          interval === null
            ? undefined
            : `95 % interval ${differenceFigure(interval.low, 'ratio')} to ${differenceFigure(interval.high, 'ratio')}`
        }
      >
        {differenceFigure(difference, 'ratio')}
        <span className="sr-only">{state === 'worse' ? ', worse beyond its interval' : ''}</span>
      </span>
    ),
  },
  {
    id: 'requests',
    header: 'Requests',
    numeric: true,
    value: ({ championRequests, challengerRequests }) => championRequests + challengerRequests,
    cell: ({ championRequests, challengerRequests }) => (
      <span className="text-t3">{formatCount(championRequests + challengerRequests)}</span>
    ),
  },
];

/** Errors of both sides by user segment: where the crude difference comes from. */
export function SegmentsPanel({ compare, result }: { compare: Compare; result: CompareResult }) {
  return (
    <Panel
      title="By segment"
      definition="errors %, under 30 requests a side pooled"
      why={compare.why.filter(({ purpose }) => purpose.includes('segment'))}
    >
      {result.segments.length === 0 ? (
        <Diagnosis
          diagnosis={{
            what: 'Segments are not measured.',
            why: 'No counter tells user segments apart, so the difference cannot be adjusted for the traffic mix.',
            action: 'Expose inference_segment_requests_total with the label user_segment, or name yours in signals.',
          }}
        />
      ) : (
        <DataTable
          label="By segment"
          rows={result.segments}
          columns={COLUMNS}
          rowId={({ segment }) => segment}
          sortParam="segments"
        />
      )}
    </Panel>
  );
}
