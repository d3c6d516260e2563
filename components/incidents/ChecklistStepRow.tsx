'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ViewLink } from '@/components/shell/ViewLink';
import { evidencePath } from '@/components/shell/view-address';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusIcon } from '@/components/ui/Status';
import { useDraft } from '@/components/ui/use-draft';
import type { Status } from '@/lib/contracts/answer';
import type { ChecklistStep, StepResult } from '@/lib/contracts/checklist';
import { answerStep } from '@/lib/queries/incidents';

const STATUS: Readonly<Record<StepResult['state'], Status>> = {
  open: 'unknown',
  unknown: 'unknown',
  pass: 'ok',
  fail: 'bad',
};

interface StepProps {
  incidentId: string;
  runId: string;
  step: ChecklistStep;
  /** Undefined: nobody looked yet. */
  result: StepResult | undefined;
}

/** One step: its state and what it was answered with; opened, its query and the answer of a person. */
export function ChecklistStepRow({ incidentId, runId, step, result }: StepProps) {
  const client = useQueryClient();
  const answer = useMutation(answerStep(client));
  const reason = useDraft(`checklist.${runId}.${step.id}`);
  const [id, setId] = useState(() => crypto.randomUUID());
  const state = result?.state ?? 'open';
  const send = (by: 'query' | 'person', verdict?: 'pass' | 'fail') =>
    answer.mutate(
      {
        incidentId,
        runId,
        id,
        stepId: step.id,
        by,
        reason: reason.text.trim(),
        ...(verdict ? { state: verdict } : {}),
      },
      {
        onSuccess: () => {
          reason.done();
          setId(crypto.randomUUID());
        },
      },
    );
  return (
    <li className="text-small">
      <details>
        <summary className="cursor-pointer [overflow-wrap:anywhere]">
          <StatusIcon status={STATUS[state]} label={state} /> <span className="text-t1">{step.title}</span>{' '}
          <span className={state === 'fail' ? 'text-bad' : 'text-t3'}>{result?.sentence ?? 'not looked at'}</span>
        </summary>
        <div className="grid gap-1.5 py-1 pl-4 text-t2">
          <p>{step.help}</p>
          {step.query === null ? null : (
            <p>
              <code className="block overflow-x-auto rounded-sm bg-raised p-1 font-mono text-axis text-t1">
                {step.query}
              </code>
              passes when it {step.passes}
            </p>
          )}
          {result?.by === null || result?.atMs === undefined ? null : (
            <p className="text-t3">
              {result.by}, <RelativeTime atMs={result.atMs} />
              {result.evidenceId === null ? null : (
                <>
                  {' · '}
                  <ViewLink to={evidencePath(result.evidenceId)} className="link">
                    what it saw
                  </ViewLink>
                </>
              )}
            </p>
          )}
          {result?.earlier.map((one) => (
            <p key={one.atMs} className="text-t3">
              earlier: {one.state}, {one.sentence} ({one.by}, <RelativeTime atMs={one.atMs} />)
            </p>
          ))}
          <textarea
            aria-label={`Reason for ${step.title}`}
            rows={2}
            maxLength={1_000}
            placeholder="A person answers with a reason"
            className="rounded-panel border border-line bg-raised px-2 py-1 text-t1 placeholder:text-t3"
            value={reason.text}
            onChange={(event) => reason.write(event.target.value)}
          />
          <div className="flex flex-wrap gap-2">
            {step.answeredBy === 'query' ? (
              <Button disabled={answer.isPending} onClick={() => send('query')}>
                Ask the query again
              </Button>
            ) : null}
            <Button disabled={answer.isPending || reason.text.trim() === ''} onClick={() => send('person', 'pass')}>
              Passes
            </Button>
            <Button disabled={answer.isPending || reason.text.trim() === ''} onClick={() => send('person', 'fail')}>
              Fails
            </Button>
          </div>
          <FormError error={answer.error} />
        </div>
      </details>
    </li>
  );
}
