'use client';

import { type Column, DataTable } from '@/components/ui/DataTable';
import { StatusWord } from '@/components/ui/Status';
import type { Status } from '@/lib/contracts/answer';
import type { Cohort } from '@/lib/contracts/quality';
import { formatCount, formatShare } from '@/lib/domain/format';
import { Dash } from './FeatureColumns';
import { RatioBar } from './RatioBar';

const STATUS: Readonly<Record<Cohort['state'], Status>> = {
  below: 'bad',
  'not-below': 'ok',
  'not-enough-data': 'unknown',
  'not-measured': 'unknown',
};

const share = (measured: Cohort['recall']) => {
  if (measured === null) return <Dash />;
  const { value, low, high } = formatShare(measured);
  return (
    <>
      {value}{' '}
      <span className="text-t3">
        {low}–{high}
      </span>
    </>
  );
};

const COLUMNS: readonly Column<Cohort>[] = [
  {
    id: 'state',
    header: 'State',
    value: ({ word }) => word,
    cell: ({ state, word }) => <StatusWord status={STATUS[state]} word={word} />,
  },
  {
    id: 'cohort',
    header: 'Cohort',
    value: ({ cohort }) => cohort,
    cell: ({ cohort }) => <span className="font-medium">{cohort}</span>,
    className: 'max-w-52 truncate',
  },
  {
    id: 'ratio',
    header: 'Recall ÷ overall',
    numeric: true,
    value: ({ ratio }) => ratio?.value ?? null,
    cell: ({ ratio }) => (ratio === null ? <Dash /> : ratio.value.toFixed(2)),
  },
  {
    id: 'bar',
    header: '0.9 and 1',
    cell: ({ ratio, state }) => (ratio === null ? <Dash /> : <RatioBar ratio={ratio} isBelow={state === 'below'} />),
  },
  {
    id: 'recall',
    header: 'Recall %',
    numeric: true,
    value: ({ recall }) => recall?.value ?? null,
    cell: ({ recall }) => share(recall),
  },
  {
    id: 'precision',
    header: 'Precision %',
    numeric: true,
    value: ({ precision }) => precision?.value ?? null,
    cell: ({ precision }) => share(precision),
  },
  {
    id: 'accuracy',
    header: 'Accuracy %',
    numeric: true,
    value: ({ accuracy }) => accuracy?.value ?? null,
    cell: ({ accuracy }) => share(accuracy),
  },
  {
    id: 'positives',
    header: 'Positives',
    numeric: true,
    value: ({ positives }) => positives,
    cell: ({ positives }) => formatCount(Math.round(positives)),
  },
];

/** Cohorts, the worst first: what the model finds of each, beside what it finds of all. */
export function CohortsTable({ cohorts }: { cohorts: readonly Cohort[] }) {
  const rows = cohorts.toSorted((a, b) => (a.ratio?.value ?? 2) - (b.ratio?.value ?? 2));
  return <DataTable label="Cohorts" rows={rows} columns={COLUMNS} rowId={({ cohort }) => cohort} sortParam="cohorts" />;
}
