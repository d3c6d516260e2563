'use client';

import { useQueryClient } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { announce } from '@/components/ui/announce';
import { Button } from '@/components/ui/Button';
import { Choice } from '@/components/ui/Choice';
import { Skeleton } from '@/components/ui/Skeleton';
import { TRACE_LIMITS } from '@/lib/contracts/trace-conditions';
import { type ApiError, toApiError } from '@/lib/queries/api';
import { traceQueryQuery } from '@/lib/queries/traces';
import { TraceBuilder } from './TraceBuilder';
import { useTraceSearch } from './use-trace-search';

const TraceqlEditor = dynamic(() => import('./TraceqlEditor'), { ssr: false, loading: () => <Skeleton height={30} /> });

const ORDERS = [
  { value: 'newest', label: 'newest' },
  { value: 'slowest', label: 'slowest' },
] as const;
const LIMITS = TRACE_LIMITS.map((limit) => ({ value: String(limit), label: String(limit) }));

/** What is searched for: by the builder's fields, or by TraceQL, which either writes for the other to open. */
export function SearchPanel({ error, query }: { error: ApiError | null; query: string | null }) {
  const { filter, order, limit, set } = useTraceSearch();
  const client = useQueryClient();
  const isEditor = filter.q !== undefined;

  const openEditor = async () => {
    try {
      const { query: written } = await client.fetchQuery(traceQueryQuery(filter));
      set({ q: written });
    } catch (failure) {
      announce(toApiError(failure).message);
    }
  };

  return (
    <section aria-label="Search" className="grid gap-2 rounded-panel border border-line bg-panel p-3">
      {isEditor ? <TraceqlEditor query={filter.q ?? ''} error={error} onRun={(q) => set({ q })} /> : <TraceBuilder />}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <span className="flex items-center gap-1.5 text-small text-t2">
          The
          <Choice label="Order" options={ORDERS} value={order} onChange={(value) => set({ order: value })} />
          <Choice label="How many" options={LIMITS} value={String(limit)} onChange={(value) => set({ limit: value })} />
        </span>
        {!isEditor && query !== null ? (
          <code className="min-w-0 flex-1 truncate max-sm:basis-full font-mono text-small text-t3" title={query}>
            {query}
          </code>
        ) : (
          <span className="flex-1" />
        )}
        {isEditor ? (
          <Button onClick={() => set({ q: null })}>Use the builder</Button>
        ) : (
          <Button onClick={() => void openEditor()}>Edit as TraceQL</Button>
        )}
      </div>
    </section>
  );
}
