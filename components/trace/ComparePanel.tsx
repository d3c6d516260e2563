'use client';

import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { clsx } from 'clsx';
import { type FormEvent, useState } from 'react';
import { ViewLink } from '@/components/shell/ViewLink';
import { tracePath } from '@/components/shell/view-address';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { Button } from '@/components/ui/Button';
import { Input } from '@/components/ui/Field';
import { Panel } from '@/components/ui/Panel';
import { QueryState } from '@/components/ui/QueryState';
import { ScrollRegion } from '@/components/ui/ScrollRegion';
import type { Trace } from '@/lib/contracts/trace';
import type { TraceDiffReport, TraceDiffRow } from '@/lib/contracts/trace-diff';
import { formatCount, formatMs, formatNumber } from '@/lib/domain/format';
import type { ApiError } from '@/lib/queries/api';
import { traceDiffQuery } from '@/lib/queries/trace';
import { orNameless } from './span-colour';
import { useTraceView } from './use-trace-view';

const HEIGHT = 240;

/** This trace against another, or against the typical one of a version: where milliseconds were lost and gained. */
export function ComparePanel({ trace, onOpen }: { trace: Trace; onOpen: (span: string) => void }) {
  const [view, setView] = useTraceView();
  const [id, setId] = useState(view.against !== null && view.against !== 'typical' ? view.against : '');
  const [version, setVersion] = useState(view.version ?? '');
  const query = useQuery({
    ...traceDiffQuery({
      traceId: trace.traceId,
      against: view.against ?? '',
      ...(view.version === null ? {} : { version: view.version }),
    }),
    enabled: view.against !== null,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (id.trim() !== '') setView({ against: id.trim().slice(0, 200), version: null });
  };
  return (
    <Panel
      title="Compare"
      definition="milliseconds each place holds of the critical path, here against there; the parts sum to the difference"
      why={query.data?.why}
    >
      <div className="mb-3 flex flex-wrap items-end gap-x-4 gap-y-2" data-noprint>
        <form onSubmit={submit} className="flex items-end gap-2">
          <div className="w-72 max-w-[60vw]">
            <Input
              label="Another trace"
              value={id}
              onChange={(event) => setId(event.target.value)}
              placeholder="trace id"
            />
          </div>
          <Button type="submit">Compare</Button>
        </form>
        <form
          className="flex items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            setView({ against: 'typical', version: version.trim() === '' ? null : version.trim() });
          }}
        >
          <div className="w-36">
            <Input
              label="Typical of version"
              value={version}
              onChange={(event) => setVersion(event.target.value)}
              placeholder={trace.version ?? 'any'}
            />
          </div>
          <Button type="submit">Compare with typical</Button>
        </form>
      </div>
      {view.against === null ? (
        <p className="text-body text-t2">
          Name another trace, or compare with the typical one: the median of up to twenty like it within an hour.
        </p>
      ) : (
        <Difference query={query} onOpen={onOpen} />
      )}
    </Panel>
  );
}

function Difference({
  query,
  onOpen,
}: {
  query: UseQueryResult<TraceDiffReport, ApiError>;
  onOpen: (span: string) => void;
}) {
  return (
    <QueryState query={query} height={HEIGHT}>
      {(report) => (
        <div className="grid gap-2">
          <AnswerLine answer={report.answer} />
          {report.before.traceId === null ? null : (
            <p className="text-small text-t2">
              The other:{' '}
              <ViewLink className="link font-mono [overflow-wrap:anywhere]" to={tracePath(report.before.traceId)}>
                {report.before.traceId}
              </ViewLink>
            </p>
          )}
          <DifferenceTable report={report} onOpen={onOpen} />
          {report.notes.map((note) => (
            <p key={note} className="text-small text-t3">
              {note}
            </p>
          ))}
        </div>
      )}
    </QueryState>
  );
}

const CELL = 'whitespace-nowrap px-2.5 py-1 text-right';

