'use client';

import { useQuery } from '@tanstack/react-query';
import { useOpen } from '@/components/shell/use-open';
import { useView } from '@/components/shell/use-view';
import { ViewLink } from '@/components/shell/ViewLink';
import { AnswerLine } from '@/components/ui/AnswerLine';
import { type Column, DataTable } from '@/components/ui/DataTable';
import { QueryPanel } from '@/components/ui/QueryPanel';
import { Skeleton } from '@/components/ui/Skeleton';
import { StatusWord } from '@/components/ui/Status';
import type { ModelRow } from '@/lib/contracts/fleet';
import { byInputs, driftFleetAnswer } from '@/lib/domain/drift-fleet-answer';
import { formatDuration, formatNumber } from '@/lib/domain/format';
import { fleetQuery } from '@/lib/queries/fleet';
import { Dash } from './FeatureColumns';

const HEIGHT = 160;

const COLUMNS: readonly Column<ModelRow>[] = [
  {
    id: 'inputs',
    header: 'Inputs',
    value: ({ inputs }) => inputs.word,
    cell: ({ inputs }) => (
      <span title={inputs.basis}>
        <StatusWord status={inputs.status} word={inputs.word} />
      </span>
    ),
    className: 'max-w-72 truncate',
  },
  {
    id: 'model',
    header: 'Model',
    value: ({ model }) => model,
    cell: ({ model }) => (
      <ViewLink to="/drift" patch={{ model }} className="link font-medium">
        {model}
      </ViewLink>
    ),
    className: 'max-w-72 truncate',
  },
  {
    id: 'labels',
    header: 'Newest label',
    numeric: true,
    value: ({ labelAgeMs }) => labelAgeMs,
    cell: ({ labelAgeMs }) => (labelAgeMs === null ? <Dash /> : `${formatDuration(labelAgeMs)} ago`),
  },
  {
    id: 'versions',
    header: 'Versions',
    cell: ({ versions }) => <span className="text-t2">{versions.map(({ version }) => version).join(', ')}</span>,
    className: 'max-w-52 truncate',
  },
  {
    id: 'requests',
    header: 'Requests /s',
    numeric: true,
    value: ({ requestsPerSecond }) => requestsPerSecond,
    cell: ({ requestsPerSecond }) => (requestsPerSecond === null ? <Dash /> : formatNumber(requestsPerSecond)),
  },
];

/** Whose inputs moved: what the page says before a model is chosen. Asks what Overview asks, which runs once. */
export function DriftFleet() {
  const { view, range } = useView();
  const open = useOpen();
  const fleet = useQuery(fleetQuery({ startMs: range.startMs, endMs: range.endMs, against: view.against }));
  return (
    <>
      {fleet.data !== undefined ? (
        <AnswerLine answer={driftFleetAnswer(byInputs(fleet.data.rows))} />
      ) : fleet.error === null ? (
        <Skeleton height={24} />
      ) : null}
      <QueryPanel
        title="Models"
        definition="inputs over the page’s range, against what each model is held against; open one for its features, quality and labels"
        query={fleet}
        height={HEIGHT}
        diagnosis={({ rows }) =>
          rows.length > 0
            ? null
            : {
                what: 'No model had requests in this range.',
                why: 'Prometheus counted none.',
                action: 'A longer range may show some.',
              }
        }
      >
        {({ rows, truncated }) => (
          <>
            <DataTable
              label="Models"
              rows={byInputs(rows)}
              columns={COLUMNS}
              rowId={({ model }) => model}
              onOpen={({ model }) => open('/drift', { model })}
              sortParam="models"
            />
            {truncated === null ? null : <p className="mt-2 text-small text-t3">{truncated}</p>}
          </>
        )}
      </QueryPanel>
    </>
  );
}
