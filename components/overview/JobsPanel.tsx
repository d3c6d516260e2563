'use client';

import { useQuery } from '@tanstack/react-query';
import { useView } from '@/components/shell/use-view';
import { type Column, DataTable } from '@/components/ui/DataTable';
import { pinOf } from '@/components/ui/pin';
import { QueryPanel } from '@/components/ui/QueryPanel';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusWord } from '@/components/ui/Status';
import type { Job } from '@/lib/contracts/fleet';
import { formatCount, formatDuration } from '@/lib/domain/format';
import { jobsQuery } from '@/lib/queries/jobs';
import { NotMeasured } from './FleetCells';

const COLUMNS: readonly Column<Job>[] = [
  { id: 'state', header: 'State', cell: (job) => <StatusWord status={job.status} word={job.word} /> },
  {
    id: 'job',
    header: 'Job',
    value: (job) => job.name,
    cell: (job) => (
      <>
        <span className="font-medium">{job.name}</span> <span className="text-t3">{job.kind}</span>
      </>
    ),
    className: 'max-w-60 truncate',
  },
  {
    id: 'success',
    header: 'Last success',
    numeric: true,
    value: (job) => job.lastSuccessMs,
    cell: (job) => (job.lastSuccessMs === null ? <NotMeasured /> : <RelativeTime atMs={job.lastSuccessMs} />),
  },
  {
    id: 'duration',
    header: 'Duration',
    numeric: true,
    value: (job) => job.durationMs,
    cell: (job) => (job.durationMs === null ? <NotMeasured /> : formatDuration(job.durationMs)),
  },
  {
    id: 'rows',
    header: 'Rows',
    numeric: true,
    value: (job) => job.rows,
    cell: (job) => (job.rows === null ? <NotMeasured /> : formatCount(job.rows)),
  },
  {
    id: 'backlog',
    header: 'Backlog rows',
    numeric: true,
    value: (job) => job.backlogRows,
    cell: (job) => (job.backlogRows === null ? <NotMeasured /> : formatCount(job.backlogRows)),
  },
];

const NO_JOBS = {
  what: 'No batch job or feature pipeline reports here.',
  why: 'Neither batch_job_last_success_timestamp_seconds nor feature_pipeline_backlog_rows has a series in this range.',
  action: null,
};

/** Batch jobs and feature pipelines: did they run, how long, over how many rows, what waits. */
export function JobsPanel() {
  const { range } = useView();
  const asked = jobsQuery({ startMs: range.startMs, endMs: range.endMs });
  const jobs = useQuery(asked);
  return (
    <QueryPanel
      title="Jobs and pipelines"
      definition="last success, duration, rows, backlog"
      pin={pinOf('jobs', asked)}
      query={jobs}
      height={96}
      diagnosis={({ jobs, gaps }) =>
        jobs.length > 0
          ? null
          : gaps.length > 0
            ? { what: 'Jobs could not be asked for.', why: gaps.join(' '), action: null }
            : NO_JOBS
      }
    >
      {(data) => (
        <>
          <DataTable
            label="Jobs and pipelines"
            rows={data.jobs}
            columns={COLUMNS}
            rowId={(job) => `${job.kind} ${job.name}`}
            sortParam="jobs"
          />
          {data.gaps.map((text) => (
            <p key={text} className="mt-2 text-small text-t3">
              {text}
            </p>
          ))}
        </>
      )}
    </QueryPanel>
  );
}
