'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import { Panel } from '@/components/ui/Panel';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { useDraft } from '@/components/ui/use-draft';
import type { Incident } from '@/lib/contracts/incident';
import { addTask, editTask } from '@/lib/queries/incidents';

/** What has to be done while it lasts; lasting work belongs to the postmortem's actions. */
export function TasksPanel({ incident }: { incident: Incident }) {
  const client = useQueryClient();
  const edit = useMutation(editTask(client));
  const open = incident.tasks.filter(({ state }) => state === 'open').length;
  return (
    <Panel title="Tasks" definition={`${open} open of ${incident.tasks.length}`}>
      <ul className="grid gap-1 text-small">
        {incident.tasks.map((task) => (
          <li key={task.id} className="flex items-start gap-2">
            <input
              type="checkbox"
              className="m-1 size-4 shrink-0"
              aria-label={`Done: ${task.text}`}
              checked={task.state !== 'open'}
              disabled={edit.isPending}
              onChange={() =>
                edit.mutate({
                  incidentId: incident.id,
                  taskId: task.id,
                  revision: task.revision,
                  state: task.state === 'open' ? 'done' : 'open',
                })
              }
            />
            <span className={task.state === 'open' ? 'text-t1' : 'text-t3 line-through'}>
              {task.text}{' '}
              <span className="text-t3">
                {task.owner ?? ''}
                {task.dueAtMs === null ? null : (
                  <>
                    {' '}
                    due <RelativeTime atMs={task.dueAtMs} />
                  </>
                )}
              </span>
            </span>
          </li>
        ))}
      </ul>
      <FormError error={edit.error} />
      <NewTaskForm incidentId={incident.id} />
    </Panel>
  );
}

function NewTaskForm({ incidentId }: { incidentId: string }) {
  const client = useQueryClient();
  const add = useMutation(addTask(client));
  const draft = useDraft(`incident.${incidentId}.task`);
  const [owner, setOwner] = useState('');
  const [id, setId] = useState(() => crypto.randomUUID());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const text = draft.text.trim();
    if (text === '') return;
    add.mutate(
      { incidentId, id, text, owner: owner.trim() === '' ? null : owner.trim() },
      {
        onSuccess: () => {
          draft.done();
          setId(crypto.randomUUID());
        },
      },
    );
  };
  return (
    <form onSubmit={submit} className="mt-2 grid grid-cols-[minmax(0,1fr)_72px_auto] gap-1">
      <input
        aria-label="New task"
        placeholder="Something to do now"
        maxLength={1_000}
        className="h-7 min-w-0 rounded-panel border border-line bg-raised px-2 text-small text-t1 placeholder:text-t3"
        value={draft.text}
        onChange={(event) => draft.write(event.target.value)}
      />
      <input
        aria-label="Owner of the new task"
        placeholder="who"
        className="h-7 min-w-0 rounded-panel border border-line bg-raised px-2 text-small text-t1 placeholder:text-t3"
        value={owner}
        onChange={(event) => setOwner(event.target.value)}
      />
      <Button type="submit" disabled={add.isPending || draft.text.trim() === ''}>
        Add
      </Button>
      <div className="col-span-full">
        <FormError error={add.error} />
      </div>
    </form>
  );
}
