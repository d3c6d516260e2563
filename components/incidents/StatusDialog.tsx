'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { fromInput } from '@/components/shell/range-text';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { Input, TextArea } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { useZone } from '@/components/ui/preference';
import { useDraft } from '@/components/ui/use-draft';
import type { Incident } from '@/lib/contracts/incident';
import { type IncidentStatus, MAX_ENTRY_CHARACTERS } from '@/lib/contracts/incident-words';
import { changeStatus } from '@/lib/queries/incidents';
import { statusVerb } from './words';

/** A step to another status: when it came about, and why. It stands on the timeline. */
export function StatusDialog({
  incident,
  status,
  onClose,
}: {
  incident: Incident;
  status: IncidentStatus;
  onClose: () => void;
}) {
  const { isUtc } = useZone();
  const client = useQueryClient();
  const change = useMutation(changeStatus(client));
  const [id] = useState(() => crypto.randomUUID());
  const reason = useDraft(`incident.${incident.id}.status`);
  const [at, setAt] = useState('');
  const atMs = at === '' ? undefined : fromInput(at, isUtc);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (atMs === null) return;
    change.mutate(
      {
        incidentId: incident.id,
        id,
        revision: incident.revision,
        status,
        reason: reason.text.trim(),
        ...(atMs === undefined ? {} : { atMs }),
      },
      {
        onSuccess: () => {
          reason.done();
          announce(`Now ${status}`);
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      title={statusVerb(incident.status, status)}
      description={`From ${incident.status} to ${status}. Everybody who looks sees it at once.`}
      onClose={onClose}
    >
      <form onSubmit={submit} className="grid gap-3">
        {incident.cautions.map((sentence) => (
          <p key={sentence} className="text-small text-watch">
            {sentence}
          </p>
        ))}
        <TextArea
          label="Why, with the number that shows it"
          rows={3}
          autoFocus
          maxLength={MAX_ENTRY_CHARACTERS}
          value={reason.text}
          onChange={(event) => reason.write(event.target.value)}
        />
        <Input
          label={`When${isUtc ? ' (UTC)' : ''}; empty for now`}
          type="datetime-local"
          value={at}
          onChange={(event) => setAt(event.target.value)}
          error={atMs === null ? 'A day and a time, please.' : undefined}
        />
        <FormError error={change.error} />
        <Button type="submit" look="primary" disabled={change.isPending || atMs === null}>
          {statusVerb(incident.status, status)}
        </Button>
      </form>
    </Dialog>
  );
}
