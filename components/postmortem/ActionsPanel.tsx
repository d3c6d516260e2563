'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { fromInput } from '@/components/shell/range-text';
import { Button } from '@/components/ui/Button';
import { Input, Select } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { Panel } from '@/components/ui/Panel';
import { useZone } from '@/components/ui/preference';
import { useDraft } from '@/components/ui/use-draft';
import { ACTION_KINDS, type ActionKind } from '@/lib/contracts/incident-words';
import type { PostmortemAction } from '@/lib/contracts/postmortem';
import { formatDay } from '@/lib/domain/format';
import { addAction, editAction } from '@/lib/queries/postmortems';

/** What will be done so that it does not happen again: each with an owner and a date. */
export function ActionsPanel({ incidentId, actions }: { incidentId: string; actions: readonly PostmortemAction[] }) {
  const { zone } = useZone();
  const client = useQueryClient();
  const edit = useMutation(editAction(client));
  const open = actions.filter(({ state }) => state === 'open').length;
  return (
    <Panel title="Actions" definition={`${open} open of ${actions.length}`}>
      <ul className="grid gap-1.5 text-body">
        {actions.map((action) => (
          <li key={action.id} className="flex items-start gap-2">
            <input
              type="checkbox"
              className="mt-1"
              aria-label={`Done: ${action.text}`}
              checked={action.state !== 'open'}
              disabled={edit.isPending}
              onChange={() =>
                edit.mutate({
                  incidentId,
                  actionId: action.id,
                  revision: action.revision,
                  state: action.state === 'open' ? 'done' : 'open',
                })
              }
            />
            <span className="min-w-0 [overflow-wrap:anywhere]">
              <span className={action.state === 'open' ? 'text-t1' : 'text-t3 line-through'}>{action.text}</span>{' '}
              <span className="text-small text-t3">
                {action.kind} · {action.owner ?? <span className="text-watch">no owner</span>} ·{' '}
                {action.dueAtMs === null ? (
                  <span className="text-watch">no date</span>
                ) : (
                  `due ${formatDay(action.dueAtMs, zone)}`
                )}
                {action.link === null ? null : (
                  <>
                    {' '}
                    ·{' '}
                    <a className="link" href={action.link} target="_blank" rel="noreferrer noopener">
                      ticket
                    </a>
                  </>
                )}
              </span>
            </span>
          </li>
        ))}
      </ul>
      <FormError error={edit.error} />
      <NewActionForm incidentId={incidentId} />
    </Panel>
  );
}

function NewActionForm({ incidentId }: { incidentId: string }) {
  const { isUtc } = useZone();
  const client = useQueryClient();
  const add = useMutation(addAction(client));
  const text = useDraft(`action.${incidentId}`);
  const [kind, setKind] = useState<ActionKind>('prevent');
  const [owner, setOwner] = useState('');
  const [due, setDue] = useState('');
  const [id, setId] = useState(() => crypto.randomUUID());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(
      {
        incidentId,
        id,
        text: text.text.trim(),
        kind,
        owner: owner.trim() === '' ? null : owner.trim(),
        // At noon, so that the day is the same in every zone near the writer's.
        dueAtMs: due === '' ? null : fromInput(`${due}T12:00`, isUtc),
      },
      {
        onSuccess: () => {
          text.done();
          setOwner('');
          setDue('');
          setId(crypto.randomUUID());
        },
      },
    );
  };
  return (
    <form
      data-noprint
      onSubmit={submit}
      className="mt-3 grid grid-cols-[minmax(0,1fr)_100px_110px_140px_auto] items-end gap-2 max-sm:grid-cols-2"
    >
      <Input
        label="New action"
        maxLength={1_000}
        placeholder="What will be different"
        value={text.text}
        onChange={(event) => text.write(event.target.value)}
      />
      <Select
        label="Kind"
        choices={ACTION_KINDS.map((value) => ({ value, name: value }))}
        value={kind}
        onChange={(event) => setKind(ACTION_KINDS.find((one) => one === event.target.value) ?? kind)}
      />
      <Input label="Owner" value={owner} onChange={(event) => setOwner(event.target.value)} />
      <Input label="Due" type="date" value={due} onChange={(event) => setDue(event.target.value)} />
      <Button type="submit" disabled={add.isPending || text.text.trim() === ''}>
        Add action
      </Button>
      <div className="col-span-full">
        <FormError error={add.error} />
      </div>
    </form>
  );
}
