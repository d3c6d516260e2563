'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { fromInput, toInput } from '@/components/shell/range-text';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { Checkbox, Input, Select } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { useZone } from '@/components/ui/preference';
import type { Incident } from '@/lib/contracts/incident';
import { MAX_TITLE_CHARACTERS, SEVERITIES } from '@/lib/contracts/incident-words';
import { editIncident } from '@/lib/queries/incidents';

const TIMES = [
  { key: 'startedAtMs', name: 'Began in the telemetry' },
  { key: 'detectedAtMs', name: 'Detected' },
  { key: 'acknowledgedAtMs', name: 'Acknowledged' },
  { key: 'mitigatedAtMs', name: 'Mitigated' },
  { key: 'resolvedAtMs', name: 'Resolved' },
] as const;
type TimeKey = (typeof TIMES)[number]['key'];

/** The incident's own fields and its times; each change stands on the timeline with who made it and when. */
export function EditIncidentDialog({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const { zone, isUtc } = useZone();
  const client = useQueryClient();
  const edit = useMutation(editIncident(client));
  const [title, setTitle] = useState(incident.title);
  const [severity, setSeverity] = useState<Incident['severity']>(incident.severity);
  const [model, setModel] = useState(incident.model ?? '');
  const [version, setVersion] = useState(incident.version ?? '');
  const [tags, setTags] = useState(incident.tags.join(', '));
  const [isDrill, setDrill] = useState(incident.drill);
  const shown = (key: TimeKey): string => {
    const atMs = incident.instants[key];
    return atMs === null ? '' : toInput(atMs, zone);
  };
  const [times, setTimes] = useState<Partial<Record<TimeKey, string>>>({});
  const changedTimes = () =>
    Object.fromEntries(
      TIMES.flatMap(({ key }): [TimeKey, number | null][] => {
        const text = times[key];
        // An input holds minutes: what was not touched keeps its seconds.
        return text === undefined || text === shown(key) ? [] : [[key, text === '' ? null : fromInput(text, isUtc)]];
      }),
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    edit.mutate(
      {
        incidentId: incident.id,
        revision: incident.revision,
        title: title.trim(),
        severity,
        model: model.trim() === '' ? null : model.trim(),
        version: version.trim() === '' ? null : version.trim(),
        tags: tags
          .split(',')
          .map((tag) => tag.trim())
          .filter((tag) => tag !== ''),
        drill: isDrill,
        ...changedTimes(),
      },
      {
        onSuccess: () => {
          announce('Incident changed');
          onClose();
        },
      },
    );
  };
  return (
    <Dialog title="Edit the incident" description="Times may be set back; that they were is kept." onClose={onClose}>
      <form onSubmit={submit} className="grid gap-3">
        <Input
          label="Title"
          required
          maxLength={MAX_TITLE_CHARACTERS}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
        <div className="grid grid-cols-3 gap-3">
          <Select
            label="Severity"
            choices={SEVERITIES.map((value) => ({ value, name: value }))}
            value={severity}
            onChange={(event) => setSeverity(SEVERITIES.find((one) => one === event.target.value) ?? severity)}
          />
          <Input label="Model" value={model} onChange={(event) => setModel(event.target.value)} />
          <Input label="Version" value={version} onChange={(event) => setVersion(event.target.value)} />
        </div>
        <Input label="Tags, with commas between" value={tags} onChange={(event) => setTags(event.target.value)} />
        <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
          {TIMES.map(({ key, name }) => (
            <Input
              key={key}
              label={`${name}${isUtc ? ' (UTC)' : ''}`}
              type="datetime-local"
              value={times[key] ?? shown(key)}
              onChange={(event) => setTimes({ ...times, [key]: event.target.value })}
            />
          ))}
        </div>
        <Checkbox label="A drill: counted in no figure" checked={isDrill} onChange={setDrill} />
        <FormError error={edit.error} />
        <Button type="submit" look="primary" disabled={edit.isPending || title.trim() === ''}>
          Save
        </Button>
      </form>
    </Dialog>
  );
}
