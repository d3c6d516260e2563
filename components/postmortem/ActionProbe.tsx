'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ViewLink } from '@/components/shell/ViewLink';
import { evidencePath } from '@/components/shell/view-address';
import { Button } from '@/components/ui/Button';
import { FormError } from '@/components/ui/FormError';
import { RelativeTime } from '@/components/ui/RelativeTime';
import { StatusWord } from '@/components/ui/Status';
import type { PostmortemAction } from '@/lib/contracts/postmortem';
import { checkAction } from '@/lib/queries/postmortems';
import { ProbeForm } from './ProbeForm';

interface ProbeProps {
  incidentId: string;
  action: PostmortemAction;
}

/** How an action shows that it worked: by which query, what that said last, and the pin of when it passed. */
export function ActionProbe({ incidentId, action }: ProbeProps) {
  const { probe } = action;
  const [isEditing, setEditing] = useState(false);
  if (isEditing) return <ProbeForm {...{ incidentId, action }} onClose={() => setEditing(false)} />;
  if (probe === null) {
    return (
      <Button
        look="quiet"
        data-noprint
        aria-label={`Verify by a query: ${action.text}`}
        onClick={() => setEditing(true)}
      >
        Verify by a query …
      </Button>
    );
  }
  return (
    <div className="mt-0.5 grid gap-0.5 text-small text-t2">
      <Verdict action={action} />
      <p className="text-t3">
        <code className="font-mono [overflow-wrap:anywhere]">{probe.query}</code> is to be {probe.passes}
      </p>
      <Ask {...{ incidentId, action }} onEdit={() => setEditing(true)} />
    </div>
  );
}

function Verdict({ action: { verified, checked } }: { action: PostmortemAction }) {
  const holds = verified !== null && checked?.state === 'pass';
  return (
    <p>
      {verified === null ? (
        <StatusWord status="unknown" word="not yet verified" />
      ) : (
        <>
          <StatusWord status={holds ? 'ok' : 'watch'} word={holds ? 'verified' : 'was verified'} />{' '}
          <RelativeTime atMs={verified.atMs} />
          {verified.evidenceId === null ? null : (
            <>
              {' '}
              by{' '}
              <ViewLink to={evidencePath(verified.evidenceId)} className="link">
                what the query gave
              </ViewLink>
            </>
          )}
        </>
      )}
      {checked === null ? null : (
        <span className="text-t3">
          {' '}
          · {holds ? '' : 'now: '}
          {checked.sentence} ({checked.by}, <RelativeTime atMs={checked.atMs} />)
        </span>
      )}
    </p>
  );
}

function Ask({ incidentId, action, onEdit }: ProbeProps & { onEdit: () => void }) {
  const client = useQueryClient();
  const check = useMutation(checkAction(client));
  return (
    <div data-noprint className="flex flex-wrap items-center gap-2">
      <Button
        aria-label={`Ask now: ${action.text}`}
        disabled={check.isPending}
        onClick={() => check.mutate({ incidentId, actionId: action.id, id: crypto.randomUUID() })}
      >
        {check.isPending ? 'Asking …' : 'Ask now'}
      </Button>
      <Button look="quiet" aria-label={`Change the query: ${action.text}`} onClick={onEdit}>
        Change
      </Button>
      <FormError error={check.error} />
    </div>
  );
}
