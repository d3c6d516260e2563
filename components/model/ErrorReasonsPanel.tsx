'use client';

import { useQuery } from '@tanstack/react-query';
import { useView } from '@/components/shell/use-view';
import { ViewLink } from '@/components/shell/ViewLink';
import { tracePath } from '@/components/shell/view-address';
import { diagnose } from '@/components/signals/missing';
import { type Column, DataTable } from '@/components/ui/DataTable';
import { pinOf } from '@/components/ui/pin';
import { QueryPanel } from '@/components/ui/QueryPanel';
import type { ModelErrors } from '@/lib/contracts/model';
import { formatCount } from '@/lib/domain/format';
import { fieldsOf, summarise } from '@/lib/domain/log-fields';
import { modelErrorsQuery } from '@/lib/queries/model';

const HEIGHT = 140;

const SAID = new Set(['error', 'model_name', 'model_version', 'trace_id', 'span_id', 'status', 'route']);

type Reason = ModelErrors['reasons'][number];

/** A line without what its row says already and without its frame; the whole is its title. */
function inBrief(line: string): string {
  const { message, rest } = summarise(fieldsOf(line).fields);
  const own = rest.filter(([name]) => !SAID.has(name)).map(([name, value]) => `${name}=${value}`);
  return message === null && own.length === 0 ? line : [message ?? '', ...own].join('  ');
}

const COLUMNS: readonly Column<Reason>[] = [
  {
    id: 'count',
    header: 'Lines',
    numeric: true,
    value: ({ count }) => count,
    cell: ({ count }) => formatCount(count),
    className: 'w-16',
  },
  {
    id: 'reason',
    header: 'Reason',
    value: ({ reason }) => reason,
    cell: ({ reason }) => <span className="font-medium">{reason}</span>,
    className: 'max-w-80 truncate',
  },
  { id: 'version', header: 'Version', value: ({ version }) => version, cell: ({ version }) => version ?? '–' },
  {
    id: 'example',
    header: 'Example',
    value: ({ exampleLine }) => exampleLine,
    cell: ({ exampleLine, exampleTraceId }) => (
      <>
        {exampleTraceId === null ? null : (
          <ViewLink to={tracePath(exampleTraceId)} className="link mr-2 font-mono">
            {exampleTraceId.slice(0, 8)}
          </ViewLink>
        )}
        <span className="font-mono text-t2" title={exampleLine}>
          {inBrief(exampleLine)}
        </span>
      </>
    ),
    className: 'max-w-[560px] truncate',
  },
];

/** Failed requests by reason, as the logs say. */
export function ErrorReasonsPanel({ model }: { model: string }) {
  const { range } = useView();
  const asked = modelErrorsQuery({ model, startMs: range.startMs, endMs: range.endMs });
  const query = useQuery(asked);
  const total = query.data?.total ?? null;
  return (
    <QueryPanel
      title="Errors by reason"
      definition={total === null ? 'from the logs' : `${formatCount(total)} failed lines in the logs of this range`}
      pin={pinOf('error-reasons', asked)}
      query={query}
      height={HEIGHT}
      diagnosis={({ reasons, missing, total: lines }) =>
        reasons.length > 0
          ? null
          : lines === 0
            ? {
                what: 'No failed request is in the logs of this range.',
                why: 'Loki answered and counted none.',
                action: null,
              }
            : diagnose('Reasons of errors are not measured.', missing)
      }
    >
      {({ reasons, truncated }) => (
        <>
          <DataTable
            label="Errors by reason"
            rows={reasons}
            columns={COLUMNS}
            rowId={({ reason, version }) => `${reason}\u0000${version ?? ''}`}
            sortParam="reasons"
          />
          {truncated === null ? null : <p className="mt-2 text-small text-t3">{truncated}</p>}
        </>
      )}
    </QueryPanel>
  );
}
