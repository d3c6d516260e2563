'use client';

import { clsx } from 'clsx';
import { Diagnosis } from '@/components/ui/Diagnosis';
import { StatusWord } from '@/components/ui/Status';
import type { Status } from '@/lib/contracts/answer';
import type { FeatureReport, FeatureRow } from '@/lib/contracts/request-story';
import { formatNumber } from '@/lib/domain/format';
import { DistributionBars } from './DistributionBars';
import { Part } from './Part';
import { type WideColumn, WideTable } from './WideTable';

const VERDICT: Readonly<Record<FeatureRow['verdict'], { status: Status; word: string }>> = {
  unusual: { status: 'watch', word: 'unusual' },
  unseen: { status: 'watch', word: 'never seen' },
  missing: { status: 'watch', word: 'missing' },
  unsure: { status: 'unknown', word: 'cannot tell' },
  usual: { status: 'ok', word: 'usual' },
  unknown: { status: 'unknown', word: 'not known' },
};

const COLUMNS: readonly WideColumn[] = [
  { name: 'State' },
  { name: 'Input' },
  { name: 'Value', isNumeric: true },
  { name: 'Distribution', className: 'w-[112px] max-sm:hidden' },
  { name: 'Where it lies' },
];

const shown = ({ value }: FeatureRow): string =>
  value === null ? 'null' : typeof value === 'number' ? formatNumber(value, 6) : String(value).slice(0, 200);

/** Each logged input beside the distribution it is judged by; the unusual first. */
export function FeaturesPanel({ features, isTelling }: { features: FeatureReport | null; isTelling: boolean }) {
  return (
    <Part
      title="Inputs"
      definition="beside what the model was trained on, else beside the day before; a place is as fine as its buckets"
      part={features}
      isTelling={isTelling}
      height={160}
    >
      {({ rows }) =>
        rows.length === 0 ? (
          <Diagnosis
            height={120}
            diagnosis={{
              what: 'No inputs to show.',
              why: 'No log line of this request carries a feature_sample.',
              action: 'Log the inputs of each request, or name the field under signals.logFields.feature_sample.',
            }}
          />
        ) : (
          <WideTable label="Inputs of the request" columns={COLUMNS}>
            {rows.map((row) => (
              <Feature key={row.name} row={row} />
            ))}
          </WideTable>
        )
      }
    </Part>
  );
}

function Feature({ row }: { row: FeatureRow }) {
  const { status, word } = VERDICT[row.verdict];
  const isOdd = row.verdict === 'unusual' || row.verdict === 'unseen';
  return (
    <tr className="border-line border-t">
      <td className="whitespace-nowrap px-3 py-1">
        <StatusWord status={status} word={word} />
      </td>
      <th scope="row" className="min-w-[124px] max-w-[240px] px-2 py-1 text-left font-medium [overflow-wrap:anywhere]">
        {row.name}
      </th>
      <td
        className={clsx(
          'px-2 py-1 text-right tabular-nums',
          typeof row.value === 'number' ? 'whitespace-nowrap' : '[overflow-wrap:anywhere]',
        )}
      >
        {shown(row)}
      </td>
      <td className="px-2 py-1 max-sm:hidden">
        {row.distribution === null ? null : (
          <DistributionBars
            distribution={row.distribution}
            label={`${row.name} in ${row.against ?? 'its distribution'}`}
            isOdd={isOdd}
          />
        )}
      </td>
      <td className="min-w-[150px] px-2 py-1 text-t2">{row.words}</td>
    </tr>
  );
}
