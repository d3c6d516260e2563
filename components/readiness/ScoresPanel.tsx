import { clsx } from 'clsx';
import { ViewLink } from '@/components/shell/ViewLink';
import { type Column, DataTable } from '@/components/ui/DataTable';
import { Panel } from '@/components/ui/Panel';
import type { ReadinessReport, ReadinessScore } from '@/lib/contracts/readiness';
import { formatRatioPercent, NOT_MEASURED } from '@/lib/domain/format';

function Score({ score }: { score: number | null }) {
  if (score === null) return <span className="text-t3">{NOT_MEASURED}</span>;
  const colour = score < 0.6 ? 'bg-bad' : score < 0.85 ? 'bg-watch' : 'bg-t3';
  return (
    <span className="inline-flex items-center gap-2">
      <span aria-hidden className="keeps-colour inline-block h-1.5 w-16 overflow-hidden rounded-full bg-raised">
        <span className={clsx('block h-full rounded-full', colour)} style={{ width: `${score * 100}%` }} />
      </span>
      <span className="min-w-9 text-right">{formatRatioPercent(score)}</span>
    </span>
  );
}

const count = (id: 'pass' | 'fail' | 'watch' | 'unknown', header: string): Column<ReadinessScore> => ({
  id,
  header,
  numeric: true,
  value: (row) => row[id],
  cell: (row) => (
    <span className={clsx(row[id] === 0 && 'text-t3', id === 'fail' && row[id] > 0 && 'text-bad')}>{row[id]}</span>
  ),
});

const COLUMNS: readonly Column<ReadinessScore>[] = [
  {
    id: 'model',
    header: 'Model',
    value: ({ model }) => model,
    cell: ({ model }) => (
      <ViewLink to="/readiness" patch={{ model }} className="link">
        {model}
      </ViewLink>
    ),
    className: 'max-w-56 truncate',
  },
  {
    id: 'score',
    header: 'Score %',
    numeric: true,
    value: ({ score }) => score,
    cell: ({ score }) => <Score score={score} />,
  },
  count('fail', 'Fail'),
  count('watch', 'Need a look'),
  count('unknown', 'Not known'),
  count('pass', 'Pass'),
  {
    id: 'failing',
    header: 'Fails',
    cell: ({ failing }) => <span className="text-t2">{failing.join(', ')}</span>,
    className: 'max-w-[420px] truncate',
  },
];

/** How far the telemetry of each model can be trusted. */
export function ScoresPanel({ report }: { report: ReadinessReport }) {
  return (
    <Panel
      title="Scores"
      definition="weight of what passes of all that concerns a model; what is not known has not passed"
      why={report.why}
    >
      {report.models.length === 0 ? (
        <p className="text-t2">No model had requests in this range.</p>
      ) : (
        <DataTable
          label="Scores"
          rows={report.models}
          columns={COLUMNS}
          rowId={({ model }) => model}
          sortParam="scores"
        />
      )}
    </Panel>
  );
}
