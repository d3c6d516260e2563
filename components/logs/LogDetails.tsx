'use client';

import { useQuery } from '@tanstack/react-query';
import { Columns3, Copy, ListFilterPlus, ListX } from 'lucide-react';
import { useState } from 'react';
import { ViewLink } from '@/components/shell/ViewLink';
import { Button, IconButton } from '@/components/ui/Button';
import { copyText } from '@/components/ui/clipboard';
import { useZone } from '@/components/ui/preference';
import { QueryState } from '@/components/ui/QueryState';
import { ScrollRegion } from '@/components/ui/ScrollRegion';
import type { FieldFilter } from '@/lib/contracts/log-filter';
import type { LogRow } from '@/lib/contracts/logs';
import { stripAnsi } from '@/lib/domain/ansi';
import { formatCount, formatInstant } from '@/lib/domain/format';
import { idsOf } from '@/lib/domain/log-fields';
import { wholeLineQuery } from '@/lib/queries/logs';
import { LogContextView } from './LogContextView';
import { allFields, idSets, labelsText, type RowField } from './row-fields';

export interface LogDetailsProps {
  row: LogRow;
  columns: readonly string[];
  onFilter: (filter: FieldFilter) => void;
  onColumn: (name: string) => void;
}

/** Everything about one line: where it leads, its fields with what can be done with each, the whole text, its context. */
export function LogDetails({ row, columns, onFilter, onColumn }: LogDetailsProps) {
  const { zone } = useZone();
  const [isContextOpen, setContextOpen] = useState(false);
  const { traceId, requestId } = idsOf(idSets(row));
  return (
    <div className="grid min-w-0 gap-2 border-line border-y bg-panel py-2 pr-3 pl-8 text-small">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="text-t2">
          {formatInstant(row.timeMs, zone)} <span className="font-mono text-t3">{row.ns} ns</span>
        </span>
        {traceId === null ? null : (
          <ViewLink to={`/traces/${traceId}`} className="link">
            Open trace {traceId.slice(0, 8)}
          </ViewLink>
        )}
        {requestId === null ? null : (
          <ViewLink to={`/requests/${encodeURIComponent(requestId)}`} className="link">
            Open request {requestId}
          </ViewLink>
        )}
        <span className="ml-auto flex gap-1">
          <Button onClick={() => setContextOpen(!isContextOpen)} aria-expanded={isContextOpen}>
            {isContextOpen ? 'Hide context' : 'Show context'}
          </Button>
          <Button onClick={() => void copyText(stripAnsi(row.line), 'Line copied')}>
            <Copy size={13} aria-hidden /> Copy line
          </Button>
        </span>
      </div>
      {isContextOpen ? <LogContextView row={row} /> : null}
      <Fields row={row} columns={columns} onFilter={onFilter} onColumn={onColumn} />
      {row.redacted ? (
        <p className="text-t3">
          A redaction rule took something out of this line. A filter by what stands in its place finds nothing.
        </p>
      ) : null}
      <WholeLine row={row} />
    </div>
  );
}

function Fields({ row, columns, onFilter, onColumn }: LogDetailsProps) {
  return (
    <table className="w-full table-fixed border-collapse">
      <caption className="sr-only">Fields of this line</caption>
      <colgroup>
        <col className="w-22" />
        <col className="w-28 sm:w-48" />
        <col />
      </colgroup>
      <tbody>
        {allFields(row).map((field, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line may name a field twice
          <tr key={index} className="group/field border-line border-t first:border-t-0">
            <td className="py-px align-top">
              <FieldActions
                field={field}
                isColumn={columns.includes(field.name)}
                onFilter={onFilter}
                onColumn={onColumn}
              />
            </td>
            <th scope="row" className="truncate py-1 pr-3 text-left align-top font-normal text-t2" title={field.name}>
              {field.name}
            </th>
            <td className="py-1 font-mono text-t1 [overflow-wrap:anywhere]">{stripAnsi(field.value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Words that LogQL keeps for itself, and names it cannot write: such a field is shown and not filtered by. */
const RESERVED = new Set(
  'json logfmt regexp pattern unpack unwrap by without on ignoring bool offset or and unless drop keep decolorize variants of ip line_format label_format'.split(
    ' ',
  ),
);
const isFilterable = (name: string): boolean =>
  /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) && !RESERVED.has(name.toLowerCase());

const MAX_FILTER_CHARS = 1_000;

function FieldActions({
  field: { name, value, kind },
  isColumn,
  onFilter,
  onColumn,
}: {
  field: RowField;
  isColumn: boolean;
} & Pick<LogDetailsProps, 'onFilter' | 'onColumn'>) {
  const can = isFilterable(name) && value.length <= MAX_FILTER_CHARS;
  return (
    <span className="flex opacity-60 group-hover/field:opacity-100 group-focus-within/field:opacity-100">
      <IconButton
        label={`Only lines with this ${name}`}
        disabled={!can}
        onClick={() => onFilter({ kind, name, op: '=', value })}
      >
        <ListFilterPlus size={13} aria-hidden />
      </IconButton>
      <IconButton
        label={`No lines with this ${name}`}
        disabled={!can}
        onClick={() => onFilter({ kind, name, op: '!=', value })}
      >
        <ListX size={13} aria-hidden />
      </IconButton>
      <IconButton
        label={isColumn ? `Remove the column ${name}` : `Show ${name} as a column`}
        aria-pressed={isColumn}
        onClick={() => onColumn(name)}
      >
        <Columns3 size={13} aria-hidden className={isColumn ? 'text-accent' : undefined} />
      </IconButton>
    </span>
  );
}

/** Characters of a whole line that are drawn at a time: a browser cannot lay out megabytes at once. */
const SHOWN_CHARS = 100_000;

function WholeLine({ row }: { row: LogRow }) {
  const [isAsked, setAsked] = useState(false);
  const [shown, setShown] = useState(SHOWN_CHARS);
  const query = useQuery({ ...wholeLineQuery({ id: row.id, labels: labelsText(row) }), enabled: isAsked });
  const box =
    'max-h-80 overflow-auto rounded-panel bg-raised p-2 font-mono whitespace-pre-wrap [overflow-wrap:anywhere]';
  if (row.wholeChars === null || !isAsked) {
    return (
      <div className="grid gap-1">
        <ScrollRegion label="Line as it was written" className={box}>
          {stripAnsi(row.line)}
        </ScrollRegion>
        {row.wholeChars === null ? null : (
          <p className="flex flex-wrap items-center gap-2 text-t2">
            The first {formatCount(row.line.length)} of {formatCount(row.wholeChars)} characters.
            <Button onClick={() => setAsked(true)}>Show all</Button>
          </p>
        )}
      </div>
    );
  }
  return (
    <QueryState query={query}>
      {(text) => (
        <div className="grid gap-1">
          <ScrollRegion label="Line as it was written" className={box}>
            {stripAnsi(text.slice(0, shown))}
          </ScrollRegion>
          <p className="flex flex-wrap items-center gap-2 text-t2">
            {shown < text.length ? (
              <>
                {formatCount(shown)} of {formatCount(text.length)} characters.
                <Button onClick={() => setShown(shown + SHOWN_CHARS)}>Show more</Button>
              </>
            ) : (
              `All ${formatCount(text.length)} characters.`
            )}
            <Button onClick={() => void copyText(text, 'Whole line copied')}>Copy all</Button>
          </p>
        </div>
      )}
    </QueryState>
  );
}
