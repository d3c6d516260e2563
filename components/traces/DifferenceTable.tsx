'use client';

import { clsx } from 'clsx';
import { useState } from 'react';
import { ViewLink } from '@/components/shell/ViewLink';
import { tracePath } from '@/components/shell/view-address';
import { Button } from '@/components/ui/Button';
import { usePanelTools } from '@/components/ui/panel-tools';
import type { Difference } from '@/lib/contracts/traces';
import { differenceText } from '@/lib/domain/explainer-answer';
import { formatCount, formatNumber, formatPercentFigure } from '@/lib/domain/format';

const FIRST_ROWS = 8;
const BAR_PX = 120;

const KIND: Readonly<Record<Difference['kind'], string>> = {
  attribute: 'attribute',
  presence: 'span is there',
  stage: 'takes longer than the rest’s P90',
  repeats: 'repeats more than the rest’s P90',
};

const share = ({ hits, total }: Difference['selected']): number => hits / total;

/** Differences, the surest first: shares with their counts, the interval as a bar, and traces of either side to look at. */
export function DifferenceTable({ differences }: { differences: readonly Difference[] }) {
  const [isWhole, setWhole] = useState(false);
  usePanelTools({ table: () => toTable(differences) });
  if (differences.length === 0) return null;
  const shown = isWhole ? differences : differences.slice(0, FIRST_ROWS);
  const widest = Math.max(0.05, ...shown.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]));
  return (
    <div className="-mx-3 overflow-x-auto">
      <table aria-label="Differences" className="w-full min-w-[820px] border-collapse text-small">
        <thead>
          <tr className="text-left text-t3">
            {['More often in these', 'selected %', 'rest %', 'difference, points, 95 %', 'q', 'traces to look at'].map(
              (header, index) => (
                <th
                  key={header}
                  scope="col"
                  className={clsx(
                    'whitespace-nowrap px-2.5 py-1 font-normal',
                    (index === 1 || index === 2 || index === 4) && 'text-right',
                  )}
                >
                  {header}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {shown.map((found) => (
            <Row key={`${found.kind} ${found.name} ${found.value}`} found={found} widest={widest} />
          ))}
        </tbody>
      </table>
      {differences.length > FIRST_ROWS ? (
        <Button look="quiet" className="mx-1 mt-1" onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show fewer' : `Show all ${differences.length}`}
        </Button>
      ) : null}
    </div>
  );
}

function Row({ found, widest }: { found: Difference; widest: number }) {
  const { selected, rest, alsoAs, kind, name, isCertain, q, basis } = found;
  return (
    <tr className={clsx('border-line border-t align-top', isCertain ? 'text-t1' : 'text-t3')}>
      <td className="max-w-[340px] px-2.5 py-1">
        <div className="truncate" title={`${name}${found.value === '' ? '' : ` = ${found.value}`}`}>
          {differenceText(found)}
        </div>
        <div className="truncate text-axis text-t3" title={alsoAs.join('\n')}>
          {KIND[kind]}
          {basis === 'sample' ? ', of the traces read' : ''}
          {alsoAs.length === 0 ? '' : ` · the same traces: ${alsoAs.join(', ')}`}
        </div>
      </td>
      {[selected, rest].map((side, index) => (
        <td key={index === 0 ? 'selected' : 'rest'} className="whitespace-nowrap px-2.5 py-1 text-right tabular-nums">
          {formatPercentFigure(share(side))}
          <div className="text-axis text-t3">
            {formatCount(side.hits)} of {formatCount(side.total)}
          </div>
        </td>
      ))}
      <td className="px-2.5 py-1">
        <IntervalBar found={found} widest={widest} />
      </td>
      <td className="whitespace-nowrap px-2.5 py-1 text-right tabular-nums">
        {q < 0.0001 ? '< 0.0001' : formatNumber(q, 2)}
        <div className={clsx('text-axis', isCertain ? 'text-watch' : 'text-t3')}>
          {isCertain ? 'certain' : found.high < 0 ? 'less often' : 'not certain'}
        </div>
      </td>
      <td className="px-2.5 py-1">
        <Examples label="selected" ids={selected.examples} />
        <Examples label="rest" ids={rest.examples} />
      </td>
    </tr>
  );
}

const points = (ratio: number): string =>
  formatNumber(ratio * 100, 2)
    .replace(/^(?=[\d])/, '+')
    .replace(/^\+0$/, '0');

/** Zero as a line, the interval as a bar, the estimate as a tick: grey while it crosses zero. */
function IntervalBar({ found, widest }: { found: Difference; widest: number }) {
  const { low, high, difference, isCertain } = found;
  const at = (ratio: number): number => BAR_PX / 2 + (ratio / widest) * (BAR_PX / 2);
  const colour = isCertain ? 'fill-watch' : 'fill-t3';
  return (
    <div className="flex items-center gap-2 whitespace-nowrap">
      <svg width={BAR_PX} height="14" aria-hidden className="keeps-colour shrink-0">
        <line x1={at(0)} x2={at(0)} y1="0" y2="14" className="stroke-line" />
        <rect
          x={at(low)}
          width={Math.max(1, at(high) - at(low))}
          y="5"
          height="4"
          rx="1"
          className={clsx(colour, 'opacity-50')}
        />
        <rect x={at(difference) - 1} width="2" y="2" height="10" className={colour} />
      </svg>
      <span className="tabular-nums">
        {points(difference)}{' '}
        <span className="text-t3">
          ({points(low)} to {points(high)})
        </span>
      </span>
    </div>
  );
}

function Examples({ label, ids }: { label: string; ids: readonly string[] }) {
  return (
    <div className="flex items-center gap-2 whitespace-nowrap">
      <span className="w-12 text-axis text-t3">{label}</span>
      {ids.length === 0 ? <span className="text-axis text-t3">none</span> : null}
      {ids.map((id) => (
        <ViewLink
          key={id}
          to={tracePath(id)}
          className="link inline-block min-w-6 font-mono text-axis leading-6"
          title={id}
        >
          {id.slice(0, 8)}
        </ViewLink>
      ))}
    </div>
  );
}

const toTable = (differences: readonly Difference[]) => ({
  columns: [
    ...['kind', 'name', 'value', 'bound'].map((label) => ({ label, numeric: label === 'bound' })),
    ...['selected', 'selected of', 'rest', 'rest of', 'difference', 'low', 'high', 'q'].map((label) => ({
      label,
      numeric: true,
    })),
    { label: 'certain', numeric: false },
  ],
  rows: differences.map((one) => [
    one.kind,
    one.name,
    one.value,
    one.bound,
    one.selected.hits,
    one.selected.total,
    one.rest.hits,
    one.rest.total,
    one.difference,
    one.low,
    one.high,
    one.q,
    String(one.isCertain),
  ]),
});
