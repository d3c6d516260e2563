'use client';

import { type UseQueryResult, useQueryClient } from '@tanstack/react-query';
import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import { type ApiError, lastGoodAnswer, toApiError } from '@/lib/queries/api';
import { Button } from './Button';
import { Diagnosis, type DiagnosisText } from './Diagnosis';
import { FaultyFields } from './FaultyFields';
import { RelativeTime } from './RelativeTime';
import { Skeleton } from './Skeleton';
import { StatusIcon } from './Status';

export interface QueryStateProps<T> {
  query: UseQueryResult<T, ApiError>;
  children: (data: T) => ReactNode;
  /** Height of the body once it is there, pixels: waiting and failing take the same. */
  height?: number;
  /** Why the answer holds nothing to show, or null when it does. */
  diagnosis?: (data: T) => DiagnosisText | null;
}

/** The one place that draws waiting, failure, staleness, emptiness and readiness of a query. */
export function QueryState<T>({ query, children, height = 120, diagnosis }: QueryStateProps<T>) {
  const client = useQueryClient();
  const { error, isPlaceholderData } = query;
  // A live range asks a new question each time: when that fails, the answer to the last one is still worth seeing.
  const data = query.data ?? (error === null ? undefined : lastGoodAnswer<T>(client, error));
  if (data === undefined) {
    if (error !== null) return <Failure error={error} height={height} onRetry={() => void query.refetch()} />;
    return <Skeleton height={height} />;
  }
  const empty = diagnosis?.(data) ?? null;
  const body = empty === null ? children(data) : <Diagnosis diagnosis={empty} height={height} />;
  if (error !== null) {
    return (
      <div className="grid gap-2">
        <Stale error={error} onRetry={() => void query.refetch()}>
          <Age data={data} />
        </Stale>
        <div className="opacity-60">{body}</div>
      </div>
    );
  }
  return (
    <div className="relative" aria-busy={isPlaceholderData}>
      <div className={isPlaceholderData ? 'dim-late' : undefined}>{body}</div>
      {isPlaceholderData ? (
        <p className="appear-late pointer-events-none absolute top-0 right-0 rounded-sm bg-raised px-1.5 text-axis text-t2 [animation-delay:800ms]">
          from <Age data={data} />, newer on its way
        </p>
      ) : null}
    </div>
  );
}

/** When this very answer came, wherever in the cache it is held: a stand-in belongs to an earlier question. */
function Age({ data }: { data: unknown }) {
  const held = useQueryClient()
    .getQueryCache()
    .getAll()
    .filter((query) => query.state.data === data);
  const atMs = Math.max(0, ...held.map((query) => query.state.dataUpdatedAt));
  return atMs === 0 ? <>an earlier answer</> : <RelativeTime atMs={atMs} />;
}

function Stale({ error, onRetry, children }: { error: ApiError; onRetry: () => void; children: ReactNode }) {
  return (
    <div role="alert" className="flex flex-wrap items-center gap-x-2 text-small text-t2">
      <span>
        <StatusIcon status="watch" label="needs a look" /> Shown: the answer of {children}. {toApiError(error).message}
      </span>
      <Button look="quiet" onClick={onRetry}>
        Ask again
      </Button>
    </div>
  );
}

const ADVICE: Partial<Record<ApiError['code'], string>> = {
  upstream_unreachable: 'Check that it runs and that its address under Settings is right.',
  upstream_timeout: 'A shorter range asks less of it.',
  upstream_rejected: 'The "why" drawer of a working panel shows the query; a shorter range or another model may pass.',
  upstream_malformed: 'What answers at its address may not be what it is configured as.',
  not_configured: 'Name it in windsock.yaml.',
  forbidden: 'Ask whoever runs this console for the permission.',
};

/** Higher bodies are pages, pixels. */
const TALLEST_PANEL = 360;

function Failure({ error: thrown, height, onRetry }: { error: ApiError; height: number; onRetry: () => void }) {
  const error = toApiError(thrown);
  return (
    <div
      role="alert"
      className={clsx(
        'grid justify-items-start gap-0.5 text-body',
        // In the middle of a whole page nobody looks for it.
        height > TALLEST_PANEL ? 'content-start' : 'content-center',
      )}
      style={{ minHeight: height }}
    >
      <p className="font-medium text-t1">
        <StatusIcon status="bad" label="failed" />{' '}
        {error.source === null || error.message.includes(error.source) ? '' : `${error.source}: `}
        {error.message}
      </p>
      {ADVICE[error.code] === undefined ? null : <p className="text-t2">{ADVICE[error.code]}</p>}
      <FaultyFields error={error} />
      <Button className="mt-2" onClick={onRetry}>
        Ask again
      </Button>
    </div>
  );
}
