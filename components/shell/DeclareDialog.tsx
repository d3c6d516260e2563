'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { Checkbox, Input, TextArea } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { useZone } from '@/components/ui/preference';
import { useDraft } from '@/components/ui/use-draft';
import {
  MAX_ENTRY_CHARACTERS,
  MAX_TITLE_CHARACTERS,
  SEVERITIES,
  SEVERITY_EXAMPLES,
  type Severity,
} from '@/lib/contracts/incident-words';
import { declareIncident } from '@/lib/queries/incidents';
import type { Declaration } from './dialogs';
import { useModelChoices } from './ModelChoice';
import { fromInput } from './range-text';
import { useView } from './use-view';

/** Declares an incident: as little as a title, so that nobody waits with it. What is typed is kept until it is sent. */
export function DeclareDialog({ from, onClose }: { from: Declaration | undefined; onClose: () => void }) {
  const { view } = useView();
  const { isUtc } = useZone();
  const router = useRouter();
  const client = useQueryClient();
  const models = useModelChoices().data?.models ?? [];
  const declare = useMutation(declareIncident(client));
  // One id for one form: pressing the button twice declares one incident.
  const [id] = useState(() => crypto.randomUUID());
  const title = useDraft(`declare.${from?.origin?.ref ?? ''}.title`, from?.title);
  const text = useDraft(`declare.${from?.origin?.ref ?? ''}.text`, from?.text);
  const [severity, setSeverity] = useState<Severity>(from?.severity ?? 'SEV2');
  const [model, setModel] = useState(from?.model ?? view.model ?? '');
  const [began, setBegan] = useState('');
  const [isDrill, setDrill] = useState(false);
  const startedAtMs = began === '' ? (from?.startedAtMs ?? null) : fromInput(began, isUtc);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    declare.mutate(
      {
        id,
        title: title.text.trim(),
        severity,
        model: model === '' ? null : model,
        version: from?.version ?? null,
        text: text.text.trim(),
        startedAtMs,
        drill: isDrill,
        origin: from?.origin ?? { kind: 'person', ref: null },
        evidenceId: from?.evidenceId ?? null,
      },
      {
        onSuccess: ({ number }) => {
          title.done();
          text.done();
          announce(`INC-${number} declared`);
          onClose();
          router.push(`/incidents/${number}`);
        },
      },
    );
  };

  return (
    <Dialog
      title="Declare an incident"
      description="What the fleet looks like now is gathered in the background and kept with it."
      onClose={onClose}
    >
      <form onSubmit={submit} className="grid gap-3">
        <Input
          label="What is wrong"
          autoFocus
          required
          maxLength={MAX_TITLE_CHARACTERS}
          placeholder="fraud_detector: errors after the feature store slowed down"
          value={title.text}
          onChange={(event) => title.write(event.target.value)}
        />
        <SeverityChoice value={severity} onChange={setSeverity} />
        <div className="grid grid-cols-2 gap-3">
          <Input
            label="Model, empty for the whole fleet"
            list="declare-models"
            value={model}
            onChange={(event) => setModel(event.target.value)}
          />
          <datalist id="declare-models">
            {models.map(({ model: name }) => (
              <option key={name} value={name} />
            ))}
          </datalist>
          <Input
            label={`Began${isUtc ? ' (UTC)' : ''}, if known`}
            type="datetime-local"
            value={began}
            onChange={(event) => setBegan(event.target.value)}
          />
        </div>
        <TextArea
          label="What is known so far, as the first entry"
          rows={3}
          maxLength={MAX_ENTRY_CHARACTERS}
          value={text.text}
          onChange={(event) => text.write(event.target.value)}
        />
        <Checkbox label="A drill: counted in no figure" checked={isDrill} onChange={setDrill} />
        <FormError error={declare.error} />
        <Button type="submit" look="primary" disabled={declare.isPending || title.text.trim() === ''}>
          Declare incident
        </Button>
      </form>
    </Dialog>
  );
}

/** Each severity with what it means for a model, because nobody remembers it at night. */
function SeverityChoice({ value, onChange }: { value: Severity; onChange: (severity: Severity) => void }) {
  return (
    <fieldset className="grid gap-1">
      <legend className="mb-1 text-small text-t2">Severity</legend>
      {SEVERITIES.map((severity) => (
        <label
          key={severity}
          className="grid cursor-pointer grid-cols-[auto_44px_minmax(0,1fr)] gap-2 rounded-sm px-1 py-0.5 text-small hover:bg-raised has-checked:bg-raised"
        >
          <input
            type="radio"
            name="severity"
            value={severity}
            checked={severity === value}
            onChange={() => onChange(severity)}
          />
          <span className="font-medium text-t1">{severity}</span>
          <span className="text-t2">{SEVERITY_EXAMPLES[severity]}</span>
        </label>
      ))}
    </fieldset>
  );
}