function DifferenceTable({ report, onOpen }: { report: TraceDiffReport; onOpen: (span: string) => void }) {
  const most = Math.max(0, ...report.rows.map(({ deltaMs }) => Math.abs(deltaMs)));
  return (
    <ScrollRegion label="Difference by place" className="-mx-3 max-h-[68vh] overflow-auto">
      <table className="w-full border-collapse text-small">
        <thead className="sticky top-0 bg-panel text-t3">
          <tr>
            <th scope="col" className="px-2.5 py-1 text-left font-normal">
              Place
            </th>
            <th scope="col" className={clsx(CELL, 'font-normal')}>
              Spans
            </th>
            <th scope="col" className={clsx(CELL, 'font-normal')}>
              There ms
            </th>
            <th scope="col" className={clsx(CELL, 'font-normal')}>
              Here ms
            </th>
            <th scope="col" className={clsx(CELL, 'font-normal')}>
              Difference ms
            </th>
            <th scope="col" className="w-40 max-sm:hidden">
              <span className="sr-only">Difference as a bar</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {report.rows.map((row) => (
            <DifferenceRow key={row.key} row={row} most={most} onOpen={onOpen} />
          ))}
          {report.rest === null ? null : (
            <tr className="border-line border-t text-t2">
              <td className="px-2.5 py-1">{formatCount(report.rest.places)} places with smaller differences</td>
              <td className={CELL} colSpan={3} />
              <td className={CELL}>{signed(report.rest.deltaMs)}</td>
              <td className="max-sm:hidden" />
            </tr>
          )}
        </tbody>
        <tfoot>
          <tr className="border-line border-t font-semibold text-t1">
            <td className="px-2.5 py-1">Sum</td>
            <td className={CELL} />
            <td className={CELL}>{formatNumber(report.before.totalMs, 4)}</td>
            <td className={CELL}>{formatNumber(report.afterMs, 4)}</td>
            <td className={CELL}>{signed(report.deltaMs)}</td>
            <td className="max-sm:hidden" />
          </tr>
        </tfoot>
      </table>
    </ScrollRegion>
  );
}

const signed = (ms: number): string => (ms > 0 ? `+${formatNumber(ms)}` : formatNumber(ms));

function DifferenceRow({ row, most, onOpen }: { row: TraceDiffRow; most: number; onOpen: (span: string) => void }) {
  const { span } = row;
  const share = most === 0 ? 0 : Math.abs(row.deltaMs) / most;
  return (
    <tr className="border-line border-t">
      <td className="max-w-[420px] px-2.5 py-1">
        <span className="flex min-w-0 items-baseline gap-1.5" style={{ paddingLeft: Math.min(row.depth, 16) * 12 }}>
          {span === null ? (
            <span className="truncate text-t2">{orNameless(row.name)}</span>
          ) : (
            <button type="button" className="link min-w-0 truncate text-left" onClick={() => onOpen(span)}>
              {orNameless(row.name)}
            </button>
          )}
          <span className="truncate text-t3">{orNameless(row.service)}</span>
          {row.presence === 'both' ? null : (
            <span className="shrink-0 text-t2">{row.presence === 'added' ? 'only here' : 'only there'}</span>
          )}
        </span>
      </td>
      <td className={clsx(CELL, 'text-t2')}>
        {row.countBefore === row.countAfter
          ? formatNumber(row.countAfter)
          : `${formatNumber(row.countBefore)} → ${formatNumber(row.countAfter)}`}
      </td>
      <td className={CELL}>
        {row.presence === 'added' ? <span className="text-t3">–</span> : formatNumber(row.beforeMs)}
      </td>
      <td className={CELL}>
        {row.presence === 'missing' ? <span className="text-t3">–</span> : formatNumber(row.afterMs)}
      </td>
      <td className={clsx(CELL, 'text-t1')} title={formatMs(row.deltaMs)}>
        {signed(row.deltaMs)}
      </td>
      <td className="w-40 pr-2.5 max-sm:hidden" aria-hidden>
        <span className="relative block h-2.5">
          <span className="absolute inset-y-0 left-1/2 w-px bg-line" />
          <span
            className={clsx(
              'keeps-colour absolute inset-y-0 rounded-[1px]',
              row.deltaMs > 0 ? 'left-1/2 bg-watch' : 'right-1/2 bg-accent',
            )}
            style={{ width: `${share * 50}%` }}
          />
        </span>
      </td>
    </tr>
  );
}
