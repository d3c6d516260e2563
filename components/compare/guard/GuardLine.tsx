'use client';

import { useQuery } from '@tanstack/react-query';
import { FailureLine } from '@/components/ui/FailureLine';
import { StatusIcon } from '@/components/ui/Status';
import { guardQuery } from '@/lib/queries/rollouts';

/** Where the guard's own part of the page is. */
export const GUARD_ANCHOR = 'guard';

/** Whether somebody acts on this already: what the guard did or would do, beside the verdict, and the way to it. */
export function GuardLine({ model }: { model: string }) {
  const { data, error } = useQuery(guardQuery(model));
  return (
    <>
      <h3 className="mt-3 text-small font-semibold text-t1">Guard</h3>
      {data === undefined ? (
        error === null ? (
          <p className="text-small text-t3">asking what it did…</p>
        ) : (
          <FailureLine>{error.message}</FailureLine>
        )
      ) : (
        <p className="text-small text-t2">
          <StatusIcon status={data.answer.status} /> {data.answer.text}{' '}
          <a href={`#${GUARD_ANCHOR}`} className="link">
            Show the guard
          </a>
        </p>
      )}
    </>
  );
}
