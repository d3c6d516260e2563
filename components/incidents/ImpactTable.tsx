'use client';

import { AnswerLine } from '@/components/ui/AnswerLine';
import { type Column, DataTable } from '@/components/ui/DataTable';
import type { Impact, ImpactCount, ImpactRow } from '@/lib/contracts/impact';
import { formatCount, formatMs, formatRatioPercent, NOT_MEASURED } from '@/lib/domain/format';
import { formatExcess } from '@/lib/domain/impact-answer';

/** A share during, with that of before and how many more it is; null is said as such. */
function Share({ of, isCertain }: { of: ImpactCount; isCertain: boolean }) {
  return (
    <>
      <span className={isCertain ? 'text-t1' : 'text-t2'}>{formatRatioPercent(of.ratio)}</span>{' '}
      <span className="text-t3">from {formatRatioPercent(of.beforeRatio)}</span>
    </>
  );
}

const excessOf = ({ excess }: ImpactCount, isCertain: boolean) =>
  excess === null ? (
    <span className="text-t3">{NOT_MEASURED}</span>
  ) : (
    <span className={isCertain ? 'text-t1' : 'text-t3'}>{formatExcess(excess)}</span>
  );

const is = (row: ImpactRow, state: ImpactRow['states'][number]): boolean => row.states.includes(state);

const COLUMNS: readonly Column<ImpactRow>[] = [
  {
    id: 'version',
    header: 'Model and version',
    cell: ({ model, version, states }) => (
      <span className="[overflow-wrap:anywhere]">
        {model} <span className="text-t2">{version}</span>
        {states.includes('new') ? <span className="text-t3"> new</span> : null}
        {states.includes('gone') ? <span className="text-watch"> gone</span> : null}
      </span>
    ),
    value: ({ model, version }) => `${model} ${version}`,
  },
  {
    id: 'served',
    header: 'Predictions',
    numeric: true,
    cell: ({ requests, expectedRequests }) => (
      <>
        {formatCount(requests)} <span className="text-t3">of {formatCount(expectedRequests)} expected</span>
      </>
    ),
    value: ({ requests }) => requests,
  },
  {
    id: 'failed',
    header: 'Failed',
    numeric: true,
    cell: (row) => <Share of={row.failed} isCertain={is(row, 'failed')} />,
    value: ({ failed }) => failed.ratio,
  },
  {
    id: 'more-failed',
    header: 'More than usual',
    numeric: true,
    cell: (row) => excessOf(row.failed, is(row, 'failed')),
    value: ({ failed }) => failed.excess?.count ?? null,
  },
  {
    id: 'more-slow',
    header: 'Too slow, more than usual',
    numeric: true,
    cell: (row) => excessOf(row.slow, is(row, 'slow')),
    value: ({ slow }) => slow.excess?.count ?? null,
  },
  {
    id: 'p95',
    header: 'P95',
    numeric: true,
    cell: ({ p95Ms, beforeP95Ms }) => (
      <>
        {formatMs(p95Ms)} <span className="text-t3">from {formatMs(beforeP95Ms)}</span>
      </>
    ),
    value: ({ p95Ms }) => p95Ms,
  },
];

/** What an incident did to predictions, by model and version; drawn as well from a frozen copy. */
export function ImpactTable({ impact }: { impact: Impact }) {
  const { rows, more } = impact;
  return (
    <>
      <AnswerLine answer={impact.answer} label="Impact in a sentence" />
      {rows.length === 0 ? null : (
        <div className="mt-2">
          <DataTable
            label="Impact by model and version"
            rows={rows}
            columns={COLUMNS}
            rowId={({ model, version }) => JSON.stringify([model, version])}
            sortParam="impact"
          />
        </div>
      )}
      {more > 0 ? <p className="mt-1 text-small text-t3">{formatCount(more)} more versions are not shown.</p> : null}
    </>
  );
}
