'use client';

import { useMemo } from 'react';
import { type Column, DataTable } from '@/components/ui/DataTable';
import { Panel } from '@/components/ui/Panel';
import { StatusWord } from '@/components/ui/Status';
import { Hint } from '@/components/ui/Tooltip';
import type { Compare, CompareResult, Measure } from '@/lib/contracts/compare';
import { differenceFigure, rangeFigure, UNIT_SIGN, valueFigure } from './figures';
import { IntervalBar } from './IntervalBar';
import { Unread } from './Unread';

/** Every measure of both sides: values, difference, interval, limit, verdict, sample. */
export function DifferencesPanel({
  compare,
  result,
  names,
}: {
  compare: Compare;
  result: CompareResult;
  names: { champion: string; challenger: string };
}) {
  const columns = useMemo(() => columnsOf(names), [names]);
  return (
    <Panel
      title="Differences"
      definition="challenger − champion · 95 % intervals, those of limited measures valid while watched · red dash: policy limit · each row its own scale"
      why={compare.why}
      height={320}
    >
      <DataTable
        label="Differences"
        rows={result.measures}
        columns={columns}
        rowId={({ id }) => id}
        sortParam="differences"
      />
      <Unread inputs={compare.inputs} />
      <details className="mt-2 text-small text-t2">
        <summary>What each row is, and how its interval is made</summary>
        <dl className="mt-1 grid gap-1 pl-4">
          {result.measures.map(({ id, name, definition }) => (
            <div key={id}>
              <dt className="inline text-t1">{name}: </dt>
              <dd className="inline [overflow-wrap:anywhere]">{definition}.</dd>
            </div>
          ))}
        </dl>
      </details>
    </Panel>
  );
}

const scale = (unit: Measure['unit']): number => (unit === 'ratio' ? 100 : 1);
const scaled = (value: number | null, unit: Measure['unit']): number | null =>
  value === null ? null : value * scale(unit);

const columnsOf = (names: { champion: string; challenger: string }): Column<Measure>[] => [
  {
    id: 'measure',
    header: 'Measure',
    value: ({ name, unit }) => `${name} ${UNIT_SIGN[unit]}`.trim(),
    cell: ({ name, unit, definition }) => (
      <Hint text={definition}>
        {name} <span className="text-t3">{UNIT_SIGN[unit]}</span>
      </Hint>
    ),
    className: 'max-w-52 truncate',
  },
  {
    id: 'champion',
    header: `● ${names.champion}`,
    numeric: true,
    value: ({ champion, unit }) => scaled(champion, unit),
    cell: ({ champion, unit, difference, championAtLeast, state }) => (
      <Value text={valueFigure(champion, { unit, difference }, championAtLeast)} state={state} />
    ),
  },
  {
    id: 'challenger',
    header: `◆ ${names.challenger}`,
    numeric: true,
    value: ({ challenger, unit }) => scaled(challenger, unit),
    cell: ({ challenger, unit, difference, challengerAtLeast, state }) => (
      <Value text={valueFigure(challenger, { unit, difference }, challengerAtLeast)} state={state} />
    ),
  },
  {
    id: 'difference',
    header: 'Difference',
    numeric: true,
    value: ({ difference, unit }) => scaled(difference, unit),
    cell: ({ difference, unit }) => <span className="font-semibold">{differenceFigure(difference, unit)}</span>,
  },
  {
    id: 'low',
    header: 'Interval',
    value: (measure) => rangeFigure(measure),
    cell: (measure) => <span className="text-t2">{rangeFigure(measure)}</span>,
  },
  { id: 'bar', header: 'better · 0 · worse', cell: (measure) => <IntervalBar measure={measure} /> },
  {
    id: 'verdict',
    header: 'Verdict',
    value: ({ word }) => word,
    cell: ({ status, word, state }) =>
      state === 'undecided' ||
      state === 'same' ||
      state === 'differs' ||
      (state === 'bucket-too-wide' && status === 'unknown') ? (
        <span className="text-t2">{word}</span>
      ) : (
        <StatusWord status={status} word={word} />
      ),
  },
  {
    id: 'samples',
    header: 'Samples, source',
    numeric: true,
    value: ({ samples }) => samples,
    cell: ({ samples }) => <span className="text-t3">{samples === '' ? '–' : samples}</span>,
  },
];

function Value({ text, state }: { text: string; state: Measure['state'] }) {
  return <span className={text === '–' || state === 'not-measured' ? 'text-t3' : undefined}>{text}</span>;
}
