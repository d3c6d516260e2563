'use client';

import { clsx } from 'clsx';
import { ViewLink } from '@/components/shell/ViewLink';
import { type Column, DataTable } from '@/components/ui/DataTable';
import { Panel } from '@/components/ui/Panel';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusWord } from '@/components/ui/Status';
import { Hint } from '@/components/ui/Tooltip';
import type { SloRow, Slos } from '@/lib/contracts/slo';
import { formatDuration, formatRatioPercent, NOT_MEASURED } from '@/lib/domain/format';
import { attainmentFigure } from '@/lib/domain/slo-promise';
import { silentNotes } from '@/lib/domain/slo-windows';
import { BurnCell } from './BurnCell';
import { useObjective } from './use-objective';

const TOOL = { windsock: null, sloth: 'Sloth', pyrra: 'Pyrra' } as const;

function Dash({ why }: { why: string }) {
  return (
    <Hint text={why}>
      <span className="text-t3">
        <span aria-hidden>–</span>
        <span className="sr-only">{NOT_MEASURED}</span>
      </span>
    </Hint>
  );
}

const whyNot = (row: SloRow): string => row.problem ?? NOT_MEASURED;

function Left({ row }: { row: SloRow }) {
  if (row.leftRatio === null) return <Dash why={whyNot(row)} />;
  const left = Math.min(1, Math.max(0, row.leftRatio));
  const colour = row.leftRatio <= 0.25 ? 'bg-bad' : row.leftRatio <= 0.5 ? 'bg-watch' : 'bg-t3';
  return (
    <span className="inline-flex items-center gap-2">
      <span aria-hidden className="keeps-colour inline-block h-1.5 w-10 overflow-hidden rounded-full bg-raised">
        <span className={clsx('block h-full rounded-full', colour)} style={{ width: `${left * 100}%` }} />
      </span>
      <span className="min-w-9 text-right">{formatRatioPercent(row.leftRatio)}</span>
    </span>
  );
}

function Ends({ row }: { row: SloRow }) {
  if (row.leftRatio === null) return <Dash why={whyNot(row)} />;
  if (row.endsInMs === null) return <span className="text-t3">lasts</span>;
  return row.endsInMs === 0 ? <span className="text-bad">spent</span> : <>in {formatDuration(row.endsInMs)}</>;
}

function State({ row }: { row: SloRow }) {
  const word = <StatusWord status={row.status} word={row.word} />;
  if (row.kept !== null) {
    return (
      <Hint
        text={
          <>
            Less than 90 % of a window was measured. Known last: {row.kept.state}, <RelativeTime atMs={row.kept.atMs} />
            .
          </>
        }
      >
        {word}
      </Hint>
    );
  }
  return row.problem === null ? word : <Hint text={row.problem}>{word}</Hint>;
}

const burnColumn = (at: number, header: string): Column<SloRow> => ({
  id: `burn${at}`,
  header,
  numeric: true,
  value: ({ pairs }) => pairs[at]?.longBurn ?? null,
  cell: (row) => {
    const pair = row.pairs[at];
    return pair === undefined ? <Dash why={whyNot(row)} /> : <BurnCell pair={pair} />;
  },
});

const COLUMNS: readonly Column<SloRow>[] = [
  {
    id: 'model',
    header: 'Model',
    value: ({ model }) => model,
    cell: ({ model }) => model,
    className: 'max-w-40 truncate',
  },
  {
    id: 'objective',
    header: 'Objective',
    value: ({ name }) => name,
    cell: (row) => (
      <>
        {row.origin === 'windsock' ? (
          <ViewLink to={`/slos?${new URLSearchParams({ objective: row.id })}`} className="link">
            {row.name}
          </ViewLink>
        ) : (
          <>
            {row.name} <span className="text-t3">from {TOOL[row.origin]}</span>
          </>
        )}{' '}
        <span className="text-t3 max-sm:hidden" title={row.promise}>
          {row.promise}
        </span>
      </>
    ),
    className: 'max-w-[270px] truncate',
  },
  {
    id: 'state',
    header: 'State',
    value: ({ word }) => word,
    cell: (row) => <State row={row} />,
  },
  {
    id: 'attainment',
    header: 'Reached %',
    numeric: true,
    value: ({ attainment }) => attainment,
    cell: (row) =>
      row.attainment === null ? <Dash why={whyNot(row)} /> : attainmentFigure(row.attainment, row.objective),
  },
  {
    id: 'left',
    header: 'Budget left',
    numeric: true,
    value: ({ leftRatio }) => leftRatio,
    cell: (row) => <Left row={row} />,
  },
  {
    id: 'ends',
    header: 'Ends',
    value: ({ endsInMs }) => endsInMs,
    cell: (row) => <Ends row={row} />,
  },
  burnColumn(0, 'Burn 1 h'),
  burnColumn(1, '6 h'),
  burnColumn(2, '24 h'),
  burnColumn(3, '3 d'),
];

/** Objectives by what needs a person most; a row opens its details beneath. */
export function ObjectivesPanel({ slos, rows }: { slos: Slos; rows: readonly SloRow[] }) {
  const [, setObjective] = useObjective();
  return (
    <Panel
      title="Objectives"
      definition="burn 1 spends the budget in exactly its window; both bars of a pair over their mark is an alert"
      why={slos.why}
    >
      <DataTable
        label="Objectives"
        rows={rows}
        columns={COLUMNS}
        rowId={({ id }) => id}
        onOpen={({ id, origin }) => (origin === 'windsock' ? setObjective(id) : undefined)}
      />
      {[...silentNotes(rows), ...slos.notes].map((note) => (
        <p key={note} className="mt-2 text-small text-t3">
          {note}
        </p>
      ))}
      {slos.missing.map(({ reason }) => (
        <p key={reason} className="mt-2 text-small text-watch">
          {reason}
        </p>
      ))}
    </Panel>
  );
}
