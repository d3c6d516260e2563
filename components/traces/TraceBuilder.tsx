'use client';

import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useView } from '@/components/shell/use-view';
import { Button } from '@/components/ui/Button';
import { Select } from '@/components/ui/Field';
import { type AttributeCondition, formatConditions, parseConditions } from '@/lib/contracts/trace-conditions';
import { traceTagsQuery, traceValuesQuery } from '@/lib/queries/traces';
import { AttributeRow } from './AttributeRow';
import { CompletedInput } from './CompletedInput';
import { useTraceSearch } from './use-trace-search';

const STATUSES = [
  { value: '', name: 'any' },
  { value: 'error', name: 'error' },
  { value: 'ok', name: 'ok' },
  { value: 'unset', name: 'unset' },
];

const NEW_CONDITION: AttributeCondition = { field: '', op: '=', type: 'string', value: '' };

/** The search as fields: what the contract names, how long it took, and any attribute Tempo knows. */
export function TraceBuilder() {
  const { filter, range, set } = useTraceSearch();
  const { view, setView } = useView();
  const asked = { startMs: range.startMs, endMs: range.endMs };
  const tags = useQuery(traceTagsQuery(asked));
  const names = tags.data;
  const valuesOf = (field: string | undefined, ofModel: boolean) => ({
    ...traceValuesQuery({ ...asked, field: field ?? '', ...(ofModel && view.model ? { model: view.model } : {}) }),
    enabled: field !== undefined,
  });
  const models = useQuery(valuesOf(names?.model, false));
  const versions = useQuery(valuesOf(names?.version, true));
  const segments = useQuery(valuesOf(names?.segment, true));
  const listed = (query: typeof models) => query.data?.values.map(({ value }) => value) ?? [];

  const conditions = parseConditions(filter.where ?? '') ?? [];
  // A row that is not whole yet is this component's own: half a condition is no search.
  const [drafts, setDrafts] = useState(0);
  const write = (next: readonly AttributeCondition[]) =>
    set({ where: next.length === 0 ? null : formatConditions(next) });

  return (
    <div className="grid gap-2">
      <div className="grid grid-cols-2 gap-x-3 gap-y-2 sm:grid-cols-4 lg:grid-cols-7">
        <CompletedInput
          label="Model"
          value={view.model ?? ''}
          choices={listed(models)}
          placeholder="any"
          onCommit={(model) => setView({ model: model === '' ? null : model })}
        />
        <CompletedInput
          label="Versions"
          value={view.versions.join(', ')}
          choices={listed(versions)}
          placeholder="any"
          onCommit={(text) =>
            setView({
              versions: text
                .split(',')
                .map((one) => one.trim())
                .filter(Boolean),
            })
          }
        />
        <CompletedInput
          label="Segment"
          value={filter.segment ?? ''}
          choices={listed(segments)}
          placeholder="any"
          onCommit={(segment) => set({ segment })}
        />
        <Select
          label="Status"
          choices={STATUSES}
          value={filter.status ?? ''}
          onChange={(event) => set({ status: event.target.value })}
        />
        <Milliseconds label="Trace longer than, ms" value={filter.minMs} onCommit={(minMs) => set({ minMs })} />
        <Milliseconds label="Trace shorter than, ms" value={filter.maxMs} onCommit={(maxMs) => set({ maxMs })} />
        <CompletedInput
          label="Request id"
          value={filter.requestId ?? ''}
          choices={[]}
          placeholder="any"
          onCommit={(request) => set({ request })}
        />
      </div>
      {conditions.map((condition, index) => (
        <AttributeRow
          // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no identity but their place
          key={index}
          condition={condition}
          fields={names?.fields ?? []}
          onChange={(changed) => write(conditions.with(index, changed))}
          onRemove={() => write(conditions.toSpliced(index, 1))}
        />
      ))}
      {Array.from({ length: drafts }, (_, index) => (
        <AttributeRow
          // biome-ignore lint/suspicious/noArrayIndexKey: drafts are alike
          key={`draft-${index}-${conditions.length}`}
          condition={NEW_CONDITION}
          fields={names?.fields ?? []}
          onChange={(whole) => {
            setDrafts(drafts - 1);
            write([...conditions, whole]);
          }}
          onRemove={() => setDrafts(drafts - 1)}
        />
      ))}
      <div>
        <Button look="quiet" onClick={() => setDrafts(drafts + 1)}>
          <Plus size={13} aria-hidden /> Add an attribute
        </Button>
        {tags.error === null ? null : (
          <span className="ml-2 text-small text-t2">Without completion: {tags.error.message}</span>
        )}
      </div>
    </div>
  );
}

/** A bound in milliseconds; what is no number is not taken over, and said. */
function Milliseconds({
  label,
  value,
  onCommit,
}: {
  label: string;
  value: number | undefined;
  onCommit: (text: string) => void;
}) {
  return (
    <CompletedInput
      label={label}
      value={value === undefined ? '' : String(value)}
      choices={[]}
      placeholder="any"
      inputMode="decimal"
      problemOf={(text) => (text === '' || /^\d{1,9}(?:\.\d+)?$/.test(text) ? null : 'A number of milliseconds.')}
      onCommit={onCommit}
    />
  );
}
