'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Panel } from '@/components/ui/Panel';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { NewTodoForm, TodoList } from '@/components/ui/TodoList';
import type { Incident } from '@/lib/contracts/incident';
import { addTask, editTask } from '@/lib/queries/incidents';

/** What has to be done while it lasts; lasting work belongs to the postmortem's actions. */
export function TasksPanel({ incident }: { incident: Incident }) {
  const { id: incidentId, tasks } = incident;
  const client = useQueryClient();
  const edit = useMutation(editTask(client));
  const add = useMutation(addTask(client));
  const open = tasks.filter(({ state }) => state === 'open').length;
  return (
    <Panel title="Tasks" definition={`${open} open of ${tasks.length}`}>
      <TodoList
        todos={tasks}
        isBusy={edit.isPending}
        error={edit.error}
        onToggle={({ id, revision }, state) => edit.mutate({ incidentId, taskId: id, revision, state })}
        about={({ owner, dueAtMs }) => (
          <span className="text-small text-t3">
            {owner ?? ''}
            {dueAtMs === null ? null : (
              <>
                {' '}
                due <RelativeTime atMs={dueAtMs} />
              </>
            )}
          </span>
        )}
      />
      <NewTodoForm
        what="task"
        placeholder="Something to do now"
        draftKey={`incident.${incidentId}.task`}
        isSending={add.isPending}
        error={add.error}
        onAdd={(task, stored) => add.mutate({ incidentId, ...task }, { onSuccess: stored })}
      />
    </Panel>
  );
}
