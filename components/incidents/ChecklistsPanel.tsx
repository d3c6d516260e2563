'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import { Panel } from '@/components/ui/Panel';
import { QueryState } from '@/components/ui/QueryState';
import { checklistRunsQuery, checklistsQuery, startChecklist } from '@/lib/queries/incidents';
import { ChecklistStepRow } from './ChecklistStepRow';

/** The lists somebody would otherwise have to remember; steps with a query answer themselves. */
export function ChecklistsPanel({ incidentId }: { incidentId: string }) {
  const client = useQueryClient();
  const runs = useQuery(checklistRunsQuery(incidentId));
  const lists = useQuery(checklistsQuery());
  const start = useMutation(startChecklist(client));
  const [chosen, setChosen] = useState('');
  const begun = new Set(runs.data?.runs.map(({ checklist }) => checklist.id) ?? []);
  const open = lists.data?.checklists.filter(({ id }) => !begun.has(id)) ?? [];
  return (
    <Panel title="Checklists">
      <QueryState query={runs} height={60}>
        {({ runs: all }) => (
          <div className="grid gap-3">
            {all.map((run) => (
              <section key={run.id} aria-label={run.checklist.title} className="grid gap-1">
                <h3 className="text-small text-t1 font-medium">{run.checklist.title}</h3>
                <p className="text-small text-t2">{run.answer}</p>
                <ul className="grid gap-1">
                  {run.checklist.steps.map((step) => (
                    <ChecklistStepRow
                      key={step.id}
                      incidentId={incidentId}
                      runId={run.id}
                      step={step}
                      result={run.results.find(({ stepId }) => stepId === step.id)}
                    />
                  ))}
                </ul>
              </section>
            ))}
          </div>
        )}
      </QueryState>
      {lists.data?.problems.map((problem) => (
        <p key={problem} className="text-small text-watch">
          {problem}
        </p>
      ))}
      {open.length === 0 ? null : (
        <div className="mt-2 flex gap-2">
          <select
            aria-label="Checklist to begin"
            className="h-7 min-w-0 flex-1 rounded-panel border border-line bg-raised px-1 text-small text-t1"
            value={chosen}
            onChange={(event) => setChosen(event.target.value)}
          >
            <option value="">Begin a checklist …</option>
            {open.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
          <Button
            disabled={chosen === '' || start.isPending}
            onClick={() =>
              start.mutate(
                { incidentId, id: crypto.randomUUID(), checklistId: chosen },
                { onSuccess: () => setChosen('') },
              )
            }
          >
            Begin
          </Button>
        </div>
      )}
      <FormError error={start.error} />
    </Panel>
  );
}
