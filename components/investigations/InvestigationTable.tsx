'use client';

import { useRouter } from 'next/navigation';
import { useMemo } from 'react';
import { useView } from '@/components/shell/use-view';
import { ViewLink } from '@/components/shell/ViewLink';
import { Button } from '@/components/ui/Button';
import { type Column, DataTable } from '@/components/ui/DataTable';
import { FormError } from '@/components/ui/FormError';
import { RelativeTime } from '@/components/ui/RelativeTime';
import type { InvestigationSummary } from '@/lib/contracts/investigation';
import { useCopy } from './use-copy';
import { investigationPath } from './words';

const COLUMNS: readonly Column<InvestigationSummary>[] = [
  {
    id: 'title',
    header: 'Investigation',
    cell: ({ number, title, question }) => (
      <span className="inline-block max-w-[520px] truncate align-bottom" title={question === '' ? title : question}>
        <span className="text-t3">{number}</span>{' '}
        <ViewLink to={investigationPath(number)} className="link">
          {title}
        </ViewLink>
        {question === '' ? null : <span className="text-t3"> · {question}</span>}
      </span>
    ),
    value: ({ title }) => title,
  },
  {
    id: 'model',
    header: 'Model',
    cell: ({ model }) => model ?? <span className="text-t3">fleet</span>,
    value: ({ model }) => model,
  },
  {
    id: 'tags',
    header: 'Tags',
    cell: ({ tags }) => tags.join(', '),
    value: ({ tags }) => tags.join(', '),
  },
  {
    id: 'incidents',
    header: 'Incidents',
    cell: ({ incidents }) =>
      incidents.map(({ id, number }, at) => (
        <span key={id}>
          {at === 0 ? '' : ', '}
          <ViewLink to={`/incidents/${number}`} className="link">
            INC-{number}
          </ViewLink>
        </span>
      )),
    value: ({ incidents }) => incidents[0]?.number ?? null,
  },
  { id: 'cells', header: 'Cells', numeric: true, cell: ({ cells }) => cells, value: ({ cells }) => cells },
  { id: 'author', header: 'Begun by', cell: ({ author }) => author.name, value: ({ author }) => author.name },
  {
    id: 'changed',
    header: 'Changed',
    cell: ({ changedAtMs }) => <RelativeTime atMs={changedAtMs} />,
    value: ({ changedAtMs }) => changedAtMs,
  },
];

/** Investigations, one a row; Enter opens, and each can be the template of the next. */
export function InvestigationTable({ rows }: { rows: readonly InvestigationSummary[] }) {
  const router = useRouter();
  const { href } = useView();
  const { duplicate, isPending, error } = useCopy();
  const columns = useMemo<readonly Column<InvestigationSummary>[]>(
    () => [
      ...COLUMNS,
      {
        id: 'copy',
        header: 'Template',
        cell: ({ id, title }) => (
          <Button
            look="quiet"
            className="h-6! px-1!"
            aria-label={`Duplicate: ${title}`}
            disabled={isPending}
            onClick={() => duplicate(id)}
          >
            Duplicate
          </Button>
        ),
        value: () => null,
      },
    ],
    [duplicate, isPending],
  );
  return (
    <>
      <FormError error={error} />
      <DataTable
        label="Investigations"
        rows={rows}
        columns={columns}
        rowId={({ id }) => id}
        onOpen={({ number }) => router.push(href(investigationPath(number)))}
      />
    </>
  );
}
