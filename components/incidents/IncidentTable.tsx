'use client';

import { useRouter } from 'next/navigation';
import { useView } from '@/components/shell/use-view';
import { ViewLink } from '@/components/shell/ViewLink';
import { type Column, DataTable } from '@/components/ui/DataTable';
import { RelativeTime } from '@/components/ui/RelativeTime';
import type { IncidentSummary } from '@/lib/contracts/incident';
import { formatDuration } from '@/lib/domain/format';
import { IncidentStatusMark, SeverityMark } from './Marks';
import { incidentName, incidentPath } from './words';

const COLUMNS: readonly Column<IncidentSummary>[] = [
  {
    id: 'status',
    header: 'Status',
    cell: ({ status }) => <IncidentStatusMark status={status} />,
    value: ({ status }) => status,
  },
  {
    id: 'severity',
    header: 'Severity',
    cell: ({ severity }) => <SeverityMark severity={severity} />,
    value: ({ severity }) => severity,
  },
  {
    id: 'title',
    header: 'Incident',
    cell: ({ number, title, drill, mergedInto, tags }) => (
      <span className="inline-block max-w-[520px] truncate align-bottom" title={title}>
        <span className="text-t3">{incidentName(number)}</span>{' '}
        <ViewLink to={incidentPath(number)} className="link">
          {title}
        </ViewLink>
        {drill ? <span className="text-t3"> · drill</span> : null}
        {mergedInto === null ? null : <span className="text-t3"> · merged into {incidentName(mergedInto.number)}</span>}
        {tags.length === 0 ? null : <span className="text-t3"> · {tags.join(', ')}</span>}
      </span>
    ),
    value: ({ number }) => number,
  },
  {
    id: 'model',
    header: 'Model',
    cell: ({ model, version }) =>
      model === null ? <span className="text-t3">fleet</span> : `${model}${version === null ? '' : ` ${version}`}`,
    value: ({ model }) => model,
  },
  {
    id: 'declared',
    header: 'Declared',
    cell: ({ declaredAtMs }) => <RelativeTime atMs={declaredAtMs} />,
    value: ({ declaredAtMs }) => declaredAtMs,
  },
  {
    id: 'commander',
    header: 'Commander',
    cell: ({ commander, status }) =>
      commander ?? (
        <span className={status === 'triage' || status === 'active' ? 'text-watch' : 'text-t3'}>nobody</span>
      ),
    value: ({ commander }) => commander,
  },
  {
    id: 'firing',
    header: 'Firing',
    numeric: true,
    cell: ({ firingAlerts }) => firingAlerts,
    value: ({ firingAlerts }) => firingAlerts,
  },
  {
    id: 'tasks',
    header: 'Open tasks',
    numeric: true,
    cell: ({ openTasks }) => openTasks,
    value: ({ openTasks }) => openTasks,
  },
  {
    id: 'hurt',
    header: 'Hurt for',
    numeric: true,
    cell: ({ durations }) => formatDuration(durations.hurtMs),
    value: ({ durations }) => durations.hurtMs,
  },
];

/** Incidents, one a row; Enter opens. */
export function IncidentTable({ rows }: { rows: readonly IncidentSummary[] }) {
  const router = useRouter();
  const { href } = useView();
  return (
    <DataTable
      label="Incidents"
      rows={rows}
      columns={COLUMNS}
      rowId={({ id }) => id}
      onOpen={({ number }) => router.push(href(incidentPath(number)))}
    />
  );
}
