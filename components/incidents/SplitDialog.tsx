'use client';

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useView } from '@/components/shell/use-view';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { Checkbox, Input, Select } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { useZone } from '@/components/ui/preference';
import { QueryState } from '@/components/ui/QueryState';
import type { Incident } from '@/lib/contracts/incident';
import { MAX_TITLE_CHARACTERS, SEVERITIES } from '@/lib/contracts/incident-words';
import { formatTime } from '@/lib/domain/format';
import { entryPages, incidentAlertsQuery, splitIncident } from '@/lib/queries/incidents';
import { incidentPath } from './words';

const MAX_ALERTS = 100;
const LIST_HEIGHT = 120;

/** Takes what belongs to another trouble out into an incident of its own. The panel that opened this can undo it. */
export function SplitDialog({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const client = useQueryClient();
  const router = useRouter();
  const { href } = useView();
  const { zone } = useZone();
  const split = useMutation(splitIncident(client));
  const alerts = useQuery(incidentAlertsQuery(String(incident.number), { limit: MAX_ALERTS }));
  const entries = useInfiniteQuery(entryPages(String(incident.number)));
  const [title, setTitle] = useState('');
  const [severity, setSeverity] = useState(incident.severity);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  // Made once: a second press is the same split.
  const [ids] = useState(() => ({ id: crypto.randomUUID(), linkId: crypto.randomUUID() }));
  const toggle = (one: string, isChosen: boolean) =>
    setChosen((before) => new Set(isChosen ? [...before, one] : [...before].filter((other) => other !== one)));
  const episodes = alerts.data?.episodes ?? [];
  const written = entries.data?.pages.flatMap((page) => page.entries).filter(({ kind }) => kind !== 'status') ?? [];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    split.mutate(
      {
        incidentId: incident.id,
        ...ids,
        title: title.trim(),
        severity,
        episodeIds: episodes.flatMap((episode) => (chosen.has(episode.id) ? [episode.id] : [])),
        entryIds: written.flatMap((entry) => (chosen.has(entry.id) ? [entry.id] : [])),
        reason: '',
      },
      {
        onSuccess: ({ number }) => {
          announce(`INC-${number} split off`);
          onClose();
          router.push(href(incidentPath(number)));
        },
      },
    );
  };
  return (
    <Dialog
      title={`Split INC-${incident.number}`}
      description="Alerts go to the new incident; entries are copied there and stay here too. It can be undone."
      onClose={onClose}
    >
      <form onSubmit={submit} className="grid gap-3">
        <Input
          label="What the other trouble is"
          autoFocus
          required
          maxLength={MAX_TITLE_CHARACTERS}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
        <Select
          label="Severity"
          choices={SEVERITIES.map((value) => ({ value, name: value }))}
          value={severity}
          onChange={(event) => setSeverity(SEVERITIES.find((one) => one === event.target.value) ?? severity)}
        />
        {incident.alerts === 0 ? null : (
          <Choices title="Alerts">
            <QueryState query={alerts} height={LIST_HEIGHT}>
              {() =>
                episodes.map((episode) => (
                  <Checkbox
                    key={episode.id}
                    label={`${episode.name} (${episode.status})`}
                    checked={chosen.has(episode.id)}
                    onChange={(isChosen) => toggle(episode.id, isChosen)}
                  />
                ))
              }
            </QueryState>
          </Choices>
        )}
        <Choices title="Entries">
          <QueryState query={entries} height={LIST_HEIGHT}>
            {() => (
              <>
                {written.map((entry) => (
                  <Checkbox
                    key={entry.id}
                    label={`${formatTime(entry.occurredAtMs, zone)} ${entry.text === '' ? 'pinned evidence' : entry.text.slice(0, 120)}`}
                    checked={chosen.has(entry.id)}
                    onChange={(isChosen) => toggle(entry.id, isChosen)}
                  />
                ))}
                {entries.hasNextPage ? (
                  <Button look="quiet" className="justify-self-start" onClick={() => void entries.fetchNextPage()}>
                    Older entries
                  </Button>
                ) : null}
              </>
            )}
          </QueryState>
        </Choices>
        <FormError error={split.error} />
        <Button type="submit" look="primary" disabled={split.isPending || title.trim() === '' || chosen.size === 0}>
          {chosen.size === 0 ? 'Choose what goes' : `Split off ${chosen.size}`}
        </Button>
      </form>
    </Dialog>
  );
}

function Choices({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="grid max-h-44 gap-1 overflow-auto rounded-panel border border-line p-2 text-small">
      <legend className="px-1 text-t2">{title}</legend>
      {children}
    </fieldset>
  );
}
