'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Select } from '@/components/ui/Field';
import { Panel } from '@/components/ui/Panel';
import { useZone } from '@/components/ui/preference';
import { NewTodoForm, TodoList } from '@/components/ui/TodoList';
import { ACTION_KINDS, type ActionKind } from '@/lib/contracts/incident-words';
import type { PostmortemAction } from '@/lib/contracts/postmortem';
import { formatDay } from '@/lib/domain/format';
import { addAction, editAction } from '@/lib/queries/postmortems';
import { ActionProbe } from './ActionProbe';

/** What will be done so that it does not happen again: each with an owner and a date, and a query that shows it worked. */
export function ActionsPanel({ incidentId, actions }: { incidentId: string; actions: readonly PostmortemAction[] }) {
  const client = useQueryClient();
  const edit = useMutation(editAction(client));
  const add = useMutation(addAction(client));
  const [kind, setKind] = useState<ActionKind>('prevent');
  const open = actions.filter(({ state }) => state === 'open').length;
  const verified = actions.filter((action) => action.verified !== null).length;
  return (
    <Panel
      title="Actions"
      definition={`${open} open of ${actions.length}${verified === 0 ? '' : `, ${verified} verified`}`}
    >
      <TodoList
        todos={actions}
        isBusy={edit.isPending}
        error={edit.error}
        onToggle={({ id, revision }, state) => edit.mutate({ incidentId, actionId: id, revision, state })}
        about={(action) => (
          <>
            <About action={action} />
            <ActionProbe incidentId={incidentId} action={action} />
          </>
        )}
      />
      <NewTodoForm
        what="action"
        placeholder="What will be different"
        draftKey={`action.${incidentId}`}
        isSending={add.isPending}
        error={add.error}
        onAdd={(action, stored) => add.mutate({ incidentId, ...action, kind }, { onSuccess: stored })}
      >
        <div className="w-24 flex-[1_1_96px]">
          <Select
            label="Kind"
            choices={ACTION_KINDS.map((value) => ({ value, name: value }))}
            value={kind}
            onChange={(event) => setKind(ACTION_KINDS.find((one) => one === event.target.value) ?? kind)}
          />
        </div>
      </NewTodoForm>
    </Panel>
  );
}

function About({ action: { kind, owner, dueAtMs, link } }: { action: PostmortemAction }) {
  const { zone } = useZone();
  return (
    <span className="text-small text-t3">
      {kind} · {owner ?? <span className="text-watch">no owner</span>} ·{' '}
      {dueAtMs === null ? <span className="text-watch">no date</span> : `due ${formatDay(dueAtMs, zone)}`}
      {link === null ? null : (
        <>
          {' '}
          ·{' '}
          <a className="link" href={link} target="_blank" rel="noreferrer noopener">
            ticket
          </a>
        </>
      )}
    </span>
  );
}
