'use client';

import { useQuery } from '@tanstack/react-query';
import { useView } from '@/components/shell/use-view';
import { ViewLink } from '@/components/shell/ViewLink';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { type Column, DataTable } from '@/components/ui/DataTable';
import { QueryPanel } from '@/components/ui/QueryPanel';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusWord } from '@/components/ui/Status';
import { Hint } from '@/components/ui/Tooltip';
import type { AlertDeed, AlertHistoryRow } from '@/lib/contracts/alert-history';
import { formatDuration, formatPercentFigure, NOT_MEASURED } from '@/lib/domain/format';
import { alertHistoryQuery } from '@/lib/queries/alerts';

const HEIGHT = 160;

/** How often each alert fired and how often somebody acted on it: what calls people for nothing comes first. */
export function NoisePanel() {
  const { view } = useView();
  const history = useQuery(alertHistoryQuery({ model: view.model }));
  return (
    <QueryPanel
      title="Noise"
      definition="acted on: an incident or a silence while it fired, or within 30 min"
      query={history}
      height={HEIGHT}
    >
      {({ answer, rows, notes }) => (
        <>
          <AnswerLine answer={answer} label="Noise answer" />
          {rows.length === 0 ? null : (
            <div className="mt-2">
              <DataTable
                label="How often alerts fired"
                rows={rows}
                columns={COLUMNS}
                rowId={({ name, model }) => JSON.stringify([name, model])}
                sortParam="noise"
              />
            </div>
          )}
          {notes.map((note) => (
            <p key={note} className="mt-2 text-small text-t3">
              {note}
            </p>
          ))}
        </>
      )}
    </QueryPanel>
  );
}

/** Who did what about an alert last, and when. */
function Deed({ deed: { atMs, by, incident } }: { deed: AlertDeed }) {
  return (
    <>
      {by}
      {incident === null ? (
        ', silenced'
      ) : (
        <>
          ,{' '}
          <ViewLink to={`/incidents/${incident}`} className="link">
            INC-{incident}
          </ViewLink>
        </>
      )}{' '}
      <span className="text-t3">
        <RelativeTime atMs={atMs} />
      </span>
    </>
  );
}

const dash = <span title={NOT_MEASURED}>–</span>;

const COLUMNS: readonly Column<AlertHistoryRow>[] = [
  {
    id: 'name',
    header: 'Alert',
    value: ({ name }) => name,
    cell: ({ name }) => name,
    className: 'max-w-56 truncate',
  },
  {
    id: 'model',
    header: 'Model',
    value: ({ model }) => model,
    cell: ({ model }) => model ?? <span className="text-t3">–</span>,
    className: 'max-w-40 truncate',
  },
  {
    id: 'fired',
    header: 'Fired',
    numeric: true,
    value: ({ fired }) => fired,
    cell: ({ fired, sentence }) => <Hint text={sentence}>{fired}</Hint>,
  },
  { id: 'acted', header: 'Acted on', numeric: true, value: ({ acted }) => acted, cell: ({ acted }) => acted },
  {
    id: 'deed',
    header: 'Last by',
    value: ({ lastDeed }) => lastDeed?.atMs ?? null,
    cell: ({ lastDeed }) => (lastDeed === null ? <span className="text-t3">nobody</span> : <Deed deed={lastDeed} />),
    className: 'max-w-48 truncate',
  },
  {
    id: 'share',
    header: 'Of the time %',
    numeric: true,
    value: ({ firingShare }) => firingShare,
    cell: ({ firingShare }) => (firingShare === null ? dash : formatPercentFigure(firingShare)),
  },
  {
    id: 'median',
    header: 'Median length',
    numeric: true,
    value: ({ medianMs }) => medianMs,
    cell: ({ medianMs }) => (medianMs === null ? dash : formatDuration(medianMs)),
  },
  {
    id: 'last',
    header: 'Last',
    value: ({ lastAtMs }) => lastAtMs,
    cell: ({ lastAtMs }) => <RelativeTime atMs={lastAtMs} />,
  },
  {
    id: 'advice',
    header: 'Advice',
    value: ({ advice }) => advice,
    cell: ({ advice, status }) =>
      advice === null ? <span className="text-t3">none</span> : <StatusWord status={status} word={advice} />,
    className: 'max-w-[420px] whitespace-normal!',
  },
];
