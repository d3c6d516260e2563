'use client';

import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '@/components/ui/Button';
import { Select } from '@/components/ui/Field';
import { ATTRIBUTE_OPS, type AttributeCondition, type AttributeType } from '@/lib/contracts/trace-conditions';
import { traceValuesQuery } from '@/lib/queries/traces';
import { CompletedInput } from './CompletedInput';
import { useTraceSearch } from './use-trace-search';

const OPS = ATTRIBUTE_OPS.map((op) => ({ value: op, name: op }));
const TYPES: readonly { value: AttributeType; name: string }[] = [
  { value: 'string', name: 'text' },
  { value: 'int', name: 'whole number' },
  { value: 'float', name: 'number' },
  { value: 'bool', name: 'true or false' },
  { value: 'duration', name: 'duration' },
  { value: 'keyword', name: 'word' },
];

/** Why a value does not fit its type, or null: the same rules as the server's. */
function problemOf(type: AttributeType, text: string): string | null {
  if (text === '' || type === 'string') return null;
  if (type === 'bool') return /^(?:true|false)$/.test(text) ? null : 'true or false';
  if (type === 'keyword') return /^[a-z]+$/.test(text) ? null : 'A word such as error or server.';
  if (type === 'duration')
    return /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(text) ? null : 'As in 250ms or 1m30s.';
  return Number.isFinite(Number(text)) ? null : 'A number.';
}

/** One condition on any attribute: its field, how it is compared, and with what. The type follows the values there are. */
export function AttributeRow({
  condition,
  fields,
  onChange,
  onRemove,
}: {
  condition: AttributeCondition;
  fields: readonly string[];
  onChange: (condition: AttributeCondition) => void;
  onRemove: () => void;
}) {
  const { range } = useTraceSearch();
  const [draft, setDraft] = useState(condition);
  const values = useQuery({
    ...traceValuesQuery({ startMs: range.startMs, endMs: range.endMs, field: draft.field }),
    enabled: draft.field !== '',
    retry: false,
  });
  const known = values.data?.values ?? [];
  const change = (patch: Partial<AttributeCondition>) => {
    const next = { ...draft, ...patch };
    setDraft(next);
    if (next.field !== '' && next.value !== '' && problemOf(next.type, next.value) === null) onChange(next);
  };
  const takeValue = (value: string) => {
    const type = known.find((one) => one.value === value)?.type ?? draft.type;
    change({ value, type: draft.op === '=~' || draft.op === '!~' ? 'string' : type });
  };
  return (
    <fieldset
      aria-label={`Condition on ${draft.field === '' ? 'an attribute' : draft.field}`}
      className="grid grid-cols-[minmax(0,2fr)_64px_minmax(0,2fr)_minmax(0,1fr)_28px] items-end gap-2 max-sm:grid-cols-[minmax(0,1fr)_64px_28px]"
    >
      <CompletedInput
        label="Attribute"
        value={draft.field}
        choices={fields}
        placeholder="span.…"
        onCommit={(field) => change({ field, value: '' })}
      />
      <Select
        label="is"
        choices={OPS}
        value={draft.op}
        onChange={(event) => {
          const op = ATTRIBUTE_OPS.find((one) => one === event.target.value);
          if (op !== undefined) change({ op });
        }}
      />
      <CompletedInput
        label="Value"
        value={draft.value}
        choices={known.map(({ value }) => value)}
        placeholder={values.isFetching ? 'asking Tempo…' : values.error ? 'no completion' : ''}
        problemOf={(text) => problemOf(known.find(({ value }) => value === text)?.type ?? draft.type, text)}
        onCommit={takeValue}
      />
      <Select
        label="as"
        choices={TYPES}
        value={draft.type}
        onChange={(event) => {
          const type = TYPES.find(({ value }) => value === event.target.value);
          if (type !== undefined) change({ type: type.value });
        }}
      />
      <IconButton label="Leave this condition out" onClick={onRemove}>
        <X size={13} aria-hidden />
      </IconButton>
    </fieldset>
  );
}
