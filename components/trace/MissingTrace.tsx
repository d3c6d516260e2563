'use client';

import { ViewLink } from '@/components/shell/ViewLink';
import { Button } from '@/components/ui/Button';
import { StatusIcon } from '@/components/ui/Status';
import type { ApiError } from '@/lib/queries/api';

const REASONS = [
  'It may not have been sampled: the service or the collector keeps only some traces.',
  'It may be older than what Tempo retains.',
  'It may not have arrived yet: spans take seconds, and with tail sampling a minute.',
  'The id may be of another Tempo or tenant than those configured.',
];

/** A trace that cannot be shown: where was looked, why it may be missing, and where else to look. */
export function MissingTrace({ traceId, error, onRetry }: { traceId: string; error: ApiError; onRetry: () => void }) {
  const isNowhere = error.code === 'not_found';
  return (
    <section aria-label="Answer" className="grid max-w-[720px] justify-items-start gap-2">
      <p className="text-answer font-medium text-t1" role="alert">
        <StatusIcon status={isNowhere ? 'unknown' : 'bad'} label={isNowhere ? 'not found' : 'failed'} size={15} />{' '}
        <span className="[overflow-wrap:anywhere]">{error.message}</span>
      </p>
      {isNowhere ? (
        <>
          <ul className="list-disc pl-5 text-body text-t2">
            {REASONS.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
          <p className="text-body text-t2">
            Its log lines may be there all the same:{' '}
            <ViewLink to={`/requests/${encodeURIComponent(traceId.slice(0, 200))}`} className="link">
              look for this id everywhere
            </ViewLink>{' '}
            or{' '}
            <ViewLink to={`/logs?text=${encodeURIComponent(traceId.slice(0, 200))}`} className="link">
              search the logs
            </ViewLink>
            .
          </p>
        </>
      ) : null}
      <div className="mt-1 flex gap-2">
        <Button onClick={onRetry}>Look again</Button>
      </div>
    </section>
  );
}
