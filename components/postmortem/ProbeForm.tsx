'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/ui/Button';
import { Input, Select, TextArea } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { useDraft } from '@/components/ui/use-draft';
import type { Probe } from '@/lib/contracts/checklist';
import type { PostmortemAction } from '@/lib/contracts/postmortem';
import { editAction } from '@/lib/queries/postmortems';

const LANGUAGES: readonly { value: Probe['language']; name: string }[] = [
  { value: 'promql', name: 'PromQL' },
  { value: 'logql', name: 'LogQL' },
];
const UNITS: readonly { value: Probe['unit']; name: string }[] = [
  { value: 'number', name: 'number' },
  { value: 'ratio', name: 'ratio (0 to 1)' },
  { value: 'rate', name: 'per second' },
  { value: 'count', name: 'count' },
  { value: 'seconds', name: 'seconds' },
  { value: 'ms', name: 'milliseconds' },
];

/** Names the query that would show that an action worked, and when it does. */
export function ProbeForm({
  incidentId,
  action,
  onClose,
}: {
  incidentId: string;
  action: PostmortemAction;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const edit = useMutation(editAction(client));
  const { id: actionId, revision, probe } = action;
  const draft = useDraft(`probe.${actionId}`, probe?.query ?? '');
  const [language, setLanguage] = useState<Probe['language']>(probe?.language ?? 'promql');
  const [pass, setPass] = useState(probe?.pass ?? '<= ');
  const [unit, setUnit] = useState<Probe['unit']>(probe?.unit ?? 'number');
  const send = (next: Probe | null) =>
    edit.mutate(
      { incidentId, actionId, revision, probe: next },
      {
        onSuccess: () => {
          draft.done();
          onClose();
        },
      },
    );
  return (
    <form
      data-noprint
      className="mt-1 grid gap-2 border-line border-l-2 pl-3"
      onSubmit={(event) => {
        event.preventDefault();
        send({ query: draft.text.trim(), language, pass: pass.trim(), unit });
      }}
    >
      <TextArea
        label="Query that shows that it worked; {{model}}, {{version}} and {{range}} are the incident’s and an hour"
        rows={2}
        maxLength={10_000}
        autoFocus
        className="font-mono"
        value={draft.text}
        onChange={(event) => draft.write(event.target.value)}
      />
      <div className="flex flex-wrap items-end gap-2">
        <Select
          label="Language"
          choices={LANGUAGES}
          value={language}
          onChange={(event) =>
            setLanguage(LANGUAGES.find(({ value }) => value === event.target.value)?.value ?? language)
          }
        />
        <Input
          label="Worked when it is"
          placeholder="<= 0.01"
          className="w-28"
          value={pass}
          onChange={(event) => setPass(event.target.value)}
        />
        <Select
          label="Unit"
          choices={UNITS}
          value={unit}
          onChange={(event) => setUnit(UNITS.find(({ value }) => value === event.target.value)?.value ?? unit)}
        />
        <Button type="submit" look="primary" disabled={edit.isPending || draft.text.trim() === ''}>
          Save
        </Button>
        {probe === null ? null : (
          <Button disabled={edit.isPending} onClick={() => send(null)}>
            No query
          </Button>
        )}
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
      </div>
      <FormError error={edit.error} />
    </form>
  );
}
