'use client';

import { useQuery } from '@tanstack/react-query';
import { Skeleton } from '@/components/ui/Skeleton';
import { toApiError } from '@/lib/queries/api';
import { traceQuery } from '@/lib/queries/trace';
import { MissingTrace } from './MissingTrace';
import { useTraceView } from './use-trace-view';
import { WholeTrace } from './WholeTrace';

/** What happened in one request: the answer, where the time went, and every span. */
export function TracePage({ traceId }: { traceId: string }) {
  const [view] = useTraceView();
  const trace = useQuery(traceQuery({ traceId, clock: view.clock }));
  const title = <h1 className="sr-only">Trace {traceId}</h1>;
  if (trace.data === undefined) {
    return (
      <div className="grid gap-3">
        {title}
        {trace.error === null ? (
          <>
            <Skeleton height={46} />
            <Skeleton height={80} />
            <Skeleton height={420} />
          </>
        ) : (
          <MissingTrace traceId={traceId} error={toApiError(trace.error)} onRetry={() => void trace.refetch()} />
        )}
      </div>
    );
  }
  return (
    <div className="grid gap-3">
      {title}
      <WholeTrace trace={trace.data} onRefresh={() => void trace.refetch()} isRefreshing={trace.isFetching} />
    </div>
  );
}
